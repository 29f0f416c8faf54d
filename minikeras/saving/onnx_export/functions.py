"""Activations as nodes: the table `FUNCTIONS` from each function of `minikeras.activations` to its rule.

A rule gets a tensor of the graph and the activation's own arguments. Where ONNX Runtime has no float64 kernel (Erf, Elu,
Softplus, ...), float64 takes the formula instead of the operator.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from minikeras import activations as act
from minikeras._core.normal import FITS
from minikeras.activations.curves import SELU_ALPHA, SELU_SCALE
from minikeras.saving.onnx_export.graph import Tensor, cast, clip, integers, op, reduce, single, where
from minikeras.saving.onnx_export.shapes import split


def relu(x, negative_slope=0.0, max_value=None, threshold=0.0):
    """max(x, 0), bent and cut as the arguments say"""
    y = op("Relu", x) if threshold == 0.0 else where(x > threshold, x, 0.0, x)
    y = y if max_value is None else clip(y, 0.0, max_value)
    return y + negative_slope * op("Min", x - threshold, 0.0) if negative_slope else y


def leaky_relu(x, negative_slope=0.2):
    """x or αx"""
    return op("LeakyRelu", x, alpha=negative_slope) if single(x) else where(x > 0.0, x, negative_slope * x, x)


def elu(x, alpha=1.0):
    """x or α(exp(x) - 1)"""
    return op("Elu", x, alpha=alpha) if single(x) else op("Relu", x) + alpha * (op("Exp", op("Min", x, 0.0)) - 1.0)


def celu(x, alpha=1.0):
    """max(x, 0) + α(exp(min(x, 0) / α) - 1)"""
    return op("Relu", x) + alpha * (op("Exp", op("Min", x, 0.0) / alpha) - 1.0)


def softplus(x):
    """log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|))"""
    return op("Softplus", x) if single(x) else op("Relu", x) + op("Log", 1.0 + op("Exp", -op("Abs", x)))


def squareplus(x, b=4):
    """(x + √(x² + b)) / 2, left of 0 without cancelling"""
    y = (op("Sqrt", x * x + b) + op("Abs", x)) * 0.5
    return where(x < 0.0, b / 4.0 / y, y, x)


def silu(x):
    """x · sigmoid(x); in float64 written such that the runtime does not fuse it into an operator without float64"""
    return x * op("Sigmoid", x) if single(x) else x / (1.0 + op("Exp", -x))


def hard_sigmoid(x):
    """min(max(x/6 + 1/2, 0), 1)"""
    return clip(x + 3.0, 0.0, 6.0) / 6.0


def sparse_plus(x):
    """0, (x + 1)²/4, x"""
    y = clip(x, -1.0, 1.0) + 1.0
    return y * y * 0.25 + op("Relu", x - 1.0)


def gelu(x, approximate=False):
    """x Φ(x)"""
    if approximate:
        return x * 0.5 * (1.0 + op("Tanh", math.sqrt(2.0 / math.pi) * x * (1.0 + 0.044715 * x * x)))
    if single(x):
        return x * 0.5 * (1.0 + op("Erf", x * math.sqrt(0.5)))
    far, (first, *rest) = FITS[8]  # |x| Q(|x|) as _core.normal.upper_tail has it
    w = op("Min", op("Abs", x), far * math.sqrt(2.0)) * math.sqrt(0.5)
    t = 2.0 / (w + 2.0)
    nearest = 2.0 / (2.0 + far)
    s = (t - nearest) * (2.0 / (1.0 - nearest)) - 1.0
    q = s * first + rest[0]
    for c in rest[1:]:
        q = q * s + c
    return op("Relu", x) - q * op("Exp", -(w * w)) * t * 0.5 * op("Abs", x)


def softmax(x, axis=-1):
    """exp(x) / Σ exp(x)"""
    axes = tuple(axis) if isinstance(axis, (list, tuple)) else (axis,)
    if len(axes) == 1:
        return op("Softmax", x, axis=int(axes[0]))
    y = op("Exp", x - reduce("ReduceMax", x, axes))
    return y / reduce("ReduceSum", y, axes)


def log_softmax(x, axis=-1):
    """x - log Σ exp(x)"""
    axes = tuple(axis) if isinstance(axis, (list, tuple)) else (axis,)
    if len(axes) == 1:
        return op("LogSoftmax", x, axis=int(axes[0]))
    y = x - reduce("ReduceMax", x, axes)
    return y - op("Log", reduce("ReduceSum", op("Exp", y), axes))


def sparsemax(x, axis=-1):
    """max(x - τ, 0), with τ such that the sum is 1"""
    n = _size(x, axis)
    x = x - reduce("ReduceMax", x, (axis,))
    falling = x.graph.add("TopK", (x, integers(x, n)), [(x.dtype, x.shape), (np.dtype(np.int64), x.shape)], axis=axis)[0]
    ranks = np.arange(1.0, n + 1).reshape([n if i == axis % len(x.shape) else 1 for i in range(len(x.shape))])
    sums = op("CumSum", falling, x.graph.constant(axis, np.int64))
    support = cast(falling * ranks + 1.0 > sums, x.dtype)  # the k largest: k x₍ₖ₎ + 1 > Σ x₍₁…ₖ₎
    tau = (reduce("ReduceSum", falling * support, (axis,)) - 1.0) / reduce("ReduceSum", support, (axis,))
    return op("Relu", x - tau)


def glu(x, axis=-1):
    """a · sigmoid(b), a and b the halves of x"""
    half, odd = divmod(_size(x, axis), 2)
    if odd:
        raise ValueError(f"glu halves axis {axis}, but the shape is {x.shape}")
    a, b = split(x, [half, half], axis)
    return a * op("Sigmoid", b)


def _size(x: Tensor, axis: int) -> int:
    """The size of an axis along which a rule counts."""
    if x.shape[axis] is None:
        raise ValueError(f"the size of axis {axis} must be known, the shape is {x.shape}")
    return x.shape[axis]


FUNCTIONS: dict[Callable, Callable] = {
    act.celu: celu,
    act.elu: elu,
    act.exponential: lambda x: op("Exp", x),
    act.gelu: gelu,
    act.glu: glu,
    act.hard_shrink: lambda x, threshold=0.5: where(op("Abs", x) > threshold, x, 0.0, x),
    act.hard_sigmoid: hard_sigmoid,
    act.hard_silu: lambda x: x * hard_sigmoid(x),
    act.hard_tanh: lambda x: clip(x, -1.0, 1.0),
    act.keras2_hard_sigmoid: lambda x: clip(x * 0.2 + 0.5, 0.0, 1.0),
    act.leaky_relu: leaky_relu,
    act.linear: lambda x: x,
    act.log_sigmoid: lambda x: -softplus(-x),
    act.log_softmax: log_softmax,
    act.mish: lambda x: x * op("Tanh", softplus(x)),
    act.relu: relu,
    act.relu6: lambda x: clip(x, 0.0, 6.0),
    act.selu: lambda x: op("Selu", x) if single(x) else SELU_SCALE * elu(x, SELU_ALPHA),
    act.sigmoid: lambda x: op("Sigmoid", x),
    act.silu: silu,
    act.soft_shrink: lambda x, threshold=0.5: x - clip(x, -threshold, threshold),
    act.softmax: softmax,
    act.softplus: softplus,
    act.softsign: lambda x: x / (1.0 + op("Abs", x)),
    act.sparse_plus: sparse_plus,
    act.sparse_sigmoid: lambda x: clip((x + 1.0) * 0.5, 0.0, 1.0),
    act.sparsemax: sparsemax,
    act.squareplus: squareplus,
    act.step: lambda x: cast(x > 0.0, x.dtype),
    act.tanh: lambda x: op("Tanh", x),
    act.tanh_shrink: lambda x: x - op("Tanh", x),
    act.threshold: lambda x, threshold, default_value: where(x > threshold, x, default_value, x),
}
