"""Segments, the largest few, logarithms of sums, error functions, distances."""

from __future__ import annotations

import numpy as np

from minikeras._core import trace_own
from minikeras._core.trace import constant
from minikeras.ops.dtypes import array, cast, floats, promote_floats
from minikeras.ops.operation import operation


def segments(data, segment_ids, num_segments):
    """The rows that belong to a segment, the segment of each, and how many segments there are."""
    data, ids = array(data), np.asarray(array(segment_ids))
    if ids.ndim != 1:
        raise ValueError(f"Argument `segment_ids` should be an 1-D vector, got shape: {ids.shape}. Please reshape it.")
    count = int(num_segments) if num_segments is not None else int(ids.max()) + 1 if ids.size else 0
    inside = (ids >= 0) & (ids < count)
    return (data, ids, count) if inside.all() else (data[inside], ids[inside], count)


def open_in_segments(data, segment_ids, num_segments=None, sorted=False):
    """The axis that segments leave open: the number of them, unless it is given.

    >>> open_in_segments(None, None), open_in_segments(None, None, 3)
    ([0], [None])
    """
    return [0 if num_segments is None else None]


@operation(open_axes=open_in_segments)
def segment_sum(data, segment_ids, num_segments=None, sorted=False):
    """The sum of the rows of each segment.

    Args:
        data: array.
        segment_ids: the segment of each row; rows of segments that do not exist are left out.
        num_segments: how many; one more than the greatest by default.
        sorted: kept for Keras' sake.

    >>> segment_sum([1, 2, 3], [0, 2, 2]).tolist()
    [1, 0, 5]
    """
    data, ids, count = segments(data, segment_ids, num_segments)
    return trace_own.scatter_add(data, (count, *data.shape[1:]), (ids,))


@operation(open_axes=open_in_segments)
def segment_max(data, segment_ids, num_segments=None, sorted=False):
    """The greatest of the rows of each segment, -∞ where there is none. Arguments as of `segment_sum`.

    >>> segment_max([1, 2, 3], [0, 1, 1]).tolist()
    [1, 3]
    """
    return trace_own.segment_extreme(*segments(data, segment_ids, num_segments), True)


@operation(open_axes=open_in_segments)
def segment_min(data, segment_ids, num_segments=None, sorted=False):
    """The smallest of the rows of each segment, ∞ where there is none. Arguments as of `segment_sum`.

    >>> segment_min([1, 2, 3], [0, 1, 1]).tolist()
    [1, 2]
    """
    return trace_own.segment_extreme(*segments(data, segment_ids, num_segments), False)


@operation(open_axes=open_in_segments)
def segment_prod(data, segment_ids, num_segments=None, sorted=False):
    """The product of the rows of each segment, 1 where there is none. Arguments as of `segment_sum`.

    >>> segment_prod([1, 2, 3], [0, 1, 1]).tolist()
    [1, 6]
    """
    data, ids, count = segments(data, segment_ids, num_segments)
    one = np.ones((1, *data.shape[1:]), data.dtype)
    data, at = np.concatenate([data, one]), [np.flatnonzero(ids == i) for i in range(count)]
    longest = max((len(i) for i in at), default=0)
    at = np.array([np.pad(i, (0, longest - len(i)), constant_values=len(ids)) for i in at], int).reshape(count, longest)
    return np.prod(data[at], 1, data.dtype)


@operation(name="TopK")
def top_k(x, k, sorted=True):
    """The k greatest along the last axis, the greatest first, and where they are.

    >>> [a.tolist() for a in top_k([1, 9, 5], 2)]
    [[9, 5], [1, 2]]
    """
    x = array(x)
    n = x.shape[-1]
    if not 0 <= k <= n:
        raise ValueError(f"top_k takes k from 0 to {n}, the size of the last axis, got {k}.")
    order = n - 1 - np.flip(np.argsort(np.flip(x, -1), -1, kind="stable"), -1)[..., :k]  # of equal ones the first comes first
    return np.take_along_axis(x, order, -1), order.astype("int32")


