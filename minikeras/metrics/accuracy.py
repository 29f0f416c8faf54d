"""How often predictions equal targets: numbers, thresholded numbers, one-hot classes, class numbers, the best k."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.config import floatx
from minikeras._core.constants import constant
from minikeras.metrics.reduction import MeanMetricWrapper
from minikeras.metrics.shapes import match_targets, mismatch


def accuracy(y_true: Any, y_pred: Any) -> np.ndarray:
    """Return 1 where a prediction equals its target exactly, else 0.

    >>> accuracy([1, 2, 3], [1, 2, 4]).tolist()
    [1.0, 1.0, 0.0]
    """
    y_true, y_pred = match_targets(y_true, y_pred, "accuracy")
    return (y_true.astype(y_pred.dtype, copy=False) == y_pred).astype(floatx())


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> np.ndarray:
    """Return 1 where ``[y_pred > threshold]`` equals the target, else 0.

    Args:
        y_true: targets 0 or 1.
        y_pred: probabilities, of the same shape.
        threshold: a prediction above it means 1; one equal to it means 0.

    >>> binary_accuracy([[1], [0]], [[0.8], [0.6]]).tolist()
    [[1.0], [0.0]]
    """
    y_true, y_pred = match_targets(y_true, y_pred, "binary_accuracy")
    return ((y_pred > threshold) == y_true).astype(floatx())


def categorical_accuracy(y_true: Any, y_pred: Any) -> np.ndarray:
    """Return 1 where ``argmax y_pred`` equals ``argmax y_true``, else 0.

    Args:
        y_true: one-hot targets, or probabilities, ``(..., classes)``.
        y_pred: probabilities or logits of the same shape.

    >>> categorical_accuracy([[0, 1], [1, 0]], [[0.3, 0.7], [0.4, 0.6]]).tolist()
    [1.0, 0.0]
    """
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if y_true.ndim == y_pred.ndim + 1 and y_true.shape[-2] == 1:
        return categorical_accuracy(y_true[..., 0, :], y_pred)[..., None]
    if y_true.shape[:-1] != y_pred.shape[:-1] or not y_pred.ndim or not y_true.ndim:
        raise mismatch("categorical_accuracy", y_true, y_pred, "one-hot targets of the shape of the predictions")
    return (y_true.argmax(-1) == y_pred.argmax(-1)).astype(floatx())


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> np.ndarray:
    """Return 1 where ``argmax y_pred`` equals the target, else 0; a target that is no class counts as wrong.

    Args:
        y_true: class numbers, ``(...)`` or ``(..., 1)``.
        y_pred: probabilities or logits, ``(..., classes)``.

    >>> sparse_categorical_accuracy([1, 0, 7], [[0.3, 0.7], [0.4, 0.6], [0.5, 0.5]]).tolist()
    [1.0, 0.0, 0.0]
    """
    y_true, y_pred = class_numbers(y_true, y_pred, "sparse_categorical_accuracy")
    matches = (y_pred.argmax(-1) == y_true).astype(floatx())
    return matches[..., 0] if matches.ndim > 1 and matches.shape[-1] == 1 else matches


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> np.ndarray:
    """Return 1 where the target class is among the ``k`` most probable ones, else 0.

    Args:
        y_true: one-hot targets, ``(..., classes)``.
        y_pred: probabilities or logits of the same shape.
        k: how many classes to look at; ties count as in.

    >>> top_k_categorical_accuracy([[0, 0, 1]], [[0.5, 0.2, 0.3]], k=2).tolist()
    [1.0]
    """
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if y_true.shape[:-1] != y_pred.shape[:-1] or not y_pred.ndim or not y_true.ndim:
        raise mismatch("top_k_categorical_accuracy", y_true, y_pred, "one-hot targets of the shape of the predictions")
    return in_top_k(y_true.argmax(-1), y_pred, k).astype(floatx())


def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False) -> np.ndarray:
    """Return 1 where the target class is among the ``k`` most probable ones, else 0.

    Args:
        y_true: class numbers, ``(...)`` or ``(..., 1)``.
        y_pred: probabilities or logits, ``(..., classes)``; the best class numbers in order with ``from_sorted_ids``.
        k: how many classes to look at; ties count as in.
        from_sorted_ids: whether ``y_pred`` holds class numbers, best first.

    >>> sparse_top_k_categorical_accuracy([2, 0], [[0.5, 0.2, 0.3], [0.1, 0.5, 0.4]], k=2).tolist()
    [1.0, 0.0]
    >>> sparse_top_k_categorical_accuracy([2, 0], [[0, 2, 1], [1, 2, 0]], k=2, from_sorted_ids=True).tolist()
    [1.0, 0.0]
    """
    shape = np.shape(y_true)
    y_true, y_pred = class_numbers(y_true, y_pred, "sparse_top_k_categorical_accuracy")
    if from_sorted_ids:
        matches = (y_pred[..., :k] == y_true[..., None]).any(-1)
    else:
        matches = in_top_k(y_true, y_pred, k)
    return matches.astype(floatx()).reshape(shape)


def class_numbers(y_true: Any, y_pred: Any, who: str) -> tuple[np.ndarray, np.ndarray]:
    """Return targets of shape ``(...)`` beside predictions of shape ``(..., classes)``.

    >>> class_numbers([[1], [0]], [[0.3, 0.7], [0.4, 0.6]], "accuracy")[0].tolist()
    [1, 0]
    """
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    flat = y_true[..., 0] if y_true.ndim == y_pred.ndim and y_true.shape[-1:] == (1,) else y_true
    if flat.shape != y_pred.shape[:-1] or not y_pred.ndim:
        raise mismatch(who, y_true, y_pred, "one class number for each row of predictions")
    return flat, y_pred


def in_top_k(classes: np.ndarray, y_pred: np.ndarray, k: int) -> np.ndarray:
    """Whether fewer than ``k`` classes are more probable than the given one; never for a class that is none.

    >>> in_top_k(np.array([1, 0, 3]), np.array([[0.1, 0.8, 0.1]] * 3), 1).tolist()
    [True, False, False]
    """
    known = (classes >= 0) & (classes < y_pred.shape[-1])
    picked = np.where(known, classes, 0).astype(np.intp)[..., None]
    score = np.take_along_axis(y_pred, picked, -1)
    score = np.where(np.isnan(score), -np.inf, score)
    return ((y_pred > score).sum(-1) < k) & known


class Accuracy(MeanMetricWrapper):
    """How often predictions equal targets exactly.

    Args:
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = Accuracy(); m.update_state([1, 2, 3, 4], [0, 2, 3, 4]); float(m.result())
    0.75
    """

    _direction = "up"

    def __init__(self, name: str = "accuracy", dtype: Any = None):
        super().__init__(accuracy, name, dtype)


class BinaryAccuracy(MeanMetricWrapper):
    """How often ``[y_pred > threshold]`` equals a target of 0 or 1.

    Args:
        name: the key in ``History``.
        dtype: number type of the computation.
        threshold: a prediction above it means 1.

    >>> m = BinaryAccuracy(); m.update_state([[1], [1], [0], [0]], [[0.98], [1], [0], [0.6]]); float(m.result())
    0.75
    """

    _direction = "up"

    def __init__(self, name: str = "binary_accuracy", dtype: Any = None, threshold: float = 0.5):
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)
        self.threshold = threshold

    def tally(self, y_true, y_pred, sample_weight=None):
        """Add a batch of arrays that need neither conversion nor checks."""
        if sample_weight is not None or y_true.shape != y_pred.shape:
            return self.update_state(y_true, y_pred, sample_weight)
        on = y_pred > constant(float(self.threshold))[y_pred.dtype.char]
        hits = on.astype(y_true.dtype) == y_true  # of one type: NumPy compares two types in 1.2 µs, one in 0.4
        self._tally_sum(int(np.count_nonzero(hits)), hits)


class CategoricalAccuracy(MeanMetricWrapper):
    """How often ``argmax y_pred`` equals ``argmax y_true``, the target one-hot.

    Args:
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = CategoricalAccuracy(); m.update_state([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]]); float(m.result())
    0.5
    """

    _direction = "up"

    def __init__(self, name: str = "categorical_accuracy", dtype: Any = None):
        super().__init__(categorical_accuracy, name, dtype)

    def tally(self, y_true, y_pred, sample_weight=None):
        """Add a batch of arrays that need neither conversion nor checks."""
        if sample_weight is not None or y_true.shape != y_pred.shape:
            return self.update_state(y_true, y_pred, sample_weight)
        hits = y_true.argmax(-1) == y_pred.argmax(-1)
        self._tally_sum(int(np.count_nonzero(hits)), hits)


class SparseCategoricalAccuracy(MeanMetricWrapper):
    """How often ``argmax y_pred`` equals the target, a class number; a target that is no class counts as wrong.

    Args:
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = SparseCategoricalAccuracy(); m.update_state([[2], [1]], [[0.1, 0.6, 0.3], [0.05, 0.95, 0]]); float(m.result())
    0.5
    """

    _direction = "up"

    def __init__(self, name: str = "sparse_categorical_accuracy", dtype: Any = None):
        super().__init__(sparse_categorical_accuracy, name, dtype)

    def tally(self, y_true, y_pred, sample_weight=None):
        """Add a batch of arrays that need neither conversion nor checks."""
        if y_true.ndim == y_pred.ndim == 2 and y_true.shape[1] == 1:
            y_true = y_true[:, 0]
        if sample_weight is not None or y_true.ndim != 1 or y_pred.ndim != 2:
            return self.update_state(y_true, y_pred, sample_weight)
        self._add(int(np.count_nonzero(y_pred.argmax(1) == y_true)), len(y_true))


class TopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the target class, one-hot, is among the ``k`` most probable ones.

    Args:
        k: how many classes to look at.
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = TopKCategoricalAccuracy(k=1); m.update_state([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]])
    >>> float(m.result())
    0.5
    """

    _direction = "up"

    def __init__(self, k: int = 5, name: str = "top_k_categorical_accuracy", dtype: Any = None):
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)
        self.k = k


class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the target class, a number, is among the ``k`` most probable ones.

    Args:
        k: how many classes to look at.
        name: the key in ``History``.
        dtype: number type of the computation.
        from_sorted_ids: whether predictions are class numbers, best first, in place of scores.

    >>> m = SparseTopKCategoricalAccuracy(k=1); m.update_state([2, 1], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]]); float(m.result())
    0.5
    """

    _direction = "up"

    def __init__(
        self, k: int = 5, name: str = "sparse_top_k_categorical_accuracy", dtype: Any = None, from_sorted_ids: bool = False
    ):
        super().__init__(sparse_top_k_categorical_accuracy, name, dtype, k=k, from_sorted_ids=from_sorted_ids)
        self.k = k
        self.from_sorted_ids = from_sorted_ids

    def get_config(self) -> dict:
        """Return the arguments; ``from_sorted_ids`` only where it is set, as Keras writes it."""
        config = super().get_config()
        if not self.from_sorted_ids:
            del config["from_sorted_ids"]
        return config
