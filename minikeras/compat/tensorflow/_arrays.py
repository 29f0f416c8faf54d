"""`tf.reshape`, `tf.concat`, `tf.gather` and the other functions of arrays that stand directly under ``tf``.

>>> concat([[1], [2, 3]], 0).numpy(), one_hot([1, 0], 2).numpy().tolist()
(array([1, 2, 3], dtype=int32), [[0.0, 1.0], [1.0, 0.0]])
"""

from __future__ import annotations

import builtins
from typing import Any, NamedTuple

import numpy as np

from minikeras import ops
from minikeras._core.symbolic import KerasTensor
from minikeras._core.text import Text, text
from minikeras._core.variable import Variable
from minikeras.compat.tensorflow._tensors import TensorShape, convert_to_tensor
from minikeras.compat.tensorflow._tools import OpenSize, absent, axes, exported, op, raw, sizes
from minikeras.compat.tensorflow.dtypes import as_dtype, of
from minikeras.ops.dtypes import array, promote

newaxis = None


def _type(dtype: Any) -> Any:
    return None if dtype is None else str(as_dtype(dtype))


def _operand(x: Any) -> Any:
    """An array, or text as it is."""
    if isinstance(x, (np.ndarray, KerasTensor, Variable)) or hasattr(x, "untraced"):
        return x if isinstance(x, Text) else array(x)
    found = convert_to_tensor(x)
    return found if isinstance(found, Text) else array(found)


# Shapes


def shape(input: Any, out_type: Any = "int32", name: str | None = None) -> Any:
    """The shape, as a tensor of integers; of a symbolic tensor a tuple.

    >>> shape([[1, 2]]).numpy()
    array([1, 2], dtype=int32)
    """
    if isinstance(input, KerasTensor):
        return tuple(OpenSize() if n is None else n for n in input.shape)
    return ops.convert_to_tensor(np.array(_operand(input).shape, _type(out_type)))


def shape_n(input: list, out_type: Any = "int32", name: str | None = None) -> list:
    """The shapes of several."""
    return [shape(x, out_type) for x in input]


def size(input: Any, out_type: Any = "int32", name: str | None = None) -> Any:
    """How many numbers there are."""
    return ops.convert_to_tensor(np.array(_operand(input).size, _type(out_type)))


def rank(input: Any, name: str | None = None) -> Any:
    """How many axes there are."""
    return ops.convert_to_tensor(len(input.shape) if isinstance(input, KerasTensor) else _operand(input).ndim)


@op
def reshape(tensor, shape):
    """The same numbers in another shape; one size may be -1."""
    return _operand(tensor).reshape(sizes(shape))


@op
def expand_dims(input, axis=None, dim=None):
    """With a new axis of size 1."""
    return np.expand_dims(_operand(input), axes(dim if axis is None else axis))


@op
def squeeze(input, axis=None, squeeze_dims=None):
    """Without axes of size 1."""
    return np.squeeze(_operand(input), axes(squeeze_dims if axis is None else axis))


@op
def transpose(a, perm=None, conjugate=False):
    """With the axes in another order."""
    return np.transpose(_operand(a), None if perm is None else sizes(perm))


@op
def broadcast_to(input, shape):
    """Repeated along axes to a shape."""
    return np.broadcast_to(_operand(input), sizes(shape))


@op
def ensure_shape(x, shape):
    """The same, if it has this shape."""
    if not TensorShape(shape).is_compatible_with(np.shape(x)):
        raise ValueError(f"tf.ensure_shape: expected shape {tuple(shape)}, got {tuple(np.shape(x))}.")
    return x


# Joining and parting


@op
def concat(values, axis=0):
    """Several arrays as one, along an axis."""
    values = [_operand(v) for v in values]
    values = values if any(isinstance(v, Text) for v in values) else promote(*values)
    return np.concatenate(values, axes(axis))


@op
def stack(values, axis=0):
    """Several arrays as one, along a new axis."""
    values = [_operand(v) for v in values]
    values = values if any(isinstance(v, Text) for v in values) else promote(*values)
    return np.stack(values, axes(axis))


