"""Correlation of targets and predictions."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.config import epsilon
from minikeras.losses.targets import match
from minikeras.metrics.reduction import MeanMetricWrapper


def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> np.ndarray:
    """Return Pearson's ``cov(y, p) / (σ_y σ_p)`` along an axis: 1 for predictions on a rising line, NaN for constant ones.

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.
        axis: the axis that holds what is correlated.

    >>> pearson_correlation([[0, 1, 0.5], [1, 1, 0.2]], [[0.1, 0.9, 0.5], [1, 0.9, 0.2]]).tolist()
    [1.0, 0.99339]
    """
    y_true, y_pred = match(y_true, y_pred, "pearson_correlation")
    y, p = y_true - y_true.mean(axis, keepdims=True), y_pred - y_pred.mean(axis, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return ((y / y.std(axis, keepdims=True)) * (p / p.std(axis, keepdims=True))).mean(axis)


def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> np.ndarray:
    """Return Lin's ``2 cov(y, p) / (σ²_y + σ²_p + (μ_y - μ_p)²)`` along an axis: 1 for equal values only.

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.
        axis: the axis that holds what is correlated.

    >>> concordance_correlation([[0, 1, 0.5], [1, 1, 0.2]], [[0.1, 0.9, 0.5], [1, 0.9, 0.2]]).tolist()
    [0.97560, 0.98765]
    """
    y_true, y_pred = match(y_true, y_pred, "concordance_correlation")
    mean, mean_p = y_true.mean(axis, keepdims=True), y_pred.mean(axis, keepdims=True)
    y, p = y_true - mean, y_pred - mean_p
    norm = y.var(axis, keepdims=True) + p.var(axis, keepdims=True) + (mean - mean_p) ** 2
    return (2 * y * p / (norm + epsilon())).mean(axis)


class PearsonCorrelation(MeanMetricWrapper):
    """Mean of Pearson's correlation ``cov(y, p) / (σ_y σ_p)`` of each sample.

    Args:
        name: the key in ``History``.
        dtype: number type of the computation.
        axis: the axis that holds what is correlated; the last one is a sample's own values, -2 the batch.

    >>> m = PearsonCorrelation(); m.update_state([[0, 1, 0.5], [1, 1, 0.2]], [[0.1, 0.9, 0.5], [1, 0.9, 0.2]])
    >>> float(m.result())
    0.99669
    """

    _direction = "up"

    def __init__(self, name: str = "pearson_correlation", dtype: Any = None, axis: int = -1):
        super().__init__(pearson_correlation, name, dtype, axis=axis)
        self.axis = axis


class ConcordanceCorrelation(MeanMetricWrapper):
    """Mean of Lin's concordance correlation of each sample.

    Args:
        name: the key in ``History``.
        dtype: number type of the computation.
        axis: the axis that holds what is correlated; the last one is a sample's own values, -2 the batch.

    >>> m = ConcordanceCorrelation(); m.update_state([[0, 1, 0.5], [1, 1, 0.2]], [[0.1, 0.9, 0.5], [1, 0.9, 0.2]])
    >>> float(m.result())
    0.98163
    """

    _direction = "up"

    def __init__(self, name: str = "concordance_correlation", dtype: Any = None, axis: int = -1):
        super().__init__(concordance_correlation, name, dtype, axis=axis)
        self.axis = axis
