"""Arithmetic and shapes of keras.backend: `keras.ops` with Keras 2's names and arguments."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras import config, ops
from minikeras._core.config import standardize_dtype
from minikeras._core.symbolic import KerasTensor
from minikeras._core.tensor import Shape
from minikeras.compat.backend.whole import whole

abs, exp, log, sqrt, square = ops.abs, ops.exp, ops.log, ops.sqrt, ops.square
sign, sin, cos, round = ops.sign, ops.sin, ops.cos, ops.round
maximum, minimum, pow = ops.maximum, ops.minimum, ops.power
equal, not_equal, greater, greater_equal = ops.equal, ops.not_equal, ops.greater, ops.greater_equal
less, less_equal = ops.less, ops.less_equal
sum, prod, max, min, any, all, std, var = ops.sum, ops.prod, ops.max, ops.min, ops.any, ops.all, ops.std, ops.var
mean, stop_gradient = ops.mean, ops.stop_gradient
logsumexp, squeeze, tile, stack = ops.logsumexp, ops.squeeze, ops.tile, ops.stack
ones_like, zeros_like, convert_to_tensor = ops.ones_like, ops.zeros_like, ops.convert_to_tensor


def clip(x: Any, min_value: Any = None, max_value: Any = None) -> Any:
    """Put values between bounds; None for no bound.

    >>> clip([-2.0, 3.0], 0.0, None).tolist()
    [0.0, 3.0]
    """
    low, high = (bound if bound is not None else limit for bound, limit in ((min_value, -math.inf), (max_value, math.inf)))
    if isinstance(low, (int, float)) and isinstance(high, (int, float)):
        high = builtin_max(low, high)
    return ops.clip(x, low, high)


def builtin_max(a: float, b: float) -> float:
    """The larger of two numbers, as Keras 2 puts an upper bound below the lower one right.

    >>> builtin_max(1, 0)
    1
    """
    return a if a > b else b


def expand_dims(x: Any, axis: int = -1) -> Any:
    """One more axis, of size 1, at the end by default.

    >>> expand_dims([1.0, 2.0]).shape
    (2, 1)
    """
    return ops.expand_dims(x, axis)


def cumsum(x: Any, axis: int = 0) -> Any:
    """The sums so far along an axis.

    >>> cumsum([1.0, 2.0]).tolist()
    [1.0, 3.0]
    """
    return ops.cumsum(x, axis)


def cumprod(x: Any, axis: int = 0) -> Any:
    """The products so far along an axis.

    >>> cumprod([2.0, 3.0]).tolist()
    [2.0, 6.0]
    """
    return ops.cumprod(x, axis)


def argmax(x: Any, axis: int = -1) -> Any:
    """The place of the largest value.

    >>> int(argmax([1.0, 3.0]))
    1
    """
    return ops.argmax(x, axis)


def argmin(x: Any, axis: int = -1) -> Any:
    """The place of the smallest value.

    >>> int(argmin([1.0, 3.0]))
    0
    """
    return ops.argmin(x, axis)


def cast(x: Any, dtype: Any) -> Any:
    """Turn into another number type.

    >>> str(cast([1.5], "int32").dtype)
    'int32'
    """
    return ops.cast(x, standardize_dtype(dtype))


def cast_to_floatx(x: Any) -> Any:
    """Turn into floats of the default type: a plain array for one, or for lists.

    >>> cast_to_floatx([1, 2])
    array([1., 2.], dtype=float32)
    """
    return np.asarray(x, config.floatx()) if isinstance(x, (list, tuple, int, float)) else ops.cast(x, config.floatx())


def concatenate(tensors: Any, axis: int = -1) -> Any:
    """Put arrays one behind the other, along the last axis by default.

    >>> concatenate([[[1.0]], [[2.0]]]).tolist()
    [[1.0, 2.0]]
    """
    return ops.concatenate(tensors, axis)


def transpose(x: Any) -> Any:
    """Turn the order of the axes round.

    >>> transpose([[1.0, 2.0]]).tolist()
    [[1.0], [2.0]]
    """
    return ops.transpose(x)


def permute_dimensions(x: Any, pattern: Any) -> Any:
    """Put the axes in another order.

    >>> permute_dimensions(np.zeros((1, 2, 3)), (0, 2, 1)).shape
    (1, 3, 2)
    """
    return ops.transpose(x, tuple(pattern))


def reshape(x: Any, shape: Any) -> Any:
    """Give another shape.

    >>> reshape([1.0, 2.0], (-1, 1)).shape
    (2, 1)
    """
    return ops.reshape(x, tuple(int(n) if n is not None else -1 for n in shape))


@whole
def flatten(x):
    """One axis for all.

    >>> flatten([[1.0], [2.0]]).tolist()
    [1.0, 2.0]
    """
    return np.reshape(x, (-1,))


@whole
def batch_flatten(x):
    """One axis for all but the batch.

    >>> batch_flatten(np.zeros((2, 3, 4))).shape
    (2, 12)
    """
    return np.reshape(x, (np.shape(x)[0], -1))


def repeat(x: Any, n: int) -> Any:
    """Repeat each row of (batch, features) n times, to (batch, n, features).

    >>> repeat([[1.0, 2.0]], 2).tolist()
    [[[1.0, 2.0], [1.0, 2.0]]]
    """
    return ops.repeat(ops.expand_dims(x, 1), n, 1)


def repeat_elements(x: Any, rep: int, axis: int) -> Any:
    """Repeat each element along an axis.

    >>> repeat_elements([[1.0, 2.0]], 2, 1).tolist()
    [[1.0, 1.0, 2.0, 2.0]]
    """
    return ops.repeat(x, rep, axis)


def reverse(x: Any, axes: Any) -> Any:
    """Turn the order along axes round.

    >>> reverse([1.0, 2.0], 0).tolist()
    [2.0, 1.0]
    """
    return ops.flip(x, tuple(axes) if isinstance(axes, (list, tuple)) else axes)


def gather(reference: Any, indices: Any) -> Any:
    """Take rows by their numbers.

    >>> gather([[1.0], [2.0]], [1, 1]).tolist()
    [[2.0], [2.0]]
    """
    return ops.take(reference, ops.cast(indices, "int32") if not isinstance(indices, (int, list)) else indices, axis=0)


def one_hot(indices: Any, num_classes: int) -> Any:
    """Vectors of zeros with a 1 at the index.

    >>> one_hot([1], 3).tolist()
    [[0.0, 1.0, 0.0]]
    """
    return ops.one_hot(ops.cast(indices, "int32"), num_classes)


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: str = "int32") -> Any:
    """Evenly spaced numbers.

    >>> arange(3).tolist()
    [0, 1, 2]
    """
    return ops.arange(start, stop, step, dtype)


def eye(size: Any, dtype: Any = None, name: str | None = None) -> Any:
    """The unit matrix.

    >>> eye(2).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    size = tuple(size) if isinstance(size, (list, tuple)) else (size,)
    return ops.eye(*size, dtype=standardize_dtype(dtype))