@op
def unstack(value, num=None, axis=0):
    """The slices along an axis, in a list."""
    return ops.unstack(_operand(value), num, axes(axis))


@op
def split(value, num_or_size_splits, axis=0, num=None):
    """The parts along an axis, in a list: so many of one size, or of these sizes, of which one may be -1."""
    value, axis = _operand(value), axes(axis)
    if np.ndim(num_or_size_splits) == 0:
        return list(np.split(value, int(num_or_size_splits), axis))
    parts = list(sizes(num_or_size_splits))
    if -1 in parts:
        parts[parts.index(-1)] = value.shape[axis] - sum(parts) - 1
    return list(np.split(value, np.cumsum(parts)[:-1].tolist(), axis))


@op
def tile(input, multiples):
    """Repeated so often along each axis."""
    return np.tile(_operand(input), sizes(multiples))


@op
def repeat(input, repeats, axis=None):
    """Each element so often."""
    repeats = int(repeats) if np.ndim(repeats) == 0 else np.asarray(repeats)
    return np.repeat(_operand(input), repeats, axes(axis))


@op
def pad(tensor, paddings, mode="CONSTANT", constant_values=0):
    """With numbers before and after, along each axis."""
    mode = str(mode).lower()
    width = [tuple(int(n) for n in pair) for pair in np.asarray(paddings)]
    return ops.pad(tensor, width, mode, constant_values if mode == "constant" else None)


@op
def reverse(tensor, axis):
    """In reverse order along axes."""
    return np.flip(_operand(tensor), axes(axis))


@op
def roll(input, shift, axis):
    """Moved along axes; what falls off comes in again."""
    return np.roll(_operand(input), axes(shift), axes(axis))


@op
def slice(input_, begin, size):
    """A block: where it begins, and its sizes, -1 for all that is left."""
    x = _operand(input_)
    places = zip(sizes(begin), sizes(size), x.shape)
    return x[tuple(_slice(b, n if k == -1 else b + k) for b, k, n in places)]


_slice = builtins.slice


@op
def strided_slice(input_, begin, end, strides=None):
    """A block with steps."""
    strides = [1] * len(sizes(begin)) if strides is None else sizes(strides)
    return _operand(input_)[tuple(_slice(b, e, s) for b, e, s in zip(sizes(begin), sizes(end), strides))]


def meshgrid(*args: Any, indexing: str = "xy", name: str | None = None) -> list:
    """The coordinates of a grid."""
    return list(ops.meshgrid(*args, indexing=indexing))


# Picking


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
    moved = builtins.range(indices.ndim, indices.ndim + axis - batch_dims)
    return np.moveaxis(y, list(moved), list(builtins.range(batch_dims, axis))) if axis != batch_dims else y


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
    return _operand(tensor)[(_slice(None),) * axis + (np.nonzero(mask) if mask.ndim > 1 else (np.flatnonzero(mask),))]


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


# Making


def _filled(name, value):
    def make(shape, dtype="float32", name=None):
        if as_dtype(dtype) == "string":
            return text(np.full(sizes(shape), "", object))
        return ops.full(sizes(shape), value, _type(dtype))

    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"An array of {name}."
    return make


def _filled_like(name, value):
    def make(input, dtype=None):
        x = _operand(input)
        return np.full(np.shape(x), value, _type(dtype) or of(x))

    make.__doc__ = f"An array of {name.split('_')[0]}, of the shape and the type of another."
    return op(make, name)


zeros, ones = _filled("zeros", 0), _filled("ones", 1)
zeros_like, ones_like = _filled_like("zeros_like", 0), _filled_like("ones_like", 1)


def fill(dims: Any, value: Any, name: str | None = None) -> Any:
    """An array of one value."""
    value = convert_to_tensor(value)
    return ops.convert_to_tensor(np.full(sizes(dims), value)) if not isinstance(value, Text) else broadcast_to(value, dims)


