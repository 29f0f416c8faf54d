"""Random contrast."""

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
class RandomContrast(BaseImagePreprocessingLayer):
    """In training, stretch each image about the mean of each channel: y = (x - mean) · f + mean, cut off at the range.

    Args:
        factor: f is drawn from 1 - factor to 1 + factor, or from 1 - low to 1 + high for a pair (low, high); 0 to 1.
        value_range: lowest and highest value of a pixel.
        seed: an integer, for the same draws in each run.

    Input and output ``(batch, height, width, channels)``, or one image.

    >>> RandomContrast(0.5, seed=1)(np.full((1, 2, 2, 1), 7.0), training=True).ravel().tolist()
    [7.0, 7.0, 7.0, 7.0]
    """

    def __init__(self, factor: Any, value_range: Any = (0, 255), seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor_range("RandomContrast", "factor", factor, 0, 1, default_low=factor)
        self.value_range = value_pair("RandomContrast", value_range)
        self.seed = seed
        self.generator = SeedGenerator(seed)

    def draw(self, shape: tuple, rng: np.random.Generator) -> np.ndarray:
        """Draw a factor for each image."""
        return rng.uniform(1.0 - self.factor[0], 1.0 + self.factor[1], (shape[0], 1, 1, 1))

    def apply(self, images: np.ndarray, drawn: np.ndarray) -> np.ndarray:
        """Compute y = (x - mean) · f + mean."""
        mean = np.mean(images, axis=(1, 2), keepdims=True)
        y = (images - mean) * drawn.astype(images.dtype) + mean
        return np.clip(y, float(self.value_range[0]), float(self.value_range[1]))
