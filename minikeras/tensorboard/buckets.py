"""Histograms as TensorBoard draws them."""

from __future__ import annotations

from typing import Any

import numpy as np


def histogram(data: Any, buckets: int | None = None) -> np.ndarray:
    """Count numbers in intervals of equal width between the least and the greatest.

    Where all are equal, the last interval has them all. What is not finite, is not counted.

    Args:
        data: numbers, of any shape.
        buckets: how many intervals, 30 by default.

    Returns:
        float64 array of shape ``(buckets, 3)``: left edge, right edge, count.

    >>> histogram([0, 1, 1, 4], buckets=2).tolist()
    [[0.0, 2.0, 3.0], [2.0, 4.0, 1.0]]
    """
    buckets = 30 if buckets is None else max(0, int(buckets))
    data = np.asarray(data, "float64").ravel()
    finite = np.isfinite(data)
    data = data if finite.all() else data[finite]
    result = np.zeros((buckets, 3))
    if not buckets or not data.size:
        return result
    low, high = data.min(), data.max()
    if low == high:
        result[:, :2] = low
        result[-1, 2] = data.size
        return result
    edges = np.linspace(low, high, buckets + 1)
    where = ((data - low) / ((high - low) / buckets)).astype("int64")
    np.minimum(where, buckets - 1, out=where)
    result[:, 0], result[:, 1] = edges[:-1], edges[1:]
    result[:, 2] = np.bincount(where, minlength=buckets)
    return result