def ndim(x: Any) -> int:
    """The number of axes.

    >>> ndim([[1.0]])
    2
    """
    return len(int_shape(x))


def int_shape(x: Any) -> tuple:
    """The shape, with None for sizes that are not known.

    >>> from minikeras import Input
    >>> int_shape(Input((3,))), int_shape([[1.0]])
    ((None, 3), (1, 1))
    """
    return tuple(x.shape) if hasattr(x, "shape") else np.shape(x)


def shape(x: Any) -> Any:
    """The shape, with numbers for all sizes once there is data.

    >>> shape([[1.0]])
    (1, 1)
    """
    return _shape(x) if isinstance(x, KerasTensor) and None in x.shape else Shape(int_shape(x))


@whole
def _shape(x):
    return np.asarray(np.shape(x), "int32")


def dtype(x: Any) -> str:
    """The number type, by name.

    >>> dtype(np.zeros(1, "int8"))
    'int8'
    """
    return str(x.dtype) if hasattr(x, "dtype") else np.asarray(x).dtype.name


def count_params(x: Any) -> int:
    """The number of elements.

    >>> count_params(np.zeros((2, 3)))
    6
    """
    return math.prod(int_shape(x))


@whole
def dot(x, y):
    """The product over the last axis of x and the last but one of y.

    >>> dot(np.ones((2, 3)), np.ones((3, 4))).shape, dot(np.ones((5, 2, 3)), np.ones((4, 3, 6))).shape
    ((2, 4), (5, 2, 4, 6))
    """
    rank = np.ndim(y)
    return np.dot(x, y) if np.ndim(x) == rank == 2 else np.tensordot(x, y, ((np.ndim(x) - 1,), (rank - 2 if rank > 1 else 0,)))


