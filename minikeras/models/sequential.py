"""Layers in a row."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core import dtypes
from minikeras._core.naming import shorten
from minikeras._core.nest import flatten
from minikeras._core.registry import sharing
from minikeras._core.serialize import deserialize_keras_object, serialize_keras_object
from minikeras._core.symbolic import KerasTensor, Node, is_shape, shapes_of
from minikeras._core.tape import paused
from minikeras._core.variable import untraced
from minikeras.layers.calling import is_structure
from minikeras.layers.input_layer import Input, InputLayer
from minikeras.layers.layer import Layer
from minikeras.layers.layer import registry as layer_registry
from minikeras.layers.refusing import refuse_loop
from minikeras.models.depths import functional_of
from minikeras.models.graph import begin
from minikeras.models.model import Model
from minikeras.saving.tree import telling_shared


class Sequential(Model):
    """A model whose layers stand in a row: each gets what the one before gives.

    Args:
        layers: the layers in order; the first may be an `Input`, or say its ``input_shape``. Without either,
            the model is built when it meets the first data.
        trainable: whether training may change the weights.
        name: numbered by default ("sequential").

    >>> from minikeras.layers import Dense
    >>> model = Sequential([Dense(32, activation="relu", input_shape=(10,)), Dense(1, activation="sigmoid")])
    >>> model.count_params(), model.output_shape
    (385, (None, 1))
    """

    def __init__(self, layers: list | None = None, trainable: bool = True, name: str | None = None, dtype: Any = None):
        if isinstance(trainable, Layer):
            raise ValueError(
                "Argument `trainable` of Sequential got a layer: layers stand in a list, Sequential([Dense(3), Dense(2)])."
            )
        super().__init__(trainable=trainable, name=name, dtype=dtype)
        self._layers: list[Layer] = []
        # the calls that join the layers; those of layers that stay are kept when others come or go
        self._nodes: list[Node] = []
        self._forget_shapes()
        if layers is not None:
            for layer in [layers] if isinstance(layers, (Layer, KerasTensor)) else layers:
                self.add(layer, rebuild=False)
            self._maybe_build()

    # -- layers ------------------------------------------------------------------------------------------------------

    @property
    def layers(self) -> list[Layer]:
        """The layers in order, the input layer apart."""
        return self._layers[1:] if self._layers and isinstance(self._layers[0], InputLayer) else self._layers[:]

    @layers.setter
    def layers(self, value: Any) -> None:
        raise AttributeError("The layers of a Sequential model can't be set. Use `add()` and `pop()` to change them.")

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Put a layer at the end; it is built at once where the input shape is known.

        >>> from minikeras.layers import Dense
        >>> model = Sequential(); model.add(Dense(2, input_dim=3)); model.count_params()
        8
        """
        if isinstance(layer, KerasTensor) and isinstance(layer.source, InputLayer):
            layer = layer.source
        if not isinstance(layer, Layer):
            made = getattr(layer, "__name__", "")
            hint = f" Did you forget to make one of it: write {made}(...), not {made}?" if isinstance(layer, type) else ""
            raise ValueError(f"Only instances of Layer go into a Sequential, got {layer!r} ({type(layer).__name__}).{hint}")
        refuse_loop(self, layer, "among its layers")
        if isinstance(layer, InputLayer) and self._layers:
            raise ValueError(
                f"An Input must come first: model {self.name!r} has already been configured to begin with "
                f"the layer {self._layers[0].name!r}."
            )
        if any(layer.name == other.name and layer is not other for other in self._layers):
            raise ValueError(
                f"Layer names in a model must differ, {layer.name!r} is there twice. Give one of them another name=."
            )
        if not self._layers and layer._given_shape is not None and not isinstance(layer, InputLayer):
            self._layers.append(InputLayer(batch_shape=layer._given_shape, dtype=None if layer.float_inputs else layer.dtype))
        self._layers.append(layer)
        if rebuild:
            self._maybe_build()
        else:
            self._forget_shapes()

    @property
    def _functional(self) -> Any:
        return functional_of(self)

    def pop(self, rebuild: bool = True) -> Layer:
        """Take the last layer away and return it.

        >>> from minikeras.layers import Dense
        >>> model = Sequential([Dense(2, input_dim=3), Dense(1)]); model.pop().units, model.output_shape
        (1, (None, 2))
        """
        if not self.layers:
            raise ValueError(f"Model {self.name!r} has no layer to take away.")
        layer = self._layers.pop()
        self._forget_shapes()
        if rebuild:
            self._maybe_build()
        return layer

    def _forget_shapes(self) -> None:
        self.built, self._build_shape, self._output_shape = False, None, None
        self._course = self._inputs = self._outputs = None
        self._forget_steps()

    def _maybe_build(self) -> None:
        """Build when the first layer knows its input and there is something to build."""
        first = self._layers[0] if self._layers else None
        if isinstance(first, InputLayer) and self.layers:
            self.build(first.batch_shape)
        elif isinstance(first, Model) and first.built and first._inputs is not None:
            self.build(first.input_shape if len(first.inputs) > 1 else tuple(first.inputs[0].shape))
        elif hasattr(first, "symbolic_inputs"):
            self.build()
        else:
            self._forget_shapes()

    def build(self, input_shape: Any = None) -> None:
        """Make the weights of all layers.

        Args:
            input_shape: shape of a batch, None for its size; not needed when the first layer says it.
        """
        if isinstance(input_shape, (int, np.integer)):
            input_shape = (None, int(input_shape))
        if not self._layers:
            raise ValueError(f"Model {self.name!r} has no layers to build: add() some first.")
        first = self._layers[0]
        joins = isinstance(first, Model) and first._inputs is not None and len(first.inputs) > 1  # branches, joined
        by_name = getattr(first, "symbolic_inputs", None)  # a table's features, of which its columns know
        inputs: Any = None
        if isinstance(first, InputLayer):
            input_shape = first.batch_shape
        elif joins:
            input_shape = first.input_shape
        elif by_name is not None:
            inputs = by_name()
            input_shape = shapes_of(inputs)
        elif input_shape is None:
            raise ValueError(f"Model {self.name!r} needs an input shape to be built: build((None, 10)).")
        elif not is_shape(input_shape):  # of a first layer that takes several arrays
            inputs = _inputs_of(input_shape, _input_dtype(first))
        else:
            input_shape = tuple(input_shape)
            dtype = "string" if vars(self).get("_meeting_data") == "text" else _input_dtype(first)
            self._layers.insert(0, InputLayer(batch_shape=input_shape, dtype=dtype))
        self._inputs = tensor = first._inputs if joins else self._layers[0].output if inputs is None else inputs
        before, self._nodes = self._nodes, []
        for layer in self.layers:
            if before and before[0].operation is layer and before[0].args[0] is tensor:
                tensor = before.pop(0).outputs
            else:
                _unlink(before)
                before, tensor = [], self._call_layer(layer, tensor)
            self._nodes.append(flatten(tensor)[0].node)
        _unlink(before)
        self._outputs = tensor
        begin(self, self.inputs)
        self._build_shape, self._output_shape = input_shape, shapes_of(tensor)
        self._lay_out()

    def convert_inputs(self, inputs: Any, by_hand: bool = True) -> Any:
        """Turn what a user passes into arrays of the input's type, which the first layer decides: it is built first."""
        if self._course is None and self._layers and not is_structure(inputs):
            with paused():
                self.build_for(np.asarray(untraced(inputs)))
        return super().convert_inputs(inputs, by_hand)

    def _call_layer(self, layer: Layer, tensor: Any) -> Any:
        if not layer.built:
            layer._parent_path = self.path
        was_built = layer.built
        try:
            output = layer(tensor)
        except (IndexError, TypeError, ValueError, AttributeError) as error:
            kind = type(layer).__name__
            if not isinstance(tensor, KerasTensor):
                before = flatten(tensor)[0].node.operation
                if isinstance(before, InputLayer) and isinstance(error, (ValueError, AttributeError)):
                    raise  # of the first layer
                raise ValueError(
                    f"Layer {before.name!r} ({type(before).__name__}) gives several arrays, which {layer.name!r} ({kind}) does "
                    "not take: that can only be the last of a Sequential. Use keras.Model(inputs, outputs), or a layer of your "
                    f"own that takes one of them. ({error})"
                ) from error
            if isinstance(error, (ValueError, AttributeError)):
                raise
            raise ValueError(f"Layer {layer.name!r} ({kind}) can't take an input of shape {tensor.shape}: {error}") from error
        if not self._trainable and not was_built:
            for v in layer.weights:
                v.trainable = False
        return output

    # -- shapes and configs ------------------------------------------------------------------------------------------

    def get_config(self) -> dict:
        """Return what rebuilds the model, without weights and compile state."""
        config = {"name": self.name, "trainable": self._trainable, "dtype": self.serialized_policy()}
        with telling_shared(self):
            config["layers"] = [serialize_keras_object(layer) for layer in self._layers]
        if self.built:
            config["build_input_shape"] = self._build_shape
        return config

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> Sequential:
        """Build a model from what `get_config` returned."""
        if not isinstance(config, dict):
            raise ValueError(f"The config of a {cls.__name__} model is a dict with the key 'layers', got {shorten(config)}.")
        unknown = set(config) - {"name", "trainable", "dtype", "layers", "build_input_shape"}
        if unknown or "layers" not in config:
            what = f"unknown keys {sorted(unknown)}" if unknown else "no key 'layers'"
            keys = "name, trainable, dtype, layers and build_input_shape"
            raise ValueError(f"The config of a {cls.__name__} model has the keys {keys}; here {what}.")
        if not isinstance(config["layers"], (list, tuple)):
            raise ValueError(f"The layers in the config of a {cls.__name__} are a list, got {shorten(config['layers'])}.")
        with sharing():
            return cls._of_layers(config, custom_objects)

    @classmethod
    def _of_layers(cls, config: dict, custom_objects: dict | None) -> Sequential:
        model = cls(trainable=config.get("trainable", True), name=config.get("name"), dtype=config.get("dtype"))
        made: dict[str, tuple[Any, Layer]] = {}  # a layer that stands in several places is listed as often, under one name
        for layer in config["layers"]:
            inner = layer.get("config") if isinstance(layer, dict) else None
            name = inner.get("name") if isinstance(inner, dict) else None
            if not isinstance(name, str) or name not in made or made[name][0] != inner:
                made[name if isinstance(name, str) else ""] = inner, layer_from_config(layer, custom_objects)
            model.add(made[name if isinstance(name, str) else ""][1], rebuild=False)
        model._maybe_build()
        if not model.built and config.get("build_input_shape") and model._layers:
            model.build(config["build_input_shape"])
        return model

    def get_build_config(self) -> dict | None:
        """Return the shape that the model was built for."""
        return {"input_shape": self._build_shape} if self.built else None

    def __repr__(self):
        return f"<Sequential name={self.name}, built={self.built}>"


