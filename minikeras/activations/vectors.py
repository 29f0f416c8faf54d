"""Activations that look at a whole vector: softmax and its kin, and the gated linear unit."""

from __future__ import annotations

import warnings

import numpy as np

from minikeras.activations.curves import sigmoid
from minikeras.activations.table import activation


def softmax_rule(dy, z, y, axis=-1):
    """∂L/∂z = y (∂L/∂y - Σ y ∂L/∂y)"""
    dz = dy * y
    dz -= y * np.add.reduce(dz, axis, keepdims=True)
    return dz


@activation(softmax_rule)
def softmax(x, axis=-1):
    """Numbers to probabilities that sum to 1: y = exp(x) / Σ exp(x). For the output of exclusive classes.

    Args:
        x: array of any shape.
        axis: the axis (or axes) along which the sum is 1.

    >>> softmax([[1.0, 2.0, 3.0]]).round(4)
    array([[0.09  , 0.2447, 0.6652]], dtype=float32)
    """
    y = x - np.maximum.reduce(x, axis, keepdims=True)  # the largest becomes 0: exp can't overflow
    np.exp(y, out=y)
    total = np.add.reduce(y, axis, keepdims=True)
    if total.size == y.size and y.size:
        warnings.warn(
            f"softmax over an axis of size 1 (axis {axis} of shape {x.shape}) always gives 1. For one output of a yes/no "
            "question use 'sigmoid'.",
            stacklevel=3,
        )
    y /= total
    return y


@activation(lambda dy, z, y, axis=-1: dy - np.exp(y) * np.add.reduce(dy, axis, keepdims=True))  # ∂L/∂z = dy - softmax · Σ dy
def log_softmax(x, axis=-1):
    """Logarithm of the softmax: y = x - log Σ exp(x), without its rounding to 0.

    Args:
        x: array of any shape.
        axis: the axis (or axes) along which the sum is taken.

    >>> log_softmax([[1.0, 2.0, 3.0], [0.0, 0.0, 200.0]]).round(4)
    array([[  -2.4076,   -1.4076,   -0.4076],
           [-200.    , -200.    ,    0.    ]], dtype=float32)
    """
    y = x - np.maximum.reduce(x, axis, keepdims=True)
    y -= np.log(np.add.reduce(np.exp(y), axis, keepdims=True))
    return y


def sparsemax_rule(dy, z, y, axis=-1):
    """∂L/∂z = s (∂L/∂y - mean of ∂L/∂y over the support), s = [y > 0]"""
    s = np.sign(y)
    mean = np.sum(s * dy, axis=axis, keepdims=True) / np.sum(s, axis=axis, keepdims=True)
    return s * (dy - mean)


@activation(sparsemax_rule)
def sparsemax(x, axis=-1):
    """Numbers to probabilities of which many are 0: the nearest point to x whose parts are ≥ 0 and sum to 1.

    y = max(x - τ, 0), with τ such that Σ y = 1.

    Args:
        x: array of any shape.
        axis: the axis along which the sum is 1.

    References: Martins and Astudillo, From softmax to sparsemax, ICML 2016.

    >>> sparsemax([[1.0, 1.5, 0.1]])
    array([[0.25, 0.75, 0.  ]], dtype=float32)
    """
    x = np.moveaxis(x - np.max(x, axis=axis, keepdims=True), axis, -1)  # a common shift changes nothing but rounding
    falling = -np.sort(-x, axis=-1)
    sums = np.cumsum(falling, axis=-1)
    sums -= 1.0
    ranks = np.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    k = np.sum(falling * ranks > sums, axis=-1, keepdims=True)  # so many are above 0: k x₍ₖ₎ > Σ x₍₁…ₖ₎ - 1
    tau = np.take_along_axis(sums, k - 1, axis=-1) / k.astype(x.dtype)
    return np.moveaxis(np.maximum(x - tau, 0.0), -1, axis)


def glu_rule(dy, z, y, axis=-1):
    """y = a σ(b): ∂L/∂a = dy σ(b), ∂L/∂b = dy a σ(b) (1 - σ(b))"""
    a, b = np.split(z, 2, axis=axis)
    s = sigmoid(b)
    da = dy * s
    return np.concatenate([da, da * a * (1.0 - s)], axis=axis)


@activation(glu_rule)
def glu(x, axis=-1):
    """Gated linear unit: y = a · sigmoid(b), where a and b are the halves of x.

    Args:
        x: array with an even number of entries along ``axis``.
        axis: the axis that is halved.

    Raises:
        ValueError: the axis has an odd size.

    References: Dauphin et al., Language modeling with gated convolutional networks, ICML 2017.

    >>> glu([[2.0, 4.0, 0.0, 20.0]])
    array([[1., 4.]], dtype=float32)
    """
    if x.shape[axis] % 2:
        raise ValueError(f"glu halves axis {axis}, so its size must be even; got shape {x.shape}.")
    a, b = np.split(x, 2, axis=axis)
    y = sigmoid(b)
    y *= a
    return y
