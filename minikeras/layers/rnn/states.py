"""The states of cells: how many there are, their zeros, and their nesting as Keras shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minikeras._core.nest import flatten, is_nested


def pack(like: Any, leaves: Any, listed: bool = False) -> Any:
    """Return leaves in the nesting of another tree; tuples become lists.

    Args:
        listed: whether one leaf by itself becomes a list too.

    >>> pack([0, (0, 0)], "abc"), pack(0, "a"), pack(0, "a", listed=True)
    (['a', ['b', 'c']], 'a', ['a'])
    """
    leaves = iter(leaves)
    return _pack([like] if listed and not is_nested(like) else like, leaves)


def _pack(like: Any, leaves: Iterator) -> Any:
    return [_pack(part, leaves) for part in like] if is_nested(like) else next(leaves)


def sizes(cell: Any) -> list:
    """Return the sizes of a cell's states as a flat list.

    >>> class Cell: state_size = [3, [4, 5]]
    >>> sizes(Cell)
    [3, 4, 5]
    """
    return flatten(cell.state_size)


def output_size(cell: Any) -> int:
    """Return the width of a cell's output: of its first state, where it does not say.

    >>> class Cell: state_size = [3, 4]
    >>> output_size(Cell)
    3
    """
    size = getattr(cell, "output_size", None)
    return sizes(cell)[0] if size is None else size


def zeros(cell: Any, batch: int | None, dtype: Any) -> list:
    """Return the states that a cell starts from: what it says itself, else zeros.

    >>> class Cell: state_size = 2
    >>> zeros(Cell, 1, "float64")
    [array([[0., 0.]])]
    """
    own = getattr(cell, "get_initial_state", None)
    if own is not None:
        return [np.asarray(s, dtype) for s in flatten(own(batch_size=batch))]
    return [np.zeros((batch, size), dtype) for size in sizes(cell)]
