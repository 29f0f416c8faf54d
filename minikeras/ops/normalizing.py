"""Means and variances, and what is made to have such; ratios of signal and noise."""

from __future__ import annotations

import math

import numpy as np

from minikeras._core.config import epsilon as fuzz
from minikeras.ops.dtypes import array, axis_of, cast, floats, promote_floats, wide
from minikeras.ops.operation import operation


@operation
def moments(x, axes, keepdims=False, synchronized=False):
    """The mean and the variance along axes.

    >>> [float(a) for a in moments([1.0, 3.0], [0])]
    [2.0, 1.0]
    """
    if synchronized:
        raise NotImplementedError("moments with synchronized=True is for several devices; here is one.")
    x, axes = floats(x), tuple(axes) if isinstance(axes, (list, tuple)) else axes
    mean = np.mean(wide(x), axes, keepdims=True)
    variance = np.mean(np.square(wide(x) - mean), axes, keepdims=True)
    if x.dtype.itemsize == 2:
        top = float(np.finfo(x.dtype).max)
        mean, variance = np.clip(mean, -top, top), np.clip(variance, -top, top)
    mean, variance = cast(mean, x.dtype), cast(variance, x.dtype)
    return (mean, variance) if keepdims else (np.squeeze(mean, axes), np.squeeze(variance, axes))


@operation(name="BatchNorm")
def batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=1e-3):
    """scale · (x - mean) / √(variance + epsilon) + offset, with one number of each along an axis.

    >>> batch_normalization([[1.0], [3.0]], [2.0], [1.0], -1, epsilon=0.0)
    array([[-1.], [ 1.]], dtype=float32)
    """
    x = floats(x)
    shape = [n if i == axis_of(axis, x.ndim) else 1 for i, n in enumerate(x.shape)]
    mean, variance, offset, scale = (
        None if a is None else cast(np.reshape(array(a), shape), x.dtype) for a in (mean, variance, offset, scale)
    )
    inv = 1 / np.sqrt(variance + epsilon)
    inv = inv if scale is None else inv * scale
    y = x * inv - mean * inv
    return y if offset is None else y + offset


@operation(name="LayerNorm", settings="rms_scaling")
def layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None, **kwargs):
    """gamma · (x - mean) / √(variance + epsilon) + beta, mean and variance along axes.

    With ``rms_scaling=True`` it is gamma · x / √(variance + epsilon), as in the layer; `rms_normalization` divides by the root
    of the mean square.

    >>> layer_normalization([1.0, 3.0], epsilon=0.0)
    array([-1.,  1.], dtype=float32)
    """
    scaling = kwargs.pop("rms_scaling", False)
    if kwargs:
        raise ValueError(f"Unrecognized keyword arguments of layer_normalization: {sorted(kwargs)}.")
    x = floats(x)
    axes = along(axis, x)
    centred = wide(x) - np.mean(wide(x), axes, keepdims=True)
    base = wide(x) if scaling else centred
    y = base / np.sqrt(np.mean(np.square(centred), axes, keepdims=True) + (fuzz() if epsilon is None else epsilon))
    y = y if gamma is None else y * fitted(gamma, x, axis)
    return cast(y if beta is None or scaling else y + fitted(beta, x, axis), x.dtype)


@operation(name="RMSNorm")
def rms_normalization(x, scale=None, axis=-1, epsilon=None):
    """scale · x / √(mean of x² + epsilon), the mean along axes.

    >>> float(rms_normalization([3.0, 4.0], epsilon=0.0)[0])
    0.8485
    """
    x = floats(x)
    square = np.mean(np.square(wide(x)), along(axis, x), keepdims=True)
    y = wide(x) / np.sqrt(square + (fuzz() if epsilon is None else epsilon))
    return cast(y if scale is None else y * fitted(scale, x, axis), x.dtype)


def along(axis, x):
    """Axes to normalize over: a single one stands for itself."""
    return tuple(axis_of(i, x.ndim) for i in axis) if isinstance(axis, (list, tuple)) else axis


def fitted(a, x, axis):
    """A factor with one number for each place along the axes, shaped to meet x."""
    axes = [axis_of(i, x.ndim) for i in (axis if isinstance(axis, (list, tuple)) else [axis])]
    a = array(a)
    if a.ndim == x.ndim or a.ndim == 0:
        return a
    return np.reshape(a, [n if i in axes else 1 for i, n in enumerate(x.shape)])


@operation
def normalize(x, axis=-1, order=2, epsilon=None):
    """x / ‖x‖ along axes, by a norm of at least epsilon.

    >>> normalize([3.0, 4.0])
    array([0.6, 0.8], dtype=float32)
    """
    if not isinstance(order, int) or order < 1:
        raise ValueError(f"Argument `order` must be an int >= 1. Received: order={order}")
    x = floats(x)
    least = fuzz() if epsilon is None else epsilon
    axis = tuple(axis) if isinstance(axis, list) else axis
    if order == 2:
        square = np.sum(np.square(x), axis, keepdims=True)
        return x / np.sqrt(np.maximum(square, cast(least * least, x.dtype)))
    if axis is None or isinstance(axis, tuple):
        sums = np.sum(np.abs(x) ** order, axis, keepdims=True) ** (1.0 / order)
    else:
        sums = np.linalg.norm(x, order, axis, keepdims=True)
    return x / np.maximum(sums, cast(least, x.dtype))


@operation(name="PSNR")
def psnr(x1, x2, max_val):
    """The peak signal to noise ratio: 20 log₁₀ max_val - 10 log₁₀ mean (x1 - x2)².

    >>> float(psnr([0.0, 0.0], [1.0, 1.0], 10.0))
    20.0
    """
    x1, x2 = promote_floats(x1, x2)
    if x1.shape != x2.shape:
        raise ValueError(f"Input shapes {x1.shape} and {x2.shape} must match for PSNR calculation. ")
    return cast(20 * math.log10(max_val), x1.dtype) - 10 * np.log10(np.mean(np.square(x1 - x2)))


@operation
def polar(abs_, angle):
    """The complex numbers with these absolute values and angles.

    >>> polar([2.0], [0.0])
    array([2.+0.j], dtype=complex64)
    """
    abs_, angle = promote_floats(abs_, angle)
    return abs_ * np.cos(angle) + 1j * (abs_ * np.sin(angle))
