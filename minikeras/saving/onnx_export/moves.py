"""Operations that move numbers about: other shapes, parts, repetitions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras.saving.onnx_export import shapes as sh
from minikeras.saving.onnx_export.arrays import axes_of
from minikeras.saving.onnx_export.graph import Tensor, cast, op


def reshape(to, x, newshape):
    """Another shape"""
    wanted = list(newshape) if isinstance(newshape, (list, tuple)) else [newshape]
    if any(n is None for n in wanted):
        wanted = [-1 if n is None else n for n in wanted]
    return sh.reshape(x, *map(int, wanted))


def transposed(to, x, axes=None):
    """Axes in another order"""
    return sh.transpose(x, range(x.ndim)[::-1] if axes is None else axes)


def swapaxes(to, x, axis1, axis2):
    """Two axes exchanged"""
    order = list(range(x.ndim))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return sh.transpose(x, order)


def moveaxis(to, x, source, destination):
    """Axes in other places"""
    source, destination = ([i % x.ndim for i in axes_of(x, v)] for v in (source, destination))
    order = [i for i in range(x.ndim) if i not in source]
    for there, here in sorted(zip(destination, source)):
        order.insert(there, here)
    return sh.transpose(x, order)


def expand_dims(to, x, axis):
    """New axes of size 1"""
    return sh.expand_dims(x, *(axis if isinstance(axis, (list, tuple)) else (axis,)))


def squeeze(to, x, axis=None):
    """Without axes of size 1"""
    return sh.squeeze(x, *([i for i, n in enumerate(x.shape) if n == 1] if axis is None else axes_of(x, axis)))


def concatenate(to, xs, axis=0):
    """One behind the other"""
    return sh.concat([to.lift(x) for x in xs], axis)


def stack(to, x, axis=0):
    """Side by side along a new axis"""
    parts = [to.lift(part) for part in x]
    return sh.concat([sh.expand_dims(part, axis if axis >= 0 else part.ndim + 1 + axis) for part in parts], axis)


def split(to, x, indices_or_sections, axis=0):
    """In equal parts, or cut at places"""
    n = x.shape[axis]
    if isinstance(indices_or_sections, (int, np.integer)):
        if n is None:
            raise ValueError(f"the size of axis {axis} must be known, the shape is {x.shape}")
        return sh.split(x, [n // int(indices_or_sections)] * int(indices_or_sections), axis)
    bounds = [None, *(int(i) for i in indices_or_sections), None]
    return [sh.cut(x, {axis: slice(i, j)}) for i, j in zip(bounds, bounds[1:])]


def unstack(to, x, num=None, axis=0):
    """Each entry of an axis by itself"""
    if x.shape[axis] is None:
        raise ValueError(f"the size of axis {axis} must be known, the shape is {x.shape}")
    return [sh.take(x, i, axis) for i in range(x.shape[axis])]


def flip(to, x, axis=None):
    """Axes from their end to their start"""
    return sh.cut(x, {i: slice(None, None, -1) for i in axes_of(x, axis)})


def roll(to, x, shift, axis=None):
    """The end of an axis put before its start"""
    if not isinstance(shift, (int, np.integer)) or not isinstance(axis, (int, np.integer)):
        raise ValueError("shift and axis must be integers")
    n = x.shape[axis]
    shift = int(shift) if n is None else int(shift) % n
    return sh.concat([sh.cut(x, {axis: slice(-shift, None)}), sh.cut(x, {axis: slice(None, -shift)})], axis) if shift else x


def repeat(to, x, repeats, axis=None):
    """Each entry several times in a row"""
    if not isinstance(repeats, (int, np.integer)):
        raise ValueError("repeats must be an integer")
    return sh.repeat(sh.reshape(x, -1) if axis is None else x, axis or 0, int(repeats))


def tile(to, x, repeats):
    """The whole several times in a row"""
    repeats = [int(n) for n in (repeats if isinstance(repeats, (list, tuple)) else (repeats,))]
    x = sh.expand_dims(x, *range(len(repeats) - x.ndim)) if len(repeats) > x.ndim else x
    repeats = [1] * (x.ndim - len(repeats)) + repeats
    shape = tuple(None if n is None else n * times for n, times in zip(x.shape, repeats))
    return op("Tile", x, sh.integers(x, *repeats), shape=shape)


def padded(to, x, pad_width, mode="constant", constant_values=None):
    """Numbers around it"""
    pairs = np.broadcast_to(np.asarray(pad_width), (x.ndim, 2)).tolist()
    modes = {"constant": "constant", "reflect": "reflect", "edge": "edge"}
    if mode not in modes:
        raise ValueError(f"mode={mode!r} has no translation")
    return sh.pad(x, dict(enumerate(map(tuple, pairs))), constant_values or 0, mode)


def broadcast_to(to, x, shape):
    """One size repeated"""
    wanted = [-1 if n is None else int(n) for n in shape]
    ahead = len(wanted) - x.ndim
    target = [(sh.size(x, i - ahead) if i >= ahead else 1) if n == -1 else n for i, n in enumerate(wanted)]
    return op("Expand", x, sh.vector(x, target), shape=tuple(to.shape))


def take(to, x, indices, axis=None):
    """Entries of an axis"""
    x, axis = (sh.reshape(x, -1), 0) if axis is None else (x, axis)
    return sh.take(x, cast(indices, np.int64) if isinstance(indices, Tensor) else np.asarray(indices, np.int64), axis)


def take_along_axis(to, x, indices, axis=None):
    """For each place, the entry of an axis that its integer names"""
    if axis is None:
        raise ValueError("axis=None has no translation")
    indices = to.lift(indices, np.int64)
    return op("GatherElements", x, indices, shape=indices.shape, axis=axis)


def getitem(to, x, key):
    """x[key], of integers, slices, ..., None, and one array or tensor of integers"""
    keys = list(key) if isinstance(key, tuple) else [key]
    dots = next((i for i, k in enumerate(keys) if k is Ellipsis), len(keys))
    used = sum(k is not None and k is not Ellipsis for k in keys)
    keys[dots : dots + 1] = [slice(None)] * (x.ndim - used)
    _check_keys(keys)
    along = [k for k in keys if k is not None]
    x, axis = sh.cut(x, {i: k for i, k in enumerate(along) if isinstance(k, slice)}), 0
    for k in keys:
        if k is None:
            x, axis = sh.expand_dims(x, axis), axis + 1
        elif isinstance(k, slice):
            axis += 1
        else:
            k = cast(k, np.int64) if isinstance(k, Tensor) else np.asarray(k, np.int64)
            x, axis = sh.take(x, k, axis), axis + k.ndim
    return x


def _check_keys(keys: list) -> None:
    """Refuse an index that has no translation."""
    lists = [k for k in keys if isinstance(k, (Tensor, list, np.ndarray))]
    if len(lists) > 1 or lists and any(isinstance(k, (int, np.integer)) for k in keys):
        raise ValueError("an index of several arrays has no translation")
    if any((k.dtype if isinstance(k, Tensor) else np.asarray(k).dtype).kind not in "iu" for k in lists):
        raise ValueError("a mask as index gives as many entries as are true in it")
    if any(isinstance(n, Tensor) for k in keys if isinstance(k, slice) for n in (k.start, k.stop, k.step)):
        raise ValueError("a slice between tensors has no translation")
    known = (slice, int, np.integer, Tensor, list, np.ndarray, type(None))
    if any(isinstance(k, bool) or not isinstance(k, known) for k in keys):
        raise ValueError(f"an index {keys} has no translation")


def triangle(upper: int) -> Callable:
    """The rule of tril and triu."""
    return lambda to, x, k=0: op("Trilu", x, to.graph.constant(int(k), np.int64), shape=x.shape, upper=upper)


def filled(value: Any = None) -> Callable:
    """The rule of zeros_like, ones_like and full_like."""

    def rule(to, x, fill_value=None, dtype=None):
        return sh.full(x, sh.sizes(x), fill_value if value is None else value, to.dtype)

    return (lambda to, x, dtype=None: rule(to, x)) if value is not None else rule


def one_hot(to, x, num_classes, axis=-1, dtype=None, sparse=False):
    """1 at the place that an integer names"""
    return sh.moveaxis(y := sh.one_hot(x, int(num_classes), to.dtype), -1, axis if axis >= 0 else y.ndim + axis)
