"""Arrays that travel as one dataset of samples: what `keras.utils.split_dataset` returns."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from minikeras.data.convert import check_lengths
from minikeras.data.py_dataset import PyDataset


class ArrayDataset:
    """Samples of one array, or of a tuple of arrays of one length. `fit` takes it, and batches it by `batch_size`.

    Args:
        arrays: an array, or a tuple such as ``(x, y)``.

    >>> d = ArrayDataset((np.arange(3), np.arange(3) * 2))
    >>> len(d), [(int(x), int(y)) for x, y in d]
    (3, [(0, 0), (1, 2), (2, 4)])
    >>> d.batch(2)[1]
    (array([2]), array([4]))
    """

    def __init__(self, arrays: Any):
        parts = arrays if isinstance(arrays, tuple) else (arrays,)
        self.arrays = arrays
        self._size = check_lengths(**{f"part {i}": a for i, a in enumerate(parts)})

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, index: Any) -> Any:
        """Return the sample at an index, or the samples of a slice."""
        return tuple(a[index] for a in self.arrays) if isinstance(self.arrays, tuple) else self.arrays[index]

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
    """Join samples, each an array or a tuple of arrays, along a new first axis.

    >>> stack([(1, [2, 3]), (4, [5, 6])])
    (array([1, 4]), array([[2, 3], [5, 6]]))
    """
    if isinstance(samples[0], (tuple, list)):
        return tuple(np.array(part) for part in zip(*samples, strict=True))
    return np.array(samples)
