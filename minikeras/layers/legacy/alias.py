"""A layer of today under its name of Keras 1, with that name's order of arguments."""

from __future__ import annotations

import inspect
from typing import Any


class Alias(type):
    """The metaclass of old names: a call makes a layer of the class of today, which the old name is the subclass of.

    >>> from minikeras.layers.legacy.convolutions import Convolution2D
    >>> layer = Convolution2D(8, 3, 5); type(layer).__name__, layer.kernel_size, isinstance(layer, Convolution2D)
    ('Conv2D', (3, 5), True)
    """

    def __new__(mcs, name, bases, body, **kwargs):
        cls = super().__new__(mcs, name, bases, body, **kwargs)
        if "today" in body:  # a class of this package, not one that a user has made of it
            cls.__signature__ = inspect.signature(cls.__init__).replace(
                parameters=list(inspect.signature(cls.__init__).parameters.values())[1:]
            )
        return cls

    def __call__(cls, *args, **kwargs) -> Any:
        if "today" not in vars(cls):
            return super().__call__(*args, **kwargs)
        args, kwargs = cls.today(args, kwargs)
        return cls.__base__(*args, **kwargs)

    def __instancecheck__(cls, obj):
        return isinstance(obj, cls.__base__) if "today" in vars(cls) else type.__instancecheck__(cls, obj)


def by_name(args: tuple, kwargs: dict, first: int, names: tuple[str, ...]) -> tuple[tuple, dict]:
    """Arguments beyond the first ones, that stood in another order, by their names.

    >>> by_name((8, "uniform", "relu"), {}, 1, ("init", "activation"))
    ((8,), {'init': 'uniform', 'activation': 'relu'})
    """
    return args[:first], {**dict(zip(names, args[first:])), **kwargs}
