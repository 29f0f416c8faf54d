"""Activations as operations."""

from __future__ import annotations

import math

import numpy as np

from minikeras._core import trace_own
from minikeras._core.trace import constant, note_start
from minikeras.ops.dtypes import array, axis_of, cast, floats
from minikeras.ops.operation import operation

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805


def positive(x):
    """x where it is above 0, and 0 elsewhere, at 0 with slope 0."""
    return np.maximum(x, cast(0, x.dtype)) if type(x) is np.ndarray else np.where(np.greater(x, 0), x, cast(0, x.dtype))


def exp_below(x):
    """eˣ - 1 where x is negative, else 0."""
    return np.expm1(np.minimum(x, cast(0, x.dtype)))


@operation
def relu(x):
    """max(x, 0)

    >>> relu([-1.0, 2.0])
    array([0., 2.], dtype=float32)
    """
    x = array(x)
    return positive(x.astype("int32") if x.dtype.kind == "b" else x)


@operation
def relu6(x):
    """min(max(x, 0), 6)

    >>> relu6([-1.0, 2.0, 9.0])
    array([0., 2., 6.], dtype=float32)
    """
    x = array(x)
    return np.where(np.less(x, 6), positive(x), cast(6, x.dtype))


@operation
def sigmoid(x):
    """1 / (1 + e⁻ˣ)

    >>> float(sigmoid(0.0))
    0.5
    """
    x = floats(x)
    e = np.exp(-np.abs(x))  # never overflows
    return note_start(np.where(np.greater_equal(x, 0), cast(1, x.dtype), e) / (1 + e), "sigmoid", x)


@operation
def sparse_sigmoid(x):
    """(x + 1) / 2 from -1 to 1, 0 below and 1 above.

    >>> sparse_sigmoid([-2.0, 0.0, 2.0])
    array([0. , 0.5, 1. ], dtype=float32)
    """
    x = floats(x)
    return np.where(np.less_equal(x, -1), cast(0, x.dtype), np.where(np.greater_equal(x, 1), cast(1, x.dtype), 0.5 * (x + 1)))


@operation
def softplus(x):
    """log(1 + eˣ)

    >>> float(softplus(0.0))
    0.6931
    """
    x = floats(x)
    return np.logaddexp(x, cast(0, x.dtype))


@operation
def softsign(x):
    """x / (1 + |x|)

    >>> float(softsign(1.0))
    0.5
    """
    x = floats(x)
    return x / (1 + np.abs(x))


@operation
def soft_shrink(x, threshold=0.5):
    """x moved towards 0 by a threshold, and 0 within it.

    >>> soft_shrink([-1.0, 0.2, 1.0])
    array([-0.5,  0. ,  0.5], dtype=float32)
    """
    x = floats(x)
    return np.where(np.greater(x, threshold), x - threshold, np.where(np.less(x, -threshold), x + threshold, cast(0, x.dtype)))


@operation
def sparse_plus(x):
    """(x + 1)² / 4 from -1 to 1, 0 below and x above.

    >>> sparse_plus([-2.0, 0.0, 2.0])
    array([0.  , 0.25, 2.  ], dtype=float32)
    """
    x = floats(x)
    return np.where(np.less_equal(x, -1), cast(0, x.dtype), np.where(np.less(x, 1), 0.25 * (x + 1) * (x + 1), x))


@operation
def silu(x):
    """x / (1 + e⁻ˣ): also called swish.

    >>> float(silu(1.0))
    0.7311
    """
    x = floats(x)
    return x * sigmoid(x)


swish = silu


@operation(settings="b")
def squareplus(x, b=4):
    """(x + √(x² + b)) / 2

    >>> float(squareplus(0.0))
    1.0
    """
    x = floats(x)
    return (x + np.sqrt(x * x + b)) * 0.5


@operation
def log_sigmoid(x):
    """log(1 / (1 + e⁻ˣ))

    >>> float(log_sigmoid(0.0))
    -0.6931
    """
    x = floats(x)
    return -np.logaddexp(-x, cast(0, x.dtype))


@operation
def leaky_relu(x, negative_slope=0.2):
    """x above 0, negative_slope · x below.

    >>> leaky_relu([-1.0, 2.0])
    array([-0.2,  2. ], dtype=float32)
    """
    x = floats(x)
    return np.where(np.greater_equal(x, 0), x, x * negative_slope)


@operation
def hard_sigmoid(x):
    """min(max(x / 6 + 1/2, 0), 1)

    >>> hard_sigmoid([-4.0, 0.0, 4.0])
    array([0. , 0.5, 1. ], dtype=float32)
    """
    x = floats(x)
    return np.clip(x / 6 + 0.5, 0.0, 1.0)


@operation
def hard_silu(x):
    """x · hard_sigmoid(x): also called hard swish.

    >>> hard_silu([-4.0, 0.0, 4.0])
    array([-0.,  0.,  4.], dtype=float32)
    """
    x = floats(x)
    return x * np.clip(x / 6 + 0.5, 0.0, 1.0)


hard_swish = hard_silu


@operation
def elu(x, alpha=1.0):
    """x above 0, alpha (eˣ - 1) below.

    >>> elu([-1.0, 2.0])
    array([-0.6321,  2.    ], dtype=float32)
    """
    x = floats(x)
    return np.where(np.greater(x, 0), x, exp_below(x) * alpha)


