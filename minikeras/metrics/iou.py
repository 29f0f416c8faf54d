"""Intersection over union, TP / (TP + FP + FN) of each class, from a confusion matrix."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from minikeras._core.config import epsilon, floatx
from minikeras._core.variable import untraced
from minikeras.metrics.metric import Metric
from minikeras.metrics.shapes import mismatch, spread


class IoU(Metric):
    """The mean intersection over union ``TP / (TP + FP + FN)`` of some classes.

    Args:
        num_classes: how many classes there are; values outside of ``0 ... num_classes - 1`` are left out.
        target_class_ids: the classes to average over; those never seen nor predicted are left out.
        name: the key in ``History``.
        dtype: number type of the confusion matrix, ``"int32"`` by default; weights are converted to it.
        ignore_class: a class whose targets are left out.
        sparse_y_true: whether targets are class numbers; if not, the largest along ``axis`` is taken.
        sparse_y_pred: whether predictions are class numbers; if not, the largest along ``axis`` is taken.
        axis: where the classes lie.

    >>> m = IoU(num_classes=2, target_class_ids=[0]); m.update_state([0, 0, 1, 1], [0, 1, 0, 1]); float(m.result())
    0.3333333
    """

    _direction = "up"

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Any,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ):
        super().__init__(name=name, dtype=dtype or "int32")
        if isinstance(num_classes, bool) or not isinstance(num_classes, (int, np.integer)) or num_classes < 1:
            kind = type(self).__name__
            raise ValueError(f"Argument `num_classes` of {kind} must be a positive integer, got {num_classes!r}.")
        self.num_classes = num_classes
        self.total_cm = self.add_variable((num_classes, num_classes), "zeros", self.dtype, name="total_confusion_matrix")
        self.target_class_ids = [int(i) for i in target_class_ids]
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        if not all(0 <= i < num_classes for i in self.target_class_ids):
            raise ValueError(f"target_class_ids should lie in [0, {num_classes}), got {self.target_class_ids}.")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch: class numbers of any shape, or scores; weights of the shape of the class numbers, or one for all."""
        given = np.asarray(untraced(y_true)), np.asarray(untraced(y_pred))
        y_true, y_pred = self._classes(given[0], self.sparse_y_true), self._classes(given[1], self.sparse_y_pred)
        if y_true.shape != y_pred.shape:
            raise self._misfit(*given)
        weight = None
        if sample_weight is not None:
            weight = np.asarray(sample_weight)
            if weight.dtype.kind == "f" and np.dtype(self.dtype).kind in "iu" and hasattr(sample_weight, "dtype"):
                warnings.warn(
                    f"sample_weight holds floats, but {type(self).__name__} counts in {self.dtype}: the fractions are cut off. "
                    "Pass integer weights, or dtype='float32'.",
                    stacklevel=2,
                )
            weight = spread(weight.astype(self.dtype).reshape(-1 if weight.ndim else ()), y_true.shape)
        known = (y_true >= 0) & (y_true < self.num_classes) & (y_pred >= 0) & (y_pred < self.num_classes)
        if self.ignore_class is not None:
            wanted = y_true != self.ignore_class
            self._warn_of(wanted & ~known, y_true, y_pred)
            known &= wanted
        else:
            self._warn_of(~known, y_true, y_pred)
        cell = y_true[known] * self.num_classes + y_pred[known]
        counts = np.bincount(cell, None if weight is None else weight[known], self.num_classes**2)
        self.total_cm.value[...] += counts.reshape(self.total_cm.shape).astype(self.dtype)

    def result(self) -> np.generic:
        """Return the mean over the target classes that occurred."""
        matrix = self.total_cm.value.astype(np.result_type(self.total_cm.value, floatx()))
        hits = matrix.diagonal()[self.target_class_ids]
        union = (matrix.sum(axis=0) + matrix.sum(axis=1) - matrix.diagonal())[self.target_class_ids]
        seen = union > 1e-9
        return np.asarray((hits / (union + epsilon()))[seen].sum() / (np.count_nonzero(seen) + epsilon()), floatx())[()]

    def _warn_of(self, outside, y_true, y_pred):
        """Say, once, that class numbers are left out."""
        if self._warned or not outside.any():
            return
        at = int(outside.argmax())
        target = not 0 <= y_true[at] < self.num_classes
        which = f"the target {y_true[at]}" if target else f"the prediction {y_pred[at]}"
        hint = f" To leave such targets out on purpose, set ignore_class={y_true[at]}." if target else ""
        self._warn_once(
            f"{type(self).__name__} got {which}, which is none of its {self.num_classes} classes, 0 to {self.num_classes - 1}: "
            f"left out. Set num_classes to the number of classes that there are.{hint}"
        )

    def _misfit(self, y_true, y_pred):
        error = mismatch(type(self).__name__, y_true, y_pred, "as many class numbers in both")
        if self.sparse_y_pred and y_pred.ndim == y_true.ndim + (y_true.shape[-1:] != (1,)) and y_pred.shape[-1] > 1:
            hint = "Scores of classes want sparse_y_pred=False."
            error = ValueError(f"{str(error).partition(' These look')[0]} {hint}")
        return error

    def _classes(self, y, sparse):
        y = np.asarray(y)
        return (y if sparse else y.argmax(self.axis)).astype(np.intp).ravel()


