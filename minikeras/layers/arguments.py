"""Reading the arguments of layers: the input's shape in all its spellings, and what a class takes."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

#: What all layers take.
BASE_ARGUMENTS = ("activity_regularizer", "trainable", "dtype", "autocast", "name")

#: Where the shape of the input may be told, in Keras 3's words and in Keras 1 and 2's.
SHAPE_ARGUMENTS = ("input_shape", "batch_input_shape", "batch_shape", "input_dim", "input_length", "batch_size")


def given_shape(layer: str, kwargs: dict) -> tuple | None:
    """Take the batch shape out of the arguments of the first layer, whichever way it is written.

    >>> given_shape("Dense", {"input_dim": 10}), given_shape("Dense", {"batch_input_shape": (32, 10)}), given_shape("Dense", {})
    ((None, 10), (32, 10), None)
    """
    given = {key: kwargs.pop(key) for key in SHAPE_ARGUMENTS if key in kwargs}
    given = {key: value for key, value in given.items() if value is not None}
    for key in ("batch_input_shape", "batch_shape"):
        if key in given:
            return tuple(given[key])
    if "input_shape" in given:
        shape = given["input_shape"]
        shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
    elif "input_dim" in given:
        length = given.get("input_length", ())
        shape = (*((length,) if isinstance(length, int) else length), given["input_dim"])
    elif "input_length" in given:
        shape = (given["input_length"],)
    else:
        return None
    for n in shape:
        if n is not None and (isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 0):
            raise ValueError(f"The input shape of {layer} must consist of integers and None, got {shape!r}.")
    return (given.get("batch_size"), *(n if n is None else int(n) for n in shape))


def plain_arguments(cls: type, args: tuple, kwargs: dict) -> dict:
    """What a user's own layer was made of, for its config: if all of it is numbers, strings and None, as Keras has it.

    >>> class Doubling:
    ...     def __init__(self, factor=2.0, **kwargs): ...
    >>> plain_arguments(Doubling, (3.0,), {"name": "d"}), plain_arguments(Doubling, ([3.0],), {})
    ({'factor': 3.0}, {})
    """
    try:
        given = inspect.signature(cls.__init__).bind(None, *args, **kwargs)
    except TypeError:  # the constructor will say what is wrong
        return {}
    given.apply_defaults()
    kinds = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD
    named = [p.name for p in given.signature.parameters.values() if p.kind not in kinds][1:]
    plain = {name: given.arguments[name] for name in named if name not in BASE_ARGUMENTS}
    return plain if all(isinstance(value, (str, int, float, bool, type(None))) for value in plain.values()) else {}


class NotBegun(AttributeError, RuntimeError):
    """A layer's constructor has not called the one above it."""


class Missed:
    """Stands in a class for what ``super().__init__()`` puts into its objects, and says so where it was not called.

    >>> class Part:
    ...     kind = Missed()
    >>> hasattr(Part(), "kind")
    False
    """

    def __get__(self, layer: Any, cls: type) -> Any:
        if layer is None:
            return self
        raise NotBegun(
            f"In layer {cls.__name__!r}, you forgot to call `super().__init__()` as the first statement in `__init__()`."
        )
