"""Arguments that were called otherwise in older Keras: one hint for each, once per process."""

from __future__ import annotations

import sys
import warnings

_hinted: set[tuple[str, str]] = set()


def hint(owner: str, name: str, text: str) -> None:
    """Warn, the first time, that an argument of older Keras was given.

    Args:
        owner: who takes it, such as ``"LeakyReLU"`` or ``"optimizers"``.
        name: the old name.
        text: what to say.

    >>> with warnings.catch_warnings(record=True) as seen:
    ...     warnings.simplefilter("always")
    ...     hint("Lamp", "lux", "Say `lumen`."); hint("Lamp", "lux", "Say `lumen`.")
    >>> [str(one.message) for one in seen]
    ['Say `lumen`.']
    """
    if (owner, name) not in _hinted:
        _hinted.add((owner, name))
        warnings.warn(text, UserWarning, stacklevel=outside())


def forget() -> None:
    """Give every hint anew.

    >>> forget()
    """
    _hinted.clear()


def outside() -> int:
    """How many frames up, for a warning of who calls this, the first caller outside this library stands."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith("minikeras."):
        level, frame = level + 1, frame.f_back
    return level
