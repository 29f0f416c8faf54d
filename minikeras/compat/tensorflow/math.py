"""`tf.math`: element by element, reductions, segments.

>>> float(sqrt(4.0)), reduce_sum([[1, 2], [3, 4]], axis=1).numpy(), argmax([3, 1, 5]).dtype
(2.0, array([3, 7], dtype=int32), dtype('int64'))
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from minikeras import ops
from minikeras._core.text import Text, text
from minikeras.compat.tensorflow._tools import absent, axes, exported, op, raw, table
from minikeras.compat.tensorflow.dtypes import as_dtype
from minikeras.ops.dtypes import array

ONE = """abs acos=arccos acosh=arccosh asin=arcsin asinh=arcsinh atan=arctan atanh=arctanh angle ceil conj cos cosh erf erfc
    erfinv exp expm1 floor imag is_finite=isfinite is_inf=isinf is_nan=isnan log log1p log_sigmoid logical_not negative real
    reciprocal rint=round round rsqrt sigmoid sign sin sinh softplus softsign sqrt square tan tanh bessel_i0=i0"""
TWO = """add subtract multiply divide truediv=divide divide_no_nan floordiv=floor_divide floormod=mod mod maximum minimum
    pow=power greater greater_equal less less_equal logical_and logical_or logical_xor atan2=arctan2"""

globals().update(table(ONE, "x", "math"))
globals().update(table(TWO, "x y", "math"))


def equal(x: Any, y: Any, name: str | None = None) -> Any:
    """x = y, element by element; of text too."""
    if any(isinstance(a, (Text, str, bytes)) for a in (x, y)):
        return text(x) == y
    return ops.equal(x, y)


def not_equal(x: Any, y: Any, name: str | None = None) -> Any:
    """x ≠ y, element by element; of text too."""
    if any(isinstance(a, (Text, str, bytes)) for a in (x, y)):
        return text(x) != y
    return ops.not_equal(x, y)


@op
def squared_difference(x, y):
    """(x - y)²"""
    return ops.square(ops.subtract(x, y))


@op
def multiply_no_nan(x, y):
    """x y, and 0 where y is 0, whatever x is."""
    zero = ops.equal(y, 0)
    return ops.where(zero, 0.0, ops.multiply(ops.where(zero, 0.0, x), y))


@op
def xlogy(x, y):
    """x log y, and 0 where x is 0."""
    zero = ops.equal(x, 0)
    return ops.where(zero, 0.0, ops.multiply(x, ops.log(ops.where(zero, 1.0, y))))


@op
def add_n(inputs):
    """The sum of several tensors."""
    total = array(inputs[0])
    for x in inputs[1:]:
        total = ops.add(total, x)
    return total


accumulate_n = add_n


def _each(function, doc):
    values = np.frompyfunc(function, 1, 1)

    def run(x, name=None):
        x = raw(x)
        return ops.convert_to_tensor(np.asarray(values(x), x.dtype if x.dtype.kind == "f" else "float32"))

    run.__doc__ = doc
    return run


lgamma = _each(math.lgamma, "log Γ(x), without a gradient.")


# Reductions


def _reduction(name, kind, doc):
    """A reduction with TensorFlow's arguments, those of its first version too."""
    function = getattr(ops, kind)

    def reduce(input_tensor, axis=None, keepdims=False, keep_dims=None, reduction_indices=None):
        axis = axes(axis if reduction_indices is None else reduction_indices)
        x = array(input_tensor)
        y = function(x, axis=axis, keepdims=bool(keepdims if keep_dims is None else keep_dims))
        return y.astype(x.dtype) if x.dtype.kind in "iu" and y.dtype != x.dtype else y

    def graph(input_tensor, axis=None, keepdims=False):
        return function(input_tensor, axis=axes(axis), keepdims=bool(keepdims))

    reduce.__doc__ = doc
    return op(reduce, name, graph)


reduce_sum = _reduction("reduce_sum", "sum", "Σ x along axes.")
reduce_mean = _reduction("reduce_mean", "mean", "The mean along axes; of integers, an integer.")
reduce_max = _reduction("reduce_max", "max", "The greatest along axes.")
reduce_min = _reduction("reduce_min", "min", "The smallest along axes.")
reduce_prod = _reduction("reduce_prod", "prod", "Π x along axes.")
reduce_all = _reduction("reduce_all", "all", "Whether all are true, along axes.")
reduce_any = _reduction("reduce_any", "any", "Whether any is true, along axes.")
reduce_std = _reduction("reduce_std", "std", "The standard deviation along axes.")
reduce_variance = _reduction("reduce_variance", "var", "The variance along axes.")
reduce_logsumexp = _reduction("reduce_logsumexp", "logsumexp", "log Σ exp x along axes.")


@op
def reduce_euclidean_norm(input_tensor, axis=None, keepdims=False):
    """√(Σ x²) along axes."""
    return ops.sqrt(ops.sum(ops.square(input_tensor), axis=axes(axis), keepdims=keepdims))


@op
def count_nonzero(input, axis=None, keepdims=False, dtype="int64"):
    """How many are not zero, along axes."""
    return ops.sum(ops.cast(ops.not_equal(input, 0), str(dtype)), axis=axes(axis), keepdims=keepdims)


