"""Operations that pick, search and sort."""

from __future__ import annotations

import numpy as np

from minikeras.ops.dtypes import array, axis_of, promote
from minikeras.ops.operation import operation


@operation(data="key")
def get_item(x, key):
    """x[key]

    >>> get_item([[1, 2], [3, 4]], (slice(None), 0)).tolist()
    [1, 3]
    """
    return array(x)[key]


@operation
def take(x, indices, axis=None):
    """The elements (rows, columns, ...) of these numbers.

    >>> take([10, 20, 30], [2, 0]).tolist()
    [30, 10]
    """
    x, indices = array(x), array(indices)
    return np.take(x, indices.astype("int64") if indices.dtype.kind not in "iu" else indices, axis)


@operation
def take_along_axis(x, indices, axis=None):
    """One element for each index along an axis: what `argsort` and `argmax` point at.

    >>> take_along_axis([[3, 1], [2, 4]], [[1], [0]], axis=1).tolist()
    [[1], [2]]
    """
    x, indices = array(x), array(indices)
    if axis is None:
        return np.take_along_axis(np.ravel(x), np.ravel(indices), 0)
    axis = axis_of(axis, x.ndim)
    shape = np.broadcast_shapes(*(a.shape[:axis] + (1,) + a.shape[axis + 1 :] for a in (x, indices)))
    x = np.broadcast_to(x, shape[:axis] + (x.shape[axis],) + shape[axis + 1 :])
    return np.take_along_axis(x, np.broadcast_to(indices, shape[:axis] + (indices.shape[axis],) + shape[axis + 1 :]), axis)


@operation(open_axes=lambda condition, x1=None, x2=None: [0 if x1 is None else None])
def where(condition, x1=None, x2=None):
    """x1 where the condition holds, x2 elsewhere; the indices where it holds if there is nothing to choose from.

    >>> where([True, False], [1, 2], 0).tolist()
    [1, 0]
    """
    condition = array(condition)
    if (x1 is None) != (x2 is None):
        raise ValueError("`x1` and `x2` either both should be `None` or both should have non-None value.")
    if x1 is None:
        return nonzero(condition)
    return np.where(condition.astype(bool), *promote(x1, x2))


@operation
def select(condlist, choicelist, default=0):
    """From the first choice whose condition holds, else the default.

    >>> select([np.array([True, False, False]), np.array([True, True, False])], [1, 2], 3).tolist()
    [1, 2, 3]
    """
    if len(condlist) != len(choicelist):
        raise ValueError(f"select needs a choice for each condition, got {len(condlist)} and {len(choicelist)}.")
    *choices, y = promote(*choicelist, default)
    for condition, choice in zip(reversed(condlist), reversed(choices)):
        y = np.where(array(condition).astype(bool), choice, y)
    return y


@operation(open_axes=lambda x: [0])
def nonzero(x):
    """The indices of all that are not 0, one array for each axis.

    >>> [i.tolist() for i in nonzero([[0, 1], [2, 0]])]
    [[0, 1], [1, 0]]
    """
    return tuple(i.astype("int32") for i in np.nonzero(array(x)))


@operation
def sort(x, axis=-1):
    """From the smallest to the greatest along an axis.

    >>> sort([3, 1, 2]).tolist()
    [1, 2, 3]
    """
    return np.sort(array(x), axis)


@operation
def argsort(x, axis=-1):
    """The indices that sort; equal ones keep their order.

    >>> argsort([3, 1, 2]).tolist()
    [1, 2, 0]
    """
    x = array(x)
    return np.argsort(np.ravel(x) if axis is None else x, -1 if axis is None else axis, kind="stable").astype("int32")


@operation
def argpartition(x, kth, axis=-1):
    """Indices such that the k-th is where sorting would have it, smaller ones before it and greater ones after it.

    >>> int(argpartition([30, 10, 20], 0)[0])
    1
    """
    return np.argpartition(array(x), kth, axis).astype("int32")


