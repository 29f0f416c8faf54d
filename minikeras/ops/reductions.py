"""Sums, means and all else that makes few numbers of many along axes."""

from __future__ import annotations

import builtins

import numpy as np

from minikeras.ops.dtypes import array, axis_of, cast, floats, promote_floats, wide
from minikeras.ops.operation import operation

SUMS = {"bool": "int32", "int8": "int32", "int16": "int32", "uint8": "uint32", "uint16": "uint32"}


def axes(axis):
    """An axis or several as NumPy takes them."""
    return tuple(axis) if isinstance(axis, list) else axis


def summable(x):
    """An array of a type that holds sums: small integers become int32 or uint32."""
    x = array(x)
    return x.astype(SUMS[x.dtype.name]) if x.dtype.kind in "biu" and x.dtype.name in SUMS else x


@operation
def sum(x, axis=None, keepdims=False):
    """The sum along an axis, several, or all.

    >>> sum([[1, 2], [3, 4]], axis=0).tolist()
    [4, 6]
    """
    x = summable(x)
    return np.sum(x, axes(axis), x.dtype, keepdims=keepdims)


@operation
def prod(x, axis=None, keepdims=False, dtype=None):
    """The product along an axis, several, or all.

    >>> int(prod([2, 3, 4]))
    24
    """
    x = summable(x) if dtype is None else array(x, dtype)
    return np.prod(x, axes(axis), x.dtype, keepdims=keepdims)


@operation
def mean(x, axis=None, keepdims=False):
    """The mean along an axis, several, or all; floats.

    >>> float(mean([1, 2, 4, 5]))
    3.0
    """
    x = floats(x)
    return cast(np.mean(wide(x), axes(axis), keepdims=keepdims), x.dtype)


@operation
def var(x, axis=None, keepdims=False):
    """The mean of (x - mean)².

    >>> float(var([1.0, 3.0]))
    1.0
    """
    x = floats(x)
    return cast(np.var(wide(x), axes(axis), keepdims=keepdims), x.dtype)


@operation
def std(x, axis=None, keepdims=False):
    """The root of the variance.

    >>> float(std([1.0, 5.0]))
    2.0
    """
    x = floats(x)
    return cast(np.std(wide(x), axes(axis), keepdims=keepdims), x.dtype)


def extreme(reduce, choose, x, axis, keepdims, initial):
    """The greatest or smallest along axes, and not less (more) than the initial one."""
    x = array(x)
    if initial is None and x.size == 0:
        raise ValueError("The greatest of no numbers: pass `initial`, or an array that has some.")
    if x.size == 0:
        return np.max(x, axes(axis), keepdims=keepdims, initial=initial)
    y = reduce(x, axes(axis), keepdims=keepdims)
    return y if initial is None else choose(y, cast(initial, y.dtype))


@operation
def max(x, axis=None, keepdims=False, initial=None):
    """The greatest along an axis, several, or all.

    >>> max([[1, 5], [3, 2]], axis=1).tolist()
    [5, 3]
    """
    return extreme(np.max, np.maximum, x, axis, keepdims, initial)


@operation
def min(x, axis=None, keepdims=False, initial=None):
    """The smallest along an axis, several, or all.

    >>> min([[1, 5], [3, 2]], axis=1).tolist()
    [1, 2]
    """
    return extreme(np.min, np.minimum, x, axis, keepdims, initial)


@operation
def amax(x, axis=None, keepdims=False):
    """The greatest along an axis, several, or all.

    >>> int(amax([1, 5, 3]))
    5
    """
    return extreme(np.max, np.maximum, x, axis, keepdims, None)


@operation
def amin(x, axis=None, keepdims=False):
    """The smallest along an axis, several, or all.

    >>> int(amin([1, 5, 3]))
    1
    """
    return extreme(np.min, np.minimum, x, axis, keepdims, None)


@operation
def ptp(x, axis=None, keepdims=False):
    """The greatest minus the smallest.

    >>> int(ptp([1, 5, 3]))
    4
    """
    x = array(x)
    return np.max(x, axes(axis), keepdims=keepdims) - np.min(x, axes(axis), keepdims=keepdims)


@operation
def all(x, axis=None, keepdims=False):
    """Whether all are true.

    >>> all([[True, False], [True, True]], axis=1)
    array([False,  True])
    """
    return np.all(array(x), axes(axis), keepdims=keepdims)


