"""Convolutions over one or two axes of space without a copy of the windows: for `tile` they are a matrix as they stand.

    y[n, o, f] = Σ_t Σ_c x[n, s·o + t − p, c] · w[t, c, f] + b[f]      t: tap of the kernel, s: stride, p: padding

and in the same pass over an image bias and ReLU, or on the way back all gradients, while it is in the cache.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras._core.threads import cut, share
from minikeras._core.windows import geometry
from minikeras.fast.buffers import empty, ready
from minikeras.fast.compiling import kernel
from minikeras.fast.tiles import WIDE, add_product, panels, product

F = np.float32
PLACES = 128  # what of δ is done at once; it stays in the nearest cache
FEW = 8  # filters below which tiles of 16 columns are mostly empty
MANY = 256  # channels from which on BLAS is faster


class Convolution:
    """A convolution of float32 images that these kernels know: channels last, one group, no dilation.

    Args:
        layer: with `kernel`, `bias`, `strides`, `padding`.
        x: a batch for it.
    """

    __slots__ = ("layer", "g")

    def __init__(self, layer: Any, x: np.ndarray):
        self.layer = layer
        self.g = geometry(x.shape[1:-1], layer.kernel_size, layer.strides, layer.padding, layer.dilation_rate)

    def forward(self, x: np.ndarray, relu: bool) -> np.ndarray:
        """y = x ∗ w + b, with `relu` max(y, 0)."""
        layer, g, w = self.layer, self.g, self.layer.kernel.value
        y = empty((len(x), *g.out, w.shape[-1]))
        w2, b = panels(w.reshape(-1, w.shape[-1])), np.zeros(w.shape[-1], F) if layer.bias is None else layer.bias.value
        x2, y2 = plane(x), plane(y)

        def some(part):
            _forward(x2[part], w2, b, relu, *_pairs(g), y2[part])

        share(cut(len(x), float(y.size) * len(w2[0])), some)
        return y

    def backward(self, x: np.ndarray, y: np.ndarray, dy: np.ndarray, need_dx: bool, relu: bool) -> np.ndarray | None:
        """Turn ∂L/∂y into ∂L/∂x, with ∂L/∂w and ∂L/∂b written on the way; with `relu` y is max(y, 0)."""
        layer, (channels, filters), taps = self.layer, self.layer.kernel.shape[-2:], math.prod(self.layer.kernel_size)
        dx, w = empty(x.shape) if need_dx else None, layer.kernel.value.reshape(taps, channels, filters)
        planes, dx2 = (plane(x), plane(y), plane(dy)), plane(x[:0] if dx is None else dx)
        w2 = np.concatenate([panels(tap, True) for tap in w]) if need_dx else np.zeros((0, 0, WIDE), F)
        parts = cut(len(x), 2.0 * dy.size * taps * channels)
        grads = np.zeros((len(parts), taps * channels + 1, -(-filters // WIDE) * WIDE), F)

        def some(i):
            part = parts[i]
            parts_of = (plane[part] for plane in planes)
            _backward(*parts_of, relu, w2, *_pairs(self.g), dx2[part], grads[i].reshape(-1), grads.shape[2])

        share(range(len(parts)), some)
        for total in grads[1:]:  # in their order: sums do not depend on who was first
            grads[0] += total
        for variable, total in ((layer.kernel, grads[0, :-1, :filters]), (layer.bias, grads[0, -1, :filters])):
            if variable is not None and variable.trainable:
                variable.grad[...] = total.reshape(variable.shape)
        return dx


def takes(layer: Any, x: np.ndarray) -> bool:
    """Whether the kernels know this case and are faster."""
    known = layer.data_format == "channels_last" and layer.groups == 1 and max(layer.dilation_rate) == 1 and layer.rank < 3
    pays = layer.filters >= FEW and layer.kernel.shape[-2] < MANY
    return known and pays and x.dtype == layer.kernel.value.dtype == F and x.size > 0


def plane(x: np.ndarray) -> np.ndarray:
    """(batch, rows, columns, channels) that lie one behind the other; a series is an image of one row."""
    return ready(x[:, None] if x.ndim == 3 else x)


def _pairs(g: Any) -> tuple:
    """The window, the strides and the padding before, of rows and of columns."""
    rank = len(g.window)
    return (1, *g.window)[rank - 1 :], (1, *g.strides)[rank - 1 :], (0, *(before for before, _ in g.pads))[rank - 1 :]


@kernel
def _forward(x, w, b, relu, window, strides, before, y):
    (n, rows, columns, channels), (_, high, wide, filters), (down, along) = x.shape, y.shape, strides
    height, width = (high - 1) * down + window[0], (wide - 1) * along + window[1]  # of what is seen of an image
    framed, flat = before[0] + before[1] > 0 or height > rows or width > columns, filters == len(w) * WIDE
    frame, leap = np.zeros(height * width * channels if framed else 0, F), (width if framed else columns) * channels
    z = np.empty((wide, len(w) * WIDE), F)
    along_b = np.repeat(b, wide).reshape(filters, wide).T.copy().reshape(-1)  # b for each place of a row
    for i in range(n):
        if framed:
            _frame(x[i], before[0], before[1], frame, width)
        image = frame if framed else x[i].reshape(-1)
        for o in range(high):
            at, run, row = o * down * leap, window[1] * channels, z.shape[1]
            product(wide, image, at, along * channels, leap, run, window[0], w, z.reshape(-1), 0, WIDE, row)
            if flat:
                _finish(z.reshape(-1), along_b, relu, y[i, o].reshape(-1))
            for q in range(0 if flat else wide):
                _finish(z[q], b, relu, y[i, o, q])


@kernel
def _frame(image, top, left, frame, width):
    """Write an image into a frame of so many columns, behind so many rows and columns; as much of it as there is room for."""
    rows, columns, channels = image.shape
    for i in range(min(rows, frame.size // (width * channels) - top)):
        for j in range(min(columns, width - left)):
            at = ((i + top) * width + j + left) * channels
            for c in range(channels):
                frame[at + c] = image[i, j, c]


@kernel
def _finish(z, b, relu, y):
    if relu:
        for f in range(y.size):
            a = z[f] + b[f]
            y[f] = F(0.0) if a <= F(0.0) else a
    else:
        for f in range(y.size):
            y[f] = z[f] + b[f]


@kernel
def _backward(x, y, dy, relu, w, window, strides, before, dx, dw, width):
    """All gradients, some rows of an image at once. dw and w, each tap's wᵀ in panels, are filled up to whole panels."""
    (n, rows, columns, channels), (_, high, wide, filters) = x.shape, y.shape
    tall, long = (high - 1) * strides[0] + window[0], (wide - 1) * strides[1] + window[1]  # what is seen of an image
    framed, block = before[0] + before[1] > 0 or tall > rows or long > columns, min(high, max(1, PLACES // wide))
    frame, leap = np.zeros(tall * long * channels if framed else 0, F), (long if framed else columns) * channels
    wide_back = len(w) // (window[0] * window[1]) * WIDE  # so many channels are a pixel of dx, filled up
    back = np.empty(tall * long * wide_back if len(dx) else 0, F)
    delta, far = np.zeros(block * wide * width, F), width > 2 * WIDE  # far apart, lines of tiles are laid one behind the other
    laid = np.empty(block * wide * width, F) if far else delta
    for i in range(n):
        if framed:
            _frame(x[i], before[0], before[1], frame, long)
        image, back[:] = frame if framed else x[i].reshape(-1), F(0.0)
        for first in range(0, high, block):
            some = min(block, high - first)
            _slopes(dy[i, first : first + some], y[i, first : first + some], relu, delta, width)
            if far:
                _lay(delta, laid, width)
            at, line = first * strides[0] * leap, WIDE if far else width
            _kernel_back(image, at, leap, channels, window, strides, laid, line, block * wide, wide, some, dw, width)
            if len(dx):
                _image_back(delta, width, filters, w, window, strides, wide, first, some, back, long, wide_back)
        if len(dx):
            _unframe(back.reshape(tall, long, wide_back), before[0], before[1], dx[i])


@kernel
def _slopes(dy, y, relu, delta, width):
    """δ of some rows of an image; of a pixel, `width` numbers."""
    high, wide, filters = y.shape
    if filters == width:
        _slope(dy.reshape(-1), y.reshape(-1), relu, delta)
        return
    for o in range(high):
        for q in range(wide):
            _slope(dy[o, q], y[o, q], relu, delta[(o * wide + q) * width :])


@kernel
def _slope(dy, y, relu, delta):
    if relu:
        for f in range(y.size):
            delta[f] = F(0.0) if y[f] <= F(0.0) else dy[f]  # δ = ∂L/∂y · [y > 0]
    else:
        for f in range(y.size):
            delta[f] = dy[f]


@kernel
def _lay(delta, panels, width):
    places = delta.size // width
    for p in range(width // WIDE):
        for k in range(places):
            for j in range(WIDE):
                panels[(p * places + k) * WIDE + j] = delta[k * width + p * WIDE + j]


@kernel
def _kernel_back(image, at, leap, channels, window, strides, delta, line, places, wide, high, dw, width):
    """∂L/∂w[t, c, f] += Σ_o x[s·o + t − p, c] · δ[o, f] of so many rows; and in the last line ∂L/∂b[f] += Σ_o δ[o, f]."""
    run, step, down = window[1] * channels, strides[1] * channels, strides[0] * leap
    one = np.ones(1, F)
    for f in range(0, width, WIDE):
        b, end = f * places if line < width else f, window[0] * run * width + f
        for t in range(window[0]):
            c = t * run * width + f
            add_product(run, image, at + t * leap, 1, step, down, delta, b, line, wide * line, dw, c, width, wide, high)
        add_product(1, one, 0, 0, 0, 0, delta, b, line, 0, dw, end, width, wide * high, 1)


@kernel
def _image_back(delta, row, filters, w, window, strides, wide, first, high, dx, long, width):
    """∂L/∂x[s·o + t − p, c] += Σ_f δ[o, f] · w[t, c, f] of so many rows, of a framed image."""
    flat, lines = w.reshape(-1), w.shape[1] * WIDE
    for p in range(len(w)):
        tap, c = p // (width // WIDE), p % (width // WIDE) * WIDE
        for o in range(high):
            at = (((first + o) * strides[0] + tap // window[1]) * long + tap % window[1]) * width + c
            step = strides[1] * width
            add_product(wide, delta, o * wide * row, row, 1, 0, flat, p * lines, WIDE, 0, dx, at, step, filters, 1)


@kernel
def _unframe(frame, top, left, image):
    rows, columns, channels = image.shape
    for i in range(rows):
        for j in range(columns):
            inside = i + top < frame.shape[0] and j + left < frame.shape[1]
            for c in range(channels):
                image[i, j, c] = frame[i + top, j + left, c] if inside else F(0.0)
