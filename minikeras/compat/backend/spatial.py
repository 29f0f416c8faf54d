"""What has axes of space, in keras.backend: convolutions, pooling, resizing; and normalization over batches."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras import config, ops
from minikeras.compat.backend.whole import whole


def conv1d(
    x: Any, kernel: Any, strides: Any = 1, padding: str = "valid", data_format: str | None = None, dilation_rate: Any = 1
) -> Any:
    """Slide a kernel over steps; ``padding="causal"`` looks back only.

    >>> conv1d(np.ones((1, 4, 2)), np.ones((3, 2, 5))).shape
    (1, 2, 5)
    """
    if padding == "causal":
        before = int(np.ravel(dilation_rate)[0]) * (kernel.shape[0] - 1)
        x, padding = _before(x, before), "valid"
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


@whole
def _before(x, n):
    return np.pad(x, ((0, 0), (n, 0), (0, 0)))


def conv2d(
    x: Any, kernel: Any, strides: Any = (1, 1), padding: str = "valid", data_format: Any = None, dilation_rate: Any = (1, 1)
) -> Any:
    """Slide a kernel over images.

    >>> conv2d(np.ones((1, 4, 4, 2)), np.ones((3, 3, 2, 5))).shape
    (1, 2, 2, 5)
    """
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv3d(
    x: Any, kernel: Any, strides: Any = 1, padding: str = "valid", data_format: Any = None, dilation_rate: Any = 1
) -> Any:
    """Slide a kernel over volumes.

    >>> conv3d(np.ones((1, 4, 4, 4, 2)), np.ones((3, 3, 3, 2, 5))).shape
    (1, 2, 2, 2, 5)
    """
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv2d_transpose(
    x: Any,
    kernel: Any,
    output_shape: Any = None,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: Any = None,
    dilation_rate: Any = (1, 1),
) -> Any:
    """The transpose of a convolution of images; the kernel is (rows, columns, filters, channels).

    >>> conv2d_transpose(np.ones((1, 2, 2, 2)), np.ones((3, 3, 5, 2)), strides=(2, 2)).shape
    (1, 5, 5, 5)
    """
    return ops.conv_transpose(x, kernel, strides, padding, None, data_format, dilation_rate)


def depthwise_conv2d(
    x: Any, depthwise_kernel: Any, strides: Any = 1, padding: str = "valid", data_format: Any = None, dilation_rate: Any = 1
) -> Any:
    """Slide over each channel kernels of its own.

    >>> depthwise_conv2d(np.ones((1, 4, 4, 2)), np.ones((3, 3, 2, 1))).shape
    (1, 2, 2, 2)
    """
    return ops.depthwise_conv(x, depthwise_kernel, strides, padding, data_format, dilation_rate)


def separable_conv2d(
    x: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: Any = None,
    dilation_rate: Any = (1, 1),
) -> Any:
    """A depthwise convolution, then one over all channels.

    >>> separable_conv2d(np.ones((1, 4, 4, 2)), np.ones((3, 3, 2, 1)), np.ones((1, 1, 2, 5))).shape
    (1, 2, 2, 5)
    """
    return ops.separable_conv(x, depthwise_kernel, pointwise_kernel, strides, padding, data_format, dilation_rate)


separable_conv1d = separable_conv2d


def local_conv1d(inputs: Any, kernel: Any, kernel_size: Any, strides: Any, data_format: Any = None) -> Any:
    """A convolution with weights of their own at each place: the kernel is (places, taps times channels, filters).

    >>> local_conv1d(np.ones((1, 4, 2)), np.ones((2, 6, 5)), (3,), (1,)).shape
    (1, 2, 5)
    """
    return _local(inputs, kernel, tuple(kernel_size), tuple(strides), (kernel.shape[0],), data_format)


def local_conv2d(
    inputs: Any, kernel: Any, kernel_size: Any, strides: Any, output_shape: Any, data_format: Any = None
) -> Any:
    """The same for images; ``output_shape`` is the number of places along each side.

    >>> local_conv2d(np.ones((1, 4, 4, 2)), np.ones((4, 18, 5)), (3, 3), (1, 1), (2, 2)).shape
    (1, 2, 2, 5)
    """
    return _local(inputs, kernel, tuple(kernel_size), tuple(strides), tuple(output_shape), data_format)


@whole
def _local(x, kernel, sizes, strides, places, data_format):
    first = (data_format or config.image_data_format()) == "channels_first"
    x = np.moveaxis(x, 1, -1) if first else x
    rank, index = len(sizes), [slice(None)]
    for axis, (n, k, s) in enumerate(zip(places, sizes, strides)):
        shape = [1] * (2 * rank)
        shape[axis], shape[rank + axis] = n, k
        index.append((np.arange(n)[:, None] * s + np.arange(k)).reshape(shape))
    windows = x[tuple(index)]
    windows = np.moveaxis(windows, -1, rank + 1) if first else windows
    batch = np.shape(x)[0]
    z = np.einsum("npt,ptf->npf", np.reshape(windows, (batch, math.prod(places), -1)), kernel)
    z = np.reshape(z, (batch, *places, -1))
    return np.moveaxis(z, -1, 1) if first else z


def pool2d(
    x: Any, pool_size: Any, strides: Any = (1, 1), padding: str = "valid", data_format: Any = None, pool_mode: str = "max"
) -> Any:
    """The largest or the mean of each window of images.

    >>> pool2d(np.ones((1, 4, 4, 2)), (2, 2), (2, 2)).shape
    (1, 2, 2, 2)
    """
    return _pool(x, pool_size, strides, padding, data_format, pool_mode)


def pool3d(
    x: Any, pool_size: Any, strides: Any = (1, 1, 1), padding: str = "valid", data_format: Any = None, pool_mode: str = "max"
) -> Any:
    """The largest or the mean of each window of volumes.

    >>> pool3d(np.ones((1, 4, 4, 4, 2)), (2, 2, 2), (2, 2, 2), pool_mode="avg").shape
    (1, 2, 2, 2, 2)
    """
    return _pool(x, pool_size, strides, padding, data_format, pool_mode)


def _pool(x, pool_size, strides, padding, data_format, mode):
    if mode not in ("max", "avg"):
        raise ValueError(f"Argument `pool_mode` must be 'max' or 'avg', got {mode!r}.")
    return (ops.max_pool if mode == "max" else ops.average_pool)(x, pool_size, strides, padding, data_format)


def resize_images(x: Any, height_factor: int, width_factor: int, data_format: str, interpolation: str = "nearest") -> Any:
    """Make images larger by whole factors.

    >>> resize_images(np.ones((1, 2, 2, 1)), 2, 3, "channels_last").shape
    (1, 4, 6, 1)
    """
    rows = 2 if data_format == "channels_first" else 1
    if interpolation == "nearest":
        return ops.repeat(ops.repeat(x, height_factor, rows), width_factor, rows + 1)
    size = x.shape[rows] * height_factor, x.shape[rows + 1] * width_factor
    return ops.image.resize(x, size, interpolation, data_format=data_format)


def resize_volumes(x: Any, depth_factor: int, height_factor: int, width_factor: int, data_format: str) -> Any:
    """Make volumes larger by whole factors.

    >>> resize_volumes(np.ones((1, 2, 2, 2, 1)), 1, 2, 3, "channels_last").shape
    (1, 2, 4, 6, 1)
    """
    start = 2 if data_format == "channels_first" else 1
    for axis, factor in enumerate((depth_factor, height_factor, width_factor), start):
        x = ops.repeat(x, factor, axis)
    return x


@whole
def bias_add(x, bias, data_format=None):
    """Add a bias to each channel.

    >>> bias_add(np.zeros((1, 2, 2)), np.array([1.0, 2.0])).tolist()
    [[[1.0, 2.0], [1.0, 2.0]]]
    """
    if data_format == "channels_first" and np.ndim(bias) == 1 and np.ndim(x) > 2:
        bias = np.reshape(bias, (-1, *(1,) * (np.ndim(x) - 2)))
    return x + bias


@whole
def batch_normalization(x, mean, var, beta, gamma, axis=-1, epsilon=1e-3):
    """γ (x - μ) / √(σ² + ε) + β.

    >>> batch_normalization(np.array([[3.0]]), np.array([1.0]), np.array([4.0]), None, None, epsilon=0.0).tolist()
    [[1.0]]
    """
    mean, var, beta, gamma = (v if v is None else np.ravel(v) for v in (mean, var, beta, gamma))
    return ops.batch_normalization(x, mean, var, axis, beta, gamma, epsilon)


@whole
def normalize_batch_in_training(x, gamma, beta, reduction_axes, epsilon=1e-3):
    """Normalize by the mean and the variance of the batch; returns both as well.

    >>> [v.tolist() for v in normalize_batch_in_training(np.array([[1.0], [3.0]]), None, None, [0], 0.0)]
    [[[-1.0], [1.0]], [2.0], [1.0]]
    """
    axes = tuple(reduction_axes)
    mean, var = np.mean(x, axes, keepdims=True), np.var(x, axes, keepdims=True)
    y = (x - mean) / np.sqrt(var + epsilon)
    y = y if gamma is None else y * np.reshape(gamma, np.shape(mean))
    y = y if beta is None else y + np.reshape(beta, np.shape(mean))
    return y, np.squeeze(mean, axes), np.squeeze(var, axes)
