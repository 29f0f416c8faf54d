"""Batch normalization of large batches: two passes for the statistics, one for the output, two for the gradients.

All arrays are matrices, a row for each place, a column for each feature. Sums are taken over a few rows in float32, over these
sums in float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.threads import cut, share
from minikeras.fast.buffers import empty, ready
from minikeras.fast.compiling import kernel

F = np.float32
LARGE, FEW = 1 << 15, 16  # numbers, and features, from which on it pays
NUMBER = 16.0  # what a number costs that is looked at, in multiply-adds: it comes from far memory
ROWS = 64


def takes(layer: Any, x: np.ndarray) -> bool:
    """Whether the kernels know this case."""
    known = layer.axis in (-1, x.ndim - 1) and not layer.renorm and x.dtype == layer.moving_mean.value.dtype == F
    return known and x.size >= LARGE and x.shape[-1] >= FEW


def rows(x: np.ndarray) -> np.ndarray:
    """An array as such a matrix."""
    return ready(x.reshape(-1, x.shape[-1]))


def moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean and the variance of each column: μ = Σ x / n, σ² = Σ (x - μ)² / n."""
    mean = (_over(_sum, x)[0] / len(x)).astype(F)
    return mean, (_over(_squares, x, mean)[0] / len(x)).astype(F)


def line(x: np.ndarray, mean: np.ndarray, slope: np.ndarray, offset: np.ndarray | None) -> np.ndarray:
    """y = (x - μ) · slope + offset."""
    y = empty(x.shape)
    offset = np.zeros_like(mean) if offset is None else offset
    share(_parts(x), lambda part: _line(x[part], mean, slope, offset, y[part]))
    return y


def products(delta: np.ndarray, x: np.ndarray, mean: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Σ δ (x - μ) and Σ δ of each column."""
    along, total = _over(_products, delta, x, mean).astype(F)
    return along, total


def back(delta: np.ndarray, x: np.ndarray, mean: np.ndarray, slope: np.ndarray, total: Any, along: Any) -> np.ndarray:
    """∂L/∂x = slope · (δ - total - (x - μ) · along)."""
    dx = empty(x.shape)
    share(_parts(x), lambda part: _back(delta[part], x[part], mean, slope, total, along, dx[part]))
    return dx


def _parts(x: np.ndarray) -> list[slice]:
    return cut(len(x), NUMBER * x.size)


def _over(function: Any, x: np.ndarray, *others: np.ndarray) -> np.ndarray:
    """Two sums of each column, of all parts of the rows."""
    parts = _parts(x)
    sums = np.zeros((len(parts), 2, x.shape[1]))

    def some(i):
        function(x[parts[i]], *(other if other.ndim == 1 else other[parts[i]] for other in others), sums[i])

    share(range(len(parts)), some)
    return sums.sum(axis=0)


@kernel
def _sum(x, sums):
    part = np.empty(x.shape[1], F)
    for first in range(0, len(x), ROWS):
        part[:] = F(0.0)
        for k in range(first, min(first + ROWS, len(x))):
            for j in range(part.size):
                part[j] += x[k, j]
        for j in range(part.size):
            sums[0, j] += part[j]


@kernel
def _squares(x, mean, sums):
    part = np.empty(x.shape[1], F)
    for first in range(0, len(x), ROWS):
        part[:] = F(0.0)
        for k in range(first, min(first + ROWS, len(x))):
            for j in range(part.size):
                part[j] += (x[k, j] - mean[j]) * (x[k, j] - mean[j])
        for j in range(part.size):
            sums[0, j] += part[j]


@kernel
def _line(x, mean, slope, offset, y):
    for k in range(len(x)):
        for j in range(mean.size):
            y[k, j] = (x[k, j] - mean[j]) * slope[j] + offset[j]


@kernel
def _products(delta, x, mean, sums):
    along, total = np.empty(x.shape[1], F), np.empty(x.shape[1], F)
    for first in range(0, len(x), ROWS):
        along[:], total[:] = F(0.0), F(0.0)
        for k in range(first, min(first + ROWS, len(x))):
            for j in range(mean.size):
                along[j] += delta[k, j] * (x[k, j] - mean[j])
                total[j] += delta[k, j]
        for j in range(mean.size):
            sums[0, j] += along[j]
            sums[1, j] += total[j]


@kernel
def _back(delta, x, mean, slope, total, along, dx):
    for k in range(len(x)):
        for j in range(mean.size):
            dx[k, j] = slope[j] * (delta[k, j] - total[j] - (x[k, j] - mean[j]) * along[j])