@operation
def any(x, axis=None, keepdims=False):
    """Whether at least one is true.

    >>> any([[True, False], [False, False]], axis=1)
    array([ True, False])
    """
    return np.any(array(x), axes(axis), keepdims=keepdims)


@operation
def argmax(x, axis=None, keepdims=False):
    """Where the greatest is: the index along the axis, int32.

    >>> argmax([[1, 5], [3, 2]], axis=1)
    array([1, 0], dtype=int32)
    """
    return np.argmax(array(x), axis, keepdims=keepdims).astype("int32")


@operation
def argmin(x, axis=None, keepdims=False):
    """Where the smallest is: the index along the axis, int32.

    >>> argmin([[1, 5], [3, 2]], axis=1)
    array([0, 1], dtype=int32)
    """
    return np.argmin(array(x), axis, keepdims=keepdims).astype("int32")


@operation
def count_nonzero(x, axis=None):
    """How many are not 0.

    >>> int(count_nonzero([0, 3, 0, 1]))
    2
    """
    return np.asarray(np.count_nonzero(array(x), axes(axis))).astype("int32")[()]


@operation
def average(x, axis=None, weights=None):
    """The mean, or Σ w x / Σ w with weights.

    >>> float(average([1.0, 4.0], weights=[2.0, 1.0]))
    2.0
    """
    if weights is None:
        return mean(x, axis)
    x, weights = promote_floats(x, weights)
    return np.average(x, axes(axis), weights=weights)


@operation
def cumsum(x, axis=None, dtype=None):
    """Sums from the beginning up to each.

    >>> cumsum([1.0, 2.0, 3.0])
    array([1., 3., 6.], dtype=float32)
    """
    x = array(x, dtype)
    x = x.astype("int32") if x.dtype == bool else x
    return np.cumsum(x, axis, x.dtype)


@operation
def cumprod(x, axis=None, dtype=None):
    """Products from the beginning up to each.

    >>> cumprod([1.0, 2.0, 3.0])
    array([1., 2., 6.], dtype=float32)
    """
    x = array(x, dtype)
    x = x.astype("int32") if x.dtype == bool else x
    return np.cumprod(x, axis, x.dtype)


@operation(settings="x")
def trapezoid(y, x=None, dx=1.0, axis=-1):
    """The integral by the trapezoidal rule: Σ Δx (yᵢ + yᵢ₊₁) / 2.

    >>> float(trapezoid([1.0, 2.0, 3.0]))
    4.0
    """
    y = floats(y)
    right, left = edges(y, axis)
    if x is not None:
        y, x = promote_floats(y, x)
        if x.ndim == 1:
            x = np.reshape(x, (-1,) + (1,) * (y.ndim - 1 - axis % y.ndim))
            axis = axis % y.ndim - y.ndim
        x_right, x_left = edges(x, axis)
        dx = x_right - x_left
    return np.sum((right + left) * 0.5 * dx, axis)


def edges(y, axis):
    """Each with a predecessor, and these predecessors."""
    n = y.shape[axis]
    return np.take(y, np.arange(1, n), axis), np.take(y, np.arange(n - 1), axis)


@operation
def median(x, axis=None, keepdims=False):
    """The middle one, or the mean of the two in the middle.

    >>> float(median([3, 1, 2, 10]))
    2.5
    """
    return quantiles(floats(x), 0.5, axis, "linear", keepdims)


@operation
def quantile(x, q, axis=None, method="linear", keepdims=False):
    """The value below which a share q of all lies, q from 0 to 1.

    Args:
        method: between two values: "linear", "lower", "higher", "nearest" or "midpoint".

    >>> float(quantile([0.0, 1.0, 2.0, 3.0], 0.5))
    1.5
    """
    return quantiles(floats(x), q, axis, method, keepdims)


@operation
def percentile(x, q, axis=None, method="linear", keepdims=False):
    """The value below which q percent of all lie.

    >>> float(percentile([0.0, 1.0, 2.0, 3.0], 50))
    1.5
    """
    return quantiles(floats(x), np.asarray(q) / 100, axis, method, keepdims)


