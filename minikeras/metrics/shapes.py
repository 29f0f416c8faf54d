"""How targets, predictions and weights of nearly the same shape are matched, as Keras does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core.config import floatx
from minikeras._core.variable import untraced
from minikeras.losses.targets import same_rank


def as_array(x: Any) -> np.ndarray:
    """Return an array; Python's floats become ``floatx()``, arrays keep their type.

    >>> as_array([0.5, 1]).dtype, as_array(np.float64([0.5])).dtype, as_array([1, 2]).dtype.kind
    (dtype('float32'), dtype('float64'), 'i')
    """
    array = np.asarray(untraced(x))
    return array.astype(floatx()) if array.dtype.kind == "f" and not hasattr(x, "dtype") else array


def match_targets(y_true: Any, y_pred: Any, who: str) -> tuple[np.ndarray, np.ndarray]:
    """Return targets and predictions as arrays of one shape.

    Raises:
        ValueError: the shapes differ by more than a last axis of length 1.

    >>> [a.shape for a in match_targets([1, 0], [[0.5], [0.2]], "accuracy")]
    [(2, 1), (2, 1)]
    """
    y_true, y_pred = same_rank(as_array(y_true), as_array(y_pred))
    if y_true.shape != y_pred.shape:
        raise mismatch(who, y_true, y_pred)
    return y_true, y_pred


def mismatch(who: str, y_true: np.ndarray, y_pred: np.ndarray, wanted: str = "one shape for both") -> ValueError:
    """The error for targets and predictions that do not fit together.

    >>> raise mismatch("accuracy", np.zeros(2), np.zeros(3))
    Traceback (most recent call last):
    ValueError: accuracy expected one shape for both, got y_true of shape (2,) and y_pred of shape (3,).
    """
    got = f"got y_true of shape {y_true.shape} and y_pred of shape {y_pred.shape}"
    return ValueError(f"{who} expected {wanted}, {got}.{_way_out(y_true.shape, y_pred.shape)}")


def _way_out(true: tuple, pred: tuple) -> str:
    """What to do about class numbers where one-hot rows are wanted, and the other way round."""
    rows = pred[:-1]
    if len(pred) > 1 and pred[-1] != 1 and true in (rows, (*rows, 1)):
        classes = pred[-1]
        return f" These look like class numbers: encode them with keras.utils.to_categorical(y, num_classes={classes})."
    if len(pred) > 1 and true == pred:
        return " These look like one-hot rows: take np.argmax(y, axis=-1)."
    return ""


def spread(weight: np.ndarray, shape: tuple) -> np.ndarray:
    """Return weights broadcast to ``shape``.

    Raises:
        ValueError: they can't be.

    >>> spread(np.array([[1.0], [2.0]]), (2, 3)).tolist()
    [[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]
    """
    try:
        return np.broadcast_to(weight, shape)
    except ValueError:
        raise ValueError(f"sample_weight of shape {weight.shape} does not fit values of shape {shape}.") from None


def samplewise(values: Any, weight: Any, reduce: Callable, dtype: str) -> tuple[np.ndarray, np.ndarray | None]:
    """Weight values and reduce them, and the weights, to one number per sample.

    Args:
        values: an array whose first axis counts the samples, or one number.
        weight: None, one number for all, or an array that has the leading axes of ``values``.
        reduce: ``np.sum`` or ``np.mean``, how the axes of one sample become one number.
        dtype: the number type to compute in.

    >>> samplewise([[1, 3], [5, 7]], [1, 2], np.mean, "float32")
    (array([ 2., 12.], dtype=float32), array([1., 2.], dtype=float32))
    """
    values = np.asarray(untraced(values), dtype)  # in a call() under a tape the metric takes the numbers as they are
    if weight is not None:
        values, weight = same_rank(values, np.asarray(weight, dtype))
        rank = weight.ndim
        if values.ndim > rank:
            values = reduce(values, axis=tuple(range(rank, values.ndim)))
        weight = spread(weight, np.shape(values))
        values = values * weight
        if rank > 1:
            weight = reduce(weight, axis=tuple(range(1, rank)))
    if np.ndim(values) > 1:
        values = reduce(values, axis=tuple(range(1, values.ndim)))
    return np.asarray(values), weight
