"""Errors of predicted numbers: squared, absolute, relative, logarithmic; cosine similarity, R²."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from minikeras import losses
from minikeras._core.config import epsilon
from minikeras._core.variable import untraced
from minikeras.losses.targets import match
from minikeras.metrics.metric import Metric
from minikeras.metrics.reduction import Mean, MeanMetricWrapper
from minikeras.metrics.shapes import match_targets, mismatch, spread


class MeanSquaredError(MeanMetricWrapper):
    """Mean of ``(y - p)²``.

    Args:
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = MeanSquaredError(); m.update_state([[0, 1], [0, 0]], [[1, 1], [0, 0]]); float(m.result())
    0.25
    """

    _direction = "down"

    def __init__(self, name: str = "mean_squared_error", dtype: Any = None):
        super().__init__(losses.mean_squared_error, name, dtype)

    def tally(self, y_true, y_pred, sample_weight=None):
        """Add a batch of arrays that need neither conversion nor checks."""
        if sample_weight is not None or y_true.shape != y_pred.shape or y_pred.ndim < 2:
            return self.update_state(y_true, y_pred, sample_weight)
        error = y_pred - y_true
        self._tally_sum(float(np.vdot(error, error)), error)


class RootMeanSquaredError(Mean):
    """``√mean((y - p)²)``.

    Args:
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = RootMeanSquaredError(); m.update_state([[0, 1], [0, 0]], [[1, 1], [0, 0]]); float(m.result())
    0.5
    """

    _direction = "down"

    def __init__(self, name: str = "root_mean_squared_error", dtype: Any = None):
        super().__init__(name, dtype=dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch: targets, predictions of the same shape and, where wanted, weights per sample or per value."""
        y_true, y_pred = (np.asarray(untraced(y), self.dtype) for y in (y_true, y_pred))
        y_true, y_pred = match_targets(y_true, y_pred, "RootMeanSquaredError")
        with np.errstate(all="ignore"):
            super().update_state((y_pred - y_true) ** 2, sample_weight)

    def tally(self, y_true, y_pred, sample_weight=None):
        """Add a batch of arrays that need neither conversion nor checks."""
        if sample_weight is not None or y_true.shape != y_pred.shape:
            return self.update_state(y_true, y_pred, sample_weight)
        error = y_pred - y_true
        n = len(error)
        self._add(float(np.vdot(error, error)) * n / error.size, n)

    def result(self) -> np.generic:
        """Return the root of the mean."""
        return np.sqrt(super().result())


class MeanAbsoluteError(MeanMetricWrapper):
    """Mean of ``|y - p|``.

    Args:
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = MeanAbsoluteError(); m.update_state([[0, 1], [0, 0]], [[1, 1], [0, 0]]); float(m.result())
    0.25
    """

    _direction = "down"

    def __init__(self, name: str = "mean_absolute_error", dtype: Any = None):
        super().__init__(losses.mean_absolute_error, name, dtype)

    def tally(self, y_true, y_pred, sample_weight=None):
        """Add a batch of arrays that need neither conversion nor checks."""
        if sample_weight is not None or y_true.shape != y_pred.shape or y_pred.ndim < 2:
            return self.update_state(y_true, y_pred, sample_weight)
        error = np.abs(y_pred - y_true)
        self._tally_sum(float(np.add.reduce(error, None, np.float64)), error)


class MeanAbsolutePercentageError(MeanMetricWrapper):
    """Mean of ``100 |y - p| / |y|``.

    Args:
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = MeanAbsolutePercentageError(); m.update_state([[1, 2]], [[1, 1]]); float(m.result())
    25.0
    """

    _direction = "down"

    def __init__(self, name: str = "mean_absolute_percentage_error", dtype: Any = None):
        super().__init__(losses.mean_absolute_percentage_error, name, dtype)


class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """Mean of ``(log(y + 1) - log(p + 1))²``.

    Args:
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = MeanSquaredLogarithmicError(); m.update_state([[0, 1], [0, 0]], [[1, 1], [0, 0]]); float(m.result())
    0.12011
    """

    _direction = "down"

    def __init__(self, name: str = "mean_squared_logarithmic_error", dtype: Any = None):
        super().__init__(losses.mean_squared_logarithmic_error, name, dtype)


class LogCoshError(MeanMetricWrapper):
    """Mean of ``log cosh(p - y)``.

    Args:
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = LogCoshError(); m.update_state([[0, 1], [0, 0]], [[1, 1], [0, 0]]); float(m.result())
    0.10844
    """

    _direction = "down"

    def __init__(self, name: str = "logcosh", dtype: Any = None):
        super().__init__(losses.log_cosh, name, dtype)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> np.ndarray:
    """Return ``Σ y p / (‖y‖ ‖p‖)``: 1 for the same direction, -1 for the opposite. (The loss of that name has the other sign.)

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.
        axis: the axis that holds the vectors.

    >>> cosine_similarity([[0, 1], [1, 1]], [[1, 0], [1, 1]]).tolist()
    [0.0, 1.0]
    """
    y_true, y_pred = match(y_true, y_pred, "cosine_similarity")
    y, p = (a / np.maximum(np.sqrt((a * a).sum(axis, keepdims=True)), epsilon()) for a in (y_true, y_pred))
    return (y * p).sum(axis)


