"""Random brightness."""

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
class RandomBrightness(BaseImagePreprocessingLayer):
    """In training, add a random number to each image: y = x + f · (high - low), cut off at both ends of the range.

    Args:
        factor: f is drawn from (-factor, factor), or between a pair of bounds; from -1 to 1.
        value_range: lowest and highest value of a pixel.
        seed: an integer, for the same draws in each run.

    Input and output ``(batch, height, width, channels)``, or one image.

    >>> RandomBrightness((0.2, 0.2), value_range=(0, 1))(np.full((1, 1, 1), 0.5), training=True).tolist()
    [[[0.7]]]
    """

    def __init__(self, factor: Any, value_range: Any = (0, 255), seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor_range("RandomBrightness", "factor", factor, -1, 1)
        self.value_range = sorted(value_pair("RandomBrightness", value_range))
        self.seed = seed
        self.generator = SeedGenerator(seed)

    def draw(self, shape: tuple, rng: np.random.Generator) -> np.ndarray:
        """Draw what is added to each image."""
        low, high = self.value_range
        return rng.uniform(*self.factor, (shape[0], 1, 1, 1)) * float(high - low)

    def apply(self, images: np.ndarray, drawn: np.ndarray) -> np.ndarray:
        """Compute y = x + f · (high - low)."""
        return np.clip(images + drawn.astype(images.dtype), float(self.value_range[0]), float(self.value_range[1]))
