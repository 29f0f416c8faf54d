"""The gradient of an embedding: rows added up where their integers say."""

from __future__ import annotations

import numpy as np

from minikeras.fast.buffers import ready
from minikeras.fast.compiling import kernel

F = np.float32


def takes(values: np.ndarray, out: np.ndarray) -> bool:
    """Whether the kernel knows this case."""
    return values.dtype == out.dtype == F


def sum_rows(ids: np.ndarray, values: np.ndarray, out: np.ndarray, each: int) -> None:
    """Write into each row of `out` the sum of those rows of `values` that stand at the places of its number; else 0.

    Args:
        ids: integers from 0 to len(out) - 1.
        values: one row for every `each` of them.
        out: what is overwritten.
        each: how many neighbouring integers share a row.
    """
    _sum_rows(np.array(ids, np.int64), ready(values), out, each)


@kernel
def _sum_rows(ids, values, out, each):
    out[:] = F(0.0)
    for k in range(ids.size):
        _add(values[k // each], out[ids[k]])


@kernel
def _add(a, total):
    for j in range(a.size):
        total[j] += a[j]
