"""`keras.initializations` of Keras 1: functions that make a weight of a shape, for layers that people wrote then.

>>> from minikeras import config
>>> get("zero")((2,), name="w").numpy().tolist()
[0.0, 0.0]
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minikeras import initializers
from minikeras._core.variable import Variable

NAMES = (
    "uniform", "lecun_uniform", "normal", "glorot_normal", "glorot_uniform", "he_normal", "he_uniform", "orthogonal",
    "identity",
    "zero", "one",
)  # fmt: skip

__all__ = sorted((*NAMES, "get"))
_SCALED: dict[str, Callable] = {
    "identity": initializers.Identity,
    "normal": lambda scale: initializers.RandomNormal(stddev=scale),
    "orthogonal": initializers.Orthogonal,
    "uniform": lambda scale: initializers.RandomUniform(-scale, scale),
}


def get(identifier: Any, **kwargs: Any) -> Callable:
    """Return the function that a name stands for; a function as it is.

    >>> get("uniform")((2, 3)).shape
    (2, 3)
    """
    if callable(identifier) and not hasattr(identifier, "get_config"):
        return identifier
    return weight_maker(identifier)


def weight_maker(identifier: Any) -> Callable:
    """A function ``(shape, name=None, ...) -> variable`` that starts as an initializer of today says.

    >>> weight_maker("one")((1,)).numpy().tolist()
    [1.0]
    """

    def make(shape: Any, scale: float | None = None, name: str | None = None, dim_ordering: Any = None) -> Variable:
        start = initializers.get(identifier) if scale is None or identifier not in _SCALED else _SCALED[identifier](scale)
        return Variable(start, tuple(shape), name=name and name.replace("/", "_"))

    make.__name__ = str(identifier)
    return make


def __getattr__(name: str):
    if name in NAMES:
        return weight_maker(name)
    raise AttributeError(f"module 'keras.initializations' has no attribute {name!r}")
