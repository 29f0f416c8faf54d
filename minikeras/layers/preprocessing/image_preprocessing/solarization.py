"""Solarization: what is too bright turns dark."""

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
from minikeras.layers.preprocessing.image_preprocessing.colors import to_range


@registry.register
class Solarization(BaseImagePreprocessingLayer):
    """In training, add to the values and turn those above a threshold into their negative: y = 255 - x where x >= t.

    Args:
        addition_factor: what is added is drawn from 0 to addition_factor · 255, or between a pair of bounds.
        threshold_factor: t is drawn from 0 to threshold_factor · 255, or between a pair of bounds.
        value_range: lowest and highest value of a pixel.
        seed: an integer, for the same draws in each run.

    Input and output ``(batch, height, width, channels)``, or one image.

    >>> Solarization()(np.array([[[0.0], [200.0]]]), training=True).ravel().tolist()
    [255.0, 55.0]
    """

    def __init__(
        self,
        addition_factor: Any = 0.0,
        threshold_factor: Any = 0.0,
        value_range: Any = (0, 255),
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.addition_factor = factor_range("Solarization", "addition_factor", addition_factor, 0, 1)
        self.threshold_factor = factor_range("Solarization", "threshold_factor", threshold_factor, 0, 1)
        self.value_range = sorted(value_pair("Solarization", value_range))
        self.seed = seed
        self.generator = SeedGenerator(seed)

    def draw(self, shape: tuple, rng: np.random.Generator) -> list[np.ndarray]:
        """Draw addition and threshold for each image."""
        return [
            255.0 * rng.uniform(*factor, (shape[0], 1, 1, 1)) for factor in (self.addition_factor, self.threshold_factor)
        ]

    def apply(self, images: np.ndarray, drawn: list[np.ndarray]) -> np.ndarray:
        """Compute y = 255 - x where x >= t."""
        addition, threshold = (d.astype(images.dtype) for d in drawn)
        y = np.clip(to_range(images, self.value_range, (0, 255)) + addition, 0.0, 255.0)
        return to_range(np.where(y < threshold, y, 255.0 - y), (0, 255), self.value_range)
