"""Pooling of images in one pass: each window's maximum and where it stood, or its mean; and the ways back."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras._core.threads import cut, share
from minikeras.fast.buffers import empty
from minikeras.fast.compiling import kernel
from minikeras.fast.convolution import plane

F = np.float32
FEW = 8  # channels below which the loops over them are not worth it
NUMBER = 16.0  # what a number costs that is looked at, in multiply-adds: it comes from far memory


class Pooling:
    """Windows over images that these kernels know.

    Args:
        layer: with `pool_size`, `strides`, `padding`.
        x: a batch for it.
    """

    __slots__ = ("shape", "out", "sizes")

    def __init__(self, layer: Any, x: np.ndarray):
        self.shape, self.out = x.shape, layer.compute_output_shape(x.shape)
        axes = list(zip(x.shape[1:-1], self.out[1:-1], layer.pool_size, layer.strides))
        same = layer.padding == "same"
        before = [max((count - 1) * stride + size - n, 0) // 2 * same for n, count, size, stride in axes]
        rank = len(axes)
        self.sizes = (1, *layer.pool_size)[rank - 1 :], (1, *layer.strides)[rank - 1 :], (0, *before)[rank - 1 :]

    def over(self, function: Any, *arrays: np.ndarray) -> None:
        """Run a kernel, some images on each core."""
        planes = [plane(array) for array in arrays]
        parts = cut(self.shape[0], NUMBER * math.prod(self.shape))
        share(parts, lambda part: function(*(each[part] for each in planes), *self.sizes))

    def largest(self, x: np.ndarray) -> np.ndarray:
        """y = max x over each window."""
        y = empty(self.out)
        self.over(_max, x, y)
        return y

    def largest_back(self, x: np.ndarray, y: np.ndarray, dy: np.ndarray) -> np.ndarray:
        """∂L/∂x = Σ ∂L/∂y · [x is the first maximum of the window]."""
        dx = empty(self.shape)
        self.over(_max_back, x, y, dy, dx)
        return dx

    def mean(self, x: np.ndarray) -> np.ndarray:
        """y = Σ x / n over each window."""
        y = empty(self.out)
        self.over(_mean, x, y)
        return y

    def mean_back(self, dy: np.ndarray) -> np.ndarray:
        """∂L/∂x = Σ ∂L/∂y / n over the windows that x lies in."""
        dx = empty(self.shape)
        self.over(_mean_back, dx, dy)
        return dx


def takes(layer: Any, x: np.ndarray) -> bool:
    """Whether the kernels know this case."""
    known = layer.data_format == "channels_last" and layer.axes < 3 and x.shape[-1] >= FEW
    return known and x.dtype == F and x.size > 0


@kernel
def _max(x, y, size, strides, before):
    (n, rows, columns, _), (_, high, wide, _) = x.shape, y.shape
    for i in range(n):
        y[i] = -np.inf
        for o in range(high):
            top = o * strides[0] - before[0]
            for q in range(wide):
                left = q * strides[1] - before[1]
                for r in range(max(top, 0), min(top + size[0], rows)):
                    for s in range(max(left, 0), min(left + size[1], columns)):
                        _larger(x[i, r, s], y[i, o, q])


@kernel
def _larger(x, y):
    for c in range(x.size):
        a, most = x[c], y[c]
        larger = a if a > most else most
        y[c] = larger if a == a else a  # nan stays


@kernel
def _max_back(x, y, dy, dx, size, strides, before):
    (n, rows, columns, channels), (_, high, wide, _) = dx.shape, dy.shape
    rest, alone = np.empty(channels, F), size[0] <= strides[0] and size[1] <= strides[1]  # no windows meet
    for i in range(n):
        if not (alone and size[0] * high == rows and size[1] * wide == columns):
            dx[i] = F(0.0)
        for o in range(high):
            top = o * strides[0] - before[0]
            for q in range(wide):
                left = q * strides[1] - before[1]
                for c in range(channels):
                    rest[c] = dy[i, o, q, c]
                for r in range(max(top, 0), min(top + size[0], rows)):
                    for s in range(max(left, 0), min(left + size[1], columns)):
                        _give(x[i, r, s], y[i, o, q], rest, alone, dx[i, r, s])


@kernel
def _give(x, y, rest, alone, dx):
    """∂L/∂x += ∂L/∂y · [x is the first maximum], from what is left of ∂L/∂y."""
    if alone:
        for c in range(x.size):
            a, most, d = x[c], y[c], rest[c]
            share = d if a == most else F(0.0)
            dx[c] = share
            rest[c] = d - share
    else:
        for c in range(x.size):
            a, most, d = x[c], y[c], rest[c]
            share = d if a == most else F(0.0)
            dx[c] += share
            rest[c] = d - share


@kernel
def _mean(x, y, size, strides, before):
    (n, rows, columns, _), (_, high, wide, _) = x.shape, y.shape
    for i in range(n):
        y[i] = F(0.0)
        for o in range(high):
            top = o * strides[0] - before[0]
            for q in range(wide):
                left = q * strides[1] - before[1]
                up, down = max(top, 0), min(top + size[0], rows)
                start, stop = max(left, 0), min(left + size[1], columns)
                for r in range(up, down):
                    for s in range(start, stop):
                        _add(x[i, r, s], F(1.0), y[i, o, q])
                share = F(1.0) / F((down - up) * (stop - start))
                for c in range(y.shape[3]):
                    y[i, o, q, c] *= share


@kernel
def _mean_back(dx, dy, size, strides, before):
    (n, rows, columns, _), (_, high, wide, _) = dx.shape, dy.shape
    for i in range(n):
        dx[i] = F(0.0)
        for o in range(high):
            top = o * strides[0] - before[0]
            for q in range(wide):
                left = q * strides[1] - before[1]
                up, down = max(top, 0), min(top + size[0], rows)
                start, stop = max(left, 0), min(left + size[1], columns)
                share = F(1.0) / F((down - up) * (stop - start))
                for r in range(up, down):
                    for s in range(start, stop):
                        _add(dy[i, o, q], share, dx[i, r, s])


@kernel
def _add(a, factor, total):
    for c in range(a.size):
        total[c] += factor * a[c]
