"""Resizing along one axis as a matrix: each output is a weighted mean of the inputs around it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np


def _triangle(t: np.ndarray) -> np.ndarray:
    return np.maximum(1.0 - t, 0.0)


def _cubic(t: np.ndarray) -> np.ndarray:
    """Keys' cubic with a = -1/2."""
    near, far = (1.5 * t - 2.5) * t * t + 1.0, ((-0.5 * t + 2.5) * t - 4.0) * t + 2.0
    return np.where(t < 1.0, near, np.where(t < 2.0, far, 0.0))


def _lanczos(radius: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda t: np.where(t < radius, np.sinc(t) * np.sinc(t / radius), 0.0)


#: name -> weight of an input at distance t ≥ 0, in inputs
KERNELS = {"bicubic": _cubic, "bilinear": _triangle, "lanczos3": _lanczos(3.0), "lanczos5": _lanczos(5.0)}


@lru_cache(64)
def resample_matrix(length: int, count: int, kernel: str) -> np.ndarray:
    """The matrix (count, length) that resizes an axis to at least its length. Read only, float64.

    Output i stands at (i + ½) length / count - ½ between the inputs; weights by distance, divided by their sum.

    >>> resample_matrix(2, 4, "bilinear").tolist()
    [[1.0, 0.0], [0.75, 0.25], [0.25, 0.75], [0.0, 1.0]]
    """
    at = (np.arange(count) + 0.5) * (length / count) - 0.5
    weights = KERNELS[kernel](np.abs(at[:, None] - np.arange(length)))
    weights /= np.add.reduce(weights, 1, keepdims=True)
    weights.flags.writeable = False
    return weights


def along(matrix: np.ndarray, x: np.ndarray, axis: int) -> np.ndarray:
    """Multiply a matrix onto one axis of an array.

    >>> along(np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([[1.0, 2.0], [3.0, 4.0]]), 0).tolist()
    [[3.0, 4.0], [1.0, 2.0]]
    """
    matrix = matrix.astype(x.dtype, copy=False)
    shape, n = x.shape, x.shape[axis]
    before = int(np.prod(shape[:axis]))
    after = int(np.prod(shape[axis + 1 :]))
    y = np.matmul(matrix, x.reshape(before, n, after))
    return y.reshape(*shape[:axis], len(matrix), *shape[axis + 1 :])
