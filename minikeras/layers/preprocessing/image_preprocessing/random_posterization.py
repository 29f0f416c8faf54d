"""Random posters: few shades."""

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
class RandomPosterization(BaseImagePreprocessingLayer):
    """In training, keep a few bits of each value: y = x with its last 8 - f bits set to 0.

    Args:
        factor: bits to keep, from 1 to 8; or a pair of bounds between which the number is drawn.
        value_range: lowest and highest value of a pixel.
        data_format: see `keras.config.image_data_format`.
        seed: an integer, for the same draws in each run.

    Input and output ``(batch, height, width, channels)``, or one image.

    >>> RandomPosterization((2, 2))(np.array([[[63.0], [64.0], [200.0]]]), training=True).ravel().tolist()
    [0.0, 64.0, 192.0]
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
        self.factor = factor_range("RandomPosterization", "factor", factor, 1, 8)
        self.value_range = sorted(value_pair("RandomPosterization", value_range))
        self.seed = seed
        self.generator = SeedGenerator(seed)

    def draw(self, shape: tuple, rng: np.random.Generator) -> np.ndarray:
        """Draw the number of bits for each image."""
        low, high = (int(f) for f in self.factor)
        return 8 - (np.full((shape[0], 1, 1, 1), low) if low == high else rng.integers(low, high, (shape[0], 1, 1, 1)))

    def apply(self, images: np.ndarray, drawn: np.ndarray) -> np.ndarray:
        """Set the last bits to 0."""
        whole = np.clip(to_range(images, self.value_range, (0, 255)), 0, 255).astype("uint8")
        shift = drawn.astype("uint8")
        return to_range(((whole >> shift) << shift).astype(images.dtype), (0, 255), self.value_range)

    def apply_backward(self, dy: np.ndarray, images: np.ndarray, drawn: np.ndarray) -> np.ndarray:
        """Return zeros: the steps are flat."""
        return np.zeros_like(images)
