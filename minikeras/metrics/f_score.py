"""Precision and recall in one number: F-beta and F1."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.config import epsilon
from minikeras._core.variable import untraced
from minikeras.metrics.metric import Metric
from minikeras.metrics.shapes import mismatch


class FBetaScore(Metric):
    """``(1 + β²) · precision · recall / (β² · precision + recall)``, for each class or averaged.

    Args:
        average: None for one score per class; ``"micro"`` counts all classes together, ``"macro"`` takes the plain mean,
            ``"weighted"`` the mean weighted by how often each class is true.
        beta: how many times more recall weighs than precision, a float above 0.
        threshold: a score above it means "yes", a float in (0, 1]; by default the largest score of a row does.
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = FBetaScore(beta=2.0, threshold=0.5)
    >>> m.update_state([[1, 1, 1], [1, 0, 0], [1, 1, 0]], [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]])
    >>> m.result()
    array([0.384615 , 0.909090, 0.833333 ], dtype=float32)
    """

    _direction = "up"

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str = "fbeta_score",
        dtype: Any = None,
    ):
        super().__init__(name=name, dtype=dtype)
        if average not in (None, "micro", "macro", "weighted"):
            raise ValueError(
                f"Invalid `average` argument value. Expected None, 'micro', 'macro' or 'weighted', got {average!r}."
            )
        if not isinstance(beta, float) or beta <= 0:
            raise ValueError(f"Invalid `beta` argument value. It should be a float above 0, got {beta!r}.")
        if threshold is not None and not (isinstance(threshold, float) and 0 < threshold <= 1):
            raise ValueError(
                f"Invalid `threshold` argument value. It should be None or a float above 0, at most 1; got {threshold!r}."
            )
        self.average = average
        self.beta = beta
        self.threshold = threshold
        self._several = 'use average="macro"' if average is None else None
        self._counts: tuple = ()

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch.

        Args:
            y_true: 0 and 1, ``(samples, classes)``.
            y_pred: scores of the same shape.
            sample_weight: ``(samples,)``.
        """
        y_true, y_pred = np.asarray(untraced(y_true)), np.asarray(untraced(y_pred))
        if y_true.ndim != 2 or y_true.shape != y_pred.shape:
            raise self._misfit(y_true, y_pred)
        if sample_weight is not None and np.shape(sample_weight) not in ((), y_true.shape[:1], (len(y_true), 1)):
            shapes = f"({len(y_true)},), got {np.shape(sample_weight)}"
            raise ValueError(f"sample_weight of {type(self).__name__} should have shape {shapes}.")
        self.tally(y_true, y_pred, sample_weight)

    def _misfit(self, y_true, y_pred):
        return mismatch(type(self).__name__, y_true, y_pred, "shape (samples, classes) for both")

    def tally(self, y_true, y_pred, sample_weight=None):
        """Add a batch of arrays that need no conversion."""
        if y_true.shape != y_pred.shape or y_pred.ndim != 2:  # else NumPy would broadcast samples over classes
            raise self._misfit(y_true, y_pred)
        y_true, y_pred = np.asarray(y_true, self.dtype), np.asarray(y_pred, self.dtype)
        if not self._counts:
            self._make_sums(() if self.average == "micro" else y_pred.shape[1:])
        if self.threshold is None:
            called = (y_pred >= y_pred.max(axis=-1, keepdims=True)) & (np.abs(y_pred) > 1e-9)
        else:
            called = y_pred > self.threshold
        called = called.astype(self.dtype)
        weight = 1 if sample_weight is None else np.asarray(sample_weight, self.dtype).reshape(-1, 1)
        axis = None if self.average == "micro" else 0
        cases = called * y_true, called * (1 - y_true), (1 - called) * y_true, y_true
        for count, case in zip(self._counts, cases, strict=True):
            count.value[...] += (case * weight).sum(axis=axis)

    def _make_sums(self, shape):
        names = "true_positives", "false_positives", "false_negatives", "intermediate_weights"
        self._counts = tuple(self.add_variable(shape, "zeros", self.dtype, name=name) for name in names)

    def result(self) -> Any:
        """Return the score, or one for each class; 0 before any data."""
        if not self._counts:
            return np.zeros((), self.dtype)[()]
        tp, fp, fn, seen = (count.value for count in self._counts)
        precision, recall = tp / (tp + fp + epsilon()), tp / (tp + fn + epsilon())
        score = (1 + self.beta**2) * (precision * recall / (self.beta**2 * precision + recall + epsilon()))
        if self.average == "weighted":
            return (score * (seen / (seen.sum() + epsilon()))).sum()
        return score if self.average is None else np.mean(score)


class F1Score(FBetaScore):
    """The harmonic mean of precision and recall, ``2 · precision · recall / (precision + recall)``.

    Args:
        average: None for one score per class; ``"micro"``, ``"macro"`` or ``"weighted"`` as in `FBetaScore`.
        threshold: a score above it means "yes", a float in (0, 1]; by default the largest score of a row does.
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = F1Score(threshold=0.5)
    >>> m.update_state([[1, 1, 1], [1, 0, 0], [1, 1, 0]], [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]])
    >>> m.result()
    array([0.49999997, 0.79999995, 0.66666657], dtype=float32)
    """

    def __init__(self, average: str | None = None, threshold: float | None = None, name: str = "f1_score", dtype: Any = None):
        super().__init__(average=average, beta=1.0, threshold=threshold, name=name, dtype=dtype)
