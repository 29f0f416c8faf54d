"""Checks of arguments that come from a config, where nobody's editor has warned before."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from minikeras._core.naming import shorten

NUMBERS = "float", "int", "float | None", "int | None"


def check_numbers(obj: Any) -> Any:
    """Return an object, once each argument that its class declares as a number is one.

    >>> class Halving:
    ...     def __init__(self, start: float, every: int | None = None):
    ...         self.start, self.every = start, every
    >>> check_numbers(Halving(0.5)).start
    0.5
    >>> check_numbers(Halving("fast"))
    Traceback (most recent call last):
    ValueError: Argument `start` of Halving must be a number, got 'fast'.
    """
    for name, parameter in inspect.signature(type(obj)).parameters.items():
        kind, value = parameter.annotation, getattr(obj, name, 0)
        if kind in NUMBERS and not is_number(value) and not (value is None and kind.endswith("None")):
            raise ValueError(f"Argument `{name}` of {type(obj).__name__} must be a number, got {shorten(value)}.")
    return obj


def is_number(value: Any) -> bool:
    """Whether a value can be calculated with as one number.

    >>> is_number(1), is_number(np.float32(1)), is_number("1"), is_number([1.0])
    (True, True, False, False)
    """
    return isinstance(value, (int, float, np.number)) or getattr(value, "shape", None) == ()


def checked_name(obj: Any, name: Any) -> str | None:
    """Return the ``name`` given to an object, once it is a string or None.

    >>> checked_name(object(), "loss")
    'loss'
    """
    if name is not None and not isinstance(name, str):
        raise ValueError(f"Argument `name` of {type(obj).__name__} must be a string, got {shorten(name)}.")
    return name
