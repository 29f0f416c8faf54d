"""Convolution of each channel by itself: the case of `convolve` with as many groups as channels.

There is nothing here for a product of matrices to do. Instead, neighbours in the last axis of space and the channels are
taken together as one long axis p, along which a tap is a shift, and the sum over the taps is one call:

    y[n, o, p] = Σ_i Σ_j x[n, s·o + d·i, j, p] · w[i, j, p]          i: the other axes' taps, j: the last axis' taps
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import as_strided

from minikeras._core.windows import Geometry, block_sizes, padded_blocks, spread


def depthwise(x: np.ndarray, kernel: np.ndarray, y: np.ndarray, g: Geometry) -> None:
    """Write the convolution of x ``(batch, *sizes, channels)`` with kernel ``(*window, 1, channels · m)`` into y.

    >>> from minikeras._core.windows import geometry
    >>> y, g = np.empty((1, 1, 2)), geometry((2,), (2,), 1, "valid", 1)
    >>> depthwise(np.array([[[1.0, 2.0], [3.0, 4.0]]]), np.ones((2, 1, 2)), y, g); y.tolist()
    [[[4.0, 6.0]]]
    """
    x, filters = _repeated(x, kernel.shape[-1]), kernel.shape[-1]
    w = _along(kernel.reshape(*g.window, filters), g)
    runs, taps, batch = _letters(g)
    for where, seen in _seen(x, g, y.dtype):
        part = y[where]
        if part.flags.c_contiguous:
            np.einsum(seen, [*batch, *taps, runs], w, [*taps, runs], [*batch, runs], out=part.reshape(*part.shape[:-2], -1))
        else:
            part[...] = np.einsum(seen, [*batch, *taps, runs], w, [*taps, runs], [*batch, runs]).reshape(part.shape)


def depthwise_transpose(dy: np.ndarray, kernel: np.ndarray, dx: np.ndarray, g: Geometry) -> None:
    """Write ∂L/∂x into dx: a convolution of ∂L/∂y, spread out by the strides, with the kernel turned around.

    >>> from minikeras._core.windows import geometry
    >>> dx, g = np.empty((1, 2, 2)), geometry((2,), (2,), 1, "valid", 1)
    >>> depthwise_transpose(np.ones((1, 1, 2)), np.array([[[1.0, 2.0]], [[3.0, 4.0]]]), dx, g); dx.tolist()
    [[[1.0, 2.0], [3.0, 4.0]]]
    """
    turned = kernel[(slice(None, None, -1),) * len(g.window)]
    multiplier = dy.shape[-1] // dx.shape[-1]
    if multiplier == 1:
        depthwise(spread(dy, g.strides), turned, dx, g.mirrored())
        return
    wide = np.empty((*dx.shape[:-1], dy.shape[-1]), dx.dtype)
    depthwise(spread(dy, g.strides), turned, wide, g.mirrored())
    np.add(wide[..., 0::multiplier], wide[..., 1::multiplier], out=dx)
    for j in range(2, multiplier):
        dx += wide[..., j::multiplier]


def depthwise_kernel(x: np.ndarray, dy: np.ndarray, out: np.ndarray, g: Geometry) -> None:
    """Write ∂L/∂w into out: the products of what a tap sees and ∂L/∂y, summed over batch and space.

    >>> from minikeras._core.windows import geometry
    >>> out, g = np.empty((2, 1, 2)), geometry((2,), (2,), 1, "valid", 1)
    >>> depthwise_kernel(np.array([[[1.0, 2.0], [3.0, 4.0]]]), np.ones((1, 1, 2)), out, g); out.tolist()
    [[[1.0, 2.0]], [[3.0, 4.0]]]
    """
    x, filters = _repeated(x, dy.shape[-1]), dy.shape[-1]
    runs, taps, batch = _letters(g)
    total = np.zeros((*g.window, g.out[-1] * filters), np.result_type(x, dy))
    for where, seen in _seen(x, g, total.dtype):
        part = np.ascontiguousarray(dy[where])
        part = part.reshape(*part.shape[:-2], -1)
        total += np.einsum(seen, [*batch, *taps, runs], part, [*batch, runs], [*taps, runs])
    out[...] = total.reshape(*g.window, g.out[-1], filters).sum(-2).reshape(out.shape)


def _letters(g: Geometry) -> tuple[int, list, list]:
    """The indices of einsum: p, the taps, and samples with the other axes of space."""
    rank = len(g.window)
    return 0, list(range(1, rank + 1)), list(range(rank + 1, 2 * rank + 1))


def _repeated(x: np.ndarray, filters: int) -> np.ndarray:
    """x with its channels together in memory, each as often as there are filters for it; faster than np.repeat."""
    multiplier = filters // x.shape[-1]
    if multiplier == 1:
        return np.ascontiguousarray(x)
    wide = np.empty((*x.shape[:-1], filters), x.dtype)
    for j in range(multiplier):
        wide[..., j::multiplier] = x
    return wide


def _along(w: np.ndarray, g: Geometry) -> np.ndarray:
    """Repeat ``(*window, filters)`` for each place of the last axis of space: ``(*window, places · filters)``."""
    wide = np.broadcast_to(w[..., None, :], (*g.window, g.out[-1], w.shape[-1]))
    return wide.reshape(*g.window, -1)


def _seen(x: np.ndarray, g: Geometry, dtype) -> Iterator[tuple[slice, np.ndarray]]:
    """Block after block of samples: what the taps see, ``(samples, *other outputs, *window, places · channels)``."""
    samples, _ = block_sizes(len(x), 1, math.prod(g.out) * x.shape[-1])
    for where, block in padded_blocks(x, g.pads, samples, dtype):
        places, last = g.out[-1], g.strides[-1]
        *outer, step, number = block.strides
        tap = g.dilation[-1] * step
        if last > 1:  # one copy for each tap of the last axis, so that its outputs are neighbours
            starts = [t * g.dilation[-1] for t in range(g.window[-1])]
            block = np.stack([block[..., t::last, :][..., :places, :] for t in starts], axis=-3)
            *outer, tap, _, number = block.strides
        moves = [s * m for s, m in zip(g.strides, outer[1:])]
        steps = [d * m for d, m in zip(g.dilation, outer[1:])]
        shape = (len(block), *g.out[:-1], *g.window, places * block.shape[-1])
        yield where, as_strided(block, shape, (outer[0], *moves, *steps, tap, number), writeable=False)
