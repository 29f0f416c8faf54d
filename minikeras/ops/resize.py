"""Images in another size, cut, padded, in windows, blurred."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from minikeras.ops.convolution import as_given, channels_last, data_format_of, depthwise_conv, pairs
from minikeras.ops.dtypes import array, cast, floats
from minikeras.ops.operation import operation


def cubic(t):
    """Keys' cubic with a = -1/2."""
    near, far = (1.5 * t - 2.5) * t * t + 1, ((-0.5 * t + 2.5) * t - 4) * t + 2
    return np.where(t < 1, near, np.where(t < 2, far, 0.0))


def lanczos(radius):
    """The sinc, windowed by its wide middle."""
    return lambda t: np.where(t < radius, np.sinc(t) * np.sinc(t / radius), 0.0)


KERNELS: dict[str, Callable] = {
    "bilinear": lambda t: np.maximum(1 - t, 0.0),
    "linear": lambda t: np.maximum(1 - t, 0.0),
    "bicubic": cubic,
    "cubic": cubic,
    "lanczos3": lanczos(3.0),
    "lanczos5": lanczos(5.0),
}


def resize_matrix(length, count, method, antialias, scale=None, translation=0.0):
    """The matrix (count, length) that resizes an axis: each output is a weighted mean of the inputs around it.

    >>> resize_matrix(2, 4, "bilinear", True).tolist()
    [[1.0, 0.0], [0.75, 0.25], [0.25, 0.75], [0.0, 1.0]]
    """
    step = length / count if scale is None else 1.0 / scale
    at = (np.arange(count) + 0.5) * step - translation * step - 0.5
    width = max(step, 1.0) if antialias else 1.0
    weights = KERNELS[method](np.abs(at[:, None] - np.arange(length)) / width)
    total = weights.sum(1, keepdims=True)
    weights = np.where(np.abs(total) > 1e-4, weights / np.where(total == 0, 1.0, total), 0.0)
    return np.where(((at >= -0.5) & (at <= length - 0.5))[:, None], weights, 0.0)


def resized(x, axis, matrix):
    """A matrix multiplied onto one axis."""
    return np.moveaxis(np.matmul(np.moveaxis(x, axis, -1), cast(matrix.T, x.dtype)), -1, axis)


@operation(settings="fill_value")
def resize(
    images,
    size,
    interpolation="bilinear",
    antialias=False,
    crop_to_aspect_ratio=False,
    pad_to_aspect_ratio=False,
    fill_mode="constant",
    fill_value=0.0,
    data_format=None,
):
    """Images (or one) in another size.

    Args:
        images: of shape (batch, height, width, channels) or without batch; channels first with ``"channels_first"``.
        size: (height, width).
        interpolation: "nearest", "bilinear", "bicubic", "lanczos3" or "lanczos5".
        antialias: whether to take the mean of more inputs when the image gets smaller.
        crop_to_aspect_ratio: cut what does not fit the new proportions, instead of stretching.
        pad_to_aspect_ratio: fill with ``fill_value`` instead (``fill_mode`` is "constant").
        data_format: "channels_last" or "channels_first".

    >>> resize(np.array([[[1.0], [3.0]]]), (1, 4)).ravel()
    array([1. , 1.5, 2.5, 3. ])
    """
    if len(size) != 2:
        raise ValueError(f"Expected `size` to be a tuple of 2 integers. Received: size={size}")
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError("Only one of `crop_to_aspect_ratio` & `pad_to_aspect_ratio` can be `True`.")
    if interpolation != "nearest" and interpolation not in KERNELS:
        raise ValueError(f"Invalid `interpolation` argument: one of nearest, {', '.join(KERNELS)}. Received: {interpolation!r}")
    images = array(images)
    rows, columns = image_axes(images, data_format)
    h, w = images.shape[rows], images.shape[columns]
    th, tw = (int(n) for n in size)
    if th < 1 or tw < 1:
        raise ValueError(f"Argument `size` must be a positive height and width, got {tuple(size)}.")
    x = images
    if crop_to_aspect_ratio:
        ch, cw = min(h, int(float(w * th) / tw)), min(w, int(float(h * tw) / th))
        top, left = int(float(h - ch) / 2), int(float(w - cw) / 2)
        x = window(window(x, rows, top, ch), columns, left, cw)
    elif pad_to_aspect_ratio:
        if fill_mode != "constant":
            raise ValueError(f"Only fill_mode='constant' is supported, got {fill_mode!r}.")
        ph, pw = max(h, int(float(w * th) / tw)), max(w, int(float(h * tw) / th))
        top, left = int(float(ph - h) / 2), int(float(pw - w) / 2)
        widths = [(0, 0)] * x.ndim
        widths[rows], widths[columns] = (top, top), (left, left)  # an odd line is lost, as in Keras
        x = np.pad(x, widths, constant_values=fill_value)
    for axis, n in ((rows, th), (columns, tw)):
        m = x.shape[axis]
        if interpolation == "nearest":
            x = np.take(x, np.minimum(np.floor((np.arange(n) + 0.5) * (m / n)).astype(int), m - 1), axis)
        elif n != m:
            x = resized(floats(x), axis, resize_matrix(m, n, interpolation, antialias))
    return back(x, images.dtype)