@whole
def batch_dot(x, y, axes=None):
    """The products of two arrays, sample by sample.

    Args:
        x, y: arrays with the batch first.
        axes: the axis of each that is summed over: one number or two. By default the last of x, and of y the last but one, or
            the last where there are two.

    >>> batch_dot(np.ones((2, 3)), np.ones((2, 3))).tolist()
    [[3.0], [3.0]]
    >>> batch_dot(np.ones((2, 4, 3)), np.ones((2, 3, 5))).shape, batch_dot(np.ones((2, 4, 3)), np.ones((2, 5, 4)), (1, 2)).shape
    ((2, 4, 5), (2, 3, 5))
    """
    p, q = np.ndim(x), np.ndim(y)
    if p < 2 or q < 2:
        raise ValueError(f"batch_dot takes arrays of 2 axes or more, the batch first, got {np.shape(x)} and {np.shape(y)}.")
    axes = (p - 1, q - 1 if q == 2 else q - 2) if axes is None else (axes, axes) if isinstance(axes, int) else axes
    i, j = (axis % n for axis, n in zip(axes, (p, q)))
    if 0 in (i, j):
        raise ValueError(f"batch_dot can't sum over the batch, axis 0, got axes={axes!r}.")
    if np.shape(x)[i] != np.shape(y)[j]:
        raise ValueError(
            f"batch_dot sums over axes of one size, got {np.shape(x)[i]} and {np.shape(y)[j]}: shapes {np.shape(x)} and "
            f"{np.shape(y)} with axes={tuple(axes)}."
        )
    a, b = np.moveaxis(x, i, -1), np.moveaxis(y, j, -1)
    left, right = np.shape(a)[1:-1], np.shape(b)[1:-1]
    a = np.reshape(a, (np.shape(a)[0], math.prod(left), np.shape(a)[-1]))
    b = np.reshape(b, (np.shape(b)[0], math.prod(right), np.shape(b)[-1]))
    z = np.matmul(a, np.swapaxes(b, 1, 2))
    return np.reshape(z, (np.shape(z)[0], *left, *right) if left or right else (-1, 1))


@whole
def l2_normalize(x, axis=None):
    """Divide by the length, the root of the sum of squares along an axis, or of all.

    >>> l2_normalize([[3.0, 4.0]], axis=1).round(2).tolist()
    [[0.6, 0.8]]
    """
    x = x if hasattr(x, "dtype") else np.asarray(x, config.floatx())
    total = np.sum(np.square(x), axis=tuple(axis) if isinstance(axis, list) else axis, keepdims=True)
    return x / np.sqrt(np.maximum(total, 1e-12))


def moments(x: Any, axes: Any, keepdims: bool = False) -> Any:
    """The mean and the variance.

    >>> [float(m) for m in moments([1.0, 3.0], [0])]
    [2.0, 1.0]
    """
    return ops.moments(x, axes, keepdims)


@whole
def _padded(x, widths):
    return np.pad(x, widths)


def temporal_padding(x: Any, padding: Any = (1, 1)) -> Any:
    """Zeros before and after the steps.

    >>> temporal_padding(np.ones((1, 2, 1))).shape
    (1, 4, 1)
    """
    return _padded(x, ((0, 0), (padding, padding) if isinstance(padding, int) else tuple(padding), (0, 0)))


def _spatial(x: Any, padding: Any, data_format: str | None) -> Any:
    sides = tuple((side, side) if isinstance(side, int) else tuple(side) for side in padding)
    first = (data_format or config.image_data_format()) == "channels_first"
    return _padded(x, ((0, 0), (0, 0), *sides) if first else ((0, 0), *sides, (0, 0)))


def spatial_2d_padding(x: Any, padding: Any = ((1, 1), (1, 1)), data_format: str | None = None) -> Any:
    """Zeros around images.

    >>> spatial_2d_padding(np.ones((1, 2, 2, 1))).shape
    (1, 4, 4, 1)
    """
    return _spatial(x, padding, data_format)


def spatial_3d_padding(x: Any, padding: Any = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None) -> Any:
    """Zeros around volumes.

    >>> spatial_3d_padding(np.ones((1, 2, 2, 2, 1))).shape
    (1, 4, 4, 4, 1)
    """
    return _spatial(x, padding, data_format)


def in_top_k(predictions: Any, targets: Any, k: int) -> Any:
    """Whether the target is among the k largest predictions.

    >>> in_top_k([[0.1, 0.7, 0.2]], [2], 2).tolist()
    [True]
    """
    return ops.in_top_k(targets, predictions, k)


def is_keras_tensor(x: Any) -> bool:
    """Whether this is a symbolic tensor: what `keras.Input` and layers on it return.

    >>> is_keras_tensor(np.zeros(1))
    False
    """
    return isinstance(x, KerasTensor)


def is_sparse(tensor: Any) -> bool:
    """Return False: tensors are dense.

    >>> is_sparse(np.zeros(1))
    False
    """
    return False


def to_dense(tensor: Any) -> Any:
    """Return the tensor: it is dense.

    >>> to_dense(3)
    3
    """
    return tensor


def is_float_dtype(dtype: Any) -> bool:
    """Whether this is a float type.

    >>> is_float_dtype("float16"), is_float_dtype("int8")
    (True, False)
    """
    return standardize_dtype(dtype).startswith(("float", "bfloat"))


def is_int_dtype(dtype: Any) -> bool:
    """Whether this is an integer type.

    >>> is_int_dtype("uint8")
    True
    """
    return standardize_dtype(dtype).startswith(("int", "uint"))
