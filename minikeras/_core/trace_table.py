"""The table that `trace` asks for derivatives, and the ways to enter a function in it.

``RULES[function]`` holds one function for each differentiable argument: ``rule(g, y, *args, **kwargs)`` with ``g`` = ∂L/∂y
and ``y`` the result gives ∂L/∂argument; what broadcasting repeated is summed up afterwards by the tape.
``COMPOSED[function]`` says the function in terms of others. ``FLAT`` ones have derivative zero: they give plain arrays.

A rule is made of functions that are in the table themselves, and changes nothing in place: under a second tape it is
traced like any other code, and gives second derivatives.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

RULES: dict[Any, tuple[Callable | None, ...]] = {}
COMPOSED: dict[Any, Callable] = {}


def rule(function: Any, *derivatives: Callable | None) -> None:
    """Enter the derivatives of a function, one for each argument.

    >>> rule("double", lambda g, y, a: 2 * g); RULES.pop("double")[0](1.0, 6.0, 3.0)
    2.0
    """
    RULES[function] = derivatives


def composed(*functions: Any) -> Callable:
    """Decorate the equivalent of some functions, made of others that have rules.

    >>> @composed("double")
    ... def double(a): return a + a
    >>> COMPOSED.pop("double")(3.0)
    6.0
    """

    def enter(equivalent):
        COMPOSED.update(dict.fromkeys(functions, equivalent))
        return equivalent

    return enter


def own(function: Callable) -> Callable:
    """Give a function of ours the door that NumPy's have (NEP 18): arrays that stand for others take it over.

    >>> @own
    ... def double(a): return a + a
    >>> double(np.ones(2))
    array([2., 2.])
    """

    @functools.wraps(function)
    def door(*args, **kwargs):
        others = [a for a in args if not isinstance(a, np.ndarray) and hasattr(type(a), "__array_function__")]
        types = tuple(map(type, others))
        for a in others:
            y = a.__array_function__(door, types, args, kwargs)
            if y is not NotImplemented:
                return y
        return function(*args, **kwargs)

    return door