def back(x, dtype):
    """In the type of the images: rounded and kept in range if these were integers."""
    if dtype.kind in "iu" and x.dtype.kind == "f":
        limits = np.iinfo(dtype)
        return np.clip(np.round(x), float(limits.min), float(limits.max)).astype(dtype)
    return cast(x, dtype)


def image_axes(images, data_format):
    """The axes of height and width of images or of one image."""
    if images.ndim not in (3, 4):
        raise ValueError(
            "Invalid images rank: expected rank 3 (single image) or rank 4 (batch of images). Received input with shape: "
            f"images.shape={images.shape}"
        )
    return (-3, -2) if data_format_of(data_format) == "channels_last" else (-2, -1)


def window(x, axis, start, length):
    """A range along one axis."""
    return x[(slice(None),) * (axis % x.ndim) + (slice(start, start + length),)]


@operation(data="output_shape")
def scale_and_translate(images, output_shape, scale, translation, spatial_dims, method, antialias=True):
    """Resize by factors and shift, along the axes given: output i stands at (i + ½ - translation) / scale - ½.

    >>> scale_and_translate(np.array([1.0, 3.0]), (4,), [2.0], [0.0], (0,), "linear")
    array([1. , 1.5, 2.5, 3. ])
    """
    if method not in KERNELS:
        raise ValueError(f"Invalid `method` argument: one of {', '.join(KERNELS)}. Received: {method!r}")
    x = floats(images)
    scale, translation = np.asarray(array(scale), "float64"), np.asarray(array(translation), "float64")
    for i, axis in enumerate(spatial_dims):
        matrix = resize_matrix(x.shape[axis], output_shape[axis], method, antialias, float(scale[i]), float(translation[i]))
        x = resized(x, axis, matrix)
    return x


def borders(before, after, size, target, what, sign):
    """The two borders of an axis, one of which may follow from the size wanted."""
    if [before, after, target].count(None) != 1:
        raise ValueError(f"Must specify exactly two of {what}. Received: {before}, {after}, {target}")
    total = None if target is None else sign * (target - size)
    before = total - after if before is None else before
    after = total - before if after is None else after
    if before < 0 or after < 0 or target is not None and target < 0 or sign < 0 and before + after > size:
        raise ValueError(f"Borders must be >= 0, but {what} ask for {before} and {after} of a size of {size}.")
    return before, after


@operation
def pad_images(
    images,
    top_padding=None,
    left_padding=None,
    bottom_padding=None,
    right_padding=None,
    target_height=None,
    target_width=None,
    data_format=None,
):
    """Images with borders of zeros; of top, bottom and target height two are given, and of left, right and target width.

    >>> pad_images(np.ones((1, 1, 1)), 1, 0, 0, 0).shape
    (2, 1, 1)
    """
    images = array(images)
    rows, columns = image_axes(images, data_format)
    widths = [(0, 0)] * images.ndim
    widths[rows] = borders(
        top_padding, bottom_padding, images.shape[rows], target_height, "top_padding, bottom_padding, target_height", 1
    )
    widths[columns] = borders(
        left_padding, right_padding, images.shape[columns], target_width, "left_padding, right_padding, target_width", 1
    )
    return np.pad(images, widths)


@operation
def crop_images(
    images,
    top_cropping=None,
    left_cropping=None,
    bottom_cropping=None,
    right_cropping=None,
    target_height=None,
    target_width=None,
    data_format=None,
):
    """Images without borders; of top, bottom and target height two are given, and of left, right and target width.

    >>> crop_images(np.ones((3, 3, 1)), 1, 0, 0, 0).shape
    (2, 3, 1)
    """
    images = array(images)
    rows, columns = image_axes(images, data_format)
    h, w = images.shape[rows], images.shape[columns]
    top, bottom = borders(top_cropping, bottom_cropping, h, target_height, "top_cropping, bottom_cropping, target_height", -1)
    left, right = borders(left_cropping, right_cropping, w, target_width, "left_cropping, right_cropping, target_width", -1)
    return window(window(images, rows, top, h - top - bottom), columns, left, w - left - right)


