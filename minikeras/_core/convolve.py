"""Convolution and its two gradients, in one, two and three dimensions alike.

    y[n, o, f] = Σ_t Σ_c x[n, s·o + d·t − p, c] · w[t, c, f]      t: tap of the kernel, s: stride, d: dilation, p: padding

is linear in x and in w, and so are its gradients in theirs, which closes the circle: each of the three functions here has the
other two for derivatives, so gradients of gradients need nothing new.

    y  = convolve(x, w)                        ∂/∂x: convolve_transpose(·, w)      ∂/∂w: convolve_kernel(x, ·)
    dx = convolve_transpose(dy, w, sizes)      ∂/∂dy: convolve(·, w)               ∂/∂w: convolve_kernel(·, dy)
    dw = convolve_kernel(x, dy, window)        ∂/∂x: convolve_transpose(dy, ·)     ∂/∂dy: convolve(x, ·)

Two ways lead to a product of matrices, BLAS' own work. *Gather*: copy what each window sees into a row of a matrix, then
one product. *Scatter*: one product for each tap, added where the tap points. Where strides are 1 each of them can do the
other's work by a kernel turned around, and the cheaper one does: to gather moves as many numbers as the channels that come
in, to scatter as many as those that go out. Both go block by block, in the cache; no matrix of all windows ever exists. Where
there is much to do, the samples are shared among the cores.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from minikeras._core.depthwise import depthwise, depthwise_kernel, depthwise_transpose
from minikeras._core.threads import cut, share
from minikeras._core.windows import Geometry, block_sizes, geometry, overlap, padded_blocks, windows

#: What it costs to copy a number into a matrix, to add one up, and to add one up where they are few, in multiply-adds.
COPIED, ADDED, ADDED_FEW = 10, 34, 100
#: Runs of fewer neighbouring numbers than this are copied faster along the axes of space than along the channels.
SHORT = 12


def convolve(
    x: np.ndarray,
    kernel: np.ndarray,
    strides: Any = 1,
    padding: Any = "valid",
    dilation_rate: Any = 1,
    groups: int = 1,
    data_format: str = "channels_last",
    bias: np.ndarray | None = None,
) -> np.ndarray:
    """Slide a kernel over x (without turning it around, as everywhere in deep learning).

    Args:
        x: ``(batch, *sizes, channels)``, or ``(batch, channels, *sizes)`` with ``data_format="channels_first"``.
        kernel: ``(*window, channels / groups, filters)``.
        strides, dilation_rate: one integer, or one for each axis of space.
        padding: ``"valid"``, ``"same"``, ``"causal"``, or a pair (before, after) for each axis.
        groups: in how many groups the channels fall; each has its share of the filters.
        data_format: where the channels stand.
        bias: one number for each filter, added.

    >>> convolve(np.array([[[1.0], [2.0], [4.0]]]), np.array([[[1.0]], [[-1.0]]]), padding="same").ravel()
    array([-1., -2.,  4.])
    """
    dtype = np.result_type(x, kernel)
    x, kernel = channels_last(x, data_format), kernel.astype(dtype, copy=False)
    g = geometry(x.shape[1:-1], kernel.shape[:-2], strides, padding, dilation_rate)
    y, out = _empty((len(x), *g.out, kernel.shape[-1]), dtype, data_format)

    def some(part):
        if groups > 1 and kernel.shape[-2] == 1:
            return depthwise(x[part], kernel, out[part], g)
        for c, f in _groups(groups, x.shape[-1], kernel.shape[-1]):
            if max(g.strides) == 1 and not g.plain and _scatter_pays(kernel.shape[-2], kernel.shape[-1] // groups, g):
                _scatter(x[part][..., c], _turned(kernel[..., f]), out[part][..., f], g.mirrored())
            else:
                _gather(x[part][..., c], kernel[..., f], out[part][..., f], g)

    share(cut(len(x), _cost(out, kernel)), some)
    if bias is not None:
        _add(bias, y, out)
    return y


def convolve_transpose(
    dy: np.ndarray,
    kernel: np.ndarray,
    sizes: tuple,
    strides: Any = 1,
    padding: Any = "valid",
    dilation_rate: Any = 1,
    groups: int = 1,
    data_format: str = "channels_last",
) -> np.ndarray:
    """∂L/∂x of `convolve` from ∂L/∂y: each number of dy, times the kernel, is added where its window stood.

    Args:
        dy: of the shape of y.
        sizes: of x, along the axes of space: strides leave open how far the input went.
        kernel, strides, padding, dilation_rate, groups, data_format: as those of `convolve`.

    >>> convolve_transpose(np.array([[[1.0], [2.0]]]), np.array([[[1.0]], [[10.0]]]), (4,), strides=2).ravel()
    array([ 1., 10.,  2., 20.])
    """
    dtype = np.result_type(dy, kernel)
    dy, kernel = channels_last(dy, data_format), kernel.astype(dtype, copy=False)
    g = geometry(sizes, kernel.shape[:-2], strides, padding, dilation_rate)
    dx, out = _empty((len(dy), *g.sizes, kernel.shape[-2] * groups), dtype, data_format)

    def some(part):
        if groups > 1 and kernel.shape[-2] == 1:
            return depthwise_transpose(dy[part], kernel, out[part], g)
        for c, f in _groups(groups, out.shape[-1], kernel.shape[-1]):
            if g.plain or max(g.strides) == 1 and not _scatter_pays(kernel.shape[-1] // groups, kernel.shape[-2], g.mirrored()):
                _gather(dy[part][..., f], _turned(kernel[..., f]), out[part][..., c], g.mirrored())
            else:
                _scatter(dy[part][..., f], kernel[..., f], out[part][..., c], g)

    share(cut(len(dy), _cost(dy, kernel)), some)
    return dx


def convolve_kernel(
    x: np.ndarray,
    dy: np.ndarray,
    window: tuple,
    strides: Any = 1,
    padding: Any = "valid",
    dilation_rate: Any = 1,
    groups: int = 1,
    data_format: str = "channels_last",
    out: np.ndarray | None = None,
) -> np.ndarray:
    """∂L/∂w of `convolve` from x and ∂L/∂y: ∂L/∂w[t, c, f] = Σ_n Σ_o x[n, s·o + d·t − p, c] · ∂L/∂y[n, o, f].

    Args:
        x, dy: of the shapes of x and y.
        window: the number of taps along each axis of space.
        strides, padding, dilation_rate, groups, data_format: as those of `convolve`.
        out: where the gradient is written to; a new array by default.

    >>> convolve_kernel(np.array([[[1.0], [2.0], [4.0]]]), np.array([[[1.0], [1.0]]]), (2,)).ravel()
    array([3., 6.])
    """
    x, dy = channels_last(x, data_format), channels_last(dy, data_format)
    g = geometry(x.shape[1:-1], window, strides, padding, dilation_rate)
    shape = (*g.window, x.shape[-1] // groups, dy.shape[-1])
    if out is None:
        out = np.empty(shape, np.result_type(x, dy))
    if groups > 1 and shape[-2] == 1:
        depthwise_kernel(x, dy, out, g)
        return out
    parts = cut(len(x), float(dy.size) * math.prod(shape[:-1]))
    totals = [out, *np.empty((len(parts) - 1, *shape), out.dtype)]  # one for each part of the samples

    def some(number):
        part, total = parts[number], totals[number]
        for c, f in _groups(groups, x.shape[-1], dy.shape[-1]):
            if max(g.strides) == 1 and math.prod(g.sizes) * shape[-1] < math.prod(g.out) * shape[-2] * groups:
                _turned(total[..., f])[...] = _correlate(dy[part][..., f], x[part][..., c], g.mirrored(), None)
            else:
                _correlate(x[part][..., c], dy[part][..., f], g, total[..., f])

    share(range(len(parts)), some)
    for total in totals[1:]:
        out += total
    return out


def channels_last(x: np.ndarray, data_format: str) -> np.ndarray:
    """A view of x with the channels at the end.

    >>> channels_last(np.zeros((2, 3, 8, 9)), "channels_first").shape
    (2, 8, 9, 3)
    """
    return x if data_format == "channels_last" else np.moveaxis(x, 1, -1)


def _empty(shape: tuple, dtype: Any, data_format: str) -> tuple[np.ndarray, np.ndarray]:
    """An array that lies as `data_format` says, and its view with the channels at the end."""
    if data_format == "channels_last":
        y = np.empty(shape, dtype)
        return y, y
    y = np.empty((shape[0], shape[-1], *shape[1:-1]), dtype)
    return y, np.moveaxis(y, 1, -1)


def _cost(y: np.ndarray, kernel: np.ndarray) -> float:
    """The multiply-adds of a convolution."""
    return float(y.size) * math.prod(kernel.shape[:-1])


def _groups(groups: int, channels: int, filters: int) -> Iterator[tuple[slice, slice]]:
    c, f = channels // groups, filters // groups
    return ((slice(i * c, i * c + c), slice(i * f, i * f + f)) for i in range(groups))


def _turned(kernel: np.ndarray) -> np.ndarray:
    """The kernel that goes back: turned around in space, channels and filters exchanged."""
    return kernel[(slice(None, None, -1),) * (kernel.ndim - 2)].swapaxes(-1, -2)


def _scatter_pays(channels: int, filters: int, g: Geometry) -> bool:
    """Whether to go from ``channels`` to ``filters``, at stride 1, costs less by scattering."""
    inputs, outputs = math.prod(g.sizes), math.prod(g.out)
    added = ADDED if filters >= SHORT else ADDED_FEW
    return inputs * filters * (channels + added) < outputs * channels * (filters + COPIED)


def _add(bias: np.ndarray, y: np.ndarray, last: np.ndarray) -> None:
    """y += b, by rows of images, which are longer than the channels."""
    if y is not last:
        last += bias
        return
    y = y.reshape(-1, math.prod(y.shape[-2:]))
    y += np.tile(bias, y.shape[-1] // len(bias))


def _few(x: np.ndarray, g: Geometry) -> bool:
    """Whether windows are copied along the axes of space: where channels stand first, or runs along them are short."""
    run = x.shape[-1] * (g.window[-1] if g.dilation[-1] == 1 else 1)
    return run < SHORT or x.strides[-1] > x.strides[-2]


def _columns(x: np.ndarray, g: Geometry, few: bool, dtype: Any, others: int) -> Iterator[tuple[tuple, np.ndarray]]:
    """Block after block of outputs, with its matrix of windows: (taps · channels, outputs) if ``few``, else transposed."""
    k, rank = math.prod(g.window) * x.shape[-1], len(g.window)
    if g.plain and x.flags.c_contiguous:
        rows = x.reshape(-1, k).astype(dtype, copy=False)
        yield (slice(None), slice(None)), rows.T if few else rows
        return
    samples, rows = block_sizes(len(x), g.out[0], math.prod(g.out[1:]) * max(k, others))
    buffer = np.empty(samples * rows * math.prod(g.out[1:]) * k, dtype)
    taps_first = (*range(rank + 1, 2 * rank + 2), *range(rank + 1))
    for where, block in padded_blocks(x, g.pads, samples, dtype):
        seen = windows(block, g)
        for j in range(0, g.out[0], rows):
            part = seen[:, j : j + rows]
            matrix = buffer[: part.size]
            if few:
                part = part.transpose(taps_first)
            np.copyto(matrix.reshape(part.shape), part)
            yield (where, slice(j, j + rows)), matrix.reshape((k, -1) if few else (-1, k))


def _gather(x: np.ndarray, kernel: np.ndarray, y: np.ndarray, g: Geometry) -> None:
    """Write the convolution into y: y = columns · w."""
    w, few = kernel.reshape(-1, kernel.shape[-1]), _few(x, g)
    for where, columns in _columns(x, g, few, w.dtype, w.shape[-1]):
        part = y[where]
        if part.flags.c_contiguous:
            np.dot(columns.T if few else columns, w, out=part.reshape(-1, w.shape[-1]))
        elif few:
            part[...] = np.moveaxis(np.dot(w.T, columns).reshape(-1, *part.shape[:-1]), 0, -1)
        else:
            part[...] = np.dot(columns, w).reshape(part.shape)


def _correlate(x: np.ndarray, dy: np.ndarray, g: Geometry, out: np.ndarray | None) -> np.ndarray:
    """Write the kernel's gradient into ``out``: ∂L/∂w = columnsᵀ · ∂L/∂y, summed over the blocks."""
    few, dtype = _few(x, g), np.result_type(x, dy)
    fits = out is not None and out.flags.c_contiguous and out.dtype == dtype
    total = (out if fits else np.empty((*g.window, x.shape[-1], dy.shape[-1]), dtype)).reshape(-1, dy.shape[-1])
    first = True
    for where, columns in _columns(x, g, few, dtype, dy.shape[-1]):
        share = np.dot(columns if few else columns.T, _rows(dy[where]), out=total if first else None)
        if not first:
            total += share
        first = False
    if first:  # no samples
        total[...] = 0
    if out is None or fits:
        return total.reshape(*g.window, x.shape[-1], dy.shape[-1])
    out[...] = total.reshape(out.shape)
    return out


