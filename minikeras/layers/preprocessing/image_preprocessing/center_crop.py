"""The middle of images."""

from __future__ import annotations

import numpy as np

from minikeras.layers.layer import registry
from minikeras.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import BaseImagePreprocessingLayer
from minikeras.layers.preprocessing.image_preprocessing.resizing import aspect_crop, checked_size, with_size
from minikeras.layers.preprocessing.image_preprocessing.sampling import resize, resize_backward


@registry.register
class CenterCrop(BaseImagePreprocessingLayer):
    """Cut a window out of the middle of images. From images that are too small, the largest window of the same aspect
    ratio is cut and made larger.

    Args:
        height, width: size of the output.
        data_format: see `keras.config.image_data_format`.

    Input ``(batch, rows, columns, channels)`` or one image, output ``(batch, height, width, channels)``; the same in
    training and prediction.

    >>> CenterCrop(1, 2)(np.arange(12.0).reshape(3, 4, 1))[..., 0].tolist()
    [[5.0, 6.0]]
    """

    moves_pixels = True
    training_by_default = False

    def __init__(self, height: int, width: int, data_format: str | None = None, **kwargs):
        super().__init__(data_format=data_format, **kwargs)
        self.height, self.width = checked_size("CenterCrop", height, width)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Cut the window out."""
        self._check_rank(x.shape)
        images = self.to_batch(x)
        return self.from_batch(self.apply(images, None), x.ndim), images.shape

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x: 0 for what was cut off."""
        return self.from_batch(window_backward(self.to_batch(dy), kept, *self._window(kept)), dy.ndim)

    def apply(self, images: np.ndarray, drawn: None) -> np.ndarray:
        """Cut the window out, and resize it where it is too small."""
        return window(images, *self._window(images.shape), self.height, self.width)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape with the new height and width."""
        return with_size(input_shape, self.height, self.width, self.data_format)

    def _window(self, shape: tuple) -> tuple[tuple, tuple]:
        return center_window(shape, self.height, self.width)


def center_window(shape: tuple, height: int, width: int) -> tuple[tuple, tuple]:
    """The window in the middle, as large as it should be, or else the largest of its aspect ratio: (shape, place).

    >>> center_window((1, 3, 5, 2), 1, 2)
    ((1, 1, 2, 2), (slice(None, None, None), slice(1, 2, None), slice(1, 3, None)))
    """
    top, left = (shape[1] - height) // 2, (shape[2] - width) // 2
    if top < 0 or left < 0:
        return aspect_crop(shape, height, width)
    return (shape[0], height, width, shape[3]), np.s_[:, top : top + height, left : left + width]


def window(images: np.ndarray, shape: tuple, place: tuple, height: int, width: int) -> np.ndarray:
    """Cut a window out and resize it where it has another size.

    >>> window(np.ones((1, 2, 2, 1)), (1, 1, 1, 1), np.s_[:, :1, :1], 1, 3).shape
    (1, 1, 3, 1)
    """
    return images[place] if shape[1:3] == (height, width) else resize(images[place], (height, width))


def window_backward(dy: np.ndarray, whole: tuple, shape: tuple, place: tuple) -> np.ndarray:
    """The way back of `window`.

    >>> window_backward(np.ones((1, 1, 1, 1)), (1, 1, 3, 1), (1, 1, 1, 1), np.s_[:, :, 1:2]).ravel().tolist()
    [0.0, 1.0, 0.0]
    """
    dx = np.zeros(whole, dy.dtype)
    dx[place] = dy if dy.shape[1:3] == shape[1:3] else resize_backward(dy, shape)
    return dx