@op
def argmax(input, axis=None, output_type="int64", dimension=None):
    """Where the greatest is along an axis, the first by default."""
    axis = dimension if axis is None else axis
    return ops.argmax(input, axis=0 if axis is None else axes(axis)).astype(str(output_type))


@op
def argmin(input, axis=None, output_type="int64", dimension=None):
    """Where the smallest is along an axis, the first by default."""
    axis = dimension if axis is None else axis
    return ops.argmin(input, axis=0 if axis is None else axes(axis)).astype(str(output_type))


def _running(x, axis, exclusive, reverse, function, first):
    x = array(x)
    axis = axes(axis)
    x = ops.flip(x, axis) if reverse else x
    y = function(x, axis=axis).astype(x.dtype)
    if exclusive:
        edge = [(0, 0)] * x.ndim
        edge[axis] = (1, 0)
        y = ops.pad(y, edge, constant_values=first)
        y = y[tuple(slice(None, -1) if i == axis % x.ndim else slice(None) for i in range(x.ndim))]
    return ops.flip(y, axis) if reverse else y


@op
def cumsum(x, axis=0, exclusive=False, reverse=False):
    """Running sums along an axis."""
    return _running(x, axis, exclusive, reverse, ops.cumsum, 0)


@op
def cumprod(x, axis=0, exclusive=False, reverse=False):
    """Running products along an axis."""
    return _running(x, axis, exclusive, reverse, ops.cumprod, 1)


cumulative_sum = cumsum


@op
def top_k(input, k=1, sorted=True):
    """The k greatest of the last axis, and where they are."""
    return TopK(*ops.top_k(input, int(k), sorted))


class TopK(NamedTuple):
    """The numbers, and where they are."""

    values: Any
    indices: Any


@op
def in_top_k(targets, predictions, k):
    """Whether the class of each row is among its k likeliest."""
    return ops.in_top_k(targets, predictions, int(k))


@op
def confusion_matrix(labels, predictions, num_classes=None, weights=None, dtype="int32"):
    """How often class i (row) was taken for class j (column).

    >>> confusion_matrix([0, 1, 1], [0, 1, 0]).numpy()
    array([[1, 0],
           [1, 1]], dtype=int32)
    """
    labels, predictions = (raw(a).reshape(-1).astype("int64") for a in (labels, predictions))
    n = int(num_classes) if num_classes is not None else int(max(labels.max(initial=-1), predictions.max(initial=-1))) + 1
    found = np.zeros((n, n), str(as_dtype(dtype)))
    np.add.at(found, (labels, predictions), 1 if weights is None else np.asarray(weights, found.dtype))
    return found


@op
def bincount(arr, weights=None, minlength=None, maxlength=None, dtype="int32"):
    """How often each number occurs."""
    counts = np.bincount(raw(arr).reshape(-1), weights, int(minlength or 0))
    return counts[: None if maxlength is None else int(maxlength)].astype(str(dtype) if weights is None else "float32")


@op
def l2_normalize(x, axis=None, epsilon=1e-12, dim=None):
    """x / √max(Σ x², ε) along axes."""
    axis = axes(axis if dim is None else dim)
    x = array(x)
    squares = ops.sum(ops.square(x), axis=axis, keepdims=True)
    return ops.multiply(x, ops.rsqrt(ops.maximum(squares, epsilon)))


@op
def zero_fraction(value):
    """The share of zeros."""
    return ops.mean(ops.cast(ops.equal(value, 0), "float32"))


def _segment(name, kind):
    def segment(data, segment_ids, num_segments=None):
        data, ids = array(data), array(segment_ids)
        n = int(np.max(ids)) + 1 if num_segments is None else int(num_segments)
        total = getattr(ops, f"segment_{'sum' if kind == 'mean' else kind}")(data, ids, n)
        if kind != "mean":
            return total
        counts = np.maximum(np.bincount(raw(ids).reshape(-1), minlength=n), 1)
        return total / counts.reshape(-1, *[1] * (total.ndim - 1)).astype(total.dtype)

    segment.__doc__ = f"The {kind} of the rows of each segment."
    return op(segment, name)


for _kind in ("sum", "max", "min", "prod", "mean"):
    globals()[f"segment_{_kind}"] = _segment(f"segment_{_kind}", _kind)
    globals()[f"unsorted_segment_{_kind}"] = _segment(f"unsorted_segment_{_kind}", _kind)


def scalar_mul(scalar: Any, x: Any, name: str | None = None) -> Any:
    """A number times a tensor."""
    return ops.multiply(scalar, x)


@op
def polyval(coeffs, x):
    """Σ cᵢ xⁿ⁻ⁱ, by Horner's rule."""
    total = array(coeffs[0])
    for c in coeffs[1:]:
        total = ops.add(ops.multiply(total, x), c)
    return total


_ALSO = " ".join([*table(ONE, "x", ""), *table(TWO, "x y", "")]) + " accumulate_n cumulative_sum lgamma " + " ".join(
    n for n in globals() if "segment_" in n or n.startswith("reduce_")
)
__all__ = exported(globals(), _ALSO)
__getattr__ = absent("tf.math", globals(), {"digamma": "There is no digamma function here."})
