"""Random mirroring of images."""

from __future__ import annotations

import numpy as np

from minikeras._core.random import SeedGenerator
from minikeras.layers.layer import registry
from minikeras.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import (
    BaseImagePreprocessingLayer,
    choice,
)

MODES = ("horizontal", "vertical", "horizontal_and_vertical")


@registry.register
class RandomFlip(BaseImagePreprocessingLayer):
    """In training, mirror each image with probability 1/2: y[i, j] = x[i, width - 1 - j].

    Args:
        mode: ``"horizontal"`` (left to right), ``"vertical"`` (top to bottom) or ``"horizontal_and_vertical"``.
        seed: an integer, for the same draws in each run.
        data_format: see `keras.config.image_data_format`.

    Input and output ``(batch, height, width, channels)``, or one image.

    >>> RandomFlip("horizontal", seed=0)(np.arange(6.0).reshape(2, 1, 3, 1), training=True)[..., 0].tolist()
    [[[0.0, 1.0, 2.0]], [[5.0, 4.0, 3.0]]]
    """

    moves_pixels = True

    def __init__(
        self, mode: str = "horizontal_and_vertical", seed: int | None = None, data_format: str | None = None, **kwargs
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.mode = choice("RandomFlip", "mode", mode, MODES)
        self.seed = seed
        self.generator = SeedGenerator(seed)

    def draw(self, shape: tuple, rng: np.random.Generator) -> np.ndarray:
        """Draw which images are flipped, along each of the two axes."""
        flips = rng.random((2, shape[0], 1, 1, 1)) <= 0.5
        flips[0] &= self.mode != "vertical"
        flips[1] &= self.mode != "horizontal"
        return flips

    def apply(self, images: np.ndarray, drawn: np.ndarray) -> np.ndarray:
        """Mirror the images that were drawn."""
        images = np.where(drawn[0], images[:, :, ::-1], images)
        return np.where(drawn[1], images[:, ::-1], images)

    def apply_backward(self, dy: np.ndarray, images: np.ndarray, drawn: np.ndarray) -> np.ndarray:
        """Mirror ∂L/∂y back."""
        return self.apply(dy, drawn)