def _rows(y: np.ndarray) -> np.ndarray:
    """``(batch, *sizes, channels)`` as a matrix (positions, channels), its columns together in memory if they are so in y."""
    if y.strides[-1] > y.strides[-2]:
        return np.moveaxis(y, -1, 0).reshape(y.shape[-1], -1).T
    return y.reshape(-1, y.shape[-1])


def _scatter(dy: np.ndarray, kernel: np.ndarray, dx: np.ndarray, g: Geometry) -> None:
    """Write the transposed convolution into dx: for each tap, dx[where it points] += ∂L/∂y · w[t]ᵀ."""
    taps = list(itertools.product(*map(range, g.window)))
    w = kernel.reshape(len(taps), *kernel.shape[-2:])
    channels, filters = w.shape[1:]
    few = channels < SHORT or dx.strides[-1] > dx.strides[-2]
    at_once = channels * len(taps) if few else channels
    samples, rows = block_sizes(len(dy), g.out[0], math.prod(g.out[1:]) * max(at_once, filters))
    buffer = np.empty(samples * rows * math.prod(g.out[1:]) * at_once, w.dtype)
    dx[...] = 0
    for i, j in itertools.product(range(0, len(dy), samples), range(0, g.out[0], rows)):
        part, into = dy[i : i + samples, j : j + rows], dx[i : i + samples]
        m, shape = _rows(part).astype(w.dtype, copy=False), part.shape[:-1]
        product = buffer[: len(m) * at_once].reshape((at_once, -1) if few else (-1, channels))
        if few:
            np.dot(w.reshape(-1, filters), m.T, out=product)
            shares = np.moveaxis(product.reshape(len(taps), channels, *shape), 1, -1)
        for number, tap in enumerate(taps):
            share = shares[number] if few else np.dot(m, w[number].T, out=product).reshape(*shape, channels)
            shifts = [d * t - lo for d, t, (lo, _) in zip(g.dilation, tap, g.pads)]
            shifts[0] += g.strides[0] * j
            to, of = zip(*map(overlap, g.sizes, shape[1:], g.strides, shifts))
            into[(slice(None), *to)] += share[(slice(None), *of)]
