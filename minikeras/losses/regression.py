"""Losses for numbers: squared, absolute and relative errors. e = ŷ − y is the error, d the length of the last axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.config import epsilon
from minikeras.losses.loss import SUMS, LossFunctionWrapper, gradient_of
from minikeras.losses.targets import for_graphs, match


def mean(values: Any, axis: int | None = -1) -> Any:
    """The mean along an axis."""
    total = values.sum(axis=axis)
    return total / (values.size / max(total.size, 1))


@for_graphs
def mean_squared_error(y_true: Any, y_pred: Any) -> np.ndarray:
    """Mean of squares of errors: l = 1/d Σ (ŷ − y)².

    Args:
        y_true: the truth, of shape (n, d).
        y_pred: the predictions, of the same shape.

    >>> mean_squared_error([[0.0, 1.0]], [[1.0, 3.0]])
    array([2.5], dtype=float32)
    """
    y_true, y_pred = match(y_true, y_pred, "mean_squared_error")
    e = y_pred - y_true
    return mean(e * e)


@gradient_of(mean_squared_error)
def _(y_true, y_pred):
    return (y_pred - y_true) * (2.0 / y_pred.shape[-1])  # ∂l/∂ŷ = 2 (ŷ − y)/d


@for_graphs
def quadratic_cost(y_true: Any, y_pred: Any) -> np.ndarray:
    """Half the squared distance: l = ½ ‖ŷ − y‖². Its mean over n samples is the lecture's C = 1/(2n) Σ ‖a − y‖².

    Args:
        y_true: the truth, of shape (n, d).
        y_pred: the predictions, of the same shape.

    >>> quadratic_cost([[0.01, 0.99]], [[0.7514, 0.7729]])
    array([0.2984], dtype=float32)
    """
    y_true, y_pred = match(y_true, y_pred, "quadratic_cost")
    e = y_pred - y_true
    return (e * e).sum(axis=-1) * 0.5


@gradient_of(quadratic_cost)
def _(y_true, y_pred):
    return y_pred - y_true  # ∂l/∂ŷ = ŷ − y


@for_graphs
def mean_absolute_error(y_true: Any, y_pred: Any) -> np.ndarray:
    """Mean of absolute errors: l = 1/d Σ |ŷ − y|.

    Args:
        y_true: the truth, of shape (n, d).
        y_pred: the predictions, of the same shape.

    >>> mean_absolute_error([[0.0, 1.0]], [[1.0, 3.0]])
    array([1.5], dtype=float32)
    """
    y_true, y_pred = match(y_true, y_pred, "mean_absolute_error")
    return mean(np.abs(y_pred - y_true))


@gradient_of(mean_absolute_error)
def _(y_true, y_pred):
    return np.sign(y_pred - y_true) / y_pred.shape[-1]  # ∂l/∂ŷ = sign(ŷ − y)/d


@for_graphs
def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> np.ndarray:
    """Mean error in percent of the truth: l = 100/d Σ |ŷ − y| / max(|y|, ε).

    Args:
        y_true: the truth, of shape (n, d).
        y_pred: the predictions, of the same shape.

    >>> mean_absolute_percentage_error([[2.0, 4.0]], [[1.0, 5.0]])
    array([37.5], dtype=float32)
    """
    y_true, y_pred = match(y_true, y_pred, "mean_absolute_percentage_error")
    return 100.0 * mean(np.abs((y_true - y_pred) / np.maximum(np.abs(y_true), epsilon())))


@gradient_of(mean_absolute_percentage_error)
def _(y_true, y_pred):
    scale = np.maximum(np.abs(y_true), epsilon())
    return np.sign(y_pred - y_true) / scale * (100.0 / y_pred.shape[-1])  # ∂l/∂ŷ = 100 sign(ŷ − y)/max(|y|, ε)/d


@for_graphs
def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> np.ndarray:
    """Mean of squares of logarithmic errors: l = 1/d Σ (log(1 + ŷ) − log(1 + y))², for numbers from 0 up.

    Args:
        y_true: the truth, of shape (n, d); negative numbers count as ε.
        y_pred: the predictions, of the same shape; likewise.

    >>> mean_squared_logarithmic_error([[0.0, 0.0]], [[np.e - 1.0, 0.0]])
    array([0.5], dtype=float32)
    """
    y_true, y_pred = match(y_true, y_pred, "mean_squared_logarithmic_error")
    e = np.log(np.maximum(y_pred, epsilon()) + 1.0) - np.log(np.maximum(y_true, epsilon()) + 1.0)
    return mean(e * e)


@gradient_of(mean_squared_logarithmic_error)
def _(y_true, y_pred):
    p = np.maximum(y_pred, epsilon()) + 1.0
    e = np.log(p) - np.log(np.maximum(y_true, epsilon()) + 1.0)
    return e / p * (y_pred > epsilon()) * (2.0 / y_pred.shape[-1])  # ∂l/∂ŷ = 2 (log(1 + ŷ) − log(1 + y))/(1 + ŷ)/d


class MeanSquaredError(LossFunctionWrapper):
    """Mean of squares of errors: 1/(nd) Σ (ŷ − y)². See `mean_squared_error`.

    Args:
        reduction, name, dtype: see `Loss`.

    >>> float(MeanSquaredError()([[0.0, 1.0]], [[1.0, 3.0]]))
    2.5
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_error",
        dtype: Any = None,
    ):
        super().__init__(mean_squared_error, name=name, reduction=reduction, dtype=dtype)

    def value_and_grad(self, y_true, y_pred, sample_weight=None):
        """Return the reduced loss and ∂loss/∂y_pred."""
        if sample_weight is not None or y_true.ndim != y_pred.ndim or self.reduction in SUMS:
            return super().value_and_grad(y_true, y_pred, sample_weight)
        e = y_pred - y_true
        value = float(np.vdot(e, e)) / e.size  # 1/(nd) Σ e²
        e *= 2.0 / e.size  # ∂/∂ŷ = 2 (ŷ − y)/(nd)
        return value, e

    def slope(self, activation):
        """2 (ŷ − y)/(nd) alone."""
        return None if self.reduction in SUMS else self._slope

    def _slope(self, y_true, y_pred):
        if y_true.ndim != y_pred.ndim:
            return self.value_and_grad(y_true, y_pred)[1]
        e = y_pred - y_true
        e *= 2.0 / e.size
        return e


