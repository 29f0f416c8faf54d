"""Convolutions, pooling, and blocks of images as channels."""

from __future__ import annotations

import math

import numpy as np

from minikeras._core import pool
from minikeras._core.config import image_data_format
from minikeras._core.trace_own import scatter_add
from minikeras._core.trace_windows import average_pool as average_windows
from minikeras._core.trace_windows import convolve, convolve_transpose
from minikeras._core.trace_windows import max_pool as max_windows
from minikeras._core.windows import transposed_size
from minikeras.ops.dtypes import array, promote_floats
from minikeras.ops.operation import operation


def data_format_of(data_format):
    """Where the channels stand."""
    if data_format in ("channels_last", "channels_first"):
        return data_format
    wanted = image_data_format() if data_format is None else str(data_format).lower()
    if wanted not in ("channels_last", "channels_first"):
        raise ValueError(f"data_format must be 'channels_last' or 'channels_first', got {data_format!r}.")
    return wanted


def channels_last(x, data_format):
    """The array with its channels at the end."""
    return x if data_format_of(data_format) == "channels_last" else np.moveaxis(x, 1, -1)


def as_given(y, data_format):
    """The way back."""
    return y if data_format_of(data_format) == "channels_last" else np.moveaxis(y, -1, 1)


def each(value, rank, name):
    """One integer for each axis of space."""
    values = (int(value),) * rank if isinstance(value, (int, np.integer)) else tuple(int(v) for v in value)
    if len(values) != rank or min(values) < 1:
        raise ValueError(f"{name} must be one positive integer, or one for each of {rank} axes, got {value!r}.")
    return values


def padding_of(padding):
    """The name in small letters."""
    padding = padding.lower() if isinstance(padding, str) else padding
    if padding not in ("valid", "same"):
        raise ValueError(f"padding must be 'valid' or 'same', got {padding!r}.")
    return padding


