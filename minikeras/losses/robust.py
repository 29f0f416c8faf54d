"""Losses for numbers with outliers: squared for small errors e = ŷ − y, absolute for large ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.losses.loss import LossFunctionWrapper, gradient_of
from minikeras.losses.regression import mean
from minikeras.losses.targets import for_graphs, match


@for_graphs
def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> np.ndarray:
    """Squared for small errors, absolute for large ones: l = 1/d Σ (½ e² where |e| ≤ δ, else δ |e| − ½ δ²).

    Args:
        y_true: the truth, of shape (n, d).
        y_pred: the predictions, of the same shape.
        delta: the error δ where the one turns into the other.

    >>> huber([[0.0, 0.0]], [[0.5, 3.0]])
    array([1.3125], dtype=float32)
    """
    y_true, y_pred = match(y_true, y_pred, "huber")
    e = np.abs(y_pred - y_true)
    return mean(np.where(e <= delta, 0.5 * e * e, delta * e - 0.5 * delta**2))


@gradient_of(huber)
def _(y_true, y_pred, delta=1.0):
    return np.minimum(np.maximum(y_pred - y_true, -delta), delta) / y_pred.shape[-1]  # ∂l/∂ŷ = (e, but within ±δ)/d


@for_graphs
def log_cosh(y_true: Any, y_pred: Any) -> np.ndarray:
    """Logarithm of the hyperbolic cosine of errors: l = 1/d Σ log cosh e, about ½ e² when small and |e| − log 2 when large.

    Args:
        y_true: the truth, of shape (n, d).
        y_pred: the predictions, of the same shape.

    >>> log_cosh([[0.0, 0.0]], [[0.0, 1.0]])
    array([0.216890], dtype=float32)
    """
    y_true, y_pred = match(y_true, y_pred, "log_cosh")
    e = np.abs(y_pred - y_true)
    return mean(e + np.log1p(np.exp(-2.0 * e)) - float(np.log(2.0)))  # log cosh e = |e| + log(1 + exp(−2|e|)) − log 2


@gradient_of(log_cosh)
def _(y_true, y_pred):
    return np.tanh(y_pred - y_true) / y_pred.shape[-1]  # ∂l/∂ŷ = tanh(e)/d


class Huber(LossFunctionWrapper):
    """Squared for small errors, absolute for large ones. See `huber`; after Huber (1964), Annals of Statistics 35.

    Args:
        delta: the error where the one turns into the other.
        reduction, name, dtype: see `Loss`.

    >>> float(Huber(delta=2.0)([[0.0, 0.0]], [[1.0, 3.0]]))
    2.25
    """

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "huber_loss",
        dtype: Any = None,
    ):
        super().__init__(huber, name=name, reduction=reduction, dtype=dtype, delta=delta)
        self.delta = delta


class LogCosh(LossFunctionWrapper):
    """Logarithm of the hyperbolic cosine of errors. See `log_cosh`.

    Args:
        reduction, name, dtype: see `Loss`.

    >>> float(LogCosh()([[0.0]], [[1.0]]))
    0.433781
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = "log_cosh", dtype: Any = None):
        super().__init__(log_cosh, name=name, reduction=reduction, dtype=dtype)