class QuadraticCost(LossFunctionWrapper):
    """The lecture's cost, C = 1/(2n) Σ ‖a − y‖² over n samples. See `quadratic_cost`.

    Args:
        reduction, name, dtype: see `Loss`.

    >>> float(QuadraticCost()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 3.0], [0.0, 1.0]]))
    1.5
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = "quadratic_cost", dtype: Any = None):
        super().__init__(quadratic_cost, name=name, reduction=reduction, dtype=dtype)

    def value_and_grad(self, y_true, y_pred, sample_weight=None):
        """Return the reduced loss and ∂loss/∂y_pred."""
        if sample_weight is not None or y_true.ndim != y_pred.ndim or self.reduction in SUMS:
            return super().value_and_grad(y_true, y_pred, sample_weight)
        e = y_pred - y_true
        n = e.size // e.shape[-1]
        value = float(np.vdot(e, e)) / (2 * n)  # C = 1/(2n) Σ ‖a − y‖²
        e *= 1.0 / n  # ∂C/∂a = (a − y)/n
        return value, e


class MeanAbsoluteError(LossFunctionWrapper):
    """Mean of absolute errors: 1/(nd) Σ |ŷ − y|. See `mean_absolute_error`.

    Args:
        reduction, name, dtype: see `Loss`.

    >>> float(MeanAbsoluteError()([[0.0, 1.0]], [[1.0, 3.0]]))
    1.5
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_error",
        dtype: Any = None,
    ):
        super().__init__(mean_absolute_error, name=name, reduction=reduction, dtype=dtype)


class MeanAbsolutePercentageError(LossFunctionWrapper):
    """Mean error in percent of the truth. See `mean_absolute_percentage_error`.

    Args:
        reduction, name, dtype: see `Loss`.

    >>> float(MeanAbsolutePercentageError()([[2.0, 4.0]], [[1.0, 5.0]]))
    37.5
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_percentage_error",
        dtype: Any = None,
    ):
        super().__init__(mean_absolute_percentage_error, name=name, reduction=reduction, dtype=dtype)


class MeanSquaredLogarithmicError(LossFunctionWrapper):
    """Mean of squares of logarithmic errors. See `mean_squared_logarithmic_error`.

    Args:
        reduction, name, dtype: see `Loss`.

    >>> float(MeanSquaredLogarithmicError()([[0.0]], [[np.e - 1.0]]))
    1.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ):
        super().__init__(mean_squared_logarithmic_error, name=name, reduction=reduction, dtype=dtype)