@operation
def extract_patches(images, size, strides=None, dilation_rate=1, padding="valid", data_format=None):
    """Windows of images, each as the channels of one pixel: (batch, windows down, windows across, height · width · channels).

    Args:
        images: of shape (batch, height, width, channels) or without batch.
        size: of the windows: one integer or (height, width); three for volumes.
        strides: how far apart they are; as far as they are long by default.
        dilation_rate: how far apart the pixels of a window are.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first".

    >>> extract_patches(np.arange(4.0).reshape(1, 2, 2, 1), 2).tolist()
    [[[[0.0, 1.0, 2.0, 3.0]]]]
    """
    if isinstance(size, (tuple, list)) and len(size) == 3:
        return extract_patches_3d(images, size, strides, dilation_rate, padding, data_format)
    return patches(images, size, strides, dilation_rate, padding, data_format, 2)


@operation(name="ExtractPatches3D")
def extract_patches_3d(volumes, size, strides=None, dilation_rate=1, padding="valid", data_format=None):
    """The same for volumes: (batch, depth, height, width, channels).

    >>> extract_patches_3d(np.arange(8.0).reshape(1, 2, 2, 2, 1), 2).shape
    (1, 1, 1, 1, 8)
    """
    return patches(volumes, size, strides, dilation_rate, padding, data_format, 3)


def patches(images, size, strides, dilation_rate, padding, data_format, rank):
    """Gather the windows by their indices."""
    x = array(images)
    single = x.ndim == rank + 1
    if not single and x.ndim != rank + 2:
        raise ValueError(f"Invalid rank: expected {rank + 1} or {rank + 2} axes, got shape {x.shape}.")
    x = channels_last(x[None] if single else x, data_format)
    size, dilation, strides = (
        (v,) * rank if isinstance(v, (int, np.integer)) else tuple(v)
        for v in (size, dilation_rate, size if strides is None else strides)
    )
    for name, value in (("size", size), ("dilation_rate", dilation), ("strides", strides)):
        if not all(isinstance(n, (int, np.integer)) for n in value):
            raise TypeError(f"Argument `{name}` must be an integer, or {rank} of them, got {value}.")
        if len(value) != rank or min(value) < 1:
            raise ValueError(f"Argument `{name}` must be a positive integer, or {rank} of them, got {value}.")
    spans = [d * (k - 1) + 1 for k, d in zip(size, dilation)]
    if padding not in ("valid", "same"):
        raise ValueError(f"padding must be 'valid' or 'same', got {padding!r}.")
    if padding == "same":
        missing = [max((-(-n // s) - 1) * s + span - n, 0) for n, s, span in zip(x.shape[1:], strides, spans)]
        x = np.pad(x, [(0, 0), *((m // 2, m - m // 2) for m in missing), (0, 0)])
    key: list = [slice(None)]
    out = [(n - span) // s + 1 for n, span, s in zip(x.shape[1:], spans, strides)]
    for i in range(rank):  # an index for each axis: windows first, then the pixels in them
        at = np.arange(out[i])[:, None] * strides[i] + np.arange(size[i]) * dilation[i]
        place = [1] * (2 * rank)
        place[i], place[rank + i] = at.shape
        key.append(at.reshape(place))
    y = np.reshape(x[tuple(key)], (x.shape[0], *out, math.prod(size) * x.shape[-1]))
    y = as_given(y, data_format)
    return y[0] if single else y


def gaussian(size, sigma):
    """The weights of a blur along one axis."""
    t = np.arange(size) - (size - 1) / 2
    e = np.exp(-0.5 * (t / sigma) ** 2)
    return e / e.sum()


@operation
def gaussian_blur(images, kernel_size=(3, 3), sigma=(1.0, 1.0), data_format=None):
    """Images blurred by a Gaussian; outside is black. Sizes and widths are (to the right, downwards).

    >>> float(gaussian_blur(np.ones((1, 3, 3, 1)))[0, 1, 1, 0])
    1.0
    """
    images = floats(images)
    image_axes(images, data_format)
    x = channels_last(images if images.ndim == 4 else images[None], data_format)
    (kw, kh), (sw, sh) = pairs(kernel_size), tuple(float(s) for s in np.broadcast_to(array(sigma), 2))  # Keras' order
    kernel = np.outer(gaussian(kh, sh), gaussian(kw, sw))[:, :, None, None]
    kernel = cast(np.repeat(kernel, x.shape[-1], 2), x.dtype)
    y = as_given(depthwise_conv(x, kernel, 1, "same", "channels_last"), data_format)
    return y if images.ndim == 4 else y[0]
