"""Random hue."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.random import SeedGenerator
from minikeras.layers.layer import registry
from minikeras.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import (
    BaseImagePreprocessingLayer,
    factor_range,
    value_pair,
)
from minikeras.layers.preprocessing.image_preprocessing.colors import hsv_to_rgb, rgb_to_hsv, to_range


@registry.register
class RandomHue(BaseImagePreprocessingLayer):
    """In training, turn the colours of each image by a random part of the colour circle, either way.

    Args:
        factor: from 0 to 1, where 1 is half the circle; or a pair of bounds.
        value_range: lowest and highest value of a pixel.
        data_format: see `keras.config.image_data_format`.
        seed: an integer, for the same draws in each run.

    Input and output ``(batch, height, width, 3)``, or one image.

    >>> RandomHue(0.0, (0, 1))(np.array([[[0.2, 0.4, 0.6]]]), training=True).round(4).tolist()
    [[[0.2, 0.4, 0.6]]]
    """

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.factor = factor_range("RandomHue", "factor", factor, 0, 1)
        self.value_range = value_pair("RandomHue", value_range)
        self.seed = seed
        self.generator = SeedGenerator(seed)

    def draw(self, shape: tuple, rng: np.random.Generator) -> np.ndarray:
        """Draw a turn for each image."""
        sign = np.where(rng.random((shape[0], 1, 1)) > 0.5, -1.0, 1.0)
        return 0.5 * sign * rng.uniform(*self.factor, (shape[0], 1, 1))

    def apply(self, images: np.ndarray, drawn: np.ndarray) -> np.ndarray:
        """Add the turn to the hue."""
        hue, saturation, value = rgb_to_hsv(to_range(images, self.value_range, (0, 1)))
        rgb = hsv_to_rgb(hue + drawn.astype(images.dtype), saturation, value)
        return to_range(np.clip(rgb, 0.0, 1.0), (0, 1), self.value_range)