@operation
def selu(x):
    """scale · x above 0, scale · alpha (eˣ - 1) below, with constants that keep mean 0 and variance 1.

    >>> float(selu(2.0))
    2.1014
    """
    x = floats(x)
    return np.where(np.greater(x, 0), x, exp_below(x) * SELU_ALPHA) * SELU_SCALE


@operation
def celu(x, alpha=1.0):
    """max(x, 0) + min(alpha (exp(x / alpha) - 1), 0)

    >>> celu([-1.0, 2.0])
    array([-0.6321,  2.    ], dtype=float32)
    """
    x = floats(x)
    return np.where(np.greater(x, 0), x, exp_below(x / alpha) * alpha)


@operation
def gelu(x, approximate=True):
    """x Φ(x), with the distribution function Φ of the normal distribution, or an approximation of it by tanh.

    >>> gelu([1.0], approximate=False)
    array([0.8413], dtype=float32)
    """
    x = floats(x)
    if approximate:
        return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))
    return 0.5 * x * trace_own.erfc(x * -math.sqrt(0.5))


@operation
def glu(x, axis=-1):
    """The first half along an axis, times the sigmoid of the second.

    >>> glu([4.0, 0.0])
    array([2.], dtype=float32)
    """
    x = floats(x)
    if x.shape[axis] % 2:
        raise ValueError(f"axis size must be divisible by 2. Received: x.shape={x.shape} with axis={axis}")
    a, b = np.split(x, 2, axis)
    return a * sigmoid(b)


@operation
def hard_tanh(x):
    """min(max(x, -1), 1)

    >>> hard_tanh([-2.0, 0.5, 2.0])
    array([-1. ,  0.5,  1. ], dtype=float32)
    """
    return np.clip(floats(x), -1.0, 1.0)


@operation
def hard_shrink(x, threshold=0.5):
    """x where |x| is above a threshold, else 0.

    >>> hard_shrink([-1.0, 0.2, 1.0])
    array([-1.,  0.,  1.], dtype=float32)
    """
    x = floats(x)
    return np.where(np.greater(np.abs(x), threshold), x, cast(0, x.dtype))


@operation
def tanh_shrink(x):
    """x - tanh x

    >>> float(tanh_shrink(1.0))
    0.2384
    """
    x = floats(x)
    return x - np.tanh(x)


@operation(settings="threshold")
def threshold(x, threshold, default_value):
    """x where it is above a threshold, else another value.

    >>> threshold([0.0, 2.0], 1.0, 9.0)
    array([9., 2.], dtype=float32)
    """
    x = floats(x)
    return np.where(np.greater(x, threshold), x, cast(default_value, x.dtype))


def last_axes(x, axis):
    """The array with the axes of a tuple as one last axis, and the way back."""
    axes = [axis_of(i, x.ndim) for i in axis]
    order = [i for i in range(x.ndim) if i not in axes] + axes
    moved = np.transpose(x, order)
    flat = np.reshape(moved, (*moved.shape[: x.ndim - len(axes)], -1))
    return flat, lambda y: np.transpose(np.reshape(y, moved.shape), np.argsort(order))


@operation
def softmax(x, axis=-1):
    """eˣ / Σ eˣ along an axis, or over several as one.

    >>> softmax([0.0, 0.0])
    array([0.5, 0.5], dtype=float32)
    """
    x = floats(x)
    if isinstance(axis, (tuple, list)):
        flat, back = last_axes(x, axis)
        return back(softmax(flat))
    if axis is None:
        return np.reshape(softmax(np.ravel(x)), x.shape)
    e = np.exp(x - np.max(constant(x), axis, keepdims=True))
    y = e / np.sum(e, axis, keepdims=True)
    return note_start(y, "softmax", x) if axis in (-1, x.ndim - 1) else y


@operation
def log_softmax(x, axis=-1):
    """x - log Σ eˣ along an axis, or over several as one.

    >>> log_softmax([0.0, 0.0])
    array([-0.6931, -0.6931], dtype=float32)
    """
    x = floats(x)
    if isinstance(axis, (tuple, list)):
        flat, back = last_axes(x, axis)
        return back(log_softmax(flat))
    if axis is None:
        return np.reshape(log_softmax(np.ravel(x)), x.shape)
    x = x - np.max(constant(x), axis, keepdims=True)
    return x - np.log(np.sum(np.exp(x), axis, keepdims=True))


@operation
def sparsemax(x, axis=-1):
    """The nearest point of the probability simplex: max(x - τ, 0) with the τ that makes the sum 1.

    >>> sparsemax([1.0, 0.9, -1.0])
    array([0.55, 0.45, 0.  ], dtype=float32)
    """
    x = np.moveaxis(floats(x), axis, -1)
    down = -np.sort(-constant(x), -1)
    k = np.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    size = np.sum(1 + k * down > np.cumsum(down, -1), -1, keepdims=True)  # of the support
    inside = constant(x) >= np.take_along_axis(down, size - 1, -1)
    tau = (np.sum(np.where(inside, x, cast(0, x.dtype)), -1, keepdims=True) - 1) / size.astype(x.dtype)
    return np.moveaxis(positive(x - tau), -1, axis)
