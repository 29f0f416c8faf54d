"""`tf.sets`: rows as sets.

>>> from minikeras.compat.tensorflow.sparse import to_dense
>>> to_dense(intersection([[1, 2, 3]], [[2, 3, 4]])).numpy()
array([[2, 3]], dtype=int32)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.compat.tensorflow._tools import absent, exported, raw
from minikeras.compat.tensorflow.sparse import SparseTensor, to_dense


def _rows(x: Any) -> list:
    if isinstance(x, SparseTensor):
        where, values = raw(x.indices)[:, 0], raw(x.values)
        return [values[where == i] for i in range(x.shape[0])]
    return list(raw(to_dense(x)))


def _each_row(function: Any, a: Any, b: Any) -> SparseTensor:
    rows = [function(x, y) for x, y in zip(_rows(a), _rows(b))]
    where = [(i, j) for i, row in enumerate(rows) for j in range(len(row))]
    values = np.concatenate(rows) if rows else np.zeros(0)
    return SparseTensor(np.array(where).reshape(-1, 2), values, [len(rows), max(map(len, rows), default=0)])


def intersection(a: Any, b: Any, validate_indices: bool = True) -> SparseTensor:
    """What is in both."""
    return _each_row(np.intersect1d, a, b)


def union(a: Any, b: Any, validate_indices: bool = True) -> SparseTensor:
    """What is in one of them."""
    return _each_row(np.union1d, a, b)


def difference(a: Any, b: Any, aminusb: bool = True, validate_indices: bool = True) -> SparseTensor:
    """What is in the one and not in the other."""
    return _each_row(np.setdiff1d, *((a, b) if aminusb else (b, a)))


def size(a: Any, validate_indices: bool = True) -> Any:
    """How many elements each row has."""
    return np.array([len(np.unique(row)) for row in _rows(a)], "int32")


__all__ = exported(globals())
__getattr__ = absent("tf.sets", globals())
