"""True and false positives and negatives, precision and recall."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.metrics.thresholds import LOWEST, Counter, as_thresholds, ratio


class _Count(Counter):
    """One of the four counts; see `Counter.update_state` for what is counted."""

    kind = ""

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None):
        self.init_thresholds = thresholds
        self.thresholds = as_thresholds(thresholds)
        super().__init__((self.kind,), self.thresholds, name, dtype)
        self._several = "give it one threshold" if len(self.thresholds) > 1 else None
        self.accumulator = self.add_variable((len(self.thresholds),), "zeros", name="accumulator")
        self._counts = {self.kind: self.accumulator}

    def result(self) -> Any:
        """Return the count, one for each threshold where several were given."""
        return first(self.accumulator.numpy())

    def get_config(self) -> dict:
        """Return the arguments."""
        return {**super().get_config(), "thresholds": self.init_thresholds}


class FalsePositives(_Count):
    """How many predictions above the threshold have the target 0 (weighted).

    Args:
        thresholds: a number in [0, 1] or a list of them; 0.5 by default.
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = FalsePositives(); m.update_state([0, 1, 0, 0], [0, 0, 1, 1]); float(m.result())
    2.0
    """

    kind = "false_positives"


class FalseNegatives(_Count):
    """How many predictions not above the threshold have the target 1 (weighted).

    Args:
        thresholds: a number in [0, 1] or a list of them; 0.5 by default.
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = FalseNegatives(); m.update_state([0, 1, 1, 1], [0, 1, 0, 0]); float(m.result())
    2.0
    """

    kind = "false_negatives"


class TrueNegatives(_Count):
    """How many predictions not above the threshold have the target 0 (weighted).

    Args:
        thresholds: a number in [0, 1] or a list of them; 0.5 by default.
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = TrueNegatives(); m.update_state([0, 1, 0, 0], [1, 1, 0, 0]); float(m.result())
    2.0
    """

    kind = "true_negatives"


class TruePositives(_Count):
    """How many predictions above the threshold have the target 1 (weighted).

    Args:
        thresholds: a number in [0, 1] or a list of them; 0.5 by default.
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = TruePositives(thresholds=[0.2, 0.7]); m.update_state([0, 1, 1, 1], [0.9, 0.8, 0.6, 0]); m.result().tolist()
    [2.0, 1.0]
    """

    kind = "true_positives"


class _Share(Counter):
    """True positives as a share of something: the two counts of `Counter` that make it up."""

    _direction = "up"
    rest = ""

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        self.init_thresholds = thresholds
        self.thresholds = as_thresholds(thresholds, 0.5 if top_k is None else LOWEST)
        super().__init__(("true_positives", self.rest), self.thresholds, name, dtype)
        self.top_k = top_k
        self.class_id = class_id
        self._several = "give it one threshold" if len(self.thresholds) > 1 else None
        self._make_sums((len(self.thresholds),))

    def result(self) -> Any:
        """Return the share, one for each threshold where several were given; 0 where nothing was counted."""
        hits, rest = (self._counts[kind].value for kind in self._kinds)
        return first(ratio(hits, hits + rest))

    def get_config(self) -> dict:
        """Return the arguments."""
        return {**super().get_config(), "thresholds": self.init_thresholds}


class Precision(_Share):
    """How many of the predicted positives are right: ``TP / (TP + FP)``.

    Args:
        thresholds: a number in [0, 1] or a list of them; 0.5 by default.
        top_k: count the ``k`` largest scores of each row as positive, in place of those above a threshold.
        class_id: look at this column only.
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = Precision(); m.update_state([0, 1, 1, 1], [1, 0, 1, 1]); float(m.result())
    0.6666667
    """

    rest = "false_positives"


class Recall(_Share):
    """How many of the positives are found: ``TP / (TP + FN)``.

    Args:
        thresholds: a number in [0, 1] or a list of them; 0.5 by default.
        top_k: count the ``k`` largest scores of each row as positive, in place of those above a threshold.
        class_id: look at this column only.
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = Recall(); m.update_state([0, 1, 1, 1], [1, 0, 1, 1], sample_weight=[0, 0, 1, 0]); float(m.result())
    1.0
    """

    rest = "false_negatives"


def first(values: np.ndarray) -> Any:
    """The number in an array of one, else the array.

    >>> float(first(np.array([1.5]))), first(np.array([1.5, 2.0]))
    (1.5, array([1.5, 2. ]))
    """
    return values[0] if len(values) == 1 else values
