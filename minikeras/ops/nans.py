"""The same reductions, as if what is not a number were not there."""

from __future__ import annotations

import numpy as np

from minikeras.ops.dtypes import array, cast, floats, wide
from minikeras.ops.operation import operation
from minikeras.ops.reductions import axes, cumprod, cumsum, prod, quantiles, sum


def filled(x, number):
    """The array with a number wherever it has none, and where that is."""
    x = array(x)
    gap = np.isnan(x) if x.dtype.kind in "fc" else np.zeros(x.shape, bool)
    return (np.where(gap, cast(number, x.dtype), x) if gap.any() else x), gap


@operation
def nansum(x, axis=None, keepdims=False):
    """The sum of all that are numbers.

    >>> float(nansum([1.0, float("nan"), 2.0]))
    3.0
    """
    return sum(filled(x, 0)[0], axis, keepdims)


@operation
def nanprod(x, axis=None, keepdims=False):
    """The product of all that are numbers.

    >>> float(nanprod([3.0, float("nan"), 2.0]))
    6.0
    """
    return prod(filled(x, 1)[0], axis, keepdims)


@operation
def nancumsum(x, axis=None, dtype=None):
    """Sums from the beginning up to each, NaN taken as 0.

    >>> nancumsum([1.0, float("nan"), 2.0])
    array([1., 1., 3.], dtype=float32)
    """
    return cumsum(filled(x, 0)[0], axis, dtype)


@operation
def nancumprod(x, axis=None, dtype=None):
    """Products from the beginning up to each, NaN taken as 1.

    >>> nancumprod([3.0, float("nan"), 2.0])
    array([3., 3., 6.], dtype=float32)
    """
    return cumprod(filled(x, 1)[0], axis, dtype)


@operation
def nanmean(x, axis=None, keepdims=False):
    """The mean of all that are numbers.

    >>> float(nanmean([1.0, float("nan"), 2.0]))
    1.5
    """
    x, gap = filled(floats(x), 0)
    count = np.sum(~gap, axes(axis), keepdims=keepdims)
    with np.errstate(all="ignore"):
        return cast(np.sum(wide(x), axes(axis), keepdims=keepdims) / cast(count, wide(x).dtype), x.dtype)


@operation
def nanvar(x, axis=None, keepdims=False):
    """The mean of (x - mean)² over all that are numbers.

    >>> float(nanvar([1.0, float("nan"), 3.0]))
    1.0
    """
    x, gap = filled(floats(x), 0)
    kept = np.sum(~gap, axes(axis), keepdims=True)
    with np.errstate(all="ignore"):
        mean = np.sum(wide(x), axes(axis), keepdims=True) / cast(kept, wide(x).dtype)
        centred = np.where(gap, cast(0, mean.dtype), wide(x) - mean)
        count = np.sum(~gap, axes(axis), keepdims=keepdims)
        return cast(np.sum(centred * centred, axes(axis), keepdims=keepdims) / cast(count, mean.dtype), x.dtype)


@operation
def nanstd(x, axis=None, keepdims=False):
    """The root of `nanvar`.

    >>> float(nanstd([1.0, float("nan"), 3.0]))
    1.0
    """
    return np.sqrt(nanvar(x, axis, keepdims))


def nanextreme(reduce, worst, x, axis, keepdims):
    """The greatest or smallest number; NaN where there is none."""
    x, gap = filled(x, worst)
    y = reduce(x, axes(axis), keepdims=keepdims)
    empty = np.all(gap, axes(axis), keepdims=keepdims)
    return np.where(empty, cast(float("nan"), y.dtype), y) if empty.any() else y


@operation
def nanmax(x, axis=None, keepdims=False):
    """The greatest of all that are numbers.

    >>> float(nanmax([1.0, float("nan"), 2.0]))
    2.0
    """
    return nanextreme(np.max, -np.inf, x, axis, keepdims)


@operation
def nanmin(x, axis=None, keepdims=False):
    """The smallest of all that are numbers.

    >>> float(nanmin([1.0, float("nan"), 2.0]))
    1.0
    """
    return nanextreme(np.min, np.inf, x, axis, keepdims)


def nanwhere(find, worst, x, axis, keepdims):
    """Where the greatest or smallest number is; -1 where there is none."""
    x, gap = filled(x, worst)
    y = find(x, axis, keepdims=keepdims).astype("int32")
    return np.where(np.all(gap, axis, keepdims=keepdims), np.int32(-1), y)


@operation
def nanargmax(x, axis=None, keepdims=False):
    """Where the greatest number is; -1 where all are NaN.

    >>> int(nanargmax([1.0, float("nan"), 2.0]))
    2
    """
    return nanwhere(np.argmax, -np.inf, x, axis, keepdims)


@operation
def nanargmin(x, axis=None, keepdims=False):
    """Where the smallest number is; -1 where all are NaN.

    >>> int(nanargmin([1.0, float("nan"), 2.0]))
    0
    """
    return nanwhere(np.argmin, np.inf, x, axis, keepdims)


@operation
def nanquantile(x, q, axis=None, method="linear", keepdims=False):
    """The value below which a share q of all that are numbers lies.

    >>> float(nanquantile([0.0, float("nan"), 1.0], 0.5))
    0.5
    """
    return quantiles(floats(x), q, axis, method, keepdims, skip=True)


@operation
def nanpercentile(x, q, axis=None, method="linear", keepdims=False):
    """The value below which q percent of all that are numbers lie.

    >>> float(nanpercentile([0.0, float("nan"), 1.0], 50))
    0.5
    """
    return nanquantile(x, np.asarray(q) / 100, axis, method, keepdims)


@operation
def nanmedian(x, axis=None, keepdims=False):
    """The middle one of all that are numbers.

    >>> float(nanmedian([3.0, float("nan"), 1.0]))
    2.0
    """
    return nanquantile(x, 0.5, axis, "linear", keepdims)
