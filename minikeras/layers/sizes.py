"""Sizes along the axes of space: one number for all, or one for each; and where these axes stand."""

from __future__ import annotations

from typing import Any

import numpy as np


def whole(value: Any, least: int = 0) -> bool:
    """Whether a value is an integer that is large enough; True and False are not.

    >>> whole(2), whole(2.0), whole(True)
    (True, False, False)
    """
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value >= least


def standardize_sizes(layer: str, argument: str, value: Any, n: int, least: int = 1) -> tuple[int, ...]:
    """Return one size for each of n axes.

    Args:
        layer, argument: who asks, for the message.
        value: an integer for all axes, or a tuple, list or array with one for each.
        n: the number of axes.
        least: the smallest size that makes sense.

    >>> standardize_sizes("MaxPooling2D", "pool_size", 2, 2), standardize_sizes("MaxPooling2D", "pool_size", [2, 3], 2)
    ((2, 2), (2, 3))
    """
    given = value.tolist() if isinstance(value, np.ndarray) else value
    sizes = (given,) * n if whole(given, least) else given
    if not isinstance(sizes, (tuple, list)) or len(sizes) != n or not all(whole(size, least) for size in sizes):
        kind = "a positive integer" if least == 1 else f"an integer of at least {least}"
        raise ValueError(f"Argument `{argument}` of {layer} must be {kind} or a tuple of {n} of them, got {value!r}.")
    return tuple(int(size) for size in sizes)


def standardize_edges(layer: str, argument: str, value: Any, n: int) -> tuple[tuple[int, int], ...]:
    """Return how much to put on or cut off before and after, for each of n axes.

    Args:
        layer, argument: who asks, for the message.
        value: an integer for all edges, or for each axis an integer or (before, after).
        n: the number of axes.

    >>> standardize_edges("ZeroPadding2D", "padding", (1, (0, 2)), 2)
    ((1, 1), (0, 2))
    """
    given = value.tolist() if isinstance(value, np.ndarray) else value
    edges = (given,) * n if whole(given) else given
    if isinstance(edges, (tuple, list)) and len(edges) == n:
        edges = tuple((edge, edge) if whole(edge) else edge for edge in edges)
        if all(isinstance(edge, (tuple, list)) and len(edge) == 2 and all(whole(m) for m in edge) for edge in edges):
            return tuple((int(before), int(after)) for before, after in edges)
    raise ValueError(
        f"Argument `{argument}` of {layer} must be an integer of at least 0, a tuple of {n} of them, or a tuple of {n} pairs "
        f"(before, after), got {value!r}."
    )


def space_axes(data_format: str, n: int) -> tuple[int, ...]:
    """The n axes of space in an input with a batch and channels.

    >>> space_axes("channels_last", 2), space_axes("channels_first", 2)
    ((1, 2), (2, 3))
    """
    first = 1 if data_format == "channels_last" else 2
    return tuple(range(first, first + n))
