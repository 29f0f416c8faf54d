"""Losses of overlap: how well a predicted region covers the true one."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.config import epsilon
from minikeras.losses.loss import LossFunctionWrapper, gradient_of
from minikeras.losses.targets import for_graphs, match


@for_graphs
def dice(y_true: Any, y_pred: Any, axis: Any = None) -> np.ndarray:
    """One minus the Dice coefficient: l = 1 − 2 Σ y p / (Σ y + Σ p + ε).

    Args:
        y_true: 0 or 1 of any shape.
        y_pred: probabilities of the same shape.
        axis: the axis or axes of the sums; all, the batch too, by default.

    >>> float(dice([[0, 1, 1]], [[0.0, 0.5, 0.5]]))
    0.333333
    """
    y, p = match(y_true, y_pred, "dice")
    return 1.0 - 2.0 * (y * p).sum(axis=axis) / (y.sum(axis=axis) + p.sum(axis=axis) + epsilon())


@gradient_of(dice)
def _(y_true, y_pred, axis=None):
    y, p, along = y_true, y_pred, {"axis": axis, "keepdims": True}
    overlap, size = (y * p).sum(**along), y.sum(**along) + p.sum(**along) + epsilon()
    return (overlap / size - y) * (2.0 / size)  # ∂l/∂p = 2 (I/D − y)/D with I = Σ y p, D = Σ y + Σ p + ε


@for_graphs
def tversky(y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Any = None) -> np.ndarray:
    """One minus the Tversky index: l = 1 − I/(I + α Σ y (1 − p) + β Σ p (1 − y) + ε), I = Σ y p.

    Args:
        y_true: 0 or 1 of any shape.
        y_pred: probabilities of the same shape.
        alpha: the weight α of what is missed.
        beta: the weight β of what is taken for true and is not.
        axis: the axis or axes of the sums; all, the batch too, by default.

    >>> float(tversky([[0, 1, 1]], [[0.5, 0.5, 0.5]], alpha=1.0, beta=2.0))
    0.666667
    """
    y, p = match(y_true, y_pred, "tversky")
    overlap = (y * p).sum(axis=axis)
    missed, wrong = ((1.0 - p) * y).sum(axis=axis), (p * (1.0 - y)).sum(axis=axis)
    return 1.0 - overlap / (overlap + missed * alpha + wrong * beta + epsilon())


@gradient_of(tversky)
def _(y_true, y_pred, alpha=0.5, beta=0.5, axis=None):
    y, p, along = y_true, y_pred, {"axis": axis, "keepdims": True}
    overlap = (y * p).sum(**along)
    size = overlap + ((1.0 - p) * y).sum(**along) * alpha + (p * (1.0 - y)).sum(**along) * beta + epsilon()
    slope = y * (1.0 - alpha) + (1.0 - y) * beta  # ∂D/∂p
    return (overlap / size * slope - y) / size  # ∂l/∂p = (I/D ∂D/∂p − y)/D with D the denominator


class Dice(LossFunctionWrapper):
    """One minus the Dice coefficient. See `dice`.

    Args:
        reduction, name, dtype: see `Loss`.
        axis: the axis or axes of the sums; all, the batch too, by default.

    >>> float(Dice()([[0, 1, 1]], [[0.0, 0.5, 0.5]]))
    0.333333
    """

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "dice", axis: Any = None, dtype: Any = None
    ):
        super().__init__(dice, name=name, reduction=reduction, dtype=dtype, axis=axes(axis))
        self.axis = axis


class Tversky(LossFunctionWrapper):
    """One minus the Tversky index. See `tversky`; Salehi et al. (2017), arXiv:1706.05721.

    Args:
        alpha: the weight of what is missed.
        beta: the weight of what is taken for true and is not.
        reduction, name, dtype: see `Loss`.
        axis: the axis or axes of the sums; all, the batch too, by default.

    >>> float(Tversky(alpha=1.0, beta=2.0)([[0, 1, 1]], [[0.5, 0.5, 0.5]]))
    0.666667
    """

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "tversky",
        axis: Any = None,
        dtype: Any = None,
    ):
        super().__init__(tversky, name=name, reduction=reduction, dtype=dtype, alpha=alpha, beta=beta, axis=axes(axis))
        self.alpha, self.beta, self.axis = alpha, beta, axis


def axes(axis: Any) -> Any:
    """A list of axes as the tuple that NumPy wants."""
    return tuple(axis) if isinstance(axis, list) else axis
