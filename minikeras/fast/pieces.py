"""What compiled steps are done with: an epoch in pieces of some steps each, or a stream, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minikeras import metrics
from minikeras._core import threads
from minikeras._core.origin import of_the_house
from minikeras._core.variable import Variable
from minikeras.fast.crew import Pace, go_through, offer
from minikeras.fast.epoch import run
from minikeras.fast.losses import SPARSE, smoothed
from minikeras.fast.optimizers import NOTHING, numbers_of
from minikeras.fast.passes import NORMALIZATION
from minikeras.fast.plan import parts_of
from minikeras.fast.table import Unfit
from minikeras.layers.regularization import keep_bits

PIECE = 2e9  # multiply-adds of the steps between two looks at the callbacks: about 30 ms
MEMORY = 2**23  # numbers in what such a piece gives and draws
LARGE = 2e6  # multiply-adds of a step, from which on several threads do it
ROWS, WEIGHTS = 8, 2**16  # what one thread takes of it at a time: so many rows at least, so many weights at most
COUNTING = (  # metrics that count samples, which is exact in any order
    metrics.Accuracy, metrics.BinaryAccuracy, metrics.CategoricalAccuracy, metrics.SparseCategoricalAccuracy,
)  # fmt: skip
NO_ROWS, NO_NUMBERS, NO_MASKS = np.empty((0, 0), np.float32), np.empty(0, np.int64), np.empty((0, 0), bool)


class _Held:
    """Memory of an array, seen as writable: for compiled code, to which arrays that are not would be another type."""

    def __init__(self, array: np.ndarray):
        self.array, self.__array_interface__ = array, {**array.__array_interface__, "data": (array.ctypes.data, False)}


def open_to(array: np.ndarray) -> np.ndarray:
    """The same array for code that only reads it.

    >>> a = np.arange(3); a.flags.writeable = False; b = open_to(a); b.flags.writeable, np.shares_memory(a, b)
    (True, True)
    """
    return array if array.flags.writeable else np.asarray(_Held(array))


def foresees_nothing(optimizer: Any) -> bool:
    """Whether the learning rate comes from a function or a schedule of the user's own, which may look at anything."""
    rate = optimizer._learning_rate
    return not isinstance(rate, (int, float, Variable)) and not of_the_house(type(rate))

PACE = Pace()  # of this process


def _added(total: float, terms: np.ndarray) -> float:
    """The total with the terms added to it, one after the other: they come in one piece or in several."""
    numbers = terms.tolist()
    if len(numbers) > 30:
        return float(np.cumsum([total, *numbers])[-1])
    for number in numbers:
        total += number
    return total


