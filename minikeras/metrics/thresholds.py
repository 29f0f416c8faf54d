"""Counting hits and misses at one threshold or many: what the confusion metrics and the curves stand on.

At a threshold t a prediction p means "positive" when p > t. Every prediction is sorted into the bin b = how many
thresholds lie below it; the counts at all thresholds are then running sums over one histogram, O(n + thresholds).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.config import epsilon, floatx
from minikeras._core.variable import Variable
from minikeras.metrics.metric import Metric
from minikeras.metrics.shapes import match_targets, spread

LOWEST = -1e10  # what the scores outside of the best k become


class Counter(Metric):
    """Base of the metrics that count true and false positives and negatives at thresholds.

    Args:
        kinds: which counts to keep: ``"true_positives"``, ``"false_positives"``, ``"true_negatives"``, ``"false_negatives"``.
        thresholds: numbers in [0, 1], some way beyond at the ends for `AUC`.
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> c = Counter(("true_positives", "false_positives"), [0.5], name="c"); c._make_sums((1,))
    >>> c.update_state([0, 1, 1], [0.6, 0.7, 0.2]); [v.tolist() for v in c.variables]
    [[1.0], [1.0]]
    """

    top_k: int | None = None
    class_id: int | None = None
    label_weights: np.ndarray | None = None
    multi_label = False

    def __init__(self, kinds: tuple[str, ...], thresholds: list[float], name: str | None, dtype: Any = None):
        super().__init__(name=name, dtype=dtype)
        self._kinds = kinds
        self._counts: dict[str, Variable] = {}
        self._grid = np.array(thresholds, floatx())
        self._even = evenly_spaced(thresholds)
        order = np.argsort(self._grid, kind="stable")
        self._sorted, self._rank = self._grid[order], np.argsort(order)

    def _make_sums(self, shape: tuple) -> None:
        self._counts = {kind: self.add_variable(shape, "zeros", name=kind) for kind in self._kinds}
        for kind, count in self._counts.items():
            setattr(self, kind, count)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch.

        Args:
            y_true: targets; whatever is not 0 means positive.
            y_pred: predictions in [0, 1], of the same shape.
            sample_weight: one number for all, ``(samples,)``, or the shape of the targets.
        """
        y_true, y_pred = match_targets(y_true, y_pred, type(self).__name__)
        if self.class_id is not None and y_pred.ndim < 2:
            raise ValueError(
                f"{type(self).__name__} with class_id={self.class_id} expected predictions of shape (samples, classes), "
                f"got {y_pred.shape}."
            )
        if sample_weight is not None:
            sample_weight = np.asarray(sample_weight, floatx())
            if 0 < sample_weight.ndim < y_true.ndim:
                sample_weight = sample_weight[..., None]  # one weight for a whole row
            shape = y_pred.shape if self.class_id is None else (*y_pred.shape[:-1], 1)
            sample_weight = spread(sample_weight, shape)
        self.check_targets(y_true)
        self._count(y_true, y_pred, sample_weight)

    def check_targets(self, y_true: np.ndarray) -> None:
        """Warn of targets that are not from 0 to 1: all but 0 counts as positive."""
        if not self._warned and y_true.size and not (0 <= y_true.min() and y_true.max() <= 1):
            values = np.unique(y_true.reshape(-1)[:10_000])[:5]
            self._warn_once(
                f"{type(self).__name__} got targets such as {', '.join(f'{v:g}' for v in values)}: whatever is not 0 counts as "
                "positive. Use labels 0 and 1; for several classes one-hot rows."
            )

    def tally(self, y_true, y_pred, sample_weight=None):
        """Add a batch of arrays that need neither conversion nor checks."""
        if sample_weight is not None or y_true.shape != y_pred.shape:
            return self.update_state(y_true, y_pred, sample_weight)
        self._count(y_true, y_pred, None)

    def _count(self, y_true, y_pred, weight):
        y_pred = np.asarray(y_pred, floatx())
        if self.top_k is not None:
            y_pred = keep_top_k(y_pred, self.top_k)
        if self.class_id is not None:
            y_true, y_pred = y_true[..., self.class_id, None], y_pred[..., self.class_id, None]
        if self.label_weights is not None and not self.multi_label:
            weight = spread(self.label_weights, y_pred.shape) * (1 if weight is None else weight)
        positive = y_true.astype(bool)
        if len(self._grid) == 1 and weight is None:
            counts = count_once(positive, y_pred > self._grid[0])
        else:
            counts = count_bins(positive, self._bins(y_pred), len(self._grid), weight, self.multi_label)
            if not self._even:
                counts = {kind: count[self._rank] for kind, count in counts.items()}
        for kind, count in self._counts.items():
            count.value[...] += counts[kind]

    def _bins(self, y_pred):
        """How many thresholds lie below each prediction."""
        if not self._even:
            return np.searchsorted(self._sorted, np.fmax(y_pred, -np.inf), side="left")
        last = y_pred.dtype.type(len(self._grid) - 1)
        bins = np.ceil(np.minimum(np.fmax(y_pred, 0), 1) * last).astype(np.intp)  # t = j / last < p as j < p · last
        return np.maximum(bins, 1) if self._grid[0] < 0 else bins


