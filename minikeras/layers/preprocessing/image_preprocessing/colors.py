"""Colours of images: grey, hue, the range of values, blurring. All of it can be traced."""

from __future__ import annotations

from typing import Any

import numpy as np

GREY = (0.2989, 0.587, 0.114)


def to_grey(images: np.ndarray) -> np.ndarray:
    """Brightness of colours, ``(..., 3)`` to ``(..., 1)``; grey images stay.

    >>> to_grey(np.array([[1.0, 1.0, 0.0]]))
    array([[0.8859]])
    """
    if images.shape[-1] == 1:
        return images
    if images.shape[-1] != 3:
        raise ValueError(f"Expected images with 3 channels (RGB) or 1 (grey), got shape {images.shape}.")
    return np.sum(images * np.asarray(GREY, images.dtype), axis=-1, keepdims=True)


def rgb_to_hsv(images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hue, saturation and value of colours; hue and saturation from 0 to 1.

    >>> [float(c[0]) for c in rgb_to_hsv(np.array([[0.0, 2.0, 1.0]]))]
    [0.416667, 1.0, 2.0]
    """
    if images.shape[-1] != 3:
        raise ValueError(f"Expected images with 3 channels (RGB), got shape {images.shape}.")
    r, g, b = images[..., 0], images[..., 1], images[..., 2]
    value = np.maximum(np.maximum(r, g), b)
    spread = value - np.minimum(np.minimum(r, g), b)
    saturation = np.where(value > 0, spread / np.where(value > 0, value, 1.0), 0.0)
    sixth = 1.0 / (6.0 * np.where(spread > 0, spread, 1.0))
    hue = np.where(value == g, sixth * (b - r) + 2.0 / 6.0, sixth * (r - g) + 4.0 / 6.0)
    hue = np.where(value == r, sixth * (g - b), hue)
    hue = np.where(spread > 0, hue, 0.0)
    return np.where(hue < 0.0, hue + 1.0, hue), saturation, value


def hsv_to_rgb(hue: np.ndarray, saturation: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Colours ``(..., 3)`` of a hue, saturation and value.

    >>> hsv_to_rgb(np.array([5 / 12]), np.array([1.0]), np.array([2.0])).round(6).tolist()
    [[0.0, 2.0, 1.0]]
    """
    h = (hue - np.floor(hue)) * 6.0
    red = np.clip(np.abs(h - 3.0) - 1.0, 0.0, 1.0)
    green = np.clip(2.0 - np.abs(h - 2.0), 0.0, 1.0)
    blue = np.clip(2.0 - np.abs(h - 4.0), 0.0, 1.0)
    white = 1.0 - saturation
    return np.stack([value * (white + saturation * c) for c in (red, green, blue)], axis=-1)


def to_range(images: np.ndarray, old: Any, new: Any) -> np.ndarray:
    """Map values linearly from one range to another.

    >>> to_range(np.array([0.0, 1.0]), (0, 1), (0, 255)).tolist()
    [0.0, 255.0]
    """
    if tuple(old) == tuple(new):
        return images
    return (images - float(old[0])) / float(old[1] - old[0]) * float(new[1] - new[0]) + float(new[0])


def gaussian(size: int, sigma: float) -> np.ndarray:
    """A bell curve of ``size`` values that sum up to 1.

    >>> gaussian(3, 1.0)
    array([0.274, 0.452, 0.274])
    """
    x = np.arange(size) - (size - 1) / 2
    bell = np.exp(-0.5 * (x / sigma) ** 2)
    return bell / bell.sum()


def blur_axis(images: np.ndarray, kernel: np.ndarray, axis: int) -> np.ndarray:
    """Convolve with a symmetric kernel along an axis; zeros stand outside.

    >>> blur_axis(np.array([0.0, 1.0, 0.0]).reshape(1, 3, 1, 1), np.array([0.25, 0.5, 0.25]), 1).ravel().tolist()
    [0.25, 0.5, 0.25]
    """
    size, half = images.shape[axis], (len(kernel) - 1) // 2
    offsets = np.arange(size)[:, None] - np.arange(size) + half  # the convolution as a matrix, banded
    inside = (offsets >= 0) & (offsets < len(kernel))
    matrix = np.where(inside, kernel[np.clip(offsets, 0, len(kernel) - 1)], 0.0).astype(images.dtype)
    return np.swapaxes(np.matmul(np.swapaxes(images, axis, -1), matrix.T), axis, -1)