@operation(name="SearchSorted")
def searchsorted(sorted_sequence, values, side="left"):
    """Where values would have to go in for a sorted row to stay sorted.

    >>> searchsorted([1, 3, 5], [3, 4]).tolist()
    [1, 2]
    """
    row = array(sorted_sequence)
    if row.ndim != 1:
        raise ValueError(f"`searchsorted` only supports 1-D sorted sequences, got shape {row.shape}; vectorize it yourself.")
    return np.asarray(np.searchsorted(row, array(values), side)).astype("int32")[()]


@operation(name="IsIn")
def isin(x1, x2, assume_unique=False, invert=False):
    """Whether each of x1 is among x2.

    >>> isin([1, 2, 3], [1, 3])
    array([ True, False,  True])
    """
    x1, x2 = promote(x1, x2)
    return np.isin(x1, x2, assume_unique, invert)


def open_in_unique(
    x, sorted=True, return_index=False, return_inverse=False, return_counts=False, axis=None, size=None, fill_value=None
):
    """The axes that `unique` leaves open: those along its results, but for the indices that make x again.

    >>> open_in_unique(None, return_inverse=True, axis=1), open_in_unique(None, size=3)
    ([1, None], [None])
    """
    if size is not None:
        return [None]
    kinds = ((return_index, 0), (return_inverse, None), (return_counts, 0))
    return [0 if axis is None else axis, *(open_axis for wanted, open_axis in kinds if wanted)]


@operation(settings="fill_value", open_axes=open_in_unique)
def unique(
    x, sorted=True, return_index=False, return_inverse=False, return_counts=False, axis=None, size=None, fill_value=None
):
    """Each number once, in ascending order.

    Args:
        x: array.
        sorted: in ascending order, as they always are here.
        return_index, return_inverse, return_counts: whether also to return where each was first, the indices that make
            x of them again, and how often each occurs.
        axis: compare rows along this axis; None: single numbers.
        size: cut or fill up to so many; fill_value fills, by default the smallest.

    >>> [a.tolist() for a in unique([3, 1, 3], return_counts=True)]
    [[1, 3], [1, 2]]
    """
    x = array(x)
    y, index, inverse, counts = np.unique(x, True, True, True, axis, equal_nan=False)
    inverse = inverse.reshape(x.shape) if axis is None else inverse.reshape(-1)
    if size is not None:
        along = 0 if axis is None else axis
        missing = max(size - y.shape[along], 0)
        y, index, counts = np.take(y, np.arange(min(size, y.shape[along])), along), index[:size], counts[:size]
        if missing:
            fill = np.take(y, [0], along) if fill_value is None else np.full_like(np.take(y, [0], along), fill_value)
            y = np.concatenate([y, np.repeat(fill, missing, along)], along)
            index, counts = np.append(index, np.full(missing, index[0])), np.append(counts, np.zeros(missing, counts.dtype))
    extra = ((index, return_index), (inverse, return_inverse), (counts, return_counts))
    found = (y, *(a.astype("int32") for a, wanted in extra if wanted))
    return found if len(found) > 1 else y


@operation
def unravel_index(indices, shape):
    """The index along each axis of elements numbered row by row.

    >>> [i.tolist() for i in unravel_index([5, 2], (2, 3))]
    [[1, 0], [2, 2]]
    """
    indices = array(indices)
    dtype = indices.dtype if indices.dtype.kind in "iu" else np.dtype("int32")
    size = int(np.prod(shape))
    return tuple(i.astype(dtype) for i in np.unravel_index(np.where(indices < 0, indices + size, indices), shape))


def vectorize(pyfunc, *, excluded=None, signature=None):
    """A function of numbers made one of arrays, as ``np.vectorize`` does.

    >>> vectorize(lambda a, b: a if a > b else b)(np.array([1, 5]), np.array([3, 2])).tolist()
    [3, 5]
    """
    if not callable(pyfunc):
        raise ValueError(f"Expected argument `pyfunc` to be a callable. Received: pyfunc={pyfunc!r}")
    return np.vectorize(pyfunc, excluded=excluded, signature=signature)
