"""The geometry of a sliding window: where it may stand on padded data, and what it sees there."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

#: How many numbers a block of work holds: 4 MB in float32, a share of the cache that measured best.
BLOCK = 1 << 20


class Geometry(NamedTuple):
    """Along each axis of space: output o and tap t of the window meet at input ``strides·o + dilation·t − pads[0]``."""

    sizes: tuple  # of the input
    window: tuple  # the number of taps
    strides: tuple
    pads: tuple  # (before, after); a negative pad crops
    dilation: tuple
    out: tuple  # sizes of the output

    @property
    def spans(self) -> list:
        """From the first to the last tap, both included."""
        return [d * (k - 1) + 1 for d, k in zip(self.dilation, self.window)]

    @property
    def plain(self) -> bool:
        """Whether the window is a single tap that stands once on each input."""
        return math.prod(self.window) == 1 and self.sizes == self.out and not any(lo or hi for lo, hi in self.pads)

    def mirrored(self) -> Geometry:
        """The window that goes back from outputs to inputs, if those are first set ``strides`` apart with zeros between."""
        spread = tuple(s * (o - 1) + 1 for s, o in zip(self.strides, self.out))
        before = [span - 1 - lo for span, (lo, _) in zip(self.spans, self.pads)]
        after = [n - o - b + span - 1 for n, o, b, span in zip(self.sizes, spread, before, self.spans)]
        return Geometry(spread, self.window, (1,) * len(spread), tuple(zip(before, after)), self.dilation, self.sizes)


def geometry(sizes: tuple, window: tuple, strides: Any, padding: Any, dilation_rate: Any) -> Geometry:
    """Resolve the padding of a convolution or a pooling.

    Args:
        sizes: of the input, along the axes of space.
        window: number of taps along each.
        strides, dilation_rate: one integer, or one for each axis.
        padding: ``"valid"``, ``"same"``, ``"causal"``, or a pair (before, after) for each axis.

    >>> geometry((5,), (3,), 2, "same", 1).pads, geometry((5,), (3,), 2, "same", 1).out
    (((1, 1),), (3,))
    """
    rank = len(window)
    strides, dilation = (tuple(v) if np.ndim(v) else (int(v),) * rank for v in (strides, dilation_rate))
    each = list(zip(sizes, window, strides, dilation))
    if padding == "valid":
        pads = ((0, 0),) * rank
    elif padding == "same":  # as many outputs as strides begin in the input; an odd zero goes to the end
        missing = [max((-(-n // s) - 1) * s + d * (k - 1) + 1 - n, 0) for n, k, s, d in each]
        pads = tuple((m // 2, m - m // 2) for m in missing)
    elif padding == "causal":  # an output sees nothing that comes after it
        pads = tuple((d * (k - 1), 0) for _, k, _, d in each)
    elif isinstance(padding, str):
        raise ValueError(f"Padding must be 'valid', 'same', 'causal' or pairs of numbers, got {padding!r}.")
    else:
        pads = tuple((int(lo), int(hi)) for lo, hi in padding)
    out = tuple((n + lo + hi - d * (k - 1) - 1) // s + 1 for (n, k, s, d), (lo, hi) in zip(each, pads))
    if min(out) < 1:
        raise ValueError(f"A window of {window} (dilation {dilation}) finds no place on {tuple(sizes)} with {padding=}.")
    return Geometry(tuple(sizes), tuple(window), strides, pads, dilation, out)


def transposed_size(n: int, taps: int, stride: int, padding: str, more: int | None, dilation: int) -> tuple[int, tuple]:
    """How large a transposed convolution makes an axis of size n, and the padding of the convolution that leads back.

    Args:
        n, taps, stride, dilation: sizes along one axis of space.
        padding: ``"valid"`` or ``"same"``.
        more: ``output_padding``; None for the smallest output that covers all windows, stride · n if ``"same"``.

    >>> transposed_size(4, 3, 2, "same", None, 1), transposed_size(4, 3, 2, "valid", None, 1)
    ((8, (0, 1)), (9, (0, 0)))
    """
    span = dilation * (taps - 1) + 1
    if padding == "valid":
        size, before = (n - 1) * stride + span + (max(stride - span, 0) if more is None else more), 0
    else:
        total = stride + span - 2 if more is None else span + span % 2 - 2 + more
        size = n * stride if more is None else (n - 1) * stride + span % 2 + more
        before = span - 1 - min(total - total // 2, span - 1)
    return size, (before, (n - 1) * stride + span - size - before)


def windows(x: np.ndarray, g: Geometry) -> np.ndarray:
    """A view of what each window sees of x ``(batch, *sizes, channels)``, padded: ``(batch, *out, *window, channels)``.

    >>> windows(np.arange(4.0).reshape(1, 4, 1), geometry((4,), (2,), 1, "valid", 1))[0, :, :, 0]
    array([[0., 1.],
           [1., 2.],
           [2., 3.]])
    """
    n, *steps, c = x.strides
    moves = [s * step for s, step in zip(g.strides, steps)]
    taps = [d * step for d, step in zip(g.dilation, steps)]
    return as_strided(x, (len(x), *g.out, *g.window, x.shape[-1]), (n, *moves, *taps, c), writeable=False)


def cropped(x: np.ndarray, pads: tuple) -> tuple[np.ndarray, tuple]:
    """Carry out negative pads; the others remain to be done.

    >>> cropped(np.arange(4.0).reshape(1, 4, 1), ((-1, 2),))[0].ravel(), cropped(np.zeros((1, 4, 1)), ((-1, 2),))[1]
    (array([1., 2., 3.]), ((0, 2),))
    """
    if min(map(min, pads)) >= 0:
        return x, pads
    inner = tuple(slice(max(-lo, 0), n - max(-hi, 0)) for n, (lo, hi) in zip(x.shape[1:], pads))
    return x[(slice(None), *inner)], tuple((max(lo, 0), max(hi, 0)) for lo, hi in pads)


def spread(x: np.ndarray, strides: tuple) -> np.ndarray:
    """Set the entries of x ``strides`` apart along the axes of space, with zeros between.

    >>> spread(np.array([[[1.0], [2.0]]]), (3,)).ravel()
    array([1., 0., 0., 2.])
    """
    if max(strides) == 1:
        return x
    wide = np.zeros((len(x), *(s * (n - 1) + 1 for s, n in zip(strides, x.shape[1:])), x.shape[-1]), x.dtype)
    wide[(slice(None), *(slice(None, None, s) for s in strides))] = x
    return wide


def padded_blocks(x: np.ndarray, pads: tuple, samples: int, dtype: Any) -> Iterator[tuple[slice, np.ndarray]]:
    """So many samples of x after the other, with zeros around them; each block overwrites the one before.

    >>> [block.ravel().tolist() for _, block in padded_blocks(np.ones((2, 1, 1)), ((1, 0),), 1, "float64")]
    [[0.0, 1.0], [0.0, 1.0]]
    """
    x, pads = cropped(x, pads)
    n = len(x)
    if not any(lo or hi for lo, hi in pads):
        yield from ((slice(i, i + samples), x[i : i + samples]) for i in range(0, n, samples))
        return
    frame = np.zeros((min(samples, n), *(m + lo + hi for m, (lo, hi) in zip(x.shape[1:], pads)), x.shape[-1]), dtype)
    inner = frame[(slice(None), *(slice(lo, lo + m) for m, (lo, _) in zip(x.shape[1:], pads)))]
    for i in range(0, n, samples):
        part = x[i : i + samples]
        inner[: len(part)] = part
        yield slice(i, i + samples), frame[: len(part)]


def block_sizes(samples: int, rows: int, numbers: int) -> tuple[int, int]:
    """How many samples, and how many rows of each, make a block, if a row holds so many numbers; blocks come out even.

    >>> block_sizes(64, 10, BLOCK // 100), block_sizes(64, 10, BLOCK // 4), block_sizes(3, 10, 1)
    ((10, 10), (1, 4), (3, 10))
    """
    fit = BLOCK // max(rows * numbers, 1)
    if fit:
        return _even(samples, fit), rows
    return 1, _even(rows, max(BLOCK // numbers, 1))


def _even(n: int, most: int) -> int:
    return -(-n // -(-n // most)) if n > most else max(n, 1)


def overlap(n: int, outputs: int, stride: int, shift: int) -> tuple[slice, slice]:
    """Which of the inputs ``stride·o + shift`` lie in 0 ... n−1: the inputs, and their outputs.

    >>> overlap(5, 5, 1, -1), overlap(5, 3, 2, 1)
    ((slice(0, 4, 1), slice(1, 5, None)), (slice(1, 4, 2), slice(0, 2, None)))
    """
    first = max(-(shift // stride), 0)
    end = max(min(outputs, (n - 1 - shift) // stride + 1), first)
    return slice(stride * first + shift, max(stride * (end - 1) + shift + 1, 0), stride), slice(first, end)
