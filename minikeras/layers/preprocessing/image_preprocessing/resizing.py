"""Images brought to another size."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.layers.layer import registry
from minikeras.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import (
    BaseImagePreprocessingLayer,
    choice,
)
from minikeras.layers.preprocessing.image_preprocessing.sampling import RESIZINGS, resize, resize_backward


@registry.register
class Resizing(BaseImagePreprocessingLayer):
    """Bring images to a height and width.

    Args:
        height, width: size of the output.
        interpolation: "bilinear", "nearest", "bicubic", "lanczos3" or "lanczos5".
        crop_to_aspect_ratio: cut off the sides (or top and bottom) first, so that nothing is distorted.
        pad_to_aspect_ratio: fill up at the sides (or above and below) first, so that nothing is distorted.
        fill_mode: "constant", how to fill up.
        fill_value: what to fill up with.
        antialias: when making images smaller, average over all pixels instead of looking at the nearest few.
        data_format: see `keras.config.image_data_format`.

    Input ``(batch, rows, columns, channels)`` or one image, output ``(batch, height, width, channels)``; the same in
    training and prediction. Integers stay integers, rounded.

    >>> Resizing(1, 4)(np.array([[[0.0], [4.0]]]))[..., 0].tolist()
    [[0.0, 1.0, 3.0, 4.0]]
    """

    float_inputs = False
    moves_pixels = True
    training_by_default = False

    def __init__(
        self,
        height: int,
        width: int,
        interpolation: str = "bilinear",
        crop_to_aspect_ratio: bool = False,
        pad_to_aspect_ratio: bool = False,
        fill_mode: str = "constant",
        fill_value: float = 0.0,
        antialias: bool = False,
        data_format: str | None = None,
        **kwargs,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.height, self.width = checked_size("Resizing", height, width)
        self.interpolation = choice("Resizing", "interpolation", interpolation, RESIZINGS)
        if crop_to_aspect_ratio and pad_to_aspect_ratio:
            raise ValueError("Only one of `pad_to_aspect_ratio` and `crop_to_aspect_ratio` of Resizing can be True.")
        self.crop_to_aspect_ratio, self.pad_to_aspect_ratio = crop_to_aspect_ratio, pad_to_aspect_ratio
        self.fill_mode = choice("Resizing", "fill_mode", fill_mode, ("constant",))
        self.fill_value = fill_value
        self.antialias = bool(antialias)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Resize the images."""
        self._check_rank(x.shape)
        images = self.to_batch(x)
        return self.from_batch(self.apply(images, self.interpolation), x.ndim), images.shape

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x."""
        batch = self.to_batch(dy)
        inner, place = self._shape_between(kept)
        d = resize_backward(batch, inner, self.interpolation, self.antialias)
        if self.crop_to_aspect_ratio:
            dx = np.zeros(kept, dy.dtype)
            dx[place] = d  # ∂L/∂x = Wᵀ ∂L/∂y, and 0 for what was cut off
            return self.from_batch(dx, dy.ndim)
        return self.from_batch(d[place], dy.ndim)

    def apply(self, images: np.ndarray, drawn: str) -> np.ndarray:
        """Crop or fill up, then resize with an interpolation."""
        interpolation = drawn or self.interpolation
        inner, place = self._shape_between(images.shape)
        if self.crop_to_aspect_ratio:
            images = images[place]
        elif inner != images.shape:
            padded = np.full(inner, self.fill_value, images.dtype)
            padded[place] = images
            images = padded
        if images.dtype.kind == "f":
            return resize(images, (self.height, self.width), interpolation, self.antialias)
        y = np.round(resize(images.astype(np.result_type(images, np.float32)), (self.height, self.width), interpolation))
        if images.dtype.kind in "iu":
            y = np.clip(y, np.iinfo(images.dtype).min, np.iinfo(images.dtype).max)
        return y.astype(images.dtype)

    def apply_to_masks(self, masks: np.ndarray, drawn: Any) -> np.ndarray:
        """Resize masks without mixing their numbers."""
        return self.apply(masks, "nearest")

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape with the new height and width."""
        return with_size(input_shape, self.height, self.width, self.data_format)

    def _shape_between(self, shape: tuple) -> tuple[tuple, tuple]:
        """The shape after cutting or filling up, and where the one lies in the other."""
        n, height, width, channels = shape
        new_height, new_width = height, width
        if self.crop_to_aspect_ratio:
            return aspect_crop(shape, self.height, self.width)
        if self.pad_to_aspect_ratio:
            new_height = max(height, int(float(width * self.height) / self.width))
            new_width = max(width, int(float(height * self.width) / self.height))
        top, left = (new_height - height) // 2, (new_width - width) // 2
        if top > 0:  # the same above and below, as Keras has it
            new_height, new_width, left = height + 2 * top, width, 0
        else:
            new_height, new_width = height, width + 2 * left
        return (n, new_height, new_width, channels), np.s_[:, top : top + height, left : left + width]


def aspect_crop(shape: tuple, height: int, width: int) -> tuple[tuple, tuple]:
    """The largest window of the aspect ratio height : width in the middle of images: its shape, and its place.

    >>> aspect_crop((1, 4, 8, 3), 2, 2)
    ((1, 4, 4, 3), (slice(None, None, None), slice(0, 4, None), slice(2, 6, None)))
    """
    n, rows, columns, channels = shape
    new_rows = max(min(rows, int(float(columns * height) / width)), 1)
    new_columns = max(min(columns, int(float(rows * width) / height)), 1)
    top, left = int(float(rows - new_rows) / 2), int(float(columns - new_columns) / 2)
    return (n, new_rows, new_columns, channels), np.s_[:, top : top + new_rows, left : left + new_columns]


def with_size(shape: tuple, height: int, width: int, data_format: str) -> tuple:
    """A shape of images with another height and width.

    >>> with_size((None, 8, 8, 3), 2, 4, "channels_last")
    (None, 2, 4, 3)
    """
    shape = tuple(shape)
    if data_format == "channels_last":
        return (*shape[:-3], height, width, shape[-1])
    return (*shape[:-2], height, width)


def checked_size(layer: str, height: Any, width: Any) -> tuple[int, int]:
    """Check a height and width.

    >>> checked_size("Resizing", 2, 3)
    (2, 3)
    """
    for name, n in (("height", height), ("width", width)):
        if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
            raise ValueError(f"`{name}` of {layer} must be a positive integer, got {n!r}.")
    return int(height), int(width)
