"""Cross-entropies that bend the weight of samples: focal ones look at the hard, the generalized one forgives wrong labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.config import epsilon
from minikeras.activations import sigmoid, softmax
from minikeras.losses.loss import LossFunctionWrapper, gradient_of
from minikeras.losses.probabilities import clip, inside, normalize, one_hot_pair, smooth
from minikeras.losses.regression import mean
from minikeras.losses.targets import class_labels, convert, for_graphs, match, one_hot_targets


@for_graphs
def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> np.ndarray:
    """Binary cross-entropy that counts easy samples less: l = 1/d Σ w (1 − p_t)^γ bce, p_t = y p + (1 − y)(1 − p).

    Args:
        y_true: 0 or 1, of shape (n, d).
        y_pred: probabilities of the same shape, or logits.
        apply_class_balancing: whether w = y α + (1 − y)(1 − α), else 1.
        alpha: the weight α of class 1.
        gamma: the focusing exponent γ; 0 gives the plain cross-entropy.
        from_logits: whether ``y_pred`` is before the sigmoid.
        label_smoothing: s from 0 to 1, draws targets to the middle.
        axis: the axis of the mean.

    >>> binary_focal_crossentropy([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]])
    array([0.3299, 0.2058], dtype=float32)
    """
    y, p = match(y_true, y_pred, "binary_focal_crossentropy")
    y = smooth(y, label_smoothing, 2)
    p = sigmoid(p) if from_logits else p
    q = clip(p)
    bce = -(y * np.log(q) + (1.0 - y) * np.log(1.0 - q))
    focal = (1.0 - (y * p + (1.0 - y) * (1.0 - p))) ** gamma * bce
    return mean((y * alpha + (1.0 - y) * (1.0 - alpha)) * focal if apply_class_balancing else focal, axis)


@gradient_of(binary_focal_crossentropy)
def _(y_true, y_pred, apply_class_balancing=False, alpha=0.25, gamma=2.0, from_logits=False, label_smoothing=0.0, axis=-1):
    y = smooth(y_true, label_smoothing, 2)
    p = sigmoid(y_pred) if from_logits else y_pred
    q, miss = clip(p), 1.0 - (y * p + (1.0 - y) * (1.0 - p))  # miss = 1 − p_t
    bce = -(y * np.log(q) + (1.0 - y) * np.log(1.0 - q))
    grad = miss**gamma * inside(p) * (q - y) / (q * (1.0 - q))  # ∂l/∂p = (1 − p_t)^γ ∂bce/∂p
    grad -= power_slope(miss, gamma) * (2.0 * y - 1.0) * bce  # − γ (1 − p_t)^(γ−1) ∂p_t/∂p bce
    if apply_class_balancing:
        grad *= y * alpha + (1.0 - y) * (1.0 - alpha)
    if from_logits:
        grad *= p * (1.0 - p)  # ∂p/∂z = p (1 − p)
    grad /= y_pred.shape[axis]
    return grad


@for_graphs
def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> np.ndarray:
    """Categorical cross-entropy that counts easy samples less: l = −Σ_c α (1 − p_c)^γ y_c log p_c.

    Args:
        y_true: one-hot rows of shape (n, classes).
        y_pred: probabilities of the same shape, or logits.
        alpha: the weight α, one number or one for each class.
        gamma: the focusing exponent γ; 0 gives the plain cross-entropy times α.
        from_logits: whether ``y_pred`` is before the softmax.
        label_smoothing: s from 0 to 1, spreads targets over the classes.
        axis: the axis of the classes.

    >>> categorical_focal_crossentropy([[0, 1, 0]], [[0.05, 0.9, 0.05]])
    array([0.00026340], dtype=float32)
    """
    y, p = one_hot_pair(y_true, y_pred, axis, "categorical_focal_crossentropy")
    y = smooth(y, label_smoothing, y.shape[-1])
    q = clip(normalize(softmax(p, axis=axis) if from_logits else p, axis))
    return -(weigh(alpha, q) * (1.0 - q) ** gamma * y * np.log(q)).sum(axis=axis)


@gradient_of(categorical_focal_crossentropy)
def _(y_true, y_pred, alpha=0.25, gamma=2.0, from_logits=False, label_smoothing=0.0, axis=-1):
    y = smooth(y_true, label_smoothing, y_true.shape[-1])
    p = softmax(y_pred, axis=axis) if from_logits else y_pred
    q = normalize(p, axis)
    c = clip(q)
    slope = power_slope(1.0 - c, gamma) * np.log(c) - (1.0 - c) ** gamma / c
    slope = slope * weigh(alpha, c) * y * inside(q)  # ∂l/∂q = α y (γ (1 − q)^(γ−1) log q − (1 − q)^γ/q)
    slope -= (slope * q).sum(axis=axis, keepdims=True)
    return slope * q if from_logits else slope / p.sum(axis=axis, keepdims=True)  # q = p/Σp; with p = softmax(z) times q


@for_graphs
def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> np.ndarray:
    """Between cross-entropy (q → 0) and absolute error (q → 1), for data with wrong labels: l = (1 − p_y^q)/q.

    Args:
        y_true: integers from 0 to classes − 1, of shape (n,) or (n, 1).
        y_pred: probabilities of shape (n, classes).
        q: the exponent, above 0 and below 1.

    >>> categorical_generalized_cross_entropy([1, 0], [[0.75, 0.25], [1.0, 0.0]], 0.5)
    array([1., 0.], dtype=float32)
    """
    y_pred = convert(y_pred)
    y = class_labels(y_true, y_pred.shape, "categorical_generalized_cross_entropy")
    p = np.take_along_axis(y_pred, y[..., None], -1).sum(axis=-1)
    return (1.0 - p**q) / q


@gradient_of(categorical_generalized_cross_entropy)
def _(y_true, y_pred, q):
    index = y_true.reshape(y_pred.shape[:-1])[..., None]
    p = np.maximum(np.take_along_axis(y_pred, index, -1), epsilon())
    grad = np.zeros_like(y_pred)
    np.put_along_axis(grad, index, -(p ** (q - 1.0)), -1)  # ∂l/∂p_y = −p_y^(q−1)
    return grad


class BinaryFocalCrossentropy(LossFunctionWrapper):
    """Binary cross-entropy that counts easy samples less. See `binary_focal_crossentropy`; Lin et al. (2018), arXiv:1708.02002.

    Args:
        apply_class_balancing: whether to weigh class 1 by ``alpha`` and class 0 by ``1 - alpha``.
        alpha: the weight of class 1.
        gamma: the focusing exponent.
        from_logits: whether predictions are before the sigmoid.
        label_smoothing: from 0 to 1, draws targets to the middle.
        axis: the axis of the mean.
        reduction, name, dtype: see `Loss`.

    >>> float(BinaryFocalCrossentropy(gamma=2)([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]))
    0.2679
    """

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_focal_crossentropy",
        dtype: Any = None,
    ):
        options = {"apply_class_balancing": apply_class_balancing, "alpha": alpha, "gamma": gamma}
        options |= {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(binary_focal_crossentropy, name=name, reduction=reduction, dtype=dtype, **options)
        self.apply_class_balancing, self.alpha, self.gamma = apply_class_balancing, alpha, gamma
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis


class CategoricalFocalCrossentropy(LossFunctionWrapper):
    """Categorical cross-entropy that counts easy samples less. See `categorical_focal_crossentropy`.

    Args:
        alpha: the weight, one number or one for each class.
        gamma: the focusing exponent.
        from_logits: whether predictions are before the softmax.
        label_smoothing: from 0 to 1, spreads targets over the classes.
        axis: the axis of the classes.
        reduction, name, dtype: see `Loss`.

    >>> float(CategoricalFocalCrossentropy()([[0, 1, 0], [0, 0, 1]], [[0.05, 0.95, 0], [0.1, 0.8, 0.1]]))
    0.23315276
    """

    def __init__(
        self,
        alpha: Any = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_focal_crossentropy",
        dtype: Any = None,
    ):
        options = {"alpha": alpha, "gamma": gamma, "from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(categorical_focal_crossentropy, name=name, reduction=reduction, dtype=dtype, **options)
        self.alpha, self.gamma = alpha, gamma
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis

    def prepare_targets(self, y_true, output_shape, dtype):
        """Convert one-hot targets and check that they are such."""
        return self.check_labels(one_hot_targets(y_true, output_shape, dtype, "categorical_focal_crossentropy", self.axis))


class CategoricalGeneralizedCrossEntropy(LossFunctionWrapper):
    """For data with wrong labels. See `categorical_generalized_cross_entropy`; Zhang & Sabuncu (2018), arXiv:1805.07836.

    Args:
        q: above 0 (as cross-entropy) and below 1 (as absolute error).
        reduction, name, dtype: see `Loss`.

    >>> float(CategoricalGeneralizedCrossEntropy()([1, 0], [[0.75, 0.25], [1.0, 0.0]]))
    0.5
    """

    sparse = True

    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ):
        if not 0 < q < 1:
            raise ValueError(f"Argument `q` of CategoricalGeneralizedCrossEntropy must be above 0 and below 1, got {q!r}.")
        super().__init__(categorical_generalized_cross_entropy, name=name, reduction=reduction, dtype=dtype, q=q)
        self.q = q

    def prepare_targets(self, y_true, output_shape, dtype):
        """Convert labels to integers and check that they are classes."""
        return class_labels(y_true, output_shape, "categorical_generalized_cross_entropy")


def power_slope(x: np.ndarray, exponent: float) -> Any:
    """The derivative of a power: γ x^(γ−1), 0 for γ = 0; infinite at 0 for γ < 1, without a warning."""
    with np.errstate(divide="ignore"):
        return exponent * x ** (exponent - 1.0) if exponent else 0.0


def weigh(alpha: Any, like: Any) -> Any:
    """One weight, or one for each class, in the type of the values."""
    return np.asarray(alpha, like.dtype) if np.ndim(alpha) else float(alpha)
