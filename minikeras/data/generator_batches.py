"""Batches that the user's own code makes one after the other: generators, iterators, data loaders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from minikeras.data.batches import Batch, Batches
from minikeras.data.reading import Reader

_END = object()


class GeneratorBatches(Batches):
    """Batches from a generator, or from anything that can be iterated once more for each epoch.

    A generator is read on from epoch to epoch; nothing it gave is given twice.

    Args:
        source: yields ``x``, ``(x,)``, ``(x, y)`` or ``(x, y, sample_weight)``, each a whole batch.
        steps: batches in an epoch; to the end by default.
        class_weight, dtype: see `open`.
        reader: how x, y and the weights of a batch are meant.

    >>> b = GeneratorBatches(([[i], [i]], [0, 1]) for i in range(5))
    >>> b.peek()[0].tolist(), [x.tolist() for x, y, w in b.epoch()][3:], b.steps
    ([[0], [0]], [[[3], [3]], [[4], [4]]], 5)
    """

    def __init__(
        self,
        source: Any,
        *,
        steps: int | None = None,
        class_weight: dict | None = None,
        dtype: Any = None,
        reader: Reader | None = None,
    ):
        super().__init__(False, class_weight, dtype, reader)
        self._source = source
        self._kind = type(source).__name__
        self._iterator = source if hasattr(source, "__next__") else None  # one for all epochs
        self._ahead: list = []  # what peek() has read
        self._given = 0
        try:
            self._available = len(source)
        except (TypeError, NotImplementedError):  # no length, or an endless one
            self._available = None
        self._limit = None if steps == self._available else steps

    def peek(self, build: bool = False) -> Batch:
        """Read the first batch ahead."""
        if not self._ahead:
            source = self._start()
            batch = next(source, _END)
            if batch is _END:
                raise ValueError(f"x gave no batch at all: the {self._kind} must yield at least one batch.")
            self._ahead = [(batch, source)]
        return (self._read if self._preparation is None else self._convert)(self._ahead[0][0], 0)

    def restart(self) -> None:
        """Let the next epoch start with the first batch; a generator can only be read on."""
        if self._iterator is None:
            super().restart()

    def _pass(self, shuffle: Any, skip: int) -> Iterator[Batch]:
        count = 0
        self.dry = False
        for count, batch in enumerate(self._raw(), 1):
            if count > skip:
                yield self._convert(batch, count - 1)
        self.exhausted, self.dry = self._iterator is not None, not count
        self._given += count
        if self._limit is None and count:
            self._available = count  # known from now on
        elif not self._given:
            raise ValueError(f"x gave no batch at all: the {self._kind} must yield at least one batch.")
        elif not count and self._limit is None:
            self._warn()

    def _raw(self):
        ahead, self._ahead = self._ahead, []
        for batch, _ in ahead:
            yield batch
        for batch in ahead[0][1] if ahead else self._start():  # `yield from` would close the user's generator with this one
            yield batch

    def _start(self):
        """The iterator of a new pass. What the user's `__iter__` raises is an error, not the end of the data."""
        try:
            return iter(self._source) if self._iterator is None else self._iterator
        except StopIteration as error:
            raise RuntimeError(f"`__iter__` of the {self._kind} raised StopIteration; only `__next__` may.") from error
