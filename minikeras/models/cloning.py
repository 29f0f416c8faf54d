"""New models from old ones, and from text."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from typing import Any

from minikeras._core.arguments import unknown_arguments
from minikeras._core.custom import scope
from minikeras._core.nest import flatten, map_leaves
from minikeras._core.operation import Operation
from minikeras._core.registry import sharing
from minikeras._core.serialize import deserialize_keras_object, noting_own, serialize_keras_object
from minikeras.layers.input_layer import Input
from minikeras.layers.layer import Layer
from minikeras.models.graph import recall
from minikeras.models.model import Model
from minikeras.models.sequential import Sequential
from minikeras.saving.tree import standing_twice, telling_shared


def clone_model(
    model: Model,
    input_tensors: Any = None,
    clone_function: Callable | None = None,
    call_function: Callable | None = None,
    recursive: bool = False,
    **kwargs,
) -> Model:
    """Make a model of the same layers with new weights, compiled as the first one was.

    Args:
        model: a `Sequential`, or a model made of symbolic tensors; one with a call() of its own is made anew from its config.
        input_tensors: symbolic tensors to begin the new model with.
        clone_function: makes a layer's copy; from its config by default.
        call_function: ``call_function(layer, *args, **kwargs)`` calls a copy; by default ``layer(*args, **kwargs)``.
        recursive: whether ``clone_function`` copies the layers of models inside, too.

    >>> from minikeras.layers import Dense
    >>> model = Sequential([Dense(2, input_shape=(3,))])
    >>> clone_model(model).count_params()
    8
    """
    if kwargs:
        unknown_arguments("clone_model()", kwargs, ["model", "input_tensors", "clone_function", "call_function", "recursive"])
    has_graph = isinstance(model, Sequential) or isinstance(model, Model) and model._inputs is not None
    is_plain = all(a is None for a in (input_tensors, clone_function, call_function))
    if not isinstance(model, Model) or not has_graph and not is_plain:
        raise ValueError(
            "clone_model takes a model; with input_tensors, clone_function or call_function it must be a Sequential or made of "
            f"keras.Input() tensors. Got {model!r}."
        )
    shared = {id(layer) for layer in standing_twice(model)}  # in models inside, too
    copy = clone_function or (lambda layer: _numbered(layer) if id(layer) in shared else _copied(layer))
    if recursive:
        copy = _recursive(copy, call_function)
    made: dict[int, Any] = {}  # a layer that stands in several places is copied once

    def copied(layer):
        if id(layer) not in made:
            made[id(layer)] = copy(layer)
        return made[id(layer)]

    with telling_shared(model), sharing():
        if not has_graph or is_plain and type(model).get_config not in (Model.get_config, Sequential.get_config):
            clone = _copied(model)  # its own get_config() says what it needs
        elif isinstance(model, Sequential):
            clone = _clone_row(model, input_tensors, copied)
        else:
            clone = _clone_graph(model, input_tensors, copied, call_function)
    if model.compiled:
        with noting_own() as own:
            config = model.get_compile_config()
        with scope(own):
            clone.compile_from_config(config)
    return clone


def _clone_row(model: Sequential, input_tensors: Any, copied: Callable) -> Sequential:
    clone = type(model)(name=model.name, trainable=model.trainable)
    if input_tensors is not None:
        clone.add(flatten(input_tensors)[0], rebuild=False)
    else:
        for layer in model._layers[: len(model._layers) - len(model.layers)]:
            clone.add(_copied(layer), rebuild=False)
    for layer in model.layers:
        clone.add(copied(layer), rebuild=False)
    clone._maybe_build()
    return clone


def _clone_graph(model: Model, input_tensors: Any, copied: Callable, call_function: Callable | None) -> Model:
    if input_tensors is None:
        new = [Input(batch_shape=t.shape, dtype=t.dtype, name=t.node.operation.name) for t in model.inputs]
    else:
        new = flatten(input_tensors)
        named = [set(s) if isinstance(s, dict) else None for s in (model._inputs, input_tensors)]
        if named[0] != named[1] and (len(new) > 1 or named[0] and named[1]):
            raise ValueError(
                f"`input_tensors` must have the same structure as model.input of model {model.name!r}: {model._inputs!r}, "
                f"got {input_tensors!r}."
            )
        if len(new) != len(model.inputs):
            raise ValueError(f"clone_model: the model has {len(model.inputs)} inputs, got {len(new)} input_tensors.")
    tensors = {id(t): n for t, n in zip(model.inputs, new)}

    def call(operation):
        if not isinstance(operation, Layer):
            return Operation(operation.function, operation.name)
        layer = copied(operation)
        return layer if call_function is None else lambda *args, **kwargs: call_function(layer, *args, **kwargs)

    recall(model._nodes, tensors, call)
    inputs, outputs = (map_leaves(lambda t: tensors[id(t)], s) for s in (model._inputs, model._outputs))
    return type(model)(inputs=inputs, outputs=outputs, name=model.name, trainable=model.trainable)


def _recursive(copy: Callable, call_function: Callable | None) -> Callable:
    def inside(layer):
        if not isinstance(layer, Model):
            return copy(layer)
        return clone_model(layer, clone_function=copy, call_function=call_function, recursive=True)

    return inside


def _copied(layer: Layer) -> Layer:
    with noting_own() as own:
        config = serialize_keras_object(layer.get_config())
    with scope(own):
        return type(layer).from_config(config)


def _numbered(layer: Layer) -> Layer:
    """A copy of a layer that stands in other models, too: found again where it is."""
    with noting_own() as own:
        config = serialize_keras_object(layer)
    return deserialize_keras_object({key: value for key, value in config.items() if key != "compile_config"}, own)


def model_from_json(json_string: str, custom_objects: dict | None = None) -> Model:
    """Build a model, with new weights, from the text of `Model.to_json`, by this library or by Keras 2 or 3.

    >>> from minikeras.layers import Dense
    >>> model_from_json(Sequential([Dense(2, input_shape=(3,))]).to_json()).count_params()
    8
    """
    from minikeras.saving.building import build_from_json  # with all that reads files: only when it is needed

    return build_from_json(json_string, custom_objects)


def model_from_config(config: dict, custom_objects: dict | None = None) -> Model:
    """Build a model, with new weights, from the config of a whole model: its class name and what `get_config` returned.

    >>> from minikeras.layers import Dense
    >>> model = Sequential([Dense(2, input_shape=(3,))])
    >>> model_from_config({"class_name": "Sequential", "config": model.get_config()}).count_params()
    8
    """
    return model_from_json(json.dumps(config), custom_objects)


def model_from_yaml(yaml_string: str, custom_objects: dict | None = None) -> Model:
    """Build a model, with new weights, from the text of `Model.to_yaml`.

    Text that is not JSON, as Keras 1 and 2 wrote it, is read by PyYAML, if that is installed, which runs nothing in it.

    >>> from minikeras.layers import Dense
    >>> model_from_yaml(Sequential([Dense(2, input_shape=(3,))]).to_yaml()).count_params()
    8
    """
    try:
        json.loads(yaml_string)
    except ValueError:
        try:
            yaml = importlib.import_module("yaml")
        except ImportError as error:
            raise ImportError("model_from_yaml needs PyYAML for text that is not JSON: pip install pyyaml.") from error
        yaml_string = json.dumps(yaml.safe_load(yaml_string))
    return model_from_json(yaml_string, custom_objects)
