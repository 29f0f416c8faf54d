"""`tf.gather`, `tf.where`, `tf.one_hot`, `tf.sort`, `tf.unique`, `tf.scatter_nd`: what is chosen by index, mask or order.

>>> one_hot([1, 0], 2).numpy().tolist(), where([True, False], 1, 2).numpy()
([[0.0, 1.0], [1.0, 0.0]], array([1, 2], dtype=int32))
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from minikeras import ops
from minikeras._core.text import Text
from minikeras.compat.tensorflow._arrays import _operand, _type
from minikeras.compat.tensorflow._tensors import convert_to_tensor
from minikeras.compat.tensorflow._tools import axes, exported, op, raw, sizes
from minikeras.compat.tensorflow.dtypes import as_dtype, of


@op
def gather(params, indices, validate_indices=None, axis=None, batch_dims=0):
    """The slices at indices along an axis.

    >>> gather([10, 20, 30], [2, 0]).numpy(), gather([[1, 2], [3, 4]], [1, 0], axis=1, batch_dims=1).numpy()
    (array([30, 10], dtype=int32), array([2, 3], dtype=int32))
    """
    params, indices = _operand(params), raw(indices).astype("int64")
    axis = batch_dims if axis is None else axes(axis) % params.ndim
    if not batch_dims:
        return np.take(params, indices, axis)
    grid = np.indices(indices.shape)[:batch_dims]
    if axis != batch_dims:
        params = np.moveaxis(params, axis, batch_dims)
    y = params[(*grid, indices)]
    moved = range(indices.ndim, indices.ndim + axis - batch_dims)
    return np.moveaxis(y, list(moved), list(range(batch_dims, axis))) if axis != batch_dims else y


@op
def gather_nd(params, indices, batch_dims=0):
    """The elements (or slices) at rows of indices."""
    params, indices = _operand(params), raw(indices).astype("int64")
    key = tuple(np.moveaxis(indices, -1, 0))
    if batch_dims:
        grid = np.indices(indices.shape[:-1])[:batch_dims]
        key = (*grid, *key)
    return params[key]


@op
def boolean_mask(tensor, mask, axis=0):
    """The elements for which the mask is true."""
    mask = raw(mask).astype(bool)
    axis = 0 if axis is None else axis
    return _operand(tensor)[(slice(None),) * axis + (np.nonzero(mask) if mask.ndim > 1 else (np.flatnonzero(mask),))]


@op
def where(condition, x=None, y=None):
    """x where the condition is true, y elsewhere; the indices of what is true if neither is given."""
    condition = raw(condition)
    if x is None and y is None:
        return np.argwhere(condition).astype("int64")
    x, y = _operand(x), _operand(y)
    if isinstance(x, Text) or isinstance(y, Text):
        return np.where(condition, x, y)
    return ops.where(condition, x, y)


@op
def one_hot(indices, depth, on_value=None, off_value=None, axis=None, dtype=None):
    """Rows of zeros with a one where the index says; all zeros for an index out of range."""
    kind = _type(dtype) or (of(on_value) if on_value is not None else of(off_value) if off_value is not None else "float32")
    hot = ops.one_hot(indices, int(depth), axis=-1 if axis is None else axes(axis), dtype="bool")
    return np.where(hot, 1 if on_value is None else on_value, 0 if off_value is None else off_value).astype(kind)


@op
def sort(values, axis=-1, direction="ASCENDING"):
    """In order along an axis."""
    y = ops.sort(values, axis=axis)
    return ops.flip(y, axis) if direction.upper() == "DESCENDING" else y


@op
def argsort(values, axis=-1, direction="ASCENDING", stable=False):
    """The order along an axis; equal ones stay in their order."""
    x = raw(values)
    if direction.upper() == "DESCENDING":
        n = x.shape[axis]
        return (n - 1 - np.flip(np.argsort(np.flip(x, axis), axis, kind="stable"), axis)).astype("int32")
    return np.argsort(x, axis, kind="stable").astype("int32")


@op
def searchsorted(sorted_sequence, values, side="left", out_type="int32"):
    """Where numbers belong in an ordered sequence."""
    return ops.searchsorted(sorted_sequence, values, side=side).astype(str(out_type))


def unique(x: Any, out_idx: Any = "int32", name: str | None = None) -> Any:
    """Each element once, in the order of their coming, and for each element its number among them.

    >>> unique([5, 3, 5]).y.numpy(), unique([5, 3, 5]).idx.numpy()
    (array([5, 3], dtype=int32), array([0, 1, 0], dtype=int32))
    """
    return Unique(*_unique(x, out_idx)[:2])


def unique_with_counts(x: Any, out_idx: Any = "int32", name: str | None = None) -> Any:
    """The same, and how often each occurs."""
    return Unique(*_unique(x, out_idx))


def _unique(x: Any, out_idx: Any) -> list:
    x = _operand(x)
    plain = np.asarray(x).astype(str) if isinstance(x, Text) else np.asarray(x)
    _, first, number, counts = np.unique(plain, return_index=True, return_inverse=True, return_counts=True)
    order = np.argsort(first, kind="stable")
    place = np.argsort(order, kind="stable")
    kind = _type(out_idx)
    rows = [np.asarray(place[number.reshape(-1)], kind), np.asarray(counts[order], kind)]
    return [convert_to_tensor(x[np.sort(first)]), *map(ops.convert_to_tensor, rows)]


class Unique(NamedTuple):
    """The elements, their numbers, and how often they occur."""

    y: Any
    idx: Any
    count: Any = None

    def __iter__(self):
        return iter([part for part in (self.y, self.idx, self.count) if part is not None])


@op
def scatter_nd(indices, updates, shape):
    """Zeros of a shape with numbers added at rows of indices."""
    return ops.scatter(indices, updates, sizes(shape))


def _scatter(name, reduction, doc):
    def tensor_scatter(tensor, indices, updates):
        return ops.scatter_update(tensor, indices, updates, reduction)

    tensor_scatter.__doc__ = doc
    return op(tensor_scatter, name)


tensor_scatter_nd_update = _scatter("tensor_scatter_nd_update", None, "With new numbers at rows of indices.")
tensor_scatter_nd_add = _scatter("tensor_scatter_nd_add", "add", "With numbers added at rows of indices.")
tensor_scatter_nd_max = _scatter("tensor_scatter_nd_max", "max", "With the greater numbers at rows of indices.")
tensor_scatter_nd_min = _scatter("tensor_scatter_nd_min", "min", "With the smaller numbers at rows of indices.")


@op
def tensor_scatter_nd_sub(tensor, indices, updates):
    """With numbers subtracted at rows of indices."""
    return ops.scatter_update(tensor, indices, ops.negative(updates), "add")


@op
def sequence_mask(lengths, maxlen=None, dtype="bool"):
    """For each length, a row that is true so far."""
    lengths = raw(lengths)
    n = int(lengths.max(initial=0)) if maxlen is None else int(maxlen)
    return (np.arange(n) < lengths[..., None]).astype(str(as_dtype(dtype)))


_SCATTER = " ".join(f"tensor_scatter_nd_{kind}" for kind in ("update", "add", "max", "min"))
__all__ = exported(globals(), _SCATTER)
