"""Random windows of images."""

from __future__ import annotations

import numpy as np

from minikeras._core.random import SeedGenerator, make_default_seed
from minikeras.layers.layer import registry
from minikeras.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import BaseImagePreprocessingLayer
from minikeras.layers.preprocessing.image_preprocessing.center_crop import center_window, window, window_backward
from minikeras.layers.preprocessing.image_preprocessing.resizing import checked_size, with_size


@registry.register
class RandomCrop(BaseImagePreprocessingLayer):
    """In training, cut a window out of the images, at a random place that all images of a batch share; in prediction,
    out of the middle. Images that are too small are cropped to the same aspect ratio and made larger.

    Args:
        height, width: size of the output.
        seed: an integer, for the same draws in each run.
        data_format: see `keras.config.image_data_format`.

    Input ``(batch, rows, columns, channels)`` or one image, output ``(batch, height, width, channels)``.

    >>> RandomCrop(1, 2, seed=1)(np.arange(12.0).reshape(3, 4, 1), training=False)[..., 0].tolist()
    [[5.0, 6.0]]
    """

    moves_pixels = True

    def __init__(
        self,
        height: int,
        width: int,
        seed: int | None = None,
        data_format: str | None = None,
        name: str | None = None,
        **kwargs,
    ):
        super().__init__(data_format=data_format, name=name, **kwargs)
        self.height, self.width = checked_size("RandomCrop", height, width)
        self.seed = make_default_seed() if seed is None else seed
        self.generator = SeedGenerator(self.seed)

    def draw(self, shape: tuple, rng: np.random.Generator) -> tuple[tuple, tuple]:
        """Draw the place of the window."""
        if shape[1] < self.height or shape[2] < self.width:
            return center_window(shape, self.height, self.width)
        top, left = rng.integers(0, shape[1] - self.height + 1), rng.integers(0, shape[2] - self.width + 1)
        place = np.s_[:, top : top + self.height, left : left + self.width]
        return (shape[0], self.height, self.width, shape[3]), place

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Cut the window out."""
        self._check_rank(x.shape)
        images = self.to_batch(x)
        if training:
            place = self._drawn(images.shape)
        else:
            place = center_window(images.shape, self.height, self.width)
        return self.from_batch(self.apply(images, place), x.ndim), (images.shape, place)

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x: 0 for what was cut off."""
        shape, place = kept
        return self.from_batch(window_backward(self.to_batch(dy), shape, *place), dy.ndim)

    def apply(self, images: np.ndarray, drawn: tuple) -> np.ndarray:
        """Cut the window out, and resize it where it is too small."""
        return window(images, *drawn, self.height, self.width)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape with the new height and width."""
        return with_size(input_shape, self.height, self.width, self.data_format)
