"""Random sharpness."""

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


@registry.register
class RandomSharpness(BaseImagePreprocessingLayer):
    """In training, blur or sharpen each image: y = x + (1 - 2f) · (smooth(x) - x), cut off at the range.

    Args:
        factor: f is drawn from (0, factor), or between a pair of bounds: 0 smooths, 0.5 leaves it, 1 sharpens.
        value_range: lowest and highest value of a pixel.
        data_format: see `keras.config.image_data_format`.
        seed: an integer, for the same draws in each run.

    Input and output ``(batch, height, width, channels)``, or one image.

    >>> RandomSharpness((0.5, 0.5))(np.full((1, 1, 1), 13.0), training=True).tolist()
    [[[13.0]]]
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
        self.factor = factor_range("RandomSharpness", "factor", factor, 0, 1)
        self.value_range = sorted(value_pair("RandomSharpness", value_range))
        self.seed = seed
        self.generator = SeedGenerator(seed)

    def draw(self, shape: tuple, rng: np.random.Generator) -> np.ndarray:
        """Draw a factor for each image."""
        return 1.0 - 2.0 * rng.uniform(*self.factor, (shape[0], 1, 1, 1))

    def apply(self, images: np.ndarray, drawn: np.ndarray) -> np.ndarray:
        """Mix with the image smoothed by a 3 x 3 window: 5/13 in the middle, 1/13 around, 0 outside."""
        height, width = images.shape[1:3]
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
        total = 4.0 * images
        for i in range(3):
            for j in range(3):
                total = total + padded[:, i : i + height, j : j + width]
        y = images + drawn.astype(images.dtype) * (total / 13.0 - images)
        return np.clip(y, float(self.value_range[0]), float(self.value_range[1]))
