"""Random saturation."""

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
from minikeras.layers.preprocessing.image_preprocessing.colors import hsv_to_rgb, rgb_to_hsv

TINY = 1e-7


@registry.register
class RandomSaturation(BaseImagePreprocessingLayer):
    """In training, multiply the saturation of each image by f / (1 - f): 0 is grey, 0.5 leaves it, 1 is full colour.

    Args:
        factor: f is drawn between a pair of bounds from 0 to 1; one number stands for (0, factor).
        value_range: lowest and highest value of a pixel.
        data_format: see `keras.config.image_data_format`.
        seed: an integer, for the same draws in each run.

    Input and output ``(batch, height, width, 3)``, or one image.

    >>> RandomSaturation((0.0, 0.0), (0, 1))(np.array([[[0.2, 0.4, 0.6]]]), training=True).tolist()
    [[[0.6, 0.6, 0.6]]]
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
        self.factor = factor_range("RandomSaturation", "factor", factor, 0, 1)
        self.value_range = sorted(value_pair("RandomSaturation", value_range))
        self.seed = seed
        self.generator = SeedGenerator(seed)

    def draw(self, shape: tuple, rng: np.random.Generator) -> np.ndarray:
        """Draw a factor for each image."""
        f = rng.uniform(*self.factor, (shape[0], 1, 1))
        return f / (1.0 - f + TINY)

    def apply(self, images: np.ndarray, drawn: np.ndarray) -> np.ndarray:
        """Multiply the saturation, up to 1."""
        hue, saturation, value = rgb_to_hsv(images)
        return hsv_to_rgb(hue, np.clip(saturation * drawn.astype(images.dtype), 0.0, 1.0), value)
