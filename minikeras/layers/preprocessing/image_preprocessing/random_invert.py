"""Random negatives."""

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
class RandomInvert(BaseImagePreprocessingLayer):
    """In training, turn some of the images into negatives: y = high - x.

    Args:
        factor: the probability is drawn from (0, factor), or between a pair of bounds.
        value_range: lowest and highest value of a pixel.
        seed: an integer, for the same draws in each run.
        data_format: see `keras.config.image_data_format`.

    Input and output ``(batch, height, width, channels)``, or one image.

    >>> RandomInvert((1.0, 1.0), value_range=(0, 1))(np.full((1, 1, 1), 0.25), training=True).tolist()
    [[[0.75]]]
    """

    def __init__(
        self,
        factor: Any = 1.0,
        value_range: Any = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.factor = factor_range("RandomInvert", "factor", factor, 0, 1)
        self.value_range = value_pair("RandomInvert", value_range)
        self.seed = seed
        self.generator = SeedGenerator(seed)

    def draw(self, shape: tuple, rng: np.random.Generator) -> np.ndarray:
        """Draw which images are turned."""
        probability = rng.uniform(*self.factor, (shape[0], 1, 1, 1))
        return rng.random((shape[0], 1, 1, 1)) < probability

    def apply(self, images: np.ndarray, drawn: np.ndarray) -> np.ndarray:
        """Compute y = high - x."""
        return np.where(drawn, float(self.value_range[1]) - images, images)