class Steps:
    """Base of what does compiled steps of a model: their memory, and what counts them in.

    Args:
        training: the tables, see `minikeras.fast.training`.
        learning: whether to train; else to test.
    """

    def __init__(self, training: Any, learning: bool):
        self.training, self.model, self.learning, self.plan = training, training.model, learning, training.plan

    def _refuses(self, x: np.ndarray, rows: int, y: Any, w: Any) -> str:
        """Why these arrays do not go through, with so many rows in y; nothing where they do."""
        p, labels = self.plan, self.plan.loss == SPARSE
        if type(x) is not np.ndarray or x.dtype != np.float32 or y is None or x.size != len(x) * p.width:
            return "its inputs are no float32, or it has no targets"
        if y.size != rows * (1 if labels else int(p.layers[-1, 1])) or w is not None and w.size != rows:
            return "its targets or sample weights have other axes than its outputs"
        return ""

    def _as_numbers(self, y: np.ndarray, w: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Targets as rows, or as labels, and weights, as the steps read them."""
        targets, labels = NO_ROWS, NO_NUMBERS
        if self.plan.loss == SPARSE:
            labels = np.ascontiguousarray(y.reshape(-1), np.int64)
        else:
            smooth = smoothed(self.model._compiled.heads[0].loss, y)
            targets = np.ascontiguousarray(smooth, np.float32).reshape(len(y), -1)
        return targets, labels, NOTHING if w is None else np.ascontiguousarray(w.reshape(-1), np.float32)

    def _make_room(self) -> None:
        """Make what the steps read from and write into, and say how they fall into tasks, which follows from sizes alone."""
        p, size = self.plan, self.size
        self.cost = 3.0 * size * p.store.values.size
        self.threads = threads.at_once() if self.cost >= LARGE else 1
        alone = bool((p.layers[:, 0] == NORMALIZATION).any())  # its sums go over all rows
        self.shares = 1 if alone else min(self.threads, max(size // ROWS, 1))
        each = min(WEIGHTS, -(-p.store.values.size // (4 * self.threads))) if self.threads > 1 else p.store.values.size
        self.entries, self.parts = parts_of(p, each if self.learning else p.store.values.size)
        self.work = np.empty(size * p.space, np.float32)
        self.batch = np.empty((size, p.width), np.float32)
        self.widest = max((width for _, width in p.dropouts), default=0)

    def _do(self, x: np.ndarray, order: np.ndarray, first: int, y: Any, w: Any, numbers: tuple, steps: int) -> None:
        """Some steps, from sample `first` on; y, w and `numbers` (targets, labels, weights) hold these samples alone."""
        outputs = np.empty((len(y), int(self.plan.layers[-1, 1])), np.float32)
        x, masks = x.reshape(len(x), self.plan.width), self._masks(steps, len(y))
        costs, more = self._run(x, order, first, *numbers, outputs, masks, steps)
        self._tally(costs, more, y, outputs, w)

    def _masks(self, steps: int, rows: int) -> np.ndarray:
        """What dropout keeps in these steps: a row for each step and layer, drawn as the layers draw."""
        dropouts, size = self.plan.dropouts if self.learning else [], self.size
        if not dropouts:
            return NO_MASKS
        masks = np.empty((steps * len(dropouts), size * self.widest), bool)
        for step in range(steps):
            n = min(size, rows - step * size)
            for k, (layer, width) in enumerate(dropouts):
                kept = keep_bits(layer.seed_generator, n * width, layer.rate)
                masks[step * len(dropouts) + k, : n * width] = kept
        return masks

    def _run(self, x, order, first, targets, labels, weights, outputs, masks, steps) -> Iterator[np.ndarray]:
        """All of it in one call, or one in each of several threads; C of each step, and what penalties add."""
        p, optimizer, walk = self.plan, self.model.optimizer, self.plan.walk
        numbers = numbers_of(optimizer, steps) if walk is not None and self.learning else NO_ROWS
        code, spans, decays, slots = walk or (0, np.empty((0, 3), np.int64), NOTHING, (NOTHING,) * 3)
        costs, more = np.zeros((steps, self.shares)), np.zeros((steps, len(self.parts)))

        def work(crew, stop):
            run(
                crew, stop, offer(), self.training.blas, p.layers, p.reals, p.fixed, p.store.values, p.store.grads, x, order,
                targets, labels, weights, self.size, first, p.loss, p.number, p.from_logits, masks, len(p.dropouts),
                self.entries, self.parts, p.penalties, p.amounts, numbers, code, spans, decays, *slots, outputs, self.work,
                self.batch, costs, more, self.learning,
            )  # fmt: skip

        there = bool(run.overloads)  # to compile it, or to take it from the disk, is no work to share
        several = self.threads if there and steps * self.cost >= threads.LARGE else 1
        go_through(steps, self.shares + len(self.parts), several, PACE, work)
        if walk is None and self.learning:
            optimizer.step()
        return (a.sum(1) if a.shape[1] > 1 else a[:, 0] for a in (costs, more))

    def _tally(self, costs, more, y, outputs, w) -> None:
        """Count the steps in, one after the other: sums are the same however an epoch falls into pieces."""
        compiled, head, size, rows = self.model._compiled, self.model._compiled.heads[0], self.size, len(outputs)
        counts = np.full(len(costs), float(size))
        counts[-1] = rows - size * (len(costs) - 1)
        head.total, compiled.total = _added(head.total, costs * counts), _added(compiled.total, (costs + more) * counts)
        head.count += rows
        compiled.count += rows
        for count, weighted, *_ in head.tallies:
            w_of = w if weighted else None
            whole = w_of is None and type(count.__self__) in COUNTING
            for i in range(0, rows, rows if whole else size):
                part = slice(i, i + (rows if whole else size))
                count(y[part], outputs[part], None if w_of is None else w_of[part])


class Epoch(Steps):
    """The pieces of an epoch. Iterating gives ``(number of the piece's first step, (that, its end))``, what `take` takes."""

    def __init__(self, training: Any, batches: Any, arrays: tuple, first: int, together: int | None, learning: bool):
        x, y, w = arrays
        shown = batches.peek()[0] if x is None else x
        super().__init__(training, learning)
        self.samples, self.rows_of = batches.num_samples, batches.rows_of
        self.size = min(batches.batch_size, self.samples)
        self.x, self.y, self.w = (None if a is None else open_to(a) for a in (x, y, w))
        self.steps, self.first = -(-self.samples // self.size), first
        if why := self._refuses(shown, self.samples, y, w):
            raise Unfit(why)
        self.numbers = self._as_numbers(self.y, self.w)
        self.piece = self._piece(together, int(self.plan.layers[-1, 1]))
        self._make_room()
        training.try_metrics(self.first_batch())
        self.order = batches.next_order()  # last: who raised before has drawn nothing

    def _piece(self, together: int | None, d: int) -> int:
        """Steps in a piece."""
        p, size = self.plan, self.size
        if self.learning and (p.walk is None or foresees_nothing(self.model.optimizer)):
            return 1
        if together is not None:
            return together
        cost = 3 * size * (int(p.store.values.size) + 5000)  # more than its products
        numbers = size * (d + p.width + sum(width for _, width in p.dropouts))
        return max(1, min(int(PIECE / cost), MEMORY // numbers))

    def __iter__(self) -> Iterator[tuple[int, tuple[int, int]]]:
        stop, start = "stop_training" if self.learning else "stop_evaluating", self.first
        while start < self.steps:
            end = min(start + (1 if getattr(self.model, stop) else self.piece), self.steps)  # told to stop: after one step
            yield start, (start, end)
            start = end

    def first_batch(self) -> tuple:
        """The first samples in their own order."""
        rows = slice(0, self.size)
        return self.rows_of(rows) if self.x is None else self.x[rows], self.y[rows], None if self.w is None else self.w[rows]

    def take(self, start: int, end: int) -> int:
        """Do the steps of a piece; return the number of the last."""
        here = slice(start * self.size, min(end * self.size, self.samples))
        rows = here if self.order is None else self.order[here]
        now = self.training.plan if self.training.renewed(self.learning) else None
        if now is None or self.learning and now.walk is None and end - start > 1:  # a callback compiled anew, say
            self._take_in_numpy(rows)
            return end - 1
        if now is not self.plan:
            self.plan = now
            self._make_room()
            self.numbers = self._as_numbers(self.y, self.w)
        y, w = self.y[rows], None if self.w is None else self.w[rows]
        numbers = tuple(a[rows] if len(a) else a for a in self.numbers)
        if self.x is None:
            x, order, first = np.ascontiguousarray(self.rows_of(rows)), NO_NUMBERS, 0
        else:
            x, order, first = self.x, NO_NUMBERS if self.order is None else self.order, here.start
        self._do(x, order, first, y, w, numbers, end - start)
        return end - 1

    def _take_in_numpy(self, rows: Any) -> None:
        x = self.rows_of(rows) if self.x is None else self.x[rows]
        y, w = (None if a is None else a[rows] for a in (self.y, self.w))
        act = self.model._train_on if self.learning else self.model._test_on
        for i in range(0, len(x), self.size):
            part = slice(i, i + self.size)
            act(x[part], None if y is None else y[part], None if w is None else w[part])


class Stream(Steps):
    """Batches as they come from a generator: nobody knows the next one before this one's step is done."""

    size = 0

    def take(self, x: Any, y: Any, w: Any) -> None:
        """Do a step, by what the model is made of now."""
        act = self.step if self.training.renewed(self.learning) else self._in_numpy
        act(x, y, w)

    def step(self, x: Any, y: Any, w: Any) -> None:
        """Do a step, where the tables are up to date."""
        if self.plan is not self.training.plan:
            self.plan, self.size = self.training.plan, 0
        if type(y) is not np.ndarray or not len(y) or self._refuses(x, len(y), y, w) or len(x) != len(y):
            return self._in_numpy(x, y, w)
        if len(x) > self.size:
            self.size = len(x)
            self._make_room()
        self.training.try_metrics((x, y, w))
        x = np.ascontiguousarray(open_to(x))
        self._do(x, NO_NUMBERS, 0, y, w, self._as_numbers(y, w), 1)
        return None

    def _in_numpy(self, x: Any, y: Any, w: Any) -> None:
        (self.model._train_on if self.learning else self.model._test_on)(x, y, w)
