"""Cross-entropies of probabilities p or logits z. Where loss and last activation meet, see `fused`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core.trace import logits_of
from minikeras.activations import log_softmax, sigmoid, softmax
from minikeras.losses.fused import (
    places,
    sigmoid_crossentropy,
    sigmoid_slope,
    softmax_crossentropy,
    softmax_slope,
    sparse_softmax_crossentropy,
    sparse_softmax_slope,
)
from minikeras.losses.loss import LossFunctionWrapper, gradient_of
from minikeras.losses.probabilities import clip, inside, normalize, one_hot_pair, smooth
from minikeras.losses.regression import mean
from minikeras.losses.targets import class_labels, convert, for_graphs, match, one_hot_targets


@for_graphs
def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> np.ndarray:
    """Cross-entropy of yes-or-no answers: l = −1/d Σ y log p + (1 − y) log(1 − p).

    Args:
        y_true: 0 or 1, or a probability, of shape (n, d).
        y_pred: probabilities of the same shape, kept within [ε, 1 − ε]; logits z, with p = σ(z), if ``from_logits``.
        from_logits: whether ``y_pred`` is before the sigmoid.
        label_smoothing: s from 0 to 1, draws targets to the middle: y (1 − s) + s/2.
        axis: the axis of the mean.

    >>> binary_crossentropy([[0.0, 1.0]], [[0.5, 0.25]])
    array([1.0397], dtype=float32)
    >>> binary_crossentropy([[0.0, 1.0]], [[0.0, -50.0]], from_logits=True)
    array([25.3466], dtype=float32)
    """
    z = None if from_logits else logits_of(y_pred, "sigmoid")
    y_pred, from_logits = (y_pred, from_logits) if z is None else (z, True)
    y, p = match(y_true, y_pred, "binary_crossentropy")
    y = smooth(y, label_smoothing, 2)
    if from_logits:  # −y log σ(z) − (1 − y) log(1 − σ(z)) = max(z, 0) − y z + log(1 + exp(−|z|))
        return mean(np.maximum(p, 0.0) - y * p + np.log1p(np.exp(-np.abs(p))), axis)
    p = clip(p)
    return -mean(y * np.log(p) + (1.0 - y) * np.log(1.0 - p), axis)


@gradient_of(binary_crossentropy)
def _(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    y, d = smooth(y_true, label_smoothing, 2), y_pred.shape[axis]
    if from_logits:
        return (sigmoid(y_pred) - y) / d  # ∂l/∂z = (σ(z) − y)/d
    p = clip(y_pred)
    return (p - y) / (p * (1.0 - p)) * inside(y_pred) / d  # ∂l/∂p = (p − y)/(p (1 − p))/d


@for_graphs
def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> np.ndarray:
    """Cross-entropy of one class among several: l = −Σ_c y_c log p_c.

    Args:
        y_true: one-hot rows, or probabilities, of shape (n, classes).
        y_pred: probabilities of the same shape, divided by their sum and kept within [ε, 1 − ε]; logits z, with
            p = softmax(z), if ``from_logits``.
        from_logits: whether ``y_pred`` is before the softmax.
        label_smoothing: s from 0 to 1, spreads targets over the classes: y (1 − s) + s/classes.
        axis: the axis of the classes.

    >>> categorical_crossentropy([[0, 1, 0]], [[0.05, 0.95, 0.0]])
    array([0.0513], dtype=float32)
    """
    z = None if from_logits or axis != -1 else logits_of(y_pred, "softmax")
    y_pred, from_logits = (y_pred, from_logits) if z is None else (z, True)
    y, p = one_hot_pair(y_true, y_pred, axis, "categorical_crossentropy")
    y = smooth(y, label_smoothing, y.shape[-1])
    return -(y * (log_softmax(p, axis=axis) if from_logits else np.log(clip(normalize(p, axis))))).sum(axis=axis)


@gradient_of(categorical_crossentropy)
def categorical_formula(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    y = smooth(y_true, label_smoothing, y_true.shape[-1])
    if from_logits:
        return softmax(y_pred, axis=axis) * y.sum(axis=axis, keepdims=True) - y  # ∂l/∂z = p Σy − y
    q = normalize(y_pred, axis)
    y = y * inside(q)
    grad = y.sum(axis=axis, keepdims=True) - y / clip(q)  # ∂l/∂p = (Σy − y/q)/Σp, q = p/Σp
    grad /= y_pred.sum(axis=axis, keepdims=True)
    return grad


@for_graphs
def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> np.ndarray:
    """Cross-entropy of one class among several, the true one given by its number: l = −log p_y.

    Args:
        y_true: integers from 0 to classes − 1, of shape (n,) or (n, 1).
        y_pred: probabilities of shape (n, classes), divided by their sum and kept within [ε, 1 − ε]; logits if ``from_logits``.
        from_logits: whether ``y_pred`` is before the softmax.
        ignore_class: a label whose samples do not count.
        axis: the axis of the classes.

    Raises:
        ValueError: a label is not one of the classes, or the targets are one-hot.

    >>> sparse_categorical_crossentropy([1, 2], [[0.05, 0.95, 0.0], [0.1, 0.8, 0.1]])
    array([0.05129331, 2.3025851 ], dtype=float32)
    """
    z = None if from_logits or axis != -1 else logits_of(y_pred, "softmax")
    y_pred, from_logits = (convert(y_pred), from_logits) if z is None else (z, True)
    y = class_labels(y_true, y_pred.shape, "sparse_categorical_crossentropy", axis, ignore_class)
    counts = None if ignore_class is None else y != ignore_class
    if counts is not None:
        y = np.where(counts, y, 0)
    log_p = log_softmax(y_pred, axis=axis) if from_logits else np.log(clip(normalize(y_pred, axis)))
    values = -np.take_along_axis(log_p, np.expand_dims(y, axis), axis).sum(axis=axis)
    return values if counts is None else np.where(counts, values, 0.0)


@gradient_of(sparse_categorical_crossentropy)
def _(y_true, y_pred, from_logits=False, ignore_class=None, axis=-1):
    after = (-1 - axis) % y_pred.ndim  # the number of axes behind that of the classes
    classes = np.arange(y_pred.shape[axis]).reshape(-1, *(1,) * after)
    y = np.equal(np.expand_dims(y_true, axis), classes).astype(y_pred.dtype)  # one-hot
    grad = categorical_formula(y, y_pred, from_logits=from_logits, axis=axis)
    return grad if ignore_class is None else grad * np.expand_dims(y_true != ignore_class, axis)


class BinaryCrossentropy(LossFunctionWrapper):
    """Cross-entropy of yes-or-no answers. See `binary_crossentropy`.

    Args:
        from_logits: whether predictions are before the sigmoid.
        label_smoothing: from 0 to 1, draws targets to the middle.
        axis: the axis of the mean.
        reduction, name, dtype: see `Loss`.

    >>> float(BinaryCrossentropy()([0, 1, 0, 0], [[0.1], [0.8], [0.3], [0.4]]))
    0.299
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
    ):
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(binary_crossentropy, name=name, reduction=reduction, dtype=dtype, **options)
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis

    def value_and_grad(self, y_true, y_pred, sample_weight=None):
        """Return the reduced loss and ∂loss/∂y_pred."""
        if self.from_logits:
            return self._from_logits(y_true, y_pred, sigmoid(y_pred), sample_weight)
        return super().value_and_grad(y_true, y_pred, sample_weight)

    def fused(self, activation: Callable) -> Callable | None:
        """Meet the sigmoid: ∂l/∂z = p − y."""
        return self._from_logits if activation is sigmoid and not self.from_logits else None

    def _slope(self, y_true, p):
        if y_true.ndim != p.ndim:
            y_true, flat = self.same_rank(y_true, p)
            return self._slope(y_true, flat).reshape(p.shape)
        y = smooth(y_true, self.label_smoothing, 2) if self.label_smoothing else y_true
        return sigmoid_slope(y, p, self.element_shares(p, None, self.axis) * (1.0 / p.shape[self.axis]))

    def _from_logits(self, y_true, z, p, sample_weight=None):
        if y_true.ndim != z.ndim:
            (y_true, flat), p = self.same_rank(y_true, z), self.same_rank(y_true, p)[1]
            value, dz = self._from_logits(y_true, flat, p, sample_weight)
            return value, dz.reshape(z.shape)
        y = smooth(y_true, self.label_smoothing, 2) if self.label_smoothing else y_true
        share = self.element_shares(z, sample_weight, self.axis)
        return sigmoid_crossentropy(y, z, p, share * (1.0 / z.shape[self.axis]))