@operation(name="InTopK")
def in_top_k(targets, predictions, k):
    """Whether the target is among the k classes of the greatest predictions.

    >>> in_top_k([2, 0], [[0.1, 0.2, 0.7], [0.1, 0.2, 0.7]], 1)
    array([ True, False])
    """
    targets, predictions = array(targets), array(predictions)
    if predictions.ndim != 2 or targets.ndim != 1:
        raise ValueError(f"in_top_k expects targets of 1 axis, predictions of 2, got {targets.shape}, {predictions.shape}.")
    own = np.take_along_axis(predictions, targets.astype("int64")[:, None], 1)
    return np.logical_and(np.sum(np.greater(predictions, own), 1) < k, np.all(np.isfinite(own), 1))


@operation
def logsumexp(x, axis=None, keepdims=False):
    """log Σ eˣ, without overflow.

    >>> float(logsumexp([1000.0, 1000.0]))
    1000.693
    """
    x = floats(x)
    axis = tuple(axis) if isinstance(axis, list) else axis
    top = np.max(constant(x), axis, keepdims=True)
    top = np.where(np.isfinite(top), top, cast(0, x.dtype))
    with np.errstate(divide="ignore"):
        y = np.log(np.sum(np.exp(x - top), axis, keepdims=True)) + top
    return y if keepdims else np.squeeze(y, axis)


@operation
def rsqrt(x):
    """1 / √x

    >>> float(rsqrt(4.0))
    0.5
    """
    x = floats(x)
    return cast(1, x.dtype) / np.sqrt(x)


@operation
def erf(x):
    """The error function 2/√π ∫₀ˣ exp(-t²) dt.

    >>> erf([0.0, 1.0])
    array([0.    , 0.8427], dtype=float32)
    """
    return trace_own.erf(floats(x))


@operation
def erfc(x):
    """1 - erf x, exact where that is tiny.

    >>> float(erfc(3.0))
    2.209e-05
    """
    return trace_own.erfc(floats(x))


@operation
def erfinv(x):
    """The inverse of `erf`.

    >>> erfinv([0.0, 0.5])
    array([0.    , 0.4769], dtype=float32)
    """
    return trace_own.erfinv(floats(x))


@operation
def extract_sequences(x, sequence_length, sequence_stride):
    """Windows of a length along the last axis, each begun a stride after the one before.

    >>> extract_sequences([1, 2, 3, 4, 5], 3, 2).tolist()
    [[1, 2, 3], [3, 4, 5]]
    """
    x = array(x)
    if not x.ndim:
        raise ValueError("extract_sequences needs an input with at least one axis, got a single number.")
    count = max((x.shape[-1] - sequence_length) // sequence_stride + 1, 0)
    return x[..., np.arange(count)[:, None] * sequence_stride + np.arange(sequence_length)]


@operation(name="CDist")
def cdist(x, y):
    """The distances between all rows of x and all rows of y.

    >>> cdist([[0.0, 0.0]], [[3.0, 4.0], [0.0, 1.0]])
    array([[5., 1.]], dtype=float32)
    """
    x, y = promote_floats(x, y)
    d = x[..., :, None, :] - y[..., None, :, :]
    return np.linalg.norm(d, axis=-1)


@operation
def view_as_complex(x):
    """Complex numbers out of pairs (real, imaginary) along the last axis.

    >>> view_as_complex(np.array([[1.0, 2.0]]))
    array([1.+2.j])
    """
    x = array(x)
    if x.ndim < 1 or x.shape[-1] != 2:
        raise ValueError(f"Last dimension of input must be size 2 (real and imaginary), got shape {x.shape}.")
    return x[..., 0] + 1j * x[..., 1]


@operation
def view_as_real(x):
    """Pairs (real, imaginary) of complex numbers, along a new last axis.

    >>> view_as_real(np.array([1 + 2j]))
    array([[1., 2.]])
    """
    x = array(x)
    return np.stack([np.real(x), np.imag(x)], -1)


@operation
def logdet(x):
    """The logarithm of the determinant of positive definite matrices.

    >>> float(logdet([[2.0, 0.0], [0.0, 3.0]]))
    1.7918
    """
    low = np.linalg.cholesky(floats(x))
    return 2 * np.sum(np.log(np.diagonal(low, 0, -2, -1)), -1)
