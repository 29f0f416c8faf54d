"""Arrays that travel as one dataset of samples: what `keras.utils.split_dataset` returns."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from minikeras.data.convert import check_lengths
from minikeras.data.py_dataset import PyDataset
from minikeras.data.reading import is_structure
from minikeras.data.structures import children, leaves, like, map_leaves


class ArrayDataset:
    """Samples of one array, or of a structure of arrays of one length. `fit` takes it, and batches it by `batch_size`.

    Args:
        arrays: an array, or a tuple such as ``(x, y)``, where x may be a dict of arrays.

    >>> d = ArrayDataset((np.arange(3), np.arange(3) * 2))
    >>> len(d), [(int(x), int(y)) for x, y in d]
    (3, [(0, 0), (1, 2), (2, 4)])
    >>> d.batch(2)[1]
    (array([2]), array([4]))
    """

    def __init__(self, arrays: Any):
        self.arrays = arrays
        parts = arrays if isinstance(arrays, tuple) else (arrays,)
        self._size = check_lengths(**{name: a for i, part in enumerate(parts) for name, a in leaves(part, f"part {i}")})

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, index: Any) -> Any:
        """Return the sample at an index, or the samples of a slice."""
        return map_leaves(lambda a: a[index], self.arrays)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def batch(self, batch_size: int) -> PyDataset:
        """Return a dataset of whole batches.

        >>> len(ArrayDataset(np.zeros(5)).batch(2))
        3
        """
        return _Batched(self, batch_size)


class _Batched(PyDataset):
    def __init__(self, samples, batch_size):
        super().__init__()
        self.samples, self.batch_size = samples, batch_size

    def __len__(self):
        return math.ceil(len(self.samples) / self.batch_size)

    def __getitem__(self, index):
        if not 0 <= index < len(self):
            raise IndexError(f"Batch {index} of {len(self)}.")
        return self.samples[index * self.batch_size : (index + 1) * self.batch_size]


def stack(samples: list) -> Any:
    """Join samples, each an array or a tuple (a list counts as one) or dict of arrays, along a new first axis.

    >>> stack([(1, [2, 3]), (4, [5, 6])])
    (array([1, 4]), array([[2, 3], [5, 6]]))
    """
    return join(samples, np.array)


def join(parts: list, combine: Callable[[list], np.ndarray], top: bool = True) -> Any:
    """Make one structure of several that are alike, by combining the arrays at each place.

    >>> join([(1, {"a": 2}), (3, {"a": 4})], sum)
    (4, {'a': 6})
    """
    first = parts[0]
    if not isinstance(first, (list, tuple, Mapping)) or not top and not is_structure(first):
        return combine(parts)
    if any(len(part) != len(first) for part in parts):
        raise ValueError(f"All samples should have as many parts as the first, {len(first)}.")
    entries = [join([part[key] for part in parts], combine, top=False) for key, _ in children(first)]
    return tuple(entries) if top and isinstance(first, list) else like(first, entries)