def quantiles(x, q, axis, method, keepdims, skip=False):
    """Sort, then go to the place q (n - 1), between two neighbours as the method says; NaN counts not at all, or for all."""
    if method not in ("linear", "lower", "higher", "nearest", "midpoint"):
        raise ValueError(f"quantile knows the methods linear, lower, higher, nearest and midpoint, got {method!r}.")
    q = np.asarray(q, "float64")
    picked = [axis_of(i, x.ndim) for i in np.atleast_1d(range(x.ndim) if axis is None else axis)]
    rest = [i for i in range(x.ndim) if i not in picked]
    kept = [1 if i in picked else n for i, n in enumerate(x.shape)] if keepdims else [x.shape[i] for i in rest]
    rows = np.reshape(np.transpose(x, rest + picked), [x.shape[i] for i in rest] + [-1])
    gap = np.isnan(rows)
    rows = np.where(gap, cast(float("inf"), x.dtype), rows) if skip else rows
    rows = np.take_along_axis(rows, np.argsort(rows, -1), -1)
    count = rows.shape[-1] - (gap.sum(-1, keepdims=True) if skip else np.zeros((*rows.shape[:-1], 1), int))
    place = q.reshape(-1) * np.maximum(count - 1, 0)
    low, high = np.floor(place).astype(int), np.ceil(place).astype(int)
    part = {"linear": place - low, "lower": 0.0 * place, "higher": 0.0 * place + 1, "midpoint": (high > low) * 0.5}
    part = (part[method] if method != "nearest" else np.round(place) - low).astype(x.dtype)
    below, above = np.take_along_axis(rows, low, -1), np.take_along_axis(rows, high, -1)
    y = np.where(np.equal(part, 0), below, np.where(np.equal(part, 1), above, below + (above - below) * part))
    lost = np.equal(count, 0) if skip else gap.any(-1, keepdims=True)
    y = np.where(lost, cast(float("nan"), x.dtype), y) if lost.any() else y
    return np.reshape(np.moveaxis(y, -1, 0), [*q.shape, *kept])


@operation(data="bins")
def digitize(x, bins):
    """The number of the bin that each falls into: the count of edges not above it.

    >>> digitize([0.5, 2.5], [0.0, 1.0, 2.0])
    array([1, 3], dtype=int32)
    """
    return np.digitize(array(x), array(bins)).astype("int32")


@operation(settings="weights", open_axes=lambda *args, **kwargs: [-1])
def bincount(x, weights=None, minlength=0, sparse=False):
    """How often each of 0, 1, 2, ... occurs (or the sum of the weights there); rows are counted one by one.

    >>> bincount([0, 2, 2]).tolist()
    [1, 0, 2]
    """
    if sparse:
        raise ValueError("Sparse arrays do not exist in NumPy: bincount with sparse=True is not available.")
    x = array(x)
    dtype = "int32" if weights is None else array(weights).dtype
    if x.ndim < 2:
        return np.bincount(x, None if weights is None else array(weights), minlength).astype(dtype)
    length = builtins.max(int(minlength), int(x.max()) + 1 if x.size else 0)
    rows = x.reshape(-1, x.shape[-1])
    weights = [None] * len(rows) if weights is None else array(weights).reshape(rows.shape)
    counted = [np.bincount(row, w, length)[:length] for row, w in zip(rows, weights)]
    return np.reshape(np.asarray(counted, dtype), (*x.shape[:-1], length))


@operation(settings="bins")
def histogram(x, bins=10, range=None):
    """How many fall into each of the bins, and the edges of these.

    >>> [a.tolist() for a in histogram([0.0, 1.0, 1.0, 2.0], bins=2)]
    [[1.0, 3.0], [0.0, 1.0, 2.0]]
    """
    if not isinstance(bins, (int, np.integer)) or bins < 1:
        raise ValueError(f"Argument `bins` should be a positive integer, got bins={bins!r}.")
    x = floats(x)
    if x.ndim != 1:
        raise ValueError(f"Input tensor must be 1-dimensional. Received: input.shape={x.shape}")
    counts, edges = np.histogram(x, bins, range)
    return counts.astype(x.dtype), edges.astype(x.dtype)


@operation
def corrcoef(x):
    """The correlations between rows: their covariances over the products of their standard deviations.

    >>> corrcoef([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])
    array([[ 1., -1.], [-1.,  1.]], dtype=float32)
    """
    x = floats(x)
    rows = np.reshape(x, (1, -1)) if x.ndim < 2 else x
    rows = rows - np.mean(rows, -1, keepdims=True)
    rows = rows / np.sqrt(np.sum(rows * rows, -1, keepdims=True))
    y = np.clip(np.matmul(rows, np.swapaxes(rows, -1, -2)), -1.0, 1.0)
    return np.reshape(y, ()) if x.ndim < 2 else y
