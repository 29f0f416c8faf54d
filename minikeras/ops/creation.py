"""Arrays out of nothing but a shape and a number."""

from __future__ import annotations

import numpy as np

from minikeras._core.config import floatx, standardize_dtype
from minikeras.ops.dtypes import array as as_array
from minikeras.ops.dtypes import cast, common, floats
from minikeras.ops.operation import operation


@operation
def array(x, dtype=None):
    """A new array of numbers or lists of them.

    >>> array([1, 2.5])
    array([1. , 2.5], dtype=float32)
    """
    return np.copy(as_array(x, None if dtype is None else standardize_dtype(dtype)))


def zeros(shape, dtype=None):
    """Zeros.

    >>> zeros((2,))
    array([0., 0.], dtype=float32)
    """
    return np.zeros(shape, standardize_dtype(dtype))


def ones(shape, dtype=None):
    """Ones.

    >>> ones((2,), "int32")
    array([1, 1], dtype=int32)
    """
    return np.ones(shape, standardize_dtype(dtype))


def empty(shape, dtype=None):
    """An array of a shape whose numbers mean nothing yet.

    >>> empty((2, 3)).shape
    (2, 3)
    """
    return np.empty(shape, standardize_dtype(dtype))


@operation(data="fill_value")
def full(shape, fill_value, dtype=None):
    """One number everywhere.

    >>> full((2,), 7.0)
    array([7., 7.], dtype=float32)
    """
    value = as_array(fill_value, standardize_dtype(dtype))
    return np.copy(np.broadcast_to(value, shape))


@operation
def zeros_like(x, dtype=None):
    """Zeros in the shape and type of x.

    >>> zeros_like([1, 2]).tolist()
    [0, 0]
    """
    x = as_array(x)
    return np.zeros(x.shape, x.dtype if dtype is None else standardize_dtype(dtype))


@operation
def ones_like(x, dtype=None):
    """Ones in the shape and type of x.

    >>> ones_like([1.5, 2.0])
    array([1., 1.], dtype=float32)
    """
    x = as_array(x)
    return np.ones(x.shape, x.dtype if dtype is None else standardize_dtype(dtype))


@operation
def empty_like(x, dtype=None):
    """An array in the shape and type of x whose numbers mean nothing yet.

    >>> empty_like([1.5, 2.0]).shape
    (2,)
    """
    x = as_array(x)
    return np.empty(x.shape, x.dtype if dtype is None else standardize_dtype(dtype))


@operation(data="fill_value")
def full_like(x, fill_value, dtype=None):
    """One number everywhere, in the shape and type of x.

    >>> full_like([1.5, 2.0], 7)
    array([7., 7.], dtype=float32)
    """
    x = as_array(x)
    return full(x.shape, fill_value, x.dtype if dtype is None else dtype)


def eye(N, M=None, k=0, dtype=None):
    """Ones on the k-th diagonal, zeros elsewhere.

    >>> eye(2)
    array([[1., 0.], [0., 1.]], dtype=float32)
    """
    for name, n in (("N", N), ("M", N if M is None else M)):
        if isinstance(n, bool) or not (isinstance(n, (int, np.integer)) or isinstance(n, float) and n.is_integer()) or n < 0:
            raise TypeError(f"Argument `{name}` must be a non-negative integer. Received {name}={n!r} of type {type(n)}")
    return np.eye(int(N), None if M is None else int(M), k, standardize_dtype(dtype))


def identity(n, dtype=None):
    """Ones on the diagonal of a square, zeros elsewhere.

    >>> identity(2).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return np.identity(n, standardize_dtype(dtype))


def tri(N, M=None, k=0, dtype=None):
    """Ones on and below the k-th diagonal, zeros above.

    >>> tri(2).tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    return np.tri(N, M, k, standardize_dtype(dtype))


