"""Losses of distributions: Kullback-Leibler divergence and the Poisson likelihood of counts."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.config import epsilon
from minikeras.losses.loss import LossFunctionWrapper, gradient_of
from minikeras.losses.regression import mean
from minikeras.losses.targets import for_graphs, match


@for_graphs
def kl_divergence(y_true: Any, y_pred: Any) -> np.ndarray:
    """Kullback-Leibler divergence of two distributions: l = Σ y log(y/p), both kept within [ε, 1].

    Args:
        y_true: probabilities of shape (n, classes).
        y_pred: probabilities of the same shape.

    >>> kl_divergence([[0.5, 0.5]], [[0.25, 0.75]])
    array([0.143841], dtype=float32)
    """
    y_true, y_pred = match(y_true, y_pred, "kl_divergence")
    y = np.minimum(np.maximum(y_true, epsilon()), 1.0)
    return (y * np.log(y / np.minimum(np.maximum(y_pred, epsilon()), 1.0))).sum(axis=-1)


@gradient_of(kl_divergence)
def _(y_true, y_pred):
    y = np.minimum(np.maximum(y_true, epsilon()), 1.0)
    return -y / np.maximum(y_pred, epsilon()) * ((y_pred > epsilon()) & (y_pred < 1.0))  # ∂l/∂p = −y/p


@for_graphs
def poisson(y_true: Any, y_pred: Any) -> np.ndarray:
    """Negative log-likelihood of counts y with expected values ŷ, without log y!: l = 1/d Σ ŷ − y log(ŷ + ε).

    Args:
        y_true: counts of shape (n, d).
        y_pred: expected counts of the same shape, above 0; below 0 the loss is NaN.

    >>> poisson([[1.0, 2.0]], [[1.0, 1.0]])
    array([1.], dtype=float32)
    """
    y_true, y_pred = match(y_true, y_pred, "poisson")
    with np.errstate(invalid="ignore", divide="ignore"):
        return mean(y_pred - y_true * np.log(y_pred + epsilon()))


@gradient_of(poisson)
def _(y_true, y_pred):
    with np.errstate(divide="ignore", invalid="ignore"):
        return (1.0 - y_true / (y_pred + epsilon())) / y_pred.shape[-1]  # ∂l/∂ŷ = (1 − y/(ŷ + ε))/d


class KLDivergence(LossFunctionWrapper):
    """Kullback-Leibler divergence of two distributions. See `kl_divergence`.

    Args:
        reduction, name, dtype: see `Loss`.

    >>> float(KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]]))
    0.143841
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = "kl_divergence", dtype: Any = None):
        super().__init__(kl_divergence, name=name, reduction=reduction, dtype=dtype)


class Poisson(LossFunctionWrapper):
    """Negative log-likelihood of counts. See `poisson`.

    Args:
        reduction, name, dtype: see `Loss`.

    >>> float(Poisson()([[1.0, 2.0]], [[1.0, 1.0]]))
    1.0
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = "poisson", dtype: Any = None):
        super().__init__(poisson, name=name, reduction=reduction, dtype=dtype)
