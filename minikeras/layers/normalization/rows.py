"""Arrays as matrices whose columns or rows are normalized, and fast sums over them."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from minikeras.layers.sums import ones


@lru_cache(256)
def fold(rows: int, columns: int, matrices: int = 1) -> int:
    """How many rows of large, narrow matrices to lay side by side, so that NumPy's inner loops get long enough.

    >>> fold(64, 32), fold(43264, 32), fold(676, 32, 64)
    (1, 16, 13)
    """
    if rows * columns * matrices < 1 << 16 or not 0 < columns <= 128:
        return 1
    return next((k for k in range(min(512 // columns, rows), 1, -1) if rows % k == 0), 1)


def tile(vector: np.ndarray, times: int) -> np.ndarray:
    """Copies of a vector, one after the other, as many as rows were laid side by side.

    >>> tile(np.array([1.0, 2.0]), 2).tolist()
    [1.0, 2.0, 1.0, 2.0]
    """
    return vector if times == 1 else np.broadcast_to(vector, (times, len(vector))).reshape(-1)


def column_sums(rows: np.ndarray, times: int = 1) -> np.ndarray:
    """The sum of each column, and of the ``times`` columns that belong to the same feature.

    >>> column_sums(np.array([[1.0, 2.0, 3.0, 4.0]]), 2).tolist()
    [4.0, 6.0]
    """
    sums = np.dot(ones(rows), rows)  # as a product: up to four times faster than sum()
    return sums if times == 1 else np.add.reduce(sums.reshape(times, -1), 0)


def row_means(rows: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """The mean of each row, of rows · weights where there are some, as a column.

    >>> row_means(np.array([[1.0, 3.0]])).tolist(), row_means(np.array([[1.0, 3.0]]), np.array([0.0, 1.0])).tolist()
    ([[2.0]], [[1.5]])
    """
    means = np.dot(rows, ones(rows.T) if weights is None else weights)
    means *= 1.0 / max(rows.shape[1], 1)
    return means[:, None]


def row_squares(rows: np.ndarray) -> np.ndarray:
    """The mean square of each row, as a column.

    >>> row_squares(np.array([[1.0, 3.0]])).tolist()
    [[5.0]]
    """
    means = np.einsum("ij,ij->i", rows, rows)
    means *= 1.0 / max(rows.shape[1], 1)
    return means[:, None]


def axes_in(axis: int | list[int], ndim: int) -> tuple[int, ...]:
    """The axes that an argument names, counted from 0 and in order, in an array of so many axes.

    >>> axes_in(-1, 3), axes_in([-1, 1], 3)
    ((2,), (1, 2))
    """
    return (axis % ndim,) if isinstance(axis, int) else tuple(sorted({i % ndim for i in axis}))


def to_rows(x: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """Lay an array out with the given axes (from 0 up, in order) as rows; half precision becomes float32 for the sums.

    >>> to_rows(np.array([[1.0, 2.0], [3.0, 4.0]]), (0,)).tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    if x.dtype.itemsize == 2:
        x = x.astype("float32")
    if x.ndim == 2 and axes == (1,):
        return x
    n, last = len(axes), tuple(range(x.ndim - len(axes), x.ndim))
    size = math.prod(x.shape[axis] for axis in axes)
    x = x if axes == last else np.moveaxis(x, axes, last)
    return x.reshape(math.prod(x.shape[:-n]), size)


def from_rows(rows: np.ndarray, like: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """Give rows the layout and the precision of the array they come from: `to_rows` undone.

    >>> x = np.arange(6.0).reshape(1, 2, 3)
    >>> from_rows(to_rows(x, (1,)), x, (1,)).tolist() == x.tolist()
    True
    """
    if rows.dtype != like.dtype:
        rows = rows.astype(like.dtype)
    if rows.shape == like.shape and axes == (1,):
        return rows
    last = tuple(range(like.ndim - len(axes), like.ndim))
    if axes == last:
        return rows.reshape(like.shape)
    shape = [n for axis, n in enumerate(like.shape) if axis not in axes] + [like.shape[axis] for axis in axes]
    return np.moveaxis(rows.reshape(shape), last, axes)
