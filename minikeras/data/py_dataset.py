"""Datasets that give their batches by number: `PyDataset`, the base class for a user's own, and how they are read."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from minikeras.data.batches import Batch, Batches
from minikeras.data.reading import Reader


class PyDataset:
    """Base class of datasets of one's own: `__getitem__(i)` makes batch ``i``, `__len__` counts the batches.

    Instead of `__len__` a subclass may give the property `num_batches`; None there means without end.

    Args:
        workers: threads that make batches ahead of training, in order; 1 means none.
        use_multiprocessing: accepted as in Keras; the workers are threads all the same.
        max_queue_size: batches made ahead at most, where there are several workers.

    >>> class Squares(PyDataset):
    ...     def __len__(self): return 2
    ...     def __getitem__(self, i): return [[i]], [[i * i]]
    >>> list(Squares())
    [([[0]], [[0]]), ([[1]], [[1]])]
    """

    workers = 1  # also for subclasses that forget super().__init__()
    use_multiprocessing = False
    max_queue_size = 10

    def __init__(self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10):
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    def __getitem__(self, index: int) -> Any:
        """Return batch number ``index``: ``(x,)``, ``(x, y)`` or ``(x, y, sample_weight)``."""
        raise NotImplementedError(f"{type(self).__name__} should define __getitem__(self, index), which returns a batch.")

    def __iter__(self) -> Iterator[Any]:
        try:
            n = batches_of(self)
        except NotImplementedError:  # nobody said how many
            n = None
        for i in itertools.count() if n is None else range(n):
            yield self[i]

    @property
    def num_batches(self) -> int | None:
        """The number of batches in an epoch."""
        if "_num_batches" in vars(self):
            return self._num_batches
        if hasattr(self, "__len__"):
            return len(self)
        raise NotImplementedError(f"{type(self).__name__} should define __len__(self), the number of its batches.")

    @num_batches.setter
    def num_batches(self, count: int | None) -> None:  # datasets of Keras 2 keep what they like under this name
        self._num_batches = count

    def on_epoch_begin(self) -> None:
        """Called before the first batch of each epoch."""

    def on_epoch_end(self) -> None:
        """Called after the last batch of each epoch; the place to shuffle."""


def batches_of(dataset: Any) -> int | None:
    """How many batches a dataset gives: its `__len__` counts where it has set a ``num_batches`` of its own.

    >>> batches_of([1, 2, 3])
    3
    """
    kept = "_num_batches" in getattr(dataset, "__dict__", ()) and hasattr(dataset, "__len__")
    return dataset.num_batches if hasattr(dataset, "num_batches") and not kept else len(dataset)


class DatasetBatches(Batches):
    """Batches of a `PyDataset`, or of anything with `__getitem__`, `__len__` and the two epoch methods.

    With ``shuffle`` the batches come in a new order each epoch, from Python's ``random`` as in Keras. Each batch is asked
    for once an epoch: `peek` begins the first one, and what it fetched is used when its turn comes.

    Args:
        dataset: gives the batches.
        steps, shuffle, class_weight, dtype: see `open`.
        reader: how x, y and the weights of a batch are meant.

    >>> class Squares(PyDataset):
    ...     def __len__(self): return 2
    ...     def __getitem__(self, i): return [[i]], [[i * i]]
    >>> [y.tolist() for x, y, w in DatasetBatches(Squares()).epoch()]
    [[[0]], [[1]]]
    """

    def __init__(
        self,
        dataset: Any,
        *,
        steps: int | None = None,
        shuffle: Any = False,
        class_weight: dict | None = None,
        dtype: Any = None,
        reader: Reader | None = None,
    ):
        super().__init__(bool(shuffle), class_weight, dtype, reader)
        self._dataset = dataset
        self._kind = type(dataset).__name__
        self.endless = bool(getattr(dataset, "endless", False))
        self._begun = False
        self._ahead: dict = {}  # what peek() has fetched, by number
        self._available = batches_of(dataset)
        if self._available == 0:
            raise ValueError(f"The {self._kind} has no batches: its length is 0.")
        self._limit = None if steps == self._available else steps

    def epoch(self, index: int = 0, shuffle: Any = None, skip: int = 0) -> Iterator[Batch]:
        """Go through one epoch, between the dataset's `on_epoch_begin` and `on_epoch_end`."""
        self._begin()
        try:
            yield from super().epoch(index, shuffle, skip)
        finally:
            self._begun = False
            getattr(self._dataset, "on_epoch_end", _nothing)()

    def peek(self, build: bool = False) -> Batch:
        """Make one batch: the first, or with ``build`` the one that Keras looks at."""
        if not self._ahead:
            self._begin()
            i = next(iter(self._order(build and self.shuffle)))
            self._ahead = {i: self._ask(i)}
        ((i, batch),) = self._ahead.items()
        return (self._read if self._preparation is None else self._convert)(batch, i)

    def _begin(self):
        if not self._begun:
            self._begun = True
            getattr(self._dataset, "on_epoch_begin", _nothing)()

    def _pass(self, shuffle: Any, skip: int) -> Iterator[Batch]:
        indices = itertools.islice(self._order(shuffle), skip, None)
        peeked, self._ahead = self._ahead, {}
        workers = getattr(self._dataset, "workers", 1)

        def fetch(i):
            return i, peeked.pop(i) if i in peeked else self._ask(i)

        if workers > 1:  # the user's code runs in threads, ours does not
            fetched = ahead(fetch, indices, workers, getattr(self._dataset, "max_queue_size", 10))
        else:
            fetched = map(fetch, indices)
        for i, batch in fetched:
            yield self._convert(batch, i)

    def _ask(self, i):
        """Batch ``i``. What the user's `__getitem__` raises is an error, not the end of the data."""
        try:
            return self._dataset[i]
        except StopIteration as error:
            raise RuntimeError(
                f"`__getitem__` of the {self._kind} raised StopIteration for batch {i} of {self._available}: it reads from an "
                "iterator that has run out. A dataset has to return each of the batches that it counts."
            ) from error

    def _order(self, shuffle):
        if self._available is None:
            return itertools.count()
        indices = list(range(self._available))
        if shuffle:
            import random  # takes 1 ms to import, and few ask

            random.shuffle(indices)
        return indices


def ahead(make: Callable[[Any], Any], items: Iterable, workers: int, depth: int) -> Iterator:
    """``map(make, items)`` by several threads that work up to ``depth`` results ahead; the order stays.

    >>> list(ahead(abs, [-1, 2, -3], workers=2, depth=2))
    [1, 2, 3]
    """
    from concurrent.futures import ThreadPoolExecutor  # here, for it takes 5 ms to import

    pool = ThreadPoolExecutor(workers)
    waiting: deque = deque()
    try:
        for item in items:
            waiting.append(pool.submit(make, item))
            if len(waiting) > max(depth, 1):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _nothing():
    pass