class CosineSimilarity(MeanMetricWrapper):
    """Mean of ``Σ y p / (‖y‖ ‖p‖)``.

    Args:
        name: the key in ``History``.
        dtype: number type of the computation.
        axis: the axis that holds the vectors.

    >>> m = CosineSimilarity(axis=1); m.update_state([[0, 1], [1, 1]], [[1, 0], [1, 1]]); float(m.result())
    0.5
    """

    _direction = "up"

    def __init__(self, name: str = "cosine_similarity", dtype: Any = None, axis: int = -1):
        super().__init__(cosine_similarity, name, dtype, axis=axis)
        self.axis = axis


class R2Score(Metric):
    """The share of the targets' variance that predictions explain, ``R² = 1 - Σ(y - p)² / Σ(y - ȳ)²``.

    The sums are kept in float64: targets far from 0 lose no digits.

    Args:
        class_aggregation: ``"uniform_average"`` of all outputs, ``"variance_weighted_average"``, or None for one score each.
        num_regressors: how many inputs the model has, for the adjusted ``1 - (1 - R²) (n - 1) / (n - k - 1)``; 0: not adjusted.
        name: the key in ``History``.
        dtype: number type of the result.

    >>> m = R2Score(); m.update_state([[1], [4], [3]], [[2], [4], [4]]); float(m.result())
    0.571428
    """

    _direction = "up"

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str = "r2_score",
        dtype: Any = None,
    ):
        super().__init__(name=name, dtype=dtype)
        known = None, "uniform_average", "variance_weighted_average"
        if class_aggregation not in known:
            raise ValueError(
                f"Invalid value for argument `class_aggregation`: expected one of {known}, got {class_aggregation!r}."
            )
        if num_regressors < 0:
            raise ValueError(f"Invalid value for argument `num_regressors`: expected an integer >= 0, got {num_regressors}.")
        self.class_aggregation = class_aggregation
        self._several = 'use class_aggregation="uniform_average"' if class_aggregation is None else None
        self.num_regressors = num_regressors
        self.num_samples = self.add_variable((), "zeros", name="num_samples")
        self._sums: tuple = ()

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch: targets and predictions ``(samples, outputs)``, weights ``(samples,)`` or of the same shape."""
        y_true, y_pred = np.asarray(untraced(y_true)), np.asarray(untraced(y_pred))
        if y_true.ndim == 1 and y_pred.ndim == 2 and y_pred.shape[1] == 1:
            y_true = y_true[:, None]
        if y_true.ndim != 2 or y_true.shape != y_pred.shape:
            raise mismatch("R2Score", y_true, y_pred, "shape (samples, outputs) for both")
        weight = np.asarray(1 if sample_weight is None else sample_weight, np.float64)
        weight = spread(weight[:, None] if weight.ndim == 1 else weight, y_true.shape)
        y_true, y_pred = y_true.astype(np.float64), y_pred.astype(np.float64)
        if not self._sums:
            self._make_sums(y_true.shape[1:])
        with np.errstate(all="ignore"):
            terms = y_true**2 * weight, y_true * weight, (y_true - y_pred) ** 2 * weight, weight
            for kept, values in zip(self._sums, terms, strict=True):
                kept.value[...] += values.sum(axis=0)
        self.num_samples.value[...] += y_true.size

    def _make_sums(self, shape):
        names = "squared_sum", "sum", "residual", "count"
        self._sums = tuple(self.add_variable(shape, "zeros", "float64", name=name) for name in names)

    def result(self) -> Any:
        """Return the score, or one for each output; 0 before any data."""
        if not self._sums or not np.any(self._sums[-1].value):
            return np.zeros((), self.dtype)[()]
        squares, sums, residual, count = (v.value for v in self._sums)
        with np.errstate(all="ignore"):
            total = squares - sums * (sums / count)
            scores = 1 - residual / total
            scores = np.where(np.isinf(scores), 0, scores)
            if self.class_aggregation == "uniform_average":
                scores = scores.mean()
            elif self.class_aggregation is not None:
                scores = (total * scores).sum() / total.sum()
            return np.asarray(self._adjusted(scores), self.dtype)[()]

    def _adjusted(self, score):
        free = float(self.num_samples) - self.num_regressors - 1
        if not self.num_regressors:
            return score
        if free <= 0:
            warnings.warn(
                f"R2Score can't be adjusted for num_regressors={self.num_regressors} with {int(self.num_samples)} values seen; "
                "returning the plain score.",
                stacklevel=3,
            )
            return score
        return 1 - (1 - score) * (float(self.num_samples) - 1) / free
