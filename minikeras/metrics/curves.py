"""Metrics of a whole curve: the area under it, and the best point of it under a condition."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from minikeras import activations
from minikeras._core.config import epsilon, floatx
from minikeras.metrics.thresholds import Counter, ratio

KINDS = ("true_positives", "false_positives", "true_negatives", "false_negatives")


class _Curve(Counter):
    """The four counts at many thresholds, and the rates made of them."""

    _direction = "up"

    @property
    def _recall(self):  # sensitivity, TP / (TP + FN)
        tp, _, _, fn = self._values()
        return ratio(tp, tp + fn)

    @property
    def _precision(self):  # TP / (TP + FP)
        tp, fp, _, _ = self._values()
        return ratio(tp, tp + fp)

    @property
    def _specificity(self):  # TN / (TN + FP)
        _, fp, tn, _ = self._values()
        return ratio(tn, tn + fp)

    def _values(self):
        return tuple(self._counts[kind].value for kind in KINDS)


class _Point(_Curve):
    """The best of one rate over all thresholds at which another reaches a given value."""

    def __init__(self, value: float, num_thresholds: int, class_id: int | None, name: str | None, dtype: Any):
        if not 0 <= value <= 1:
            argument = next(iter(inspect.signature(type(self)).parameters))
            raise ValueError(f"`{argument}` must be in the range [0, 1]. {type(self).__name__} got {value}.")
        if num_thresholds <= 0:
            raise ValueError(f"Argument `num_thresholds` must be an integer > 0. {type(self).__name__} got {num_thresholds}.")
        self.thresholds = [0.5] if num_thresholds == 1 else [i / (num_thresholds - 1) for i in range(num_thresholds)]
        super().__init__(KINDS, self.thresholds, name, dtype)
        self._even = num_thresholds > 1
        self.value = value
        self.num_thresholds = num_thresholds
        self.class_id = class_id
        self._make_sums((num_thresholds,))

    def _best(self, rate: np.ndarray, reached: np.ndarray) -> np.generic:
        return np.max(np.where(reached >= self.value, rate, 0), initial=0)


class SensitivityAtSpecificity(_Point):
    """The highest sensitivity ``TP / (TP + FN)`` at a specificity ``TN / (TN + FP)`` of at least the one given.

    Args:
        specificity: in [0, 1].
        num_thresholds: how many evenly spaced thresholds to try.
        class_id: look at this column only.
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = SensitivityAtSpecificity(0.5); m.update_state([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]); float(m.result())
    0.5
    """

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(specificity, num_thresholds, class_id, name, dtype)
        self.specificity = specificity

    def result(self) -> np.generic:
        """Return the highest sensitivity."""
        return self._best(self._recall, self._specificity)


class SpecificityAtSensitivity(_Point):
    """The highest specificity ``TN / (TN + FP)`` at a sensitivity ``TP / (TP + FN)`` of at least the one given.

    Args:
        sensitivity: in [0, 1].
        num_thresholds: how many evenly spaced thresholds to try.
        class_id: look at this column only.
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = SpecificityAtSensitivity(0.5); m.update_state([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]); float(m.result())
    0.6666667
    """

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)
        self.sensitivity = sensitivity

    def result(self) -> np.generic:
        """Return the highest specificity."""
        return self._best(self._specificity, self._recall)


class PrecisionAtRecall(_Point):
    """The highest precision ``TP / (TP + FP)`` at a recall ``TP / (TP + FN)`` of at least the one given.

    Args:
        recall: in [0, 1].
        num_thresholds: how many evenly spaced thresholds to try.
        class_id: look at this column only.
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = PrecisionAtRecall(0.5); m.update_state([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]); float(m.result())
    0.5
    """

    def __init__(
        self, recall: float, num_thresholds: int = 200, class_id: int | None = None, name: str | None = None, dtype: Any = None
    ):
        super().__init__(recall, num_thresholds, class_id, name, dtype)
        self.recall = recall

    def result(self) -> np.generic:
        """Return the highest precision."""
        return self._best(self._precision, self._recall)


class RecallAtPrecision(_Point):
    """The highest recall ``TP / (TP + FN)`` at a precision ``TP / (TP + FP)`` of at least the one given.

    Args:
        precision: in [0, 1].
        num_thresholds: how many evenly spaced thresholds to try.
        class_id: look at this column only.
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = RecallAtPrecision(0.8); m.update_state([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]); float(m.result())
    0.5
    """

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(precision, num_thresholds, class_id, name, dtype)
        self.precision = precision

    def result(self) -> np.generic:
        """Return the highest recall."""
        return self._best(self._recall, self._precision)


class AUC(_Curve):
    """The area under the ROC curve, or under a precision-recall curve, by a Riemann sum over thresholds.

    ROC: recall ``TP / (TP + FN)`` over the false positive rate ``FP / (FP + TN)``. PR: precision over recall, interpolated
    as in Davis & Goadrich 2006, https://www.biostat.wisc.edu/~page/rocpr.pdf. PRGAIN: precision gain over recall gain,
    Flach & Kull 2015. More thresholds come closer to the exact area.

    Args:
        num_thresholds: how many evenly spaced thresholds, at least 2.
        curve: ``"ROC"``, ``"PR"`` or ``"PRGAIN"``.
        summation_method: ``"interpolation"`` (middle heights), ``"minoring"`` (lower) or ``"majoring"`` (upper).
        name: the key in ``History``.
        dtype: number type of the computation.
        thresholds: numbers in [0, 1] of your own in place of ``num_thresholds``.
        multi_label: take the area of every column apart, and the mean of them.
        num_labels: how many columns, for ``multi_label``.
        label_weights: one weight for each column.
        from_logits: whether predictions are logits, to be sent through a sigmoid.

    >>> m = AUC(num_thresholds=3); m.update_state([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]); float(m.result())
    0.75
    """

    def __init__(
        self,
        num_thresholds: int | None = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: list[float] | None = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ):
        self._given = thresholds is not None
        if thresholds is None and (num_thresholds is None or num_thresholds <= 1):
            raise ValueError(f"Argument `num_thresholds` must be an integer > 1. AUC got {num_thresholds}.")
        if num_labels and not multi_label:
            raise ValueError(f"num_labels of AUC is for multi_label=True only, got num_labels={num_labels}.")
        inner = [i / (num_thresholds - 1) for i in range(1, num_thresholds - 1)] if thresholds is None else sorted(thresholds)
        self.thresholds = [-epsilon(), *inner, 1 + epsilon()]
        self.num_thresholds = len(self.thresholds)
        self.curve = one_of("curve", curve, ("ROC", "PR", "PRGAIN"), str.upper)
        methods = "interpolation", "majoring", "minoring"
        self.summation_method = one_of("summation_method", summation_method, methods, str.lower)
        super().__init__(KINDS, self.thresholds, name, dtype)
        self._even = not self._given or bool(self._even)
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = None if label_weights is None else np.array(label_weights, floatx())
        self.from_logits = from_logits
        if num_labels or not multi_label:
            self._make_sums((self.num_thresholds, num_labels) if multi_label else (self.num_thresholds,))

    def result(self) -> np.generic:
        """Return the area: 0 before any data, NaN where there is no curve, as all targets are of one class."""
        if not self._counts:
            return np.zeros((), floatx())[()]
        if (self.curve, self.summation_method) == ("PR", "interpolation"):
            return self._over_labels(self._pr_terms())
        x, y = {"ROC": self._roc, "PR": self._pr, "PRGAIN": self._pr_gain}[self.curve]()
        height = {"interpolation": middle, "minoring": np.minimum, "majoring": np.maximum}[self.summation_method]
        return self._over_labels((x[:-1] - x[1:]) * height(y[:-1], y[1:]))  # Σ Δx · y

    def get_config(self) -> dict:
        """Return the arguments; thresholds only where they were given."""
        config = {**super().get_config(), "label_weights": None if self.label_weights is None else self.label_weights.tolist()}
        config.pop("thresholds", None)
        return {**config, "thresholds": self.thresholds[1:-1]} if self._given else config

    def _count(self, y_true, y_pred, weight):
        labels = self.true_positives.shape[1] if self.multi_label and self._counts else None
        if self.multi_label and (y_pred.ndim != 2 or labels not in (None, y_pred.shape[1])):
            wanted = f"(samples, {labels or 'labels'})"
            raise ValueError(f"AUC with multi_label=True expected predictions of shape {wanted}, got {y_pred.shape}.")
        if not self._counts:
            self._make_sums((self.num_thresholds, y_pred.shape[1]))
        y_pred = np.asarray(y_pred, floatx())
        super()._count(y_true, activations.sigmoid(y_pred) if self.from_logits else y_pred, weight)

    def _over_labels(self, terms):
        area, known = terms.sum(axis=0), self._has_curve()
        if not known.any():
            return np.asarray(np.nan if self._seen() else 0.0, floatx())[()]
        if not self.multi_label:
            return area
        w = known if self.label_weights is None else known * self.label_weights
        return np.asarray(ratio((area * w).sum(), w.sum(dtype=area.dtype)), area.dtype)[()]

    def _seen(self) -> bool:
        return any(np.any(count) for count in self._values())

    def _has_curve(self) -> np.ndarray:
        """For which labels there are positives and, but for precision over recall, negatives: at any threshold."""
        tp, fp, tn, fn = (count[0] for count in self._values())
        positive, negative = tp + fn > 0, fp + tn > 0
        return np.asarray(positive if self.curve == "PR" else positive & negative)

    def _roc(self):
        _, fp, tn, _ = self._values()
        return ratio(fp, fp + tn), self._recall

    def _pr(self):
        return self._recall, self._precision

    def _pr_gain(self):
        tp, fp, tn, fn = self._values()
        odds = ratio(tp + fn, tn + fp)
        recall_gain = np.where(tp == 0, 0, 1 - odds * ratio(fn, tp))
        return np.maximum(recall_gain, 0), np.where(tp == 0, 1, 1 - odds * ratio(fp, tp))

    def _pr_terms(self):
        """∫ precision d recall between neighbours, where TP rises linearly with TP + FP."""
        tp, fp, _, fn = self._values()
        called = tp + fp
        d_tp, d_called = tp[:-1] - tp[1:], np.maximum(called[:-1] - called[1:], 0)
        slope = ratio(d_tp, d_called)
        intercept = tp[1:] - slope * called[1:]
        both = (called[:-1] > 0) & (called[1:] > 0)
        growth = np.divide(called[:-1], called[1:], out=np.ones_like(intercept), where=both)
        return ratio(slope * (d_tp + intercept * np.log(growth)), np.maximum(tp[1:] + fn[1:], 0))


def middle(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The mean of two.

    >>> middle(1.0, 2.0)
    1.5
    """
    return (a + b) / 2


def one_of(argument: str, value: str, known: tuple[str, ...], case: Any) -> str:
    """Return the known value, whatever its case.

    >>> one_of("curve", "pr", ("ROC", "PR"), str.upper)
    'PR'
    """
    found = case(value) if isinstance(value, str) else value
    if found not in known:
        raise ValueError(f'Invalid AUC {argument.replace("_", " ")} value: "{value}". Expected one of {known}.')
    return found
