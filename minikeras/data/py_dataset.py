"""Datasets that give their batches by number: `PyDataset`, the base class for a user's own, and how they are read."""

from __future__ import annotations

import itertools
import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from minikeras.data.batches import Batch, Batches


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
            n = self.num_batches
        except NotImplementedError:  # nobody said how many
            n = None
        for i in itertools.count() if n is None else range(n):
            yield self[i]

    @property
    def num_batches(self) -> int | None:
        """The number of batches in an epoch."""
        if hasattr(self, "__len__"):
            return len(self)
        raise NotImplementedError(f"{type(self).__name__} should define __len__(self), the number of its batches.")

    def on_epoch_begin(self) -> None:
        """Called before the first batch of each epoch."""

    def on_epoch_end(self) -> None:
        """Called after the last batch of each epoch; the place to shuffle."""


class DatasetBatches(Batches):
    """Batches of a `PyDataset`, or of anything with `__getitem__`, `__len__` and the two epoch methods.

    With ``shuffle`` the batches come in a new order each epoch, from Python's ``random`` as in Keras.

    Args:
        dataset: gives the batches.
        steps, shuffle, class_weight, dtype, prepare_x, prepare_y: see `open`.

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
        prepare_x: Any = None,
        prepare_y: Any = None,
    ):
        super().__init__(bool(shuffle), class_weight, dtype, prepare_x, prepare_y)
        self._dataset = dataset
        self._available = dataset.num_batches if hasattr(dataset, "num_batches") else len(dataset)
        if self._available == 0:
            raise ValueError(f"The {type(dataset).__name__} has no batches: its length is 0.")
        self._limit = None if steps == self._available else steps

    def epoch(self, index: int = 0, shuffle: Any = None, skip: int = 0) -> Iterator[Batch]:
        """Go through one epoch, between the dataset's `on_epoch_begin` and `on_epoch_end`."""
        getattr(self._dataset, "on_epoch_begin", _nothing)()
        try:
            yield from super().epoch(index, shuffle, skip)
        finally:
            getattr(self._dataset, "on_epoch_end", _nothing)()

    def peek(self, build: bool = False) -> Batch:
        """Make one batch: the first, or with ``build`` the one that Keras looks at."""
        return self._fetch(next(iter(self._order(build and self.shuffle))))

    def _pass(self, shuffle: Any, skip: int) -> Iterator[Batch]:
        indices = itertools.islice(self._order(shuffle), skip, None)
        workers = getattr(self._dataset, "workers", 1)
        if workers > 1:  # the user's code runs in threads, ours does not
            depth = getattr(self._dataset, "max_queue_size", 10)
            return (self._ready(*made) for made in ahead(lambda i: (i, self._dataset[i]), indices, workers, depth))
        return map(self._fetch, indices)

    def _order(self, shuffle):
        if self._available is None:
            return itertools.count()
        indices = list(range(self._available))
        if shuffle:
            random.shuffle(indices)
        return indices

    def _fetch(self, i):
        return self._ready(i, self._dataset[i])

    def _ready(self, i, batch):
        return self._convert(batch, i, type(self._dataset).__name__)


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
