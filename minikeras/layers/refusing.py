"""Errors of layers: whose they are, layers that would stand in each other, calls and weights that can't be replaced."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from minikeras._core.nest import flatten
from minikeras._core.symbolic import shapes_of
from minikeras.layers.weights import Weighted


def name_layer(layer: Any, x: Any, error: ValueError) -> None:
    """Put the layer before an error that NumPy raised in its call, unless the message names one."""
    if not getattr(error, "names_a_layer", False) and len(error.args) == 1:
        text = str(error)
        if layer.name not in text and type(layer).__name__ not in text:
            shapes = shapes_of(x) if all(hasattr(part, "shape") for part in flatten(x)) else "no arrays"
            built = f", built for {layer._build_shape}" if layer._build_shape else ""
            kind = type(layer).__name__
            error.args = (f"Layer {layer.name!r} ({kind}), called on an input of shape {shapes}{built}: {text}",)
        error.names_a_layer = True


def refuse_call(layer: Any, call: Any) -> None:
    """Raise where a layer that has formulas gets another call than its own: models would go on with the formulas."""
    while not inspect.ismethod(call) and hasattr(call, "__wrapped__"):  # ``model.call = tf.function(model.call)``
        call = call.__wrapped__
    if inspect.ismethod(call) and call.__self__ is layer and call.__name__ == "call":
        return
    kind = type(layer).__name__
    raise AttributeError(
        f"The call of layer {layer.name!r} ({kind}) can't be replaced, for models compute by its formulas: write a subclass, "
        f"class My{kind}({kind}), with a call() of its own, or put a Lambda layer behind it."
    )


def refuse_loop(layer: Any, value: Any, how: str) -> None:
    """Raise if a layer, or one of several, that is to be held by another one holds that one already."""
    several = value.values() if type(value) is dict else value if type(value) in (list, tuple) else (value,)
    for part in several:
        if isinstance(part, Weighted) and (part is layer or any(inner is layer for inner in part._inner_layers())):
            which = "itself" if part is layer else f"{part.name!r}, which it stands in,"
            raise ValueError(
                f"Layer {layer.name!r} ({type(layer).__name__}) can't hold {which} {how}: layers in each other have no end. "
                "If it has to know that one, give it as an argument of call(), or keep weakref.ref(...) of it."
            )


def refuse_array(layer: Any, name: str, value: Any) -> None:
    """Raise for an array that is to stand where a layer has a weight."""
    raise ValueError(
        f"The weight `{name}` of layer {layer.name!r} ({type(layer).__name__}) is a Variable and stays one, got an array of "
        f"shape {np.shape(value)}. Write into it: layer.{name}.assign(array)."
    )
