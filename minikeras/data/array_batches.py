"""Batches of arrays that are there as a whole.

Without shuffling a batch is a slice. With it there are two ways, and which is faster depends on the size of a batch
(benchmarks/bench_batches.py):
gather all rows once per epoch and slice, or gather the rows of each batch when its turn comes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np

from minikeras.data.batches import Batch, Batches, refuse_both
from minikeras.data.convert import is_sparse, take_rows
from minikeras.data.reading import Reader
from minikeras.data.structures import leaves, map_leaves

SMALL = 8 * 2**10  # bytes of a batch; up to this, gathering all batches at once is faster
LARGE = 256 * 2**20  # bytes of the data; above this, no second copy is made, neither to shuffle nor to cast it
MANY = 4096  # batches; up to this, their slices are cut once and kept


class ArrayBatches(Batches):
    """Batches of arrays. Slices of the data are read-only: who writes into them fails instead of changing the data.

    Where x, y or the weights are several arrays, all are in the same order.
    Sparse and very large data becomes dense and of the model's type batch by batch.

    Args:
        x, y, sample_weight: what `minikeras.data.convert.to_array` takes, or structures of it, see `Reader`.
        batch_size: rows of a batch; 32, or what ``steps`` asks for, by default.
        steps: batches in an epoch, all by default.
        shuffle: True: new order each epoch, from ``np.random``; ``"batch"``: only within each batch; False.
        class_weight, dtype: see `open`.
        reader: how x, y and the weights are meant.

    >>> b = ArrayBatches([[1.0], [2.0], [3.0]], [0, 1, 1], batch_size=2)
    >>> [(x.tolist(), y.tolist()) for x, y, w in b.epoch()], b.steps
    ([([[1.0], [2.0]], [0, 1]), ([[3.0]], [1])], 2)
    """

    def __init__(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        *,
        batch_size: int | None = None,
        steps: int | None = None,
        shuffle: Any = False,
        class_weight: dict | None = None,
        dtype: Any = None,
        reader: Reader | None = None,
    ):
        super().__init__(shuffle, class_weight, dtype, reader)
        self._given = arrays = self._reader.read(x, y, sample_weight, sparse=True)
        if class_weight is not None:
            refuse_both(sample_weight)
        self.num_samples = n = self._reader.count(*arrays)
        self._lazy, size = _weigh(arrays)
        self.batch_size = batch_size or (math.ceil(n / steps) if steps else 32)
        self._available = math.ceil(n / self.batch_size)
        self._limit = None if steps == self._available else steps
        self._whole = not self._lazy and size * self.batch_size <= SMALL * n

    def prepare(self, *args: Any, **kwargs: Any) -> None:
        """Say how the arrays become what the model takes: see `Batches.prepare`. Small data becomes so at once."""
        super().prepare(*args, **kwargs)
        x, y, weight = self._given
        if self._lazy:
            first = self._preparation.inputs(map_leaves(lambda a: take_rows(a, slice(0, 1)), x))
        else:
            first = self._preparation.inputs(x)
            x = np.ascontiguousarray(first) if type(first) is np.ndarray else map_leaves(np.ascontiguousarray, first)
        self._arrays = x, *self._preparation.targets(y, weight, first, whole=True)
        self._simple = all(a is None or type(a) is np.ndarray for a in self._arrays)  # not several arrays in one place
        self._buffers: Any = ()  # the data in the order of this epoch
        self._kept: dict[bool, list] = {}  # slices of the data, slices of the buffers
        if self._running is not None:  # an epoch stopped within the data; the next goes on there
            self._running = self._through(self._now, self._seen)

    def peek(self, build: bool = False) -> Batch:
        """Return the first batch in the data's own order."""
        if build and self.shuffle:
            np.random.permutation(min(self.batch_size, self.num_samples) if self.shuffle == "batch" else self.num_samples)
        if self._preparation is None:
            if self._available == 1 and not self._lazy:
                return self._given
            return map_leaves(lambda a: take_rows(a, slice(0, self.batch_size)), self._given)
        return next(self._gathered(None, 0) if self._lazy else self._sliced(self._arrays, 0))

    def whole(self) -> Batch | None:
        """All that an epoch goes through, in its own order, x None where `rows_of` has to give it.

        None for several arrays in one place, or where an epoch has other steps than there are.

        >>> ArrayBatches([[1.0], [2.0]], [0, 1]).whole() is None  # not prepared yet
        True
        """
        if self._preparation is None or self._limit is not None:
            return None
        x, *rest = self._arrays
        x = None if self._lazy and (is_sparse(x) or type(x) is np.ndarray) else x
        return (x, *rest) if all(a is None or type(a) is np.ndarray for a in (x, *rest)) else None

    def rows_of(self, rows: Any) -> Any:
        """The inputs of some samples, as the model takes them.

        >>> batches = ArrayBatches([[1.0], [2.0]], [0, 1]); batches.prepare(); batches.rows_of([1]).tolist()
        [[2.0]]
        """
        return self._preparation.inputs(take_rows(self._arrays[0], rows))

    def next_order(self) -> np.ndarray | None:
        """The order of the samples in the next epoch, drawn as `epoch` draws it; None for their own.

        >>> ArrayBatches([[1.0], [2.0]], [0, 1]).next_order() is None
        True
        """
        self._now = self._order(self.shuffle) if self.shuffle else None
        return self._now

    def _pass(self, shuffle: Any, skip: int) -> Iterator[Batch]:
        self._now = self._order(shuffle) if shuffle else None
        return self._through(self._now, skip)

    def _through(self, order, skip):
        """Go through the data in an order, from some batch on."""
        if self._lazy or order is not None and not self._whole:
            return self._gathered(order, skip)
        if order is not None:
            self._reorder(order)
        arrays = self._arrays if order is None else self._buffers
        if self._available > MANY:
            return self._sliced(arrays, skip)
        kept = self._kept.get(order is None)
        if kept is None:
            kept = self._kept[order is None] = list(self._sliced(arrays, 0))
        return islice(kept, skip, None) if skip else iter(kept)

    def _order(self, shuffle):
        n, size = self.num_samples, self.batch_size
        if shuffle != "batch":
            return np.random.permutation(n)
        return np.concatenate([np.random.permutation(min(size, n - i)) + i for i in range(0, n, size)])

    def _reorder(self, order):
        if not self._buffers:
            self._buffers = map_leaves(lambda a: np.empty(a.shape, a.dtype), self._arrays)
        for (_, array), (_, buffer) in zip(leaves(self._arrays, ""), leaves(self._buffers, "")):
            np.take(array, order, axis=0, out=buffer, mode="clip")  # "clip" writes straight into `out`

    def _sliced(self, arrays, skip):
        size, n = self.batch_size, self.num_samples
        if not self._simple:
            arrays = map_leaves(_frozen, arrays)
            for i in range(skip * size, n, size):
                yield map_leaves(lambda a: a[i : i + size], arrays)  # noqa: B023  (called at once)
            return
        x, y, w = (None if a is None else _frozen(a) for a in arrays)
        for i in range(skip * size, n, size):
            yield x[i : i + size], None if y is None else y[i : i + size], None if w is None else w[i : i + size]

    def _gathered(self, order, skip):
        x, y, w = map_leaves(lambda a: a if is_sparse(a) else _frozen(a), self._arrays)
        size, n = self.batch_size, self.num_samples
        for i in range(skip * size, n, size):
            rows = slice(i, min(i + size, n)) if order is None else order[i : i + size]
            if self._simple:
                batch = take_rows(x, rows), None if y is None else take_rows(y, rows), None if w is None else take_rows(w, rows)
            else:
                batch = map_leaves(lambda a: take_rows(a, rows), (x, y, w))  # noqa: B023  (called at once)
            yield (self._preparation.inputs(batch[0]), *batch[1:]) if self._lazy else batch


def _weigh(arrays):
    """Whether the data stays as it is until its batches' turn comes, and its bytes."""
    size, sparse = 0, False
    for array in arrays:
        if type(array) is np.ndarray:
            size += array.nbytes
        elif array is not None:
            for _, a in leaves(array, ""):
                size, sparse = (size, True) if is_sparse(a) else (size + a.nbytes, sparse)
    return sparse or size > LARGE, size


def _frozen(array):
    view = array.view()
    view.flags.writeable = False
    return view