def _unlink(nodes: list[Node]) -> None:
    """Have layers forget calls that are no longer part of the model."""
    for node in nodes:
        calls = node.operation._inbound_nodes
        calls[:] = [other for other in calls if other is not node]


def _inputs_of(shapes: Any, dtype: str | None, name: str | None = None) -> Any:
    """Symbolic inputs in the structure of their shapes; those of a dict have its keys as names."""
    if is_shape(shapes):
        return Input(batch_shape=tuple(shapes), dtype=dtype, name=name)
    if isinstance(shapes, dict):
        return {key: _inputs_of(shape, dtype, key) for key, shape in shapes.items()}
    return [_inputs_of(shape, dtype) for shape in shapes]


def _input_dtype(first: Layer) -> str | None:
    """The number type of the data that a first layer takes: floats, unless it looks numbers up."""
    return "int32" if getattr(first, "takes_integers", False) else None


def layer_from_config(config: Any, custom_objects: dict | None = None) -> Layer:
    """Build a layer, or a model used as one, from its config."""
    if isinstance(config, dict) and config.get("class_name") in ("Sequential", "Functional", "Model"):
        layer = deserialize_keras_object({**config, "module": "keras"}, custom_objects)
    else:
        layer = layer_registry.deserialize(config, custom_objects)
    return layer


dtypes.registry.register(Sequential)