def count_once(positive: np.ndarray, called: np.ndarray) -> dict[str, int]:
    """The four counts at one threshold, unweighted.

    >>> count_once(np.array([True, True, False]), np.array([True, False, False]))
    {'true_positives': 1, 'false_positives': 0, 'true_negatives': 1, 'false_negatives': 1}
    """
    tp, n_called, n_positive = (int(np.count_nonzero(a)) for a in (positive & called, called, positive))
    fp, fn = n_called - tp, n_positive - tp
    return {
        "true_positives": tp,
        "false_positives": fp,
        "true_negatives": positive.size - tp - fp - fn,
        "false_negatives": fn,
    }


def count_bins(
    positive: np.ndarray, bins: np.ndarray, n_thresholds: int, weight: np.ndarray | None = None, by_label: bool = False
) -> dict[str, np.ndarray]:
    """The four counts at every threshold, from the bin of every prediction.

    Args:
        positive: which targets are positive.
        bins: how many thresholds lie below each prediction, of the same shape.
        n_thresholds: how many thresholds there are.
        weight: weights of the same shape.
        by_label: count each column apart; the results are then ``(thresholds, labels)``.

    >>> count_bins(np.array([True, False]), np.array([2, 1]), 3)["true_positives"].tolist()
    [1.0, 1.0, 0.0]
    """
    width, labels = n_thresholds + 1, positive.shape[-1] if by_label else 1
    slot = bins + width * positive
    if by_label:
        slot = slot + 2 * width * np.arange(labels)
    weight = None if weight is None else weight.ravel()
    histogram = np.bincount(slot.ravel(), weight, 2 * width * labels).reshape(labels, 2, width).astype(float)
    above = histogram[..., ::-1].cumsum(-1)[..., ::-1][..., 1:]  # in bin j + 1 or higher: over threshold j
    below = histogram.cumsum(-1)[..., :-1]
    counts = {
        "true_positives": above[:, 1],
        "false_positives": above[:, 0],
        "true_negatives": below[:, 0],
        "false_negatives": below[:, 1],
    }
    return {kind: count.T if by_label else count[0] for kind, count in counts.items()}


def evenly_spaced(thresholds: list[float]) -> bool:
    """Whether thresholds are ``0, 1/n, 2/n, ..., 1``.

    >>> evenly_spaced([0, 0.5, 1]), evenly_spaced([0.1, 0.5])
    (True, False)
    """
    n = len(thresholds)
    return n >= 3 and np.allclose(thresholds, np.arange(n) / (n - 1), atol=epsilon())


def keep_top_k(x: np.ndarray, k: int) -> np.ndarray:
    """Return scores with all but the ``k`` largest of each row set to -1e10; of equals the first stay.

    >>> keep_top_k(np.array([[0.2, 0.7, 0.1]]), 1).tolist()
    [[-10000000000.0, 0.7, -10000000000.0]]
    """
    best = np.argsort(-x, axis=-1, kind="stable")[..., :k]
    kept = np.full_like(x, LOWEST)
    np.put_along_axis(kept, best, np.take_along_axis(x, best, -1), -1)
    return kept


def as_thresholds(thresholds: Any, default: float = 0.5) -> list[float]:
    """Return thresholds as a list.

    Raises:
        ValueError: one lies outside [0, 1].

    >>> as_thresholds(None), as_thresholds(0.3), as_thresholds([0.2, 0.8])
    ([0.5], [0.3], [0.2, 0.8])
    """
    if thresholds is None:
        return [default]
    listed = list(thresholds) if np.iterable(thresholds) else [thresholds]
    bad = [t for t in listed if t is None or not 0 <= t <= 1]
    if bad or not listed:
        raise ValueError(f"Threshold values must be in [0, 1]. Received: {bad or listed}.")
    return listed


def ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """``a / b``, and 0 where ``b`` is 0.

    >>> ratio(np.array([1.0, 2.0]), np.array([2.0, 0.0])).tolist()
    [0.5, 0.0]
    """
    return np.divide(a, b, out=np.zeros_like(b), where=b != 0)
