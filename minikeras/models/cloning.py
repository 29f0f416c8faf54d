"""New models from old ones, and from text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minikeras._core.custom import scope
from minikeras._core.serialize import noting_own, serialize_keras_object
from minikeras.layers.layer import Layer
from minikeras.models.model import Model
from minikeras.models.sequential import Sequential
from minikeras.saving.building import build_from_json


def clone_model(
    model: Sequential,
    input_tensors: Any = None,
    clone_function: Callable | None = None,
    call_function: Callable | None = None,
    recursive: bool = False,
    **kwargs,
) -> Sequential:
    """Make a model of the same layers with new weights, compiled as the first one was.

    Args:
        model: a `Sequential`.
        clone_function: makes a layer's copy; from its config by default.
        input_tensors, call_function, recursive: kept for Keras' sake.

    >>> from minikeras.layers import Dense
    >>> model = Sequential([Dense(2, input_shape=(3,))])
    >>> clone_model(model).count_params()
    8
    """
    if not isinstance(model, Sequential):
        raise ValueError(f"clone_model takes a Sequential model, got {model!r}.")
    copy, inputs = clone_function or _copied, len(model._layers) - len(model.layers)
    clone = type(model)(name=model.name, trainable=model.trainable)
    for layer in [*map(_copied, model._layers[:inputs]), *map(copy, model.layers)]:
        clone.add(layer, rebuild=False)
    clone._maybe_build()
    if model.compiled:
        with noting_own() as own:
            config = model.get_compile_config()
        with scope(own):
            clone.compile_from_config(config)
    return clone


def _copied(layer: Layer) -> Layer:
    with noting_own() as own:
        config = serialize_keras_object(layer.get_config())
    with scope(own):
        return type(layer).from_config(config)


def model_from_json(json_string: str, custom_objects: dict | None = None) -> Model:
    """Build a model, with new weights, from the text of `Model.to_json`, by this library or by Keras 2 or 3.

    >>> from minikeras.layers import Dense
    >>> model_from_json(Sequential([Dense(2, input_shape=(3,))]).to_json()).count_params()
    8
    """
    return build_from_json(json_string, custom_objects)
