"""Random fading of colours."""

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
from minikeras.layers.preprocessing.image_preprocessing.colors import to_grey


@registry.register
class RandomColorDegeneration(BaseImagePreprocessingLayer):
    """In training, mix each image with its grey version: y = x + f · (grey(x) - x), cut off at the range.

    Args:
        factor: f is drawn from (-factor, factor), or between a pair of bounds; 1 is grey.
        value_range: lowest and highest value of a pixel.
        data_format: see `keras.config.image_data_format`.
        seed: an integer, for the same draws in each run.

    Input and output ``(batch, height, width, 3)``, or one image.

    >>> RandomColorDegeneration((1.0, 1.0))(np.array([[[1.0, 1.0, 0.0]]]), training=True).tolist()
    [[[0.8859, 0.8859, 0.8859]]]
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
        self.factor = factor_range("RandomColorDegeneration", "factor", factor, -1, 1)
        self.value_range = sorted(value_pair("RandomColorDegeneration", value_range))
        self.seed = seed
        self.generator = SeedGenerator(seed)

    def draw(self, shape: tuple, rng: np.random.Generator) -> np.ndarray:
        """Draw a factor for each image."""
        return rng.uniform(*self.factor, (shape[0], 1, 1, 1))

    def apply(self, images: np.ndarray, drawn: np.ndarray) -> np.ndarray:
        """Compute y = x + f · (grey(x) - x)."""
        y = images + drawn.astype(images.dtype) * (to_grey(images) - images)
        return np.clip(y, float(self.value_range[0]), float(self.value_range[1]))
