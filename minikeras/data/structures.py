"""Lists, tuples and dicts of arrays, nested as one likes: what models with several inputs or outputs take and give."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np


def map_leaves(function: Callable[[Any], Any], value: Any) -> Any:
    """Apply a function to each array of a structure, which is kept; None stays None.

    >>> map_leaves(len, ["ab", {"a": "abc", "b": None}])
    [2, {'a': 3, 'b': None}]
    """
    if type(value) is np.ndarray:  # the plain case first: to ask for a Mapping takes longest
        return function(value)
    if isinstance(value, (list, tuple, Mapping)):
        return like(value, [map_leaves(function, child) for _, child in children(value)])
    return None if value is None else function(value)


def leaves(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Go through the arrays of a structure, each with its place; what is None is left out.

    >>> list(leaves({"age": 1, "rest": [2, None]}, "x"))
    [("x['age']", 1), ("x['rest'][0]", 2)]
    """
    if type(value) is np.ndarray:
        yield name, value
    elif isinstance(value, (list, tuple, Mapping)):
        for key, child in children(value):
            yield from leaves(child, f"{name}[{key!r}]")
    elif value is not None:
        yield name, value


def children(value: Any) -> Any:
    """What a list, tuple or dict holds, with the keys.

    >>> list(children({"a": 1})), list(children("x"))
    ([('a', 1)], [(0, 'x')])
    """
    return value.items() if isinstance(value, Mapping) else enumerate(value)


def like(value: Any, entries: list) -> Any:
    """Put entries together as another structure has its own: a list, tuple, named tuple or dict.

    >>> like((1, 2), [3, 4]), like({"a": 1}, [2])
    ((3, 4), {'a': 2})
    """
    if isinstance(value, Mapping):
        return dict(zip(value, entries, strict=True))
    if isinstance(value, tuple):
        return type(value)(*entries) if hasattr(value, "_fields") else tuple(entries)
    return entries
