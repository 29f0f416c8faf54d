"""`tf.reshape`, `tf.concat`, `tf.zeros` and other functions of arrays that stand directly under ``tf``.

>>> concat([[1], [2, 3]], 0).numpy(), tile([1, 2], [2]).numpy()
(array([1, 2, 3], dtype=int32), array([1, 2, 1, 2], dtype=int32))
"""

from __future__ import annotations

import builtins
from typing import Any

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


@op(graph=lambda tensor, shape: ops.reshape(tensor, sizes(shape)))
def reshape(tensor, shape):
    """The same numbers in another shape; one size may be -1."""
    return _operand(tensor).reshape(sizes(shape))


@op(graph=lambda input, axis=None, dim=None: ops.expand_dims(input, axes(dim if axis is None else axis)))
def expand_dims(input, axis=None, dim=None):
    """With a new axis of size 1."""
    return np.expand_dims(_operand(input), axes(dim if axis is None else axis))


@op(graph=lambda input, axis=None, squeeze_dims=None: ops.squeeze(input, axes(squeeze_dims if axis is None else axis)))
def squeeze(input, axis=None, squeeze_dims=None):
    """Without axes of size 1."""
    return np.squeeze(_operand(input), axes(squeeze_dims if axis is None else axis))


@op(graph=lambda a, perm=None, conjugate=False: ops.transpose(a, None if perm is None else sizes(perm)))
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


@op(name="concat", graph=lambda values, axis=0: ops.concatenate(values, axes(axis)))
def _concat(values, axis=0):
    values = [_operand(v) for v in values]
    values = values if any(isinstance(v, Text) for v in values) else promote(*values)
    return np.concatenate(values, axes(axis))


def concat(values: Any, axis: Any = 0, name: str | None = None) -> Any:
    """Several arrays as one, along an axis; rows of several lengths (``tf.RaggedTensor``) too."""
    first = values[0] if isinstance(values, (list, tuple)) and len(values) else values
    return first.join(values, axes(axis)) if hasattr(first, "map_rows") else _concat(values, axis)


@op(graph=lambda values, axis=0: ops.stack(values, axes(axis)))
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


@op(graph=lambda input: input)
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


__all__ = exported(globals(), "newaxis zeros ones zeros_like ones_like")
__getattr__ = absent("tf", globals())
