"""Layers that make one tensor of several."""

from __future__ import annotations

import functools

import numpy as np

from minikeras import layers
from minikeras.config import epsilon
from minikeras.layers.merging.base_merge import Merge
from minikeras.saving.onnx_export.graph import any_of, cast, op, reduce, where
from minikeras.saving.onnx_export.rules import LAYERS, MASKS
from minikeras.saving.onnx_export.shapes import concat, einsum, expand_dims, full, sizes


def alike(x, mask=None):
    """Tensors of one type and one rank, new axes behind the batch; and their masks as wide as they are, None for the others."""
    x, rank = of_one_type(x), max(t.ndim for t in x)
    masks = [expand_dims(m, -1) if m is not None and t.ndim == rank else None for t, m in zip(x, mask or [None] * len(x))]
    return [expand_dims(t, *range(1, 1 + rank - t.ndim)) if t.ndim < rank else t for t in x], masks


def fold(function):
    """The rule of a layer that adds one tensor after the other."""
    return lambda layer, x, mask=None: functools.reduce(function, alike(x)[0])


def average(layer, x, mask=None):
    """(a + b + ...) / n"""
    return functools.reduce(lambda a, b: a + b, alike(x)[0]) / float(len(x))


def multiply(layer, x, mask=None):
    """a · b · ..., masked entries 1, and 0 where all are"""
    x, masks = alike(x, mask)
    y = functools.reduce(lambda a, b: a * b, [t if m is None else where(m, t, 1.0, t) for t, m in zip(x, masks)])
    return y if any(m is None for m in masks) else where(functools.reduce(lambda a, b: a | b, masks), y, 0.0, y)


def extremum(kind):
    """max(a, b, ...) or min(a, b, ...) of what is not masked"""

    def rule(layer, x, mask=None):
        (y, *rest), (there, *masks) = alike(x, mask)
        for a, m in zip(rest, masks):
            z = op(kind, a, y)
            z = z if m is None else where(m, z, y, y)
            if there is not None:
                z = where(~there if m is None else m & ~there, a, z, z)
            there = None if m is None or there is None else there | m
            y = z
        return y

    return rule


def concatenate(layer, x, mask=None):
    """One behind the other."""
    return concat(of_one_type(x), layer.axis)


def dot(layer, x, mask=None):
    """y[b, i, j] = Σ_k a[b, i, k] c[b, j, k]"""
    (a, c), axes = of_one_type(x), layer._own_axes([t.shape for t in x])
    if layer.normalize:
        a, c = (unit(t, axis) for t, axis in zip((a, c), axes))
    first = [chr(97 + i) for i in range(a.ndim)]
    second = ["a", *(chr(65 + i) for i in range(1, c.ndim))]
    first[axes[0]] = second[axes[1]] = "z"
    out = [k for k in first + second[1:] if k != "z"]
    y = einsum(f"{''.join(first)},{''.join(second)}->{''.join(out)}", a, c)
    return y if y.ndim > 1 else expand_dims(y, -1)


def of_one_type(x):
    """Tensors of one type."""
    dtype = np.result_type(*(t.dtype for t in x))
    return [cast(t, dtype) for t in x]


def unit(t, axis):
    """t / ‖t‖, the factor at most 1 / ε"""
    return t * op("Min", 1.0 / op("Sqrt", reduce("ReduceSum", t * t, (axis,))), 1 / epsilon())


def merged_mask(layer, x, mask):
    """A step is there if it is there in one of the inputs; no mask unless all inputs have one."""
    return None if mask is None or any(m is None for m in mask) else functools.reduce(lambda a, b: a | b, mask)


def concatenated_mask(layer, x, mask):
    """The masks joined like the inputs."""
    if mask is None:
        return None
    parts = []
    for t, m in zip(x, mask):
        wide = full(t, sizes(t), True, bool)
        m = None if m is None else m if m.ndim == t.ndim else expand_dims(m, -1)
        parts.append(wide if m is None else op("And", m, wide))
    return any_of(concat(parts, layer.axis), (-1,))


LAYERS.update({
    layers.Add: fold(lambda a, b: a + b),
    layers.Average: average,
    layers.Concatenate: concatenate,
    layers.Dot: dot,
    layers.Maximum: extremum("Max"),
    layers.Minimum: extremum("Min"),
    layers.Multiply: multiply,
    layers.Subtract: fold(lambda a, b: a - b),
})  # fmt: skip

MASKS.update({
    Merge.compute_mask: merged_mask,
    layers.Concatenate.compute_mask: concatenated_mask,
    layers.Dot.compute_mask: lambda layer, x, mask: None,
})  # fmt: skip