@operation
def arange(start, stop=None, step=None, dtype=None):
    """start, start + step, ... up to and without stop; from 0 if there is one number only.

    >>> arange(3), arange(0.0, 1.0, 0.5)
    (array([0, 1, 2], dtype=int32), array([0. , 0.5], dtype=float32))
    """
    parts = [a for a in (start, stop, step) if a is not None]
    if dtype is None:
        kinds = [getattr(a, "dtype", type(a)) for a in parts]
        dtype = common(*(k if isinstance(k, type) else np.dtype(k) for k in kinds)) if kinds else floatx()
    start, stop = (0, start) if stop is None else (start, stop)
    return np.arange(start, stop, 1 if step is None else step, standardize_dtype(dtype))


@operation
def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    """num numbers with equal steps from start to stop.

    >>> linspace(0, 1, 5)
    array([0.  , 0.25, 0.5 , 0.75, 1.  ], dtype=float32)
    """
    start, stop = as_array(start), as_array(stop)
    dtype = np.dtype(standardize_dtype(dtype)) if dtype is not None else common(float, start.dtype, stop.dtype)
    share = np.arange(num) / (max(num - 1, 1) if endpoint else max(num, 1))
    start, stop = floats(start), floats(stop)
    share = cast(share, common(start.dtype, stop.dtype))
    span = stop - start
    span_shape = np.shape(span)
    share = np.reshape(share, (num,) + (1,) * len(span_shape))
    y = np.moveaxis(start + share * span, 0, axis) if axis else start + share * span
    y = cast(np.floor(y) if dtype.kind in "iu" else y, dtype)
    if not retstep:
        return y
    return y, cast(span / (num - 1 if endpoint else num) if num > 1 or not endpoint else span * float("nan"), dtype)


@operation
def logspace(start, stop, num=50, endpoint=True, base=10, dtype=None, axis=0):
    """base to the power of num numbers with equal steps from start to stop.

    >>> logspace(0, 2, 3)
    array([  1.,  10., 100.], dtype=float32)
    """
    start, stop = as_array(start), as_array(stop)
    dtype = np.dtype(standardize_dtype(dtype)) if dtype is not None else common(float, start.dtype, stop.dtype)
    return np.logspace(start.astype("float64"), stop.astype("float64"), num, endpoint, base, None, axis).astype(dtype)


@operation
def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """num numbers with equal ratios from start to stop.

    >>> geomspace(1, 100, 3)
    array([  1.,  10., 100.], dtype=float32)
    """
    start, stop = as_array(start), as_array(stop)
    dtype = np.dtype(standardize_dtype(dtype)) if dtype is not None else common(float, start.dtype, stop.dtype)
    return np.geomspace(start.astype("float64"), stop.astype("float64"), num, endpoint, None, axis).astype(dtype)


def window(function, x, *more):
    """A window of a length, as floatx."""
    return function(int(as_array(x)), *more).astype(floatx())


def bartlett(x):
    """The triangular window of length x.

    >>> bartlett(5)
    array([0. , 0.5, 1. , 0.5, 0. ], dtype=float32)
    """
    return window(np.bartlett, x)


def blackman(x):
    """The Blackman window of length x.

    >>> blackman(3).round(2).tolist()
    [-0.0, 1.0, -0.0]
    """
    return window(np.blackman, x)


def hamming(x):
    """The Hamming window of length x.

    >>> hamming(3)
    array([0.08, 1.  , 0.08], dtype=float32)
    """
    return window(np.hamming, x)


def hanning(x):
    """The Hann window of length x.

    >>> hanning(5)
    array([0. , 0.5, 1. , 0.5, 0. ], dtype=float32)
    """
    return window(np.hanning, x)


def kaiser(x, beta):
    """The Kaiser window of length x and shape beta.

    >>> kaiser(3, 0.0)
    array([1., 1., 1.], dtype=float32)
    """
    return window(np.kaiser, x, float(as_array(beta)))


@operation
def vander(x, N=None, increasing=False):
    """The powers of x side by side: x^(N-1), ..., x, 1.

    >>> vander([1, 2, 3]).tolist()
    [[1, 1, 1], [4, 2, 1], [9, 3, 1]]
    """
    x = as_array(x)
    if x.ndim != 1:
        raise ValueError(f"vander expects an array of one axis, got shape {x.shape}.")
    n = np.arange(x.shape[0] if N is None else N)
    return np.power(x[:, None], cast(n if increasing else n[::-1], x.dtype))
