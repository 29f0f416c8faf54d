"""Checks of arguments: misspelt names, and values of configs, where nobody's editor has warned before."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from minikeras._core.naming import nearest, shorten


class UnknownArgument(ValueError, TypeError):
    """A constructor was given an argument that it doesn't take: a ValueError as in Keras, a TypeError as in Python."""


def unknown_arguments(owner: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Raise unless all arguments given are known; the message names the nearest that is.

    Args:
        owner: the class or function that was called, such as ``"Dense"`` or ``"fit()"``.
        given: the names that came, such as what is left in ``**kwargs``.
        known: the names that ``owner`` takes.

    >>> unknown_arguments("Dense", ["units"], ["units", "activation"])
    >>> unknown_arguments("Dense", ["activaton"], ["units", "activation"])
    Traceback (most recent call last):
    minikeras._core.arguments.UnknownArgument: Dense got an unknown argument: `activaton`. Did you mean `activation`? ...
    """
    known = [name for name in dict.fromkeys(known) if not name.startswith("_")]
    wrong = [name for name in given if name not in known]
    if not wrong:
        return
    named = ", ".join(f"`{name}`" for name in wrong)
    near = [match for name in wrong for match in nearest(name, known) or _begun(name, known)]
    hint = f"Did you mean {', '.join(f'`{name}`' for name in dict.fromkeys(near))}? " if near else ""
    listed = f"It takes {', '.join(known)}." if known else "It takes none."
    what = "an unknown argument" if len(wrong) == 1 else "unknown arguments"
    raise UnknownArgument(f"{owner} got {what}: {named}. {hint}{listed}")


def _begun(name: str, known: list[str]) -> list[str]:
    """The first name that this one is the beginning of."""
    return [other for other in known if len(name) > 2 and other.startswith(name)][:1]


def check_passed_on(function: Any, given: dict, taken: int) -> None:
    """Raise if arguments that are kept for a function are none that it takes.

    Args:
        function: what will be called with them.
        given: the arguments by name.
        taken: how many others come first.

    >>> def cubic(y_true, y_pred, scale=1.0): ...
    >>> check_passed_on(cubic, {"scale": 2.0}, 2)
    >>> check_passed_on(cubic, {"sclae": 2.0}, 2)
    Traceback (most recent call last):
    minikeras._core.arguments.UnknownArgument: cubic got an unknown argument: `sclae`. Did you mean `scale`? ...
    """
    if not given:
        return
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # a builtin that keeps its signature to itself
        return
    if not any(p.kind is p.VAR_KEYWORD for p in parameters):
        unknown_arguments(getattr(function, "__name__", repr(function)), given, [p.name for p in parameters[taken:]])


def refuse_nan(owner: str, given: dict[str, Any]) -> None:
    """Raise if a number given is NaN: no comparison would ever be true.

    >>> refuse_nan("Adam", {"beta_1": float("nan")})
    Traceback (most recent call last):
    ValueError: Argument `beta_1` of Adam is NaN (not a number).
    """
    for name, value in given.items():
        if isinstance(value, (float, np.floating)) and math.isnan(value):
            raise ValueError(f"Argument `{name}` of {owner} is NaN (not a number).")


def is_number(value: Any) -> bool:
    """Whether a value can be calculated with as one number.

    >>> is_number(1), is_number(np.float32(1)), is_number("1"), is_number([1.0])
    (True, True, False, False)
    """
    return isinstance(value, (int, float, np.number)) or getattr(value, "shape", None) == ()


def scalar(value: Any) -> Any:
    """A number that came as an array without axes, as a number; anything else as it is.

    >>> scalar(np.array(0.5)), scalar([1, 2])
    (0.5, [1, 2])
    """
    return value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value


def checked_name(obj: Any, name: Any) -> str | None:
    """Return the ``name`` given to an object, once it is a string or None.

    >>> checked_name(object(), "loss")
    'loss'
    """
    if name is not None and not isinstance(name, str):
        raise ValueError(f"Argument `name` of {type(obj).__name__} must be a string, got {shorten(name)}.")
    return name
