"""Colours of images, their edges, how alike two are."""

from __future__ import annotations

import numpy as np

from minikeras.ops.convolution import channels_last, depthwise_conv
from minikeras.ops.dtypes import array, cast, floats, promote_floats
from minikeras.ops.operation import operation
from minikeras.ops.resize import gaussian, image_axes


def colours(images, data_format, need_floats=True):
    """Images with their three colours as last axis."""
    images = array(images)
    axes = image_axes(images, data_format)
    channel = -1 if axes == (-3, -2) else -3
    if need_floats and images.dtype.kind != "f":
        raise ValueError(f"Invalid images dtype: expected float dtype. Received: images.dtype={images.dtype.name}")
    x = np.moveaxis(images, channel, -1)
    if x.shape[-1] != 3:
        raise ValueError(f"Invalid channel size: expected 3 (RGB image). Received input with shape: {images.shape}")
    return x, lambda y: np.moveaxis(y, -1, channel)


@operation(name="RGBToGrayscale")
def rgb_to_grayscale(images, data_format=None):
    """0.2989 red + 0.5870 green + 0.1140 blue.

    >>> rgb_to_grayscale(np.array([[[1.0, 0.0, 0.0]]])).ravel()
    array([0.2989])
    """
    x, given = colours(images, data_format, need_floats=False)
    weights = cast(np.array([0.2989, 0.5870, 0.1140]), floats(x).dtype)
    y = np.sum(floats(x) * weights, -1, keepdims=True)
    return given(cast(y, x.dtype))


@operation(name="RGBToHSV")
def rgb_to_hsv(images, data_format=None):
    """Hue, saturation and value of red, green and blue, all from 0 to 1.

    >>> rgb_to_hsv(np.array([[[0.0, 1.0, 0.0]]])).ravel()
    array([0.3333, 1.    , 1.    ])
    """
    x, given = colours(images, data_format)
    r, g, b = (x[..., i] for i in range(3))
    value = np.max(x, -1)
    spread = value - np.min(x, -1)
    zero = cast(0, x.dtype)
    saturation = np.where(value > 0, spread / np.where(value > 0, value, cast(1, x.dtype)), zero)
    norm = 1 / (6 * np.where(spread > 0, spread, cast(1, x.dtype)))
    hue = np.where(np.equal(value, g), norm * (b - r) + 2 / 6, norm * (r - g) + 4 / 6)
    hue = np.where(np.equal(value, r), norm * (g - b), hue)
    hue = np.where(spread > 0, hue, zero)
    hue = hue + np.less(hue, 0).astype(x.dtype)
    return given(np.stack([hue, saturation, value], -1))


@operation(name="HSVToRGB")
def hsv_to_rgb(images, data_format=None):
    """Red, green and blue of hue, saturation and value: the inverse of `rgb_to_hsv`.

    >>> hsv_to_rgb(np.array([[[0.3333333333, 1.0, 1.0]]])).ravel().round(4)
    array([0., 1., 0.])
    """
    x, given = colours(images, data_format)
    hue, saturation, value = (x[..., i] for i in range(3))
    six = hue * 6
    red = np.clip(np.abs(six - 3) - 1, 0.0, 1.0)
    green = np.clip(2 - np.abs(six - 2), 0.0, 1.0)
    blue = np.clip(2 - np.abs(six - 4), 0.0, 1.0)
    return given(np.stack([((1 - saturation) + saturation * c) * value for c in (red, green, blue)], -1))


@operation
def sobel_edges(images, data_format=None):
    """How fast images change downwards and to the right: of shape (batch, height, width, channels, 2).

    >>> sobel_edges(np.ones((1, 3, 3, 1))).shape
    (1, 3, 3, 1, 2)
    """
    images = floats(images)
    image_axes(images, data_format)
    x = channels_last(images if images.ndim == 4 else images[None], data_format)
    down = np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]])
    kernel = cast(np.repeat(np.stack([down, down.T], -1)[:, :, None], x.shape[-1], 2), x.dtype)
    y = depthwise_conv(x, kernel, 1, "same", "channels_last")
    y = np.reshape(y, (*y.shape[:-1], x.shape[-1], 2))
    y = y if data_format != "channels_first" else np.moveaxis(y, 3, 1)
    return y if images.ndim == 4 else y[0]


@operation(name="SSIM")
def ssim(image1, image2, max_val=1.0, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03, data_format=None):
    """How alike two images are in brightness, contrast and structure, window by window; 1 if they are the same.

    >>> x = np.random.default_rng(0).random((1, 12, 12, 1)); ssim(x, x).round(4)
    array([1.])
    """
    a, b = promote_floats(image1, image2)
    image_axes(a, data_format)
    a, b = (channels_last(x if x.ndim == 4 else x[None], data_format) for x in (a, b))
    weights = gaussian(filter_size, filter_sigma)
    kernel = cast(np.repeat(np.outer(weights, weights)[:, :, None, None], a.shape[-1], 2), a.dtype)

    def blurred(x):
        return depthwise_conv(x, kernel, 1, "valid", "channels_last")

    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    mean_a, mean_b = blurred(a), blurred(b)
    cross = blurred(a * b) - mean_a * mean_b
    both = blurred(a * a + b * b) - mean_a * mean_a - mean_b * mean_b
    light = (2 * mean_a * mean_b + c1) / (mean_a * mean_a + mean_b * mean_b + c1)
    y = np.mean(light * (2 * cross + c2) / (both + c2), (1, 2, 3))
    return y if np.ndim(image1) == 4 else y[0]
