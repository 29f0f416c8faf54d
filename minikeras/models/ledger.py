"""What training still has to count: loss and metrics of small batches, of several at once where nobody can tell.

A step needs δ[L] at once, C and the metrics only when somebody looks: together they cost a small net as much as its way there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

ROWS, NUMBERS = 1024, 2**15  # outputs that are kept at most
WEIGHTS = 2**17  # of more, a step takes longer than its bookkeeping


class Ledger:
    """The outputs of the steps whose loss and metrics are still to be counted.

    Closed at first: then each step counts itself. So does the first one of an epoch, which finds what is wrong with targets.

    Args:
        rule: the cost ``(y, z, p, w) -> (C, slope)``.
        slope: the slope alone, ``(y, p) -> δ[L]``.
        tally: what counts C, targets and outputs of a batch in.

    >>> ledger = Ledger(lambda y, z, p, w: (float(np.mean(p - y)), 1.0), None, lambda *batch: print(*batch[:2]))
    >>> for y in (0.0, 2.0): ledger.note(np.full((1, 1), y), None, np.full((1, 1), 4.0))
    >>> ledger.settle()
    3.0 [[0.]
     [2.]]
    """

    def __init__(self, rule: Callable, slope: Callable, tally: Callable):
        self.rule, self.slope, self.tally = rule, slope, tally
        self.open = False
        self.kept: list = []
        self.rows = 0

    def note(self, y: np.ndarray, z: Any, p: np.ndarray) -> None:
        """Keep what a step has to be counted by: targets, logits where the loss starts from them, outputs."""
        self.kept.append((y, z, p))
        self.rows += len(p)
        if self.rows >= ROWS or self.rows * (p.size // len(p)) >= NUMBERS:
            self.settle()

    def settle(self) -> None:
        """Count in what is left."""
        if self.kept:
            kept, self.kept, self.rows = self.kept, [], 0
            y, z, p = (None if parts[0] is None else np.concatenate(parts) for parts in zip(*kept))
            self.tally(self.rule(y, z, p, None)[0], y, p, None)

    def close(self) -> None:
        """Have each step count itself again; what is left is forgotten."""
        self.open, self.kept, self.rows = False, [], 0


def ledger_of(model: Any, head: Any, rule: Callable, count: Callable) -> Ledger | None:
    """A ledger for a small model with an output, None where its steps count themselves.

    Args:
        count: what counts C of so many rows in as the model's.
    """
    course, output = model._straight, model.output_specs()[0]
    slope = None if head.loss is None else head.loss.slope(model.activation)
    small = sum(v.size for v in model.trainable_variables) <= WEIGHTS and len(output.shape) == 2
    if course is None or slope is None or not head.by_rows or not small or output.dtype not in ("float32", "float64"):
        return None
    if any(len(tensor.shape) != 2 for tensor in course.tensors):  # a batch of images takes longer than its bookkeeping
        return None

    def tally(value, y, p, w):
        head.tally(value, y, p, w)
        count(value, len(p))

    return Ledger(rule, slope, tally)