class BinaryIoU(IoU):
    """The mean intersection over union of the classes 0 and 1, predictions being probabilities of 1.

    Args:
        target_class_ids: the classes to average over.
        threshold: a prediction of at least this means 1.
        name: the key in ``History``.
        dtype: number type of the confusion matrix.

    >>> m = BinaryIoU(target_class_ids=[0, 1], threshold=0.3); m.update_state([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7])
    >>> float(m.result())
    0.3333333
    """

    def __init__(self, target_class_ids: Any = (0, 1), threshold: float = 0.5, name: str | None = None, dtype: Any = None):
        super().__init__(num_classes=2, target_class_ids=target_class_ids, name=name, dtype=dtype)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch: targets 0 and 1, probabilities of the same shape; weights of that shape, or one for all."""
        super().update_state(y_true, np.asarray(untraced(y_pred), floatx()) >= self.threshold, sample_weight)


class MeanIoU(IoU):
    """The mean intersection over union of all classes.

    Args:
        num_classes: how many classes there are.
        name: the key in ``History``.
        dtype: number type of the confusion matrix.
        ignore_class: a class whose targets are left out.
        sparse_y_true: whether targets are class numbers; if not, the largest along ``axis`` is taken.
        sparse_y_pred: whether predictions are class numbers; if not, the largest along ``axis`` is taken.
        axis: where the classes lie.

    >>> m = MeanIoU(num_classes=2); m.update_state([0, 0, 1, 1], [0, 1, 0, 1]); float(m.result())
    0.3333333
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ):
        ids = range(num_classes) if isinstance(num_classes, (int, np.integer)) else ()
        super().__init__(num_classes, ids, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)


class OneHotIoU(IoU):
    """The mean intersection over union of some classes, targets being one-hot.

    Args:
        num_classes: how many classes there are.
        target_class_ids: the classes to average over.
        name: the key in ``History``.
        dtype: number type of the confusion matrix.
        ignore_class: a class whose targets are left out.
        sparse_y_pred: whether predictions are class numbers; if not, the largest along ``axis`` is taken.
        axis: where the classes lie.

    >>> m = OneHotIoU(num_classes=2, target_class_ids=[1])
    >>> m.update_state([[0, 1], [1, 0], [0, 1]], [[0.2, 0.8], [0.4, 0.6], [0.7, 0.3]]); float(m.result())
    0.3333333
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Any,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ):
        super().__init__(num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis)


class OneHotMeanIoU(MeanIoU):
    """The mean intersection over union of all classes, targets being one-hot.

    Args:
        num_classes: how many classes there are.
        name: the key in ``History``.
        dtype: number type of the confusion matrix.
        ignore_class: a class whose targets are left out.
        sparse_y_pred: whether predictions are class numbers; if not, the largest along ``axis`` is taken.
        axis: where the classes lie.

    >>> m = OneHotMeanIoU(num_classes=2)
    >>> m.update_state([[0, 1], [1, 0], [0, 1]], [[0.2, 0.8], [0.4, 0.6], [0.7, 0.3]]); float(m.result())
    0.1666666
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ):
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)
