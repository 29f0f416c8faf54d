"""Losses that a layer's `call` adds of tensors that are not its inputs, as the variational autoencoders of Keras 2 have it.

The tensors around the layer are symbolic, so what is added is symbolic as well, and belongs to the model, not to a call.
"""

from __future__ import annotations

import functools
from types import FunctionType
from typing import Any

from minikeras._core.now import CALL, Call, Trial
from minikeras._core.operation import output_spec
from minikeras._core.origin import of_the_house
from minikeras._core.symbolic import KerasTensor


@functools.cache
def adds_to_loss(cls: type) -> bool:
    """Whether a layer of the user's own says `add_loss` in one of its methods.

    >>> adds_to_loss(int)
    False
    """
    own = [base for base in cls.__mro__[:-1] if not of_the_house(base)]
    methods = [value for base in own for value in vars(base).values() if isinstance(value, FunctionType)]
    return any("add_loss" in method.__code__.co_names for method in methods)


def losses_around(layer: Any, x: Any, arguments: dict) -> list[KerasTensor]:
    """The symbolic losses that a call of the layer on symbolic x adds, if on numbers it would add symbolic ones, too."""
    added: list = []

    def run(x: Any, **given: Any) -> Any:
        y = layer._compute(x, bool(given.pop("training", False)), given)
        added.extend(value for _, value in CALL.get().losses)
        return y

    output_spec(run, (x,), arguments, f"layer {layer.name!r} ({type(layer).__name__})")
    if not any(isinstance(value, KerasTensor) for value in added):
        return []
    call = Call(False)
    outer = CALL.set(call)
    try:
        with Trial():
            layer.call(x, **arguments)
    finally:
        CALL.reset(outer)
    return [value for _, value in call.losses if isinstance(value, KerasTensor)]