@operation(settings="")
def conv(inputs, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Slide a kernel over one, two or three axes of space.

    Args:
        inputs: of shape (batch, *sizes, channels), or with ``"channels_first"`` (batch, channels, *sizes).
        kernel: of shape (*window, channels, filters); if it has a fraction of the channels they fall in groups.
        strides, dilation_rate: one integer, or one for each axis.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first"; as in the config by default.

    >>> conv(np.array([[[1.0], [2.0], [4.0]]]), np.array([[[1.0]], [[-1.0]]])).ravel()
    array([-1., -2.])
    """
    inputs, kernel = promote_floats(inputs, kernel)
    x, rank = channels_last(inputs, data_format), kernel.ndim - 2
    if x.shape[-1] % kernel.shape[-2]:
        raise ValueError(
            f"The number of input channels must be evenly divisible by kernel's in_channels. Received input channels "
            f"{x.shape[-1]} and kernel in_channels {kernel.shape[-2]}."
        )
    strides, dilation = each(strides, rank, "strides"), each(dilation_rate, rank, "dilation_rate")
    return as_given(convolve(x, kernel, strides, padding_of(padding), dilation, x.shape[-1] // kernel.shape[-2]), data_format)


@operation
def depthwise_conv(inputs, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Slide over each channel kernels of its own: of shape (*window, channels, multiplier). Arguments as of `conv`.

    >>> depthwise_conv(np.ones((1, 3, 2)), np.ones((2, 2, 1))).tolist()
    [[[2.0, 2.0], [2.0, 2.0]]]
    """
    inputs, kernel = promote_floats(inputs, kernel)
    x, rank = channels_last(inputs, data_format), kernel.ndim - 2
    w = np.reshape(kernel, (*kernel.shape[:-2], 1, -1))
    strides, dilation = each(strides, rank, "strides"), each(dilation_rate, rank, "dilation_rate")
    return as_given(convolve(x, w, strides, padding_of(padding), dilation, x.shape[-1]), data_format)


@operation
def separable_conv(inputs, depthwise_kernel, pointwise_kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """A depthwise convolution, then one with a window of 1 over all channels. Arguments as of `conv`.

    >>> separable_conv(np.ones((1, 3, 2)), np.ones((2, 2, 1)), np.ones((1, 2, 1))).tolist()
    [[[4.0], [4.0]]]
    """
    y = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(y, pointwise_kernel, 1, "valid", data_format, 1)


@operation
def conv_transpose(inputs, kernel, strides=1, padding="valid", output_padding=None, data_format=None, dilation_rate=1):
    """The transpose of a convolution: each input, times the kernel, is added where its window would stand.

    Args:
        inputs: as of `conv`.
        kernel: of shape (*window, filters, channels).
        output_padding: how much to add at the end of each axis; None for what is natural.
        strides, padding, data_format, dilation_rate: as of `conv`.

    >>> conv_transpose(np.array([[[1.0], [2.0]]]), np.array([[[1.0]], [[10.0]]]), 2).ravel()
    array([ 1., 10.,  2., 20.])
    """
    inputs, kernel = promote_floats(inputs, kernel)
    x, rank = channels_last(inputs, data_format), kernel.ndim - 2
    strides, dilation = each(strides, rank, "strides"), each(dilation_rate, rank, "dilation_rate")
    more = (None,) * rank if output_padding is None else np.broadcast_to(output_padding, rank).tolist()
    padding = padding_of(padding)
    axes = zip(x.shape[1:-1], kernel.shape, strides, more, dilation)
    plan = [transposed_size(n, k, s, padding, m, d) for n, k, s, m, d in axes]
    sizes, pads = zip(*plan)
    return as_given(convolve_transpose(x, kernel, sizes, strides, pads, dilation, 1), data_format)


def window_plan(x, sizes, strides, padding):
    """The windows along each axis of space, the last axis first."""
    return [(i + 1, pool.windows(x.shape[i + 1], sizes[i], strides[i], padding)) for i in reversed(range(len(sizes)))]


def pooled(function, inputs, pool_size, strides, padding, data_format):
    """Pool over the axes of space."""
    x = channels_last(array(inputs), data_format)
    rank = x.ndim - 2
    sizes = each(pool_size, rank, "pool_size")
    strides = sizes if strides is None else each(strides, rank, "strides")
    return as_given(function(x, window_plan(x, sizes, strides, padding_of(padding))), data_format)


@operation
def max_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    """The greatest of each window.

    Args:
        inputs: of shape (batch, *sizes, channels), or with ``"channels_first"`` (batch, channels, *sizes).
        pool_size: of the windows, one integer or one for each axis.
        strides: how far apart they are; as far as they are long by default.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first".

    >>> max_pool(np.array([[[3.0], [1.0], [4.0], [1.0]]]), 2).ravel()
    array([3., 4.])
    """
    return pooled(max_windows, inputs, pool_size, strides, padding, data_format)


@operation
def average_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    """The mean of each window. Arguments as of `max_pool`.

    >>> average_pool(np.array([[[3.0], [1.0], [4.0], [2.0]]]), 2).ravel()
    array([2., 3.])
    """
    return pooled(average_windows, inputs, pool_size, strides, padding, data_format)


def adaptive(function, inputs, output_size, data_format):
    """Pool to so many windows along each axis of space."""
    x = channels_last(array(inputs), data_format)
    sizes = each(output_size, x.ndim - 2, "output_size")
    plan = [(i + 1, pool.adaptive_windows(x.shape[i + 1], sizes[i])) for i in reversed(range(len(sizes)))]
    return as_given(function(x, plan), data_format)


@operation
def adaptive_max_pool(inputs, output_size, data_format=None):
    """The greatest of each of so many windows.

    >>> adaptive_max_pool(np.array([[[3.0], [1.0], [4.0], [1.0]]]), 2).ravel()
    array([3., 4.])
    """
    return adaptive(max_windows, inputs, output_size, data_format)


@operation
def adaptive_average_pool(inputs, output_size, data_format=None):
    """The mean of each of so many windows.

    >>> adaptive_average_pool(np.array([[[3.0], [1.0], [4.0], [2.0]]]), 2).ravel()
    array([2., 3.])
    """
    return adaptive(average_windows, inputs, output_size, data_format)


@operation
def space_to_depth(x, block_size, data_format="channels_last"):
    """Blocks of an image as channels: (batch, h b, w b, c) becomes (batch, h, w, b b c).

    >>> space_to_depth(np.arange(4.0).reshape(1, 2, 2, 1), 2).tolist()
    [[[[0.0, 1.0, 2.0, 3.0]]]]
    """
    block_size = block_size_of(block_size)
    x = channels_last(array(x), data_format)
    n, h, w, c = x.shape
    if h % block_size or w % block_size:
        raise ValueError(f"Height and width must be divisible by block_size={block_size}, got {h} and {w}.")
    x = np.reshape(x, (n, h // block_size, block_size, w // block_size, block_size, c))
    order = (0, 1, 3, 2, 4, 5) if data_format_of(data_format) == "channels_last" else (0, 1, 3, 5, 2, 4)  # as in Keras
    y = np.reshape(np.transpose(x, order), (n, h // block_size, w // block_size, -1))
    return as_given(y, data_format)


@operation
def depth_to_space(x, block_size, data_format="channels_last"):
    """Channels as blocks of an image: the inverse of `space_to_depth`.

    >>> depth_to_space(np.arange(4.0).reshape(1, 1, 1, 4), 2)[0, :, :, 0].tolist()
    [[0.0, 1.0], [2.0, 3.0]]
    """
    block_size = block_size_of(block_size)
    x = channels_last(array(x), data_format)
    n, h, w, c = x.shape
    if c % (block_size * block_size):
        raise ValueError(f"Channels must be divisible by block_size² = {block_size**2}, got {c}.")
    blocks = (block_size, block_size)
    if data_format_of(data_format) == "channels_last":
        x = np.transpose(np.reshape(x, (n, h, w, *blocks, -1)), (0, 1, 3, 2, 4, 5))
    else:  # the places of a block come after the channels, as in `space_to_depth`
        x = np.transpose(np.reshape(x, (n, h, w, -1, *blocks)), (0, 1, 4, 2, 5, 3))
    return as_given(np.reshape(x, (n, h * block_size, w * block_size, -1)), data_format)


def block_size_of(block_size):
    """The side of a block, at least 2."""
    if not isinstance(block_size, (int, np.integer)) or block_size < 2:
        raise ValueError(f"Argument `block_size` must be an integer of at least 2, got {block_size!r}.")
    return int(block_size)


def pairs(value):
    """One integer for each of two axes."""
    return (value, value) if isinstance(value, (int, np.integer)) else tuple(value)


def patch_places(sizes, kernel_size, dilation, stride):
    """The rows and columns that each window sees, of shapes (kh, kw, windows down, windows across)."""
    out = [(n - d * (k - 1) - 1) // s + 1 for n, k, d, s in zip(sizes, kernel_size, dilation, stride)]
    at = [np.arange(k)[:, None] * d + np.arange(o) * s for k, d, o, s in zip(kernel_size, dilation, out, stride)]
    return at[0][:, None, :, None], at[1][None, :, None, :], out


@operation
def unfold(x, kernel_size, dilation=1, padding=0, stride=1):
    """All windows of images (batch, channels, height, width), as columns: (batch, channels · kh · kw, windows).

    >>> unfold(np.arange(4.0).reshape(1, 1, 2, 2), 2).tolist()
    [[[0.0], [1.0], [2.0], [3.0]]]
    """
    x = array(x)
    k, d, p, s = (pairs(v) for v in (kernel_size, dilation, padding, stride))
    x = np.pad(x, ((0, 0), (0, 0), (p[0], p[0]), (p[1], p[1])))
    rows, columns, out = patch_places(x.shape[2:], k, d, s)
    return np.reshape(x[:, :, rows, columns], (x.shape[0], x.shape[1] * k[0] * k[1], out[0] * out[1]))


@operation
def fold(x, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """Add columns of windows up to images: the transpose of `unfold`.

    >>> fold(np.ones((1, 2, 3)), (1, 4), (1, 2)).tolist()
    [[[[1.0, 2.0, 2.0, 1.0]]]]
    """
    x = array(x)
    size, k, d, p, s = (pairs(v) for v in (output_size, kernel_size, dilation, padding, stride))
    sizes = [n + 2 * m for n, m in zip(size, p)]
    rows, columns, out = patch_places(sizes, k, d, s)
    if x.shape[-1] != math.prod(out):
        raise ValueError(f"fold expects {math.prod(out)} windows for output_size={size}, got x of shape {x.shape}.")
    channels = x.shape[1] // (k[0] * k[1])
    x = np.reshape(x, (x.shape[0], channels, *k, *out))
    y = scatter_add(x, (x.shape[0], channels, *sizes), (slice(None), slice(None), rows, columns))
    return y[:, :, p[0] : p[0] + size[0], p[1] : p[1] + size[1]]
