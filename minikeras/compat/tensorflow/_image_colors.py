"""Colours of images: brightness, contrast, hue, grey.

>>> rgb_to_grayscale([[[1.0, 1.0, 1.0]]]).shape.as_list()
[1, 1, 1]
"""

from __future__ import annotations

import numpy as np

from minikeras import ops
from minikeras.compat.tensorflow._image_files import convert_image_dtype
from minikeras.compat.tensorflow._tools import exported, op
from minikeras.ops.dtypes import array


def _in_floats(function, image, *args):
    """Compute in floats of 0 to 1, and give the image's own type back."""
    x = array(image)
    if x.dtype.kind == "f":
        return function(x, *args)
    y = function(convert_image_dtype(x, "float32"), *args)
    return convert_image_dtype(y, x.dtype.name, True)


@op
def rgb_to_grayscale(images):
    """One channel of three: 0.2989 R + 0.587 G + 0.114 B"""
    return _in_floats(lambda x: ops.sum(x * np.array([0.2989, 0.587, 0.114], x.dtype), axis=-1, keepdims=True), images)


@op
def grayscale_to_rgb(images):
    """The same channel three times."""
    return np.repeat(array(images), 3, -1)


@op
def rgb_to_hsv(images):
    """Hue, saturation, value."""
    return ops.image.rgb_to_hsv(images, data_format="channels_last")


@op
def hsv_to_rgb(images):
    """Red, green, blue."""
    return ops.image.hsv_to_rgb(images, data_format="channels_last")


@op
def adjust_brightness(image, delta):
    """Brighter by a number, on the scale from 0 to 1."""
    return _in_floats(lambda x: x + float(delta), image)


@op
def adjust_contrast(images, contrast_factor):
    """Away from the mean of each channel: (x - μ) c + μ"""
    def away(x):
        mean = ops.mean(x, axis=(-3, -2), keepdims=True)
        return (x - mean) * float(contrast_factor) + mean

    return _in_floats(away, images)


def _in_hsv(function, image):
    def turned(x):
        h, s, v = (ops.image.rgb_to_hsv(x, data_format="channels_last")[..., i] for i in range(3))
        return ops.image.hsv_to_rgb(np.stack(function(h, s, v), -1), data_format="channels_last")

    return _in_floats(turned, image)


@op
def adjust_saturation(image, saturation_factor):
    """More or less colour."""
    return _in_hsv(lambda h, s, v: (h, ops.clip(s * float(saturation_factor), 0.0, 1.0), v), image)


@op
def adjust_hue(image, delta):
    """Other colours: hue goes round by a share."""
    return _in_hsv(lambda h, s, v: (ops.mod(h + float(delta), 1.0), s, v), image)


@op
def adjust_gamma(image, gamma=1, gain=1):
    """gain · xᵞ"""
    return _in_floats(lambda x: float(gain) * x ** float(gamma), image)


__all__ = exported(globals())
