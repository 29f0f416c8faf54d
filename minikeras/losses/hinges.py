"""Losses of margins: scores that are right by enough cost nothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.losses.loss import LossFunctionWrapper, gradient_of
from minikeras.losses.regression import mean
from minikeras.losses.targets import for_graphs, match


@for_graphs
def hinge(y_true: Any, y_pred: Any) -> np.ndarray:
    """Hinge loss: l = 1/d Σ max(1 − t ŷ, 0), where t is −1 or 1.

    Args:
        y_true: −1 or 1, of shape (n, d); 0 and 1 alone are read as −1 and 1.
        y_pred: scores of the same shape.

    >>> hinge([[1, -1], [0, 1]], [[0.5, 0.5], [-2.0, 1.0]])
    array([1. , 0.5], dtype=float32)
    >>> hinge([[0, 1]], [[-2.0, 0.5]])
    array([0.25], dtype=float32)
    """
    y_true, y_pred = match(y_true, y_pred, "hinge")
    return mean(np.maximum(1.0 - signs(y_true) * y_pred, 0.0))


@gradient_of(hinge)
def _(y_true, y_pred):
    t = signs(y_true)
    return -t * np.heaviside(1.0 - t * y_pred, 0.5) / y_pred.shape[-1]  # ∂l/∂ŷ = −t [t ŷ < 1]/d


@for_graphs
def squared_hinge(y_true: Any, y_pred: Any) -> np.ndarray:
    """Squared hinge loss: l = 1/d Σ max(1 − t ŷ, 0)², where t is −1 or 1.

    Args:
        y_true: −1 or 1, of shape (n, d); 0 and 1 alone are read as −1 and 1.
        y_pred: scores of the same shape.

    >>> squared_hinge([[1, -1]], [[0.5, 0.5]])
    array([1.25], dtype=float32)
    """
    y_true, y_pred = match(y_true, y_pred, "squared_hinge")
    miss = np.maximum(1.0 - signs(y_true) * y_pred, 0.0)
    return mean(miss * miss)


@gradient_of(squared_hinge)
def _(y_true, y_pred):
    t = signs(y_true)
    return t * np.maximum(1.0 - t * y_pred, 0.0) * (-2.0 / y_pred.shape[-1])  # ∂l/∂ŷ = −2 t max(1 − t ŷ, 0)/d


@for_graphs
def categorical_hinge(y_true: Any, y_pred: Any) -> np.ndarray:
    """The best wrong class should stay a margin of 1 below the right one: l = max(max((1 − y) ŷ) − Σ y ŷ + 1, 0).

    Args:
        y_true: one-hot rows of shape (n, classes).
        y_pred: scores of the same shape.

    >>> categorical_hinge([[0, 1], [0, 1]], [[0.5, 1.0], [0.0, 2.0]])
    array([0.5, 0. ], dtype=float32)
    """
    y_true, y_pred = match(y_true, y_pred, "categorical_hinge")
    right, wrong = (y_true * y_pred).sum(axis=-1), ((1.0 - y_true) * y_pred).max(axis=-1)
    return np.maximum(wrong - right + 1.0, 0.0)


@gradient_of(categorical_hinge)
def _(y_true, y_pred):
    wrong = (1.0 - y_true) * y_pred
    best = wrong.max(axis=-1, keepdims=True)
    first = np.equal(wrong, best).astype(y_pred.dtype)
    first /= first.sum(axis=-1, keepdims=True)  # equals share the gradient of the maximum
    miss = best - (y_true * y_pred).sum(axis=-1, keepdims=True) + 1.0
    return np.heaviside(miss, 0.5) * ((1.0 - y_true) * first - y_true)  # ∂l/∂ŷ = [l > 0] ((1 − y) [best wrong] − y)


def signs(y: Any) -> Any:
    """Read 0 and 1 as −1 and 1, if nothing else occurs."""
    return 2.0 * y - 1.0 if np.all(np.equal(y, 0.0) | np.equal(y, 1.0)) else y


class Hinge(LossFunctionWrapper):
    """Hinge loss. See `hinge`.

    Args:
        reduction, name, dtype: see `Loss`.

    >>> float(Hinge()([[1, -1]], [[0.5, 0.5]]))
    1.0
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = "hinge", dtype: Any = None):
        super().__init__(hinge, name=name, reduction=reduction, dtype=dtype)


class SquaredHinge(LossFunctionWrapper):
    """Squared hinge loss. See `squared_hinge`.

    Args:
        reduction, name, dtype: see `Loss`.

    >>> float(SquaredHinge()([[1, -1]], [[0.5, 0.5]]))
    1.25
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = "squared_hinge", dtype: Any = None):
        super().__init__(squared_hinge, name=name, reduction=reduction, dtype=dtype)


class CategoricalHinge(LossFunctionWrapper):
    """Hinge loss of several classes. See `categorical_hinge`.

    Args:
        reduction, name, dtype: see `Loss`.

    >>> float(CategoricalHinge()([[0, 1]], [[0.5, 1.0]]))
    0.5
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_hinge",
        dtype: Any = None,
    ):
        super().__init__(categorical_hinge, name=name, reduction=reduction, dtype=dtype)
