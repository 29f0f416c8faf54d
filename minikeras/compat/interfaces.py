"""`keras.legacy.interfaces` of Keras 2.0 to 2.3: decorators for Keras 1's arguments, which change nothing here.

>>> from minikeras.compat import interfaces
>>> interfaces.legacy_dense_support(len) is len
True
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minikeras._core.missing import missing

__all__ = ["generate_legacy_interface", "unchanged"]  # and any legacy_..._support


def __getattr__(name: str) -> Any:
    if name.startswith("legacy_") and name.endswith("_support"):
        return unchanged
    raise missing(__name__, name)


def unchanged(function: Callable) -> Callable:
    """The function as it is.

    >>> unchanged(len) is len
    True
    """
    return function


def generate_legacy_interface(*args: Any, **kwargs: Any) -> Callable:
    """The decorator that Keras made its own of.

    >>> generate_legacy_interface(["x"])(len) is len
    True
    """
    return unchanged
