"""`keras.metrics` of Keras 1: functions that later Keras dropped, as a mean over batches isn't that of the whole."""

from __future__ import annotations

from typing import Any

from minikeras import losses, ops
from minikeras._core.config import epsilon

__all__ = ["cosine", "cosine_proximity", "fbeta_score", "fmeasure", "matthews_correlation", "precision", "recall"]

cosine = cosine_proximity = losses.cosine_similarity


def _positives(*arrays: Any) -> Any:
    product = arrays[0] if len(arrays) == 1 else ops.multiply(*arrays)
    return ops.sum(ops.round(ops.clip(product, 0, 1)))


def precision(y_true: Any, y_pred: Any) -> Any:
    """True positives / predicted positives, of one batch.

    >>> float(precision([[1.0], [0.0], [1.0]], [[0.9], [0.8], [0.1]]))
    0.5
    """
    return _positives(y_true, y_pred) / (_positives(y_pred) + epsilon())


def recall(y_true: Any, y_pred: Any) -> Any:
    """True positives / positives, of one batch.

    >>> float(recall([[1.0], [0.0], [1.0]], [[0.9], [0.8], [0.1]]))
    0.5
    """
    return _positives(y_true, y_pred) / (_positives(y_true) + epsilon())


def fbeta_score(y_true: Any, y_pred: Any, beta: float = 1) -> Any:
    """(1 + β²) p r / (β² p + r) of precision p and recall r, of one batch.

    >>> float(fbeta_score([[1.0], [0.0], [1.0]], [[0.9], [0.8], [0.1]]))
    0.5
    """
    if beta < 0:
        raise ValueError(f"The lowest beta is 0, where only precision counts; got {beta}.")
    p, r, square = precision(y_true, y_pred), recall(y_true, y_pred), beta**2
    return (1 + square) * (p * r) / (square * p + r + epsilon())


def fmeasure(y_true: Any, y_pred: Any) -> Any:
    """The harmonic mean of precision and recall, of one batch.

    >>> float(fmeasure([[1.0], [0.0], [1.0]], [[0.9], [0.8], [0.1]]))
    0.5
    """
    return fbeta_score(y_true, y_pred, beta=1)


def matthews_correlation(y_true: Any, y_pred: Any) -> Any:
    """Matthews' correlation of two classes, of one batch.

    >>> float(matthews_correlation([[1.0], [0.0], [1.0], [0.0]], [[0.9], [0.2], [0.7], [0.1]]))
    1.0
    """
    guess, true = ops.round(ops.clip(y_pred, 0, 1)), ops.round(ops.clip(y_true, 0, 1))
    tp, tn = ops.sum(true * guess), ops.sum((1 - true) * (1 - guess))
    fp, fn = ops.sum((1 - true) * guess), ops.sum(true * (1 - guess))
    return (tp * tn - fp * fn) / (ops.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)) + epsilon())
