"""Operations of Keras' core: types, slices, scattering, gradients."""

from __future__ import annotations

import operator

import numpy as np

from minikeras._core.config import standardize_dtype
from minikeras._core.trace import Box, constant, primitive
from minikeras._core.trace_own import put, scatter_add
from minikeras._core.variable import Variable
from minikeras.ops.dtypes import array, axis_of
from minikeras.ops.operation import operation


@operation
def cast(x, dtype):
    """The array in another type.

    >>> cast([1.7, 2.2], "int32")
    array([1, 2], dtype=int32)
    """
    return array(x, np.dtype(standardize_dtype(dtype)))


@operation
def saturate_cast(x, dtype):
    """The array in another type; what does not fit becomes the smallest or greatest number that does.

    >>> saturate_cast([-5.0, 300.0], "uint8")
    array([  0, 255], dtype=uint8)
    """
    x, dtype = array(x), np.dtype(standardize_dtype(dtype))
    if dtype.kind == "b":
        return np.greater(x, 0)
    limits = (np.finfo if dtype.kind == "f" else np.iinfo)(dtype)
    if x.dtype.kind == "f":
        own = np.finfo(x.dtype)
        low, high = max(float(own.min), float(limits.min)), min(float(own.max), float(limits.max))
        if dtype.kind in "iu":
            top = np.asarray(high, x.dtype)
            high = float(top if int(top) <= int(limits.max) else np.nextafter(top, np.asarray(0, x.dtype)))
        return np.minimum(np.maximum(x, np.asarray(low, x.dtype)), np.asarray(high, x.dtype)).astype(dtype)
    if x.dtype.kind in "iu":
        own = np.iinfo(x.dtype)
        low, high = max(int(own.min), int(limits.min)), min(int(own.max), int(limits.max))
        x = np.minimum(np.maximum(x, np.asarray(low, x.dtype)), np.asarray(high, x.dtype))
    return x.astype(dtype)


@operation
def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
    """An array of numbers, lists of them, or what a variable holds.

    >>> convert_to_tensor([1, 2.5])
    array([1. , 2.5], dtype=float32)
    """
    return array(x, None if dtype is None else np.dtype(standardize_dtype(dtype)))


def convert_to_numpy(x):
    """A plain NumPy array.

    >>> convert_to_numpy(Variable([1.0]))
    array([1.], dtype=float32)
    """
    return np.asarray(array(x))


def shape(x):
    """The shape, a tuple.

    >>> shape([[1, 2]])
    (1, 2)
    """
    return tuple(x.shape) if hasattr(x, "shape") else np.shape(array(x))


def dtype(x):
    """The name of the type of numbers.

    >>> dtype(np.zeros(2))
    'float64'
    """
    return standardize_dtype(x.dtype if hasattr(x, "dtype") else array(x).dtype)


def is_tensor(x):
    """Whether it is an array: neither a list, nor a number, nor a variable.

    >>> is_tensor(np.zeros(2)), is_tensor([0.0])
    (True, False)
    """
    return isinstance(x, (np.ndarray, np.generic, Box))


@operation
def stop_gradient(variable):
    """The same numbers, out of the reach of gradients.

    >>> stop_gradient([1.0])
    array([1.], dtype=float32)
    """
    return constant(array(variable))


def custom_gradient(f):
    """Decorate a function that returns its result and its own way back, ``grad(upstream)``.

    >>> @custom_gradient
    ... def half_slope(x):
    ...     return x * 2, lambda upstream: upstream
    >>> half_slope(np.array([3.0]))
    array([6.])
    """

    def call(*args, **kwargs):
        def forward(*values):
            y, grad = f(*values, **kwargs)

            def pullback(g):
                shares = grad(g)
                return tuple(shares) if isinstance(shares, (tuple, list)) else (shares,)

            return y, pullback

        return primitive(forward, *(array(a) if isinstance(a, Variable) else a for a in args))

    return call


def block(x_shape, start_indices, sizes):
    """The slices of a block, moved in where it would stick out; -1 stands for all that is left."""
    starts = [operator.index(i) for i in np.asarray(array(start_indices)).reshape(-1)]
    if len(starts) != len(x_shape) or len(sizes) != len(x_shape):
        raise ValueError(f"A block of an array of shape {x_shape} needs starts and sizes for all axes, got {starts}, {sizes}.")
    starts = [min(max(i + n if i < 0 else i, 0), n if k == -1 else n - k) for i, n, k in zip(starts, x_shape, sizes)]
    return tuple(slice_of(i, None if k == -1 else i + k) for i, k in zip(starts, sizes))


