"""Operations along axes: sums and their like, places of the largest, products."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras.saving.onnx_export import shapes as sh
from minikeras.saving.onnx_export.elementwise import truth
from minikeras.saving.onnx_export.graph import Tensor, cast, op, reduce, where


def axes_of(x: Tensor, axis: Any) -> tuple[int, ...]:
    """The axes that an argument names; None for all."""
    if axis is None:
        return tuple(range(x.ndim))
    return tuple(i % x.ndim for i in (axis if isinstance(axis, (list, tuple)) else (axis,)))


def reduced(kind: str) -> Callable:
    """The rule of a sum, a mean, a maximum ... along axes."""

    def rule(to, x, axis=None, keepdims=False, initial=None):
        if initial is not None:
            raise ValueError("initial= has no translation")
        return reduce(kind, to.lift(x), axes_of(x, axis), bool(keepdims))

    return rule


def prod(to, x, axis=None, keepdims=False, dtype=None):
    """Π x"""
    return reduce("ReduceProd", to.lift(x), axes_of(x, axis), bool(keepdims))


def variance(to, x, axis=None, keepdims=False):
    """Σ (x - μ)² / n"""
    x, axes = to.lift(x), axes_of(x, axis)
    centered = x - reduce("ReduceMean", x, axes)
    return reduce("ReduceMean", centered * centered, axes, bool(keepdims))


def moments(to, x, axes, keepdims=False, synchronized=False):
    """μ and σ²"""
    x = to.lift(x)
    return reduce("ReduceMean", x, axes_of(x, axes), bool(keepdims)), variance(to, x, axes, keepdims)


def average(to, x, axis=None, weights=None):
    """Σ x / n"""
    if weights is not None:
        raise ValueError("weights have no translation")
    return reduce("ReduceMean", to.lift(x), axes_of(x, axis), False)


def truths(kind: str) -> Callable:
    """The rule of any and all."""
    return lambda to, x, axis=None, keepdims=False: cast(
        reduce(kind, cast(truth(to, x), np.int32), axes_of(x, axis), bool(keepdims)), bool
    )


def count_nonzero(to, x, axis=None):
    """Σ [x ≠ 0]"""
    return reduce("ReduceSum", cast(truth(to, x), to.dtype), axes_of(x, axis), False)


def place_of(kind: str) -> Callable:
    """The rule of argmax and argmin."""

    def rule(to, x, axis=None, keepdims=False):
        x = cast(x, np.int32) if x.dtype == bool else x
        if axis is None:
            rank, x, axis = x.ndim, sh.reshape(x, -1), 0
        axis, shape = axis % x.ndim, list(x.shape)
        shape[axis : axis + 1] = [1] if keepdims else []
        y = op(kind, x, dtype=np.int64, shape=tuple(shape), axis=axis, keepdims=int(keepdims))
        return sh.reshape(y, *(1,) * rank) if keepdims and len(to.shape) != y.ndim else y

    return rule


def logsumexp(to, x, axis=None, keepdims=False):
    """log Σ exp(x), from the largest on"""
    x, axes = to.lift(x), axes_of(x, axis)
    top = reduce("ReduceMax", x, axes)
    y = op("Log", reduce("ReduceSum", op("Exp", x - top), axes)) + top
    return y if keepdims else sh.squeeze(y, *axes)


def cumsum(to, x, axis=None, dtype=None):
    """Sums of all up to each"""
    x = to.lift(x)
    x, axis = (sh.reshape(x, -1), 0) if axis is None else (x, axis)
    return op("CumSum", x, to.graph.constant(axis, np.int64), shape=x.shape)


def norm(to, x, ord=None, axis=None, keepdims=False):
    """√(Σ x²)"""
    if ord not in (None, 2, "fro", "euclidean") or ord == 2 and not isinstance(axis, int):
        raise ValueError(f"ord={ord!r} has no translation")
    x = to.lift(x)
    return op("Sqrt", reduce("ReduceSum", x * x, axes_of(x, axis), bool(keepdims)))


def normalize(to, x, axis=-1, order=2, epsilon=None):
    """x / ‖x‖"""
    if order != 2:
        raise ValueError(f"order={order!r} has no translation")
    x = to.lift(x)
    least = 1e-12 if epsilon is None else float(epsilon)
    return x / op("Max", op("Sqrt", reduce("ReduceSum", x * x, axes_of(x, axis))), least)


def top_k(to, x, k, sorted=True):
    """The k largest and their places"""
    shape = (*x.shape[:-1], int(k))
    return tuple(x.graph.add("TopK", (x, sh.integers(x, int(k))), [(x.dtype, shape), (np.dtype(np.int64), shape)], axis=-1))


def dot(to, x1, x2):
    """Σ over the last axis of one and the last but one of the other"""
    a, b = to.lift(x1), to.lift(x2)
    if a.ndim == 0 or b.ndim == 0:
        return a * b
    return sh.matmul(a, b) if b.ndim <= 2 else tensordot(to, a, b, ([-1], [-2]))


def tensordot(to, x1, x2, axes=2):
    """Σ over pairs of axes"""
    a, b = to.lift(x1), to.lift(x2)
    if isinstance(axes, int):
        axes = (list(range(a.ndim - axes, a.ndim)), list(range(axes)))
    left, right = ([i % t.ndim for i in (v if isinstance(v, (list, tuple)) else [v])] for t, v in zip((a, b), axes))
    first, second = [chr(97 + i) for i in range(a.ndim)], [chr(65 + i) for i in range(b.ndim)]
    for i, j in zip(left, right):
        second[j] = first[i]
    out = [k for i, k in enumerate(first) if i not in left] + [k for j, k in enumerate(second) if j not in right]
    return sh.einsum(f"{''.join(first)},{''.join(second)}->{''.join(out)}", a, b)


def einsum(to, subscripts, *operands, **kwargs):
    """Sums of products over letters"""
    if "->" not in subscripts:
        raise ValueError("an equation without -> has no translation")
    return sh.einsum(subscripts, *map(to.lift, operands))


def outer(to, x1, x2):
    """a bᵀ"""
    return sh.reshape(to.lift(x1), -1, 1) * sh.reshape(to.lift(x2), 1, -1)


def attention(to, query, key, value, bias=None, mask=None, scale=None, is_causal=False, flash_attention=None, cap=None):
    """softmax(scale · query keyᵀ + bias) value, for each head"""
    if query.shape[2] != key.shape[2]:
        key, value = (sh.repeat(t, 2, query.shape[2] // key.shape[2]) for t in (key, value))
    q, k, v = (sh.transpose(to.lift(t), (0, 2, 1, 3)) for t in (query, key, value))
    s = sh.matmul(q, sh.transpose(k, (0, 1, 3, 2))) * (1 / math.sqrt(query.shape[-1]) if scale is None else float(scale))
    s = s if cap is None else op("Tanh", s / float(cap)) * float(cap)
    s = s if bias is None else s + to.lift(bias)
    allowed = None if mask is None else truth(to, mask)
    if is_causal:
        past = sh.expand_dims(sh.count(query, 1), 1) - sh.expand_dims(sh.count(key, 1), 0) > -1
        allowed = past if allowed is None else allowed & past
    s = s if allowed is None else where(allowed, s, -0.7 * float(np.finfo(s.dtype).max), s)
    return sh.transpose(sh.matmul(op("Softmax", s, axis=-1), v), (0, 2, 1, 3))
