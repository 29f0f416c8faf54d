"""Random blurring."""

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
from minikeras.layers.preprocessing.image_preprocessing.colors import blur_axis, gaussian


@registry.register
class RandomGaussianBlur(BaseImagePreprocessingLayer):
    """In training, blur some of the images with a bell-shaped window.

    Args:
        factor: the probability is drawn from (0, factor), or between a pair of bounds.
        kernel_size: width of the window in pixels, odd; or a pair (along the width, along the height).
        sigma: the width of the bell is drawn from (0, sigma), or between a pair of bounds; 0 to 1.
        value_range: lowest and highest value of a pixel.
        data_format: see `keras.config.image_data_format`.
        seed: an integer, for the same draws in each run.

    Input and output ``(batch, height, width, channels)``, or one image.

    >>> RandomGaussianBlur(seed=1)(np.zeros((2, 4, 4, 3)), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        factor: Any = 1.0,
        kernel_size: Any = 3,
        sigma: Any = 1.0,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.factor = factor_range("RandomGaussianBlur", "factor", factor, 0, 1)
        sizes = tuple(kernel_size) if isinstance(kernel_size, (tuple, list)) else (kernel_size, kernel_size)
        if len(sizes) != 2 or any(not isinstance(n, (int, np.integer)) or n < 1 or n % 2 == 0 for n in sizes):
            raise ValueError(f"kernel_size of RandomGaussianBlur must be an odd number (or two), got {kernel_size!r}.")
        self.kernel_size = sizes
        self.sigma = factor_range("RandomGaussianBlur", "sigma", sigma, 0, 1)
        self.value_range = value_pair("RandomGaussianBlur", value_range)
        self.seed = seed
        self.generator = SeedGenerator(seed)

    def draw(self, shape: tuple, rng: np.random.Generator) -> tuple:
        """Draw which images are blurred, and how much along width and height."""
        probability = rng.uniform(*self.factor, (shape[0], 1, 1, 1))
        blurred = rng.random((shape[0], 1, 1, 1)) < probability
        return blurred, rng.uniform(*self.sigma, 2) + 1e-6

    def apply(self, images: np.ndarray, drawn: tuple) -> np.ndarray:
        """Convolve along the width and along the height."""
        blurred, (along_width, along_height) = drawn
        y = blur_axis(images, gaussian(self.kernel_size[0], along_width), 2)
        y = blur_axis(y, gaussian(self.kernel_size[1], along_height), 1)
        return np.clip(np.where(blurred, y, images), float(self.value_range[0]), float(self.value_range[1]))