class CategoricalCrossentropy(LossFunctionWrapper):
    """Cross-entropy of one class among several, with one-hot targets. See `categorical_crossentropy`.

    Args:
        from_logits: whether predictions are before the softmax.
        label_smoothing: from 0 to 1, spreads targets over the classes.
        axis: the axis of the classes.
        reduction, name, dtype: see `Loss`.

    >>> float(CategoricalCrossentropy()([[0, 1, 0], [0, 0, 1]], [[0.05, 0.95, 0], [0.1, 0.8, 0.1]]))
    1.177
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
    ):
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(categorical_crossentropy, name=name, reduction=reduction, dtype=dtype, **options)
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis

    def prepare_targets(self, y_true, output_shape, dtype):
        """Convert one-hot targets and check that they are such."""
        return self.check_labels(one_hot_targets(y_true, output_shape, dtype, "categorical_crossentropy", self.axis))

    def value_and_grad(self, y_true, y_pred, sample_weight=None):
        """Return the reduced loss and ∂loss/∂y_pred."""
        if self.from_logits and self.axis == -1:
            return self._from_logits(y_true, y_pred, softmax(y_pred), sample_weight)
        return super().value_and_grad(y_true, y_pred, sample_weight)

    def fused(self, activation: Callable) -> Callable | None:
        """Meet the softmax: ∂l/∂z = p − y."""
        return self._from_logits if activation is softmax and not self.from_logits and self.axis == -1 else None

    def _slope(self, y_true, p):
        return softmax_slope(smooth(y_true, self.label_smoothing, p.shape[-1]), p, self.element_shares(p, None))

    def _from_logits(self, y_true, z, p, sample_weight=None):
        y = smooth(y_true, self.label_smoothing, z.shape[-1])
        return softmax_crossentropy(y, z, p, self.element_shares(z, sample_weight))


class SparseCategoricalCrossentropy(LossFunctionWrapper):
    """Cross-entropy of one class among several, with integer labels. See `sparse_categorical_crossentropy`.

    Args:
        from_logits: whether predictions are before the softmax.
        ignore_class: a label whose samples do not count, -1 or 255 say; means are taken over the others.
        reduction, name, dtype: see `Loss`.
        axis: the axis of the classes.

    >>> float(SparseCategoricalCrossentropy()([1, 2], [[0.05, 0.95, 0], [0.1, 0.8, 0.1]]))
    1.177
    """

    sparse = True

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ):
        options = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(sparse_categorical_crossentropy, name=name, reduction=reduction, dtype=dtype, **options)
        self.from_logits, self.ignore_class, self.axis = from_logits, ignore_class, axis

    def prepare_targets(self, y_true, output_shape, dtype):
        """Convert labels to integers and check that they are classes."""
        return class_labels(y_true, output_shape, "sparse_categorical_crossentropy", self.axis, self.ignore_class)

    @property
    def by_rows(self) -> bool:
        """Whether it is the mean over all rows; without ignored ones it is."""
        return self.ignore_class is None and super().by_rows

    def mask(self, y_true, values):
        """All but those of `ignore_class`."""
        return None if self.ignore_class is None else np.reshape(y_true, values.shape) != self.ignore_class

    def value_and_grad(self, y_true, y_pred, sample_weight=None):
        """Return the reduced loss and ∂loss/∂y_pred."""
        if self.from_logits and self.axis == -1:
            return self._from_logits(y_true, y_pred, softmax(y_pred), sample_weight)
        return super().value_and_grad(y_true, y_pred, sample_weight)

    def fused(self, activation: Callable) -> Callable | None:
        """Meet the softmax: ∂l/∂z = p − 1 at the label, p elsewhere."""
        return self._from_logits if activation is softmax and not self.from_logits and self.axis == -1 else None

    def slope(self, activation: Callable) -> Callable | None:
        """∂C/∂z alone; not where labels are ignored."""
        return super().slope(activation) if self.ignore_class is None else None

    def _slope(self, y_true, p):
        return sparse_softmax_slope(places(y_true, p), p, self.element_shares(p, None))

    def _from_logits(self, y_true, z, p, sample_weight=None):
        if self.ignore_class is None:
            return sparse_softmax_crossentropy(y_true, z, p, self.element_shares(z, sample_weight))
        counts = y_true != self.ignore_class
        share = self.element_shares(z, sample_weight, mask=counts)
        return sparse_softmax_crossentropy(np.where(counts, y_true, 0), z, p, share)

    def get_config(self):
        """Return the arguments that rebuild this loss; ``axis``, which Keras forgets, when it is not the last one."""
        return self._own_config(leave_out=("dtype", "axis") if self.axis == -1 else ("dtype",))