slice_of = slice


@operation
def slice(inputs, start_indices, shape):
    """The block of a shape that begins at these indices.

    >>> slice([[1, 2, 3], [4, 5, 6]], [0, 1], [2, 2]).tolist()
    [[2, 3], [5, 6]]
    """
    inputs = array(inputs)
    return inputs[block(inputs.shape, start_indices, shape)]


@operation
def slice_update(inputs, start_indices, updates):
    """With a block of new numbers that begins at these indices.

    >>> slice_update([1, 2, 3, 4], [1], [20, 30]).tolist()
    [1, 20, 30, 4]
    """
    inputs, updates = array(inputs), array(updates)
    return put(inputs, updates.astype(inputs.dtype), block(inputs.shape, start_indices, updates.shape))


def places(indices):
    """Rows of indices as NumPy takes them: one array for each axis."""
    indices = np.asarray(array(indices))
    return tuple(np.moveaxis(indices.astype("int64"), -1, 0))


@operation
def scatter(indices, values, shape):
    """Zeros of a shape with values added at these indices.

    >>> scatter([[0], [2], [2]], [1, 2, 3], (4,)).tolist()
    [1, 0, 5, 0]
    """
    return scatter_add(array(values), tuple(shape), places(indices))


@operation
def scatter_update(inputs, indices, updates, reduction=None):
    """With new numbers at these indices, or with them added, multiplied, compared.

    Args:
        inputs: array.
        indices: integers of shape (updates, axes).
        updates: one number (row, ...) for each.
        reduction: None to put them in, or "add", "max", "min", "mul".

    >>> scatter_update([1, 2, 3], [[0], [2]], [10, 30]).tolist()
    [10, 2, 30]
    """
    inputs, key = array(inputs), places(indices)
    updates = array(updates).astype(inputs.dtype)
    if reduction == "add":
        return inputs + scatter_add(updates, inputs.shape, key)
    if reduction in ("max", "min", "mul"):
        chosen = {"max": np.maximum, "min": np.minimum, "mul": np.multiply}[reduction]
        return in_turn(chosen, inputs, updates, key)
    if reduction is not None:
        raise ValueError(f"Unsupported reduction: {reduction!r}. Use None, 'add', 'max', 'min' or 'mul'.")
    flat = np.ravel_multi_index(tuple(np.mod(k, n).reshape(-1) for k, n in zip(key, inputs.shape)), inputs.shape[: len(key)])
    last = len(flat) - 1 - np.unique(flat[::-1], return_index=True)[1]  # of updates of one place, the last one stays
    updates = np.reshape(updates, (len(flat), *inputs.shape[len(key) :]))
    return put(inputs, updates[last], np.unravel_index(flat[last], inputs.shape[: len(key)]))


def in_turn(function, inputs, updates, key):
    """One update after the other, where places may come twice: in rounds of which each meets a place once."""
    flat = np.ravel_multi_index(tuple(np.mod(k, n).reshape(-1) for k, n in zip(key, inputs.shape)), inputs.shape[: len(key)])
    updates = np.reshape(updates, (len(flat), *inputs.shape[len(key) :]))
    todo = np.arange(len(flat))
    while todo.size:
        first = todo[np.unique(flat[todo], return_index=True)[1]]
        place = np.unravel_index(flat[first], inputs.shape[: len(key)])
        inputs = put(inputs, function(inputs[place], updates[first]), place)
        todo = np.setdiff1d(todo, first)
    return inputs


def _open_in_slices(x, num=None, axis=0):
    shape = list(x.shape)
    del shape[axis]
    return [tuple(i for i, n in enumerate(shape) if n is None)]


@operation(open_axes=_open_in_slices)
def unstack(x, num=None, axis=0):
    """A list of the slices along an axis.

    >>> [a.tolist() for a in unstack([[1, 2], [3, 4]])]
    [[1, 2], [3, 4]]
    """
    x = array(x)
    axis = axis_of(axis, x.ndim)
    if num is not None and num != x.shape[axis]:
        raise ValueError(f"unstack expects num={x.shape[axis]}, the size of axis {axis}, got {num}.")
    return [x[(slice_of(None),) * axis + (i,)] for i in range(x.shape[axis])]
