"""Pooling over any number of axes, one axis after the other: a maximum over 3 x 3 takes 2 + 2 maxima instead of 8.

How the windows lie along an axis is said by `Windows`: for each place in the window, a slice of the input and the windows
that have it there. So each step is one NumPy function on strided views, never a loop over windows. The gradient needs
the places of the maxima, one byte each.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np


class Windows(NamedTuple):
    """How windows lie along one axis.

    ``pieces`` holds (outputs, inputs, place): these inputs stand at this place in the windows of these outputs.
    """

    length: int  # of the input
    count: int  # of the windows
    sizes: tuple[int, ...]  # how many inputs each window has
    pieces: tuple[tuple[slice, slice, int], ...]
    whole: bool  # whether every window has every place
    disjoint: bool  # whether no input lies in two windows
    full: bool  # whether each input lies in a window; told for disjoint ones


Plan = Sequence[tuple[int, Windows]]  # the axes, each with its windows, in the order in which they are pooled


def pooled_length(length: int | None, size: int, stride: int, padding: str) -> int | None:
    """How many windows fit along an axis.

    Args:
        length: of the axis; None if it is not known.
        size, stride: of the windows.
        padding: ``"valid"`` for windows that lie inside, ``"same"`` for one window per ``stride`` inputs.

    >>> pooled_length(5, 2, 2, "valid"), pooled_length(5, 2, 2, "same"), pooled_length(None, 2, 2, "same")
    (2, 3, None)
    """
    if length is None:
        return None
    return -(-length // stride) if padding == "same" else max((length - size) // stride + 1, 0)


@lru_cache(256)
def windows(length: int, size: int, stride: int, padding: str) -> Windows:
    """Windows of one size at even distances; what "same" adds at the edges belongs to no window.

    >>> windows(5, 3, 2, "same").sizes
    (2, 3, 2)
    """
    count = pooled_length(length, size, stride, padding)
    before = max((count - 1) * stride + size - length, 0) // 2 if padding == "same" else 0
    pieces, sizes = [], [0] * count
    for place in range(size):
        start = place - before  # where this place of the first window stands
        low = max(-(start // stride), 0)  # the first window that has it inside
        high = min((length - 1 - start) // stride + 1, count)
        if low < high:
            at = slice(low * stride + start, (high - 1) * stride + start + 1, stride)
            pieces.append((slice(low, high), at, place))
            sizes[low:high] = [n + 1 for n in sizes[low:high]]
    whole = len(pieces) == size and all(out == slice(0, count) for out, *_ in pieces)
    return Windows(length, count, tuple(sizes), tuple(pieces), whole, stride >= size, sum(sizes) == length)


@lru_cache(256)
def adaptive_windows(length: int, count: int) -> Windows:
    """So many windows over an axis, each as long as needed: from ⌊i n / m⌋ to ⌈(i + 1) n / m⌉.

    >>> adaptive_windows(5, 2).sizes
    (3, 3)
    """
    if count and length and length % count == 0:
        return windows(length, length // count, length // count, "valid")
    bounds = [(i * length // count, -(-(i + 1) * length // count)) for i in range(count)]
    pieces = [
        (slice(i, i + 1), slice(n, n + 1), n - start) for i, (start, stop) in enumerate(bounds) for n in range(start, stop)
    ]
    return Windows(length, count, tuple(stop - start for start, stop in bounds), tuple(pieces), False, False, False)


def max_pool(x: np.ndarray, plan: Plan, keep: bool = False) -> tuple[np.ndarray, list | None]:
    """The largest number of each window, and with ``keep`` what `max_pool_back` needs.

    Where several are equally large, the first along the axis that comes last in the plan counts, among those of the axis
    before it, and so on: a plan from the last axis to the first takes the first one as the numbers lie in memory.

    >>> max_pool(np.array([3, 1, 4, 1, 5]), [(0, windows(5, 2, 2, "valid"))])[0].tolist()
    [3, 4]
    """
    places = [] if keep else None
    for axis, along in plan:
        x = _max(x, axis, along, places)
    return x, places


def max_pool_back(dy: np.ndarray, plan: Plan, places: list) -> np.ndarray:
    """Send the gradient of each window to its largest number.

    >>> plan = [(0, windows(5, 2, 2, "valid"))]
    >>> max_pool_back(np.array([1.0, 2.0]), plan, max_pool(np.array([3, 1, 4, 1, 5]), plan, True)[1]).tolist()
    [1.0, 0.0, 2.0, 0.0, 0.0]
    """
    for (axis, along), place in zip(reversed(plan), reversed(places)):
        dy = _max_back(dy, axis, along, place)
    return dy


def average_pool(x: np.ndarray, plan: Plan) -> np.ndarray:
    """The mean of each window, over what it has inside the input.

    >>> average_pool(np.array([3.0, 1.0, 4.0, 1.0, 5.0]), [(0, windows(5, 3, 2, "same"))]).tolist()
    [2.0, 2.0, 3.0]
    """
    y = x
    for axis, along in plan:
        y = sum_windows(y, axis, along)
    return _divide(y, plan)


def average_pool_back(dy: np.ndarray, plan: Plan) -> np.ndarray:
    """Share the gradient of each window evenly among its numbers.

    >>> average_pool_back(np.array([1.0, 2.0]), [(0, windows(5, 2, 2, "valid"))]).tolist()
    [0.5, 0.5, 1.0, 1.0, 0.0]
    """
    dx = _divide(dy, plan)
    for axis, along in reversed(plan):
        dx = spread_windows(dx, axis, along)
    return dx


def sum_windows(x: np.ndarray, axis: int, along: Windows) -> np.ndarray:
    """The sum of each window along one axis; may be a view of the input where there is nothing to add.

    >>> sum_windows(np.arange(4.0), 0, windows(4, 2, 2, "valid")).tolist()
    [1.0, 5.0]
    """
    pieces = along.pieces
    if not along.whole:
        y = np.zeros(_sized(x, axis, along.count), x.dtype)
        for out, at, _ in pieces:
            y[_cut(axis, out)] += x[_cut(axis, at)]
        return y
    y = x[_cut(axis, pieces[0][1])]
    for i, (_, at, _) in enumerate(pieces[1:]):
        y = np.add(y, x[_cut(axis, at)], out=y if i else None)
    return y


def spread_windows(dy: np.ndarray, axis: int, along: Windows) -> np.ndarray:
    """Put into each place of the input the sum over the windows that it lies in: `sum_windows` transposed.

    >>> spread_windows(np.array([1.0, 2.0]), 0, windows(4, 2, 2, "valid")).tolist()
    [1.0, 1.0, 2.0, 2.0]
    """
    dx = _blank(dy, axis, along)
    for out, at, _ in along.pieces:
        if along.disjoint:
            dx[_cut(axis, at)] = dy[_cut(axis, out)]
        else:
            dx[_cut(axis, at)] += dy[_cut(axis, out)]
    return dx


def _max(x: np.ndarray, axis: int, along: Windows, places: list | None) -> np.ndarray:
    """The maxima along one axis; their places are put at the end of ``places``."""
    pieces, made, place = along.pieces, not along.whole, None
    if along.whole:
        y, pieces = x[_cut(axis, pieces[0][1])], pieces[1:]
    else:
        y = np.full(_sized(x, axis, along.count), -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min, x.dtype)
    if places is not None:
        place = np.zeros(y.shape, np.min_scalar_type(max(along.sizes, default=0)))
        places.append(place)
    for out, at, n in pieces:
        part, mine = x[_cut(axis, at)], y[_cut(axis, out)]
        if place is not None:
            later, here = np.greater(part, mine), place[_cut(axis, out)]
            np.maximum(here, np.multiply(later, n, dtype=place.dtype), out=here)  # a later one must be larger to count
        if made:
            np.maximum(mine, part, out=mine)
        else:
            y, made = np.maximum(mine, part), True
    return y


def _max_back(dy: np.ndarray, axis: int, along: Windows, place: np.ndarray) -> np.ndarray:
    dx = _blank(dy, axis, along)
    for out, at, n in along.pieces:
        share, won, to = dy[_cut(axis, out)], np.equal(place[_cut(axis, out)], n), dx[_cut(axis, at)]
        if along.disjoint:
            np.multiply(share, won, out=to)
        else:
            to += share * won
    return dx


def _divide(y: np.ndarray, plan: Plan) -> np.ndarray:
    """Divide sums by the sizes of their windows."""
    factor: np.ndarray | float = 1.0 / math.prod(along.sizes[0] for _, along in plan if len(set(along.sizes)) == 1)
    for axis, along in plan:
        if len(set(along.sizes)) > 1:
            sizes = np.array(along.sizes, y.dtype).reshape([-1 if i == axis else 1 for i in range(y.ndim)])
            factor = factor / sizes
    return y * factor


def _blank(dy: np.ndarray, axis: int, along: Windows) -> np.ndarray:
    make = np.empty if along.disjoint and along.full else np.zeros
    return make(_sized(dy, axis, along.length), dy.dtype)


def _sized(x: np.ndarray, axis: int, size: int) -> tuple:
    return (*x.shape[:axis], size, *x.shape[axis + 1 :])


def _cut(axis: int, at: slice) -> tuple:
    return (slice(None),) * axis + (at,)