def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: str | None = None) -> Any:
    """Numbers from start up to limit, in steps.

    >>> range(3).numpy(), range(1, 2, 0.5).numpy()
    (array([0, 1, 2], dtype=int32), array([1. , 1.5], dtype=float32))
    """
    start, limit = (0, start) if limit is None else (start, limit)
    parts = [np.asarray(array(a)) for a in (start, limit, delta)]
    kind = _type(dtype) or promote(*parts)[0].dtype.name
    return ops.convert_to_tensor(np.arange(*(a.item() for a in parts), dtype=kind))


def linspace(start: Any, stop: Any, num: Any, name: str | None = None, axis: int = 0) -> Any:
    """So many numbers from start to stop, both included."""
    start = array(start)
    kind = start.dtype.name if start.dtype.kind == "f" else "float64"
    return ops.linspace(start, stop, int(num), dtype=kind, axis=axis)


def eye(num_rows: Any, num_columns: Any = None, batch_shape: Any = None, dtype: Any = "float32", name: Any = None) -> Any:
    """Ones on the diagonal."""
    one = ops.eye(int(num_rows), None if num_columns is None else int(num_columns), dtype=_type(dtype))
    return one if batch_shape is None else ops.tile(one, (*sizes(batch_shape), 1, 1))


@op
def identity(input):
    """The same."""
    return _operand(input)


@op
def clip_by_value(t, clip_value_min, clip_value_max):
    """Not below the one and not above the other."""
    return ops.minimum(ops.maximum(t, clip_value_min), clip_value_max).astype(array(t).dtype)


@op
def clip_by_norm(t, clip_norm, axes=None):
    """Shortened where √(Σ t²) is above ``clip_norm``."""
    t = array(t)
    axis = None if axes is None else tuple(np.atleast_1d(np.asarray(axes)).tolist())
    norm = ops.sqrt(ops.sum(ops.square(t), axis=axis, keepdims=True))
    return t * ops.divide(clip_norm, ops.maximum(norm, clip_norm))


def global_norm(t_list: list, name: str | None = None) -> Any:
    """√(Σ t²) over all numbers of several tensors; None counts for nothing."""
    squares = [ops.sum(ops.square(t)) for t in t_list if t is not None]
    return ops.sqrt(sum(squares[1:], squares[0])) if squares else ops.convert_to_tensor(0.0)


def clip_by_global_norm(t_list: list, clip_norm: Any, use_norm: Any = None, name: str | None = None) -> tuple[list, Any]:
    """Several tensors shortened together where their global norm is above ``clip_norm``; and that norm."""
    norm = global_norm(t_list) if use_norm is None else use_norm
    scale = ops.divide(clip_norm, ops.maximum(norm, clip_norm))
    return [None if t is None else ops.multiply(t, scale) for t in t_list], norm


@op
def tensordot(a, b, axes):
    """Σ over axes of both."""
    return ops.tensordot(a, b, axes if np.ndim(axes) == 0 else [np.asarray(x).tolist() for x in axes])


@op
def histogram_fixed_width(values, value_range, nbins=100, dtype="int32"):
    """How many numbers fall in each of bins of one width; those out of range in the outermost."""
    low, high = (float(v) for v in value_range)
    places = np.clip((raw(values).reshape(-1) - low) / (high - low) * nbins, 0, nbins - 1).astype(int)
    return np.bincount(places, minlength=nbins).astype(str(dtype))


def einsum(equation: str, *inputs: Any, **kwargs: Any) -> Any:
    """Einstein's sums."""
    return ops.einsum(equation.replace(" ", ""), *inputs)


@op
def bitcast(input, type):
    """The same bytes, read as another type."""
    return raw(input).view(str(as_dtype(type)))


__all__ = exported(globals(), """newaxis zeros ones zeros_like ones_like tensor_scatter_nd_update
    tensor_scatter_nd_add tensor_scatter_nd_max tensor_scatter_nd_min""")
__getattr__ = absent("tf", globals())
