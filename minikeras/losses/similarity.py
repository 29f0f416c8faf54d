"""Losses of direction: the cosine between two vectors, and embeddings of one class together, of others apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.config import epsilon
from minikeras._core.trace import Box, primitive
from minikeras.losses.loss import GRADIENTS, LossFunctionWrapper, gradient_of
from minikeras.losses.targets import convert, fits, for_graphs, match


@for_graphs
def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> np.ndarray:
    """Minus the cosine of the angle between truth and prediction: l = −Σ y ŷ / (‖y‖ ‖ŷ‖), from −1 (same direction) to 1.

    Args:
        y_true: the truth, of shape (n, d).
        y_pred: the predictions, of the same shape.
        axis: the axis along which the vectors lie.

    >>> cosine_similarity([[0.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [2.0, 0.0]])
    array([-0.        , -0.707107], dtype=float32)
    """
    y_true, y_pred = match(y_true, y_pred, "cosine_similarity")
    return -(y_true / norm(y_true, axis) * (y_pred / norm(y_pred, axis))).sum(axis=axis)


@gradient_of(cosine_similarity)
def _(y_true, y_pred, axis=-1):
    length = norm(y_pred, axis)
    t, u = y_true / norm(y_true, axis), y_pred / length
    along = (t * u).sum(axis=axis, keepdims=True) * (length > epsilon())
    return (u * along - t) / length  # ∂l/∂ŷ = ((t·u) u − t)/‖ŷ‖ with the directions t of y and u of ŷ


def norm(x: Any, axis: int) -> Any:
    """The length of vectors, at least ε: max(‖x‖, ε)."""
    return np.sqrt(np.maximum((x * x).sum(axis=axis, keepdims=True), epsilon() ** 2))


@for_graphs
def circle(
    y_true: Any,
    y_pred: Any,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> np.ndarray:
    """Circle loss over all pairs: l_i = softplus(log Σ_pos exp(−γ (m + D)(m − D)) + log Σ_neg exp(γ (1 + m − D)⁺ (1 − m − D))).

    D = max(1 − x_i·x_j, 0) is the cosine distance; pos are the j of the same label, neg the others.

    Args:
        y_true: integer labels of shape (n,) or (n, 1).
        y_pred: embeddings of length 1, of shape (n, d).
        ref_labels, ref_embeddings: what to compare with, the batch itself by default.
        remove_diagonal: whether a sample is not compared with itself.
        gamma: the scale γ.
        margin: the relaxation m, between 0 and 1.

    >>> circle([0, 0, 1], [[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]], gamma=2.0)
    array([0.4518454, 0.7763438 , 0.        ], dtype=float32)
    """
    y = np.asarray(y_true).astype(np.int32)
    options = {"remove_diagonal": remove_diagonal, "gamma": gamma, "margin": margin}
    reference = y if ref_labels is None else np.asarray(ref_labels).astype(np.int32)
    x = convert(y_pred)
    if ref_embeddings is None:
        return primitive(lambda x: pairs(y, x, reference, x, both=True, **options), x)
    other = convert(ref_embeddings, x.dtype)
    return primitive(lambda x, other: pairs(y, x, reference, other, **options), x, other)


def pairs(y, x, y_other, x_other, remove_diagonal, gamma, margin, both=False):
    """Compute the losses of `circle` and their pullback to x and x_other (the sum of the two if they are ``both`` the same)."""
    same = np.equal(y.reshape(-1, 1), y_other.reshape(1, -1))
    positive, negative = same & ~np.eye(*same.shape, dtype=bool) if remove_diagonal else same, ~same
    raw = 1.0 - x @ x_other.T
    D = np.maximum(raw, 0.0)
    reach = np.maximum(1.0 + margin - D, 0.0)
    pos, pos_share = logsumexp(-gamma * (margin + D) * (margin - D), positive)
    neg, neg_share = logsumexp(gamma * reach * (1.0 - margin - D), negative)
    values = np.logaddexp(0.0, pos + neg).astype(x.dtype)

    def pullback(g):
        with np.errstate(over="ignore"):
            slope = (g / (1.0 + np.exp(-(pos + neg))))[:, None].astype(x.dtype)  # ∂ softplus(a)/∂a = σ(a)
        dD = pos_share * (2.0 * gamma) * D  # ∂(−γ (m² − D²))/∂D = 2 γ D
        dD += neg_share * (2.0 * gamma) * (D - 1.0) * (reach > 0)  # ∂(γ (1 + m − D)(1 − m − D))/∂D = 2 γ (D − 1)
        dD *= slope * -np.heaviside(raw, 0.5)  # ∂D/∂(x·x') = −1
        dx, dother = dD @ x_other, dD.T @ x
        return (dx + dother,) if both else (dx, dother)

    return values, pullback


def logsumexp(s: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """log Σ exp(s) along the rows of what is chosen, −∞ where nothing is, and its derivative, the softmax."""
    s = np.where(chosen, s, -np.inf)
    top = s.max(axis=1, keepdims=True)
    top[np.isneginf(top)] = 0.0
    e = np.exp(s - top)
    total = e.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        return (np.log(total) + top)[:, 0], e / np.where(total > 0, total, 1.0)


class CosineSimilarity(LossFunctionWrapper):
    """Minus the cosine of the angle between truth and prediction. See `cosine_similarity`.

    Args:
        axis: the axis along which the vectors lie.
        reduction, name, dtype: see `Loss`.

    >>> float(CosineSimilarity()([[1.0, 1.0]], [[2.0, 2.0]]))
    -1.0
    """

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "cosine_similarity",
        dtype: Any = None,
    ):
        super().__init__(cosine_similarity, name=name, reduction=reduction, dtype=dtype, axis=axis)
        self.axis = axis


class Circle(LossFunctionWrapper):
    """Circle loss of a batch of embeddings. See `circle`; Sun et al. (2020), arXiv:2002.10857.

    Means are taken over the samples whose loss is above 0.

    Args:
        gamma: the scale.
        margin: the relaxation, between 0 and 1.
        remove_diagonal: whether a sample is not compared with itself.
        reduction, name, dtype: see `Loss`.

    >>> float(Circle(gamma=2.0)([0, 0, 1], [[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]]))
    0.6141
    """

    sparse, by_rows = True, False

    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "circle",
        dtype: Any = None,
    ):
        options = {"gamma": gamma, "margin": margin, "remove_diagonal": remove_diagonal}
        super().__init__(circle, name=name, reduction=reduction, dtype=dtype, **options)
        self.gamma, self.margin, self.remove_diagonal = gamma, margin, remove_diagonal

    def prepare_targets(self, y_true, output_shape, dtype):
        """Convert labels to integers and check that there is one for each embedding."""
        y_true = np.asarray(y_true)
        if not fits(y_true.shape, output_shape[:1]) and not fits(y_true.shape, (*output_shape[:1], 1)):
            raise ValueError(
                f"circle wants one integer label for each embedding: y_true of shape {output_shape[:1]} for y_pred of shape "
                f"{output_shape}, got {y_true.shape}. One-hot labels become integers by np.argmax(y, axis=-1)."
            )
        return y_true.reshape(-1).astype(np.int32)

    def mask(self, y_true, values):
        """Those with a loss."""
        return np.greater(values.value if isinstance(values, Box) else values, 0)

    def value_and_grad(self, y_true, y_pred, sample_weight=None):
        """Return the reduced loss and ∂loss/∂y_pred."""
        values, pullback = pairs(y_true, y_pred, y_true, y_pred, both=True, **self._fn_kwargs)
        value, share = self.shares(y_true, values, sample_weight)
        return value, pullback(np.broadcast_to(np.asarray(share, values.dtype), values.shape))[0]


GRADIENTS[circle] = pairs  # built in: its formula is the pullback
