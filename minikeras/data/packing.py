"""The tuples `(x,)`, `(x, y)`, `(x, y, sample_weight)` in which data travels."""

from __future__ import annotations

from typing import Any

from minikeras._core.naming import shorten


def unpack_x_y_sample_weight(data: Any) -> tuple:
    """Take apart what a dataset yields or `validation_data` holds; what is missing is None.

    Args:
        data: ``x``, ``(x,)``, ``(x, y)`` or ``(x, y, sample_weight)``; a list counts as a tuple.

    Raises:
        ValueError: a tuple of another length.

    >>> unpack_x_y_sample_weight(([1.0], [0]))
    ([1.0], [0], None)
    """
    if not isinstance(data, (tuple, list)):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise ValueError(
            "Data should come as `x`, `(x,)`, `(x, y)` or `(x, y, sample_weight)`, "
            f"got {len(data)} parts: {shorten(data)}."
        )
    return (*data, None, None)[:3]


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """Put data together as `fit` takes it from a dataset: the reverse of `unpack_x_y_sample_weight`.

    >>> pack_x_y_sample_weight("x"), pack_x_y_sample_weight("x", "y")
    ('x', ('x', 'y'))
    """
    if y is None:
        return (x,) if isinstance(x, (tuple, list)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)
