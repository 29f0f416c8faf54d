"""Layers in a row."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core import dtypes
from minikeras._core.naming import shorten
from minikeras._core.serialize import deserialize_keras_object, serialize_keras_object
from minikeras._core.symbolic import KerasTensor
from minikeras.layers.input_layer import InputLayer
from minikeras.layers.layer import Layer
from minikeras.layers.layer import registry as layer_registry
from minikeras.models.model import Model
from minikeras.models.steps import ActivityPenalty, Shared


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
        super().__init__(trainable=trainable, name=name, dtype=dtype)
        self._layers: list[Layer] = []
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
            hint = " Did you forget to make one of it: write Dense(...), not Dense?" if isinstance(layer, type) else ""
            raise ValueError(f"Only instances of Layer go into a Sequential, got {layer!r} ({type(layer).__name__}).{hint}")
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
        self._steps: list = []
        self._forwards: list = []
        self._penalized: list = []
        self._stop: int | None = None
        self._forget_steps()

    def _maybe_build(self) -> None:
        """Build when the first layer knows its input and there is something to build."""
        first = self._layers[0] if self._layers else None
        if isinstance(first, InputLayer) and self.layers:
            self.build(first.batch_shape)
        elif isinstance(first, Sequential) and first.built:
            self.build(first.input_shape)
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
        if isinstance(first, InputLayer):
            input_shape = first.batch_shape
        elif input_shape is None:
            raise ValueError(f"Model {self.name!r} needs an input shape to be built: build((None, 10)).")
        else:
            input_shape = tuple(input_shape)
            self._layers.insert(0, InputLayer(batch_shape=input_shape, dtype=None if first.float_inputs else "int32"))
        shape = input_shape
        for layer in self.layers:
            shape = self._build_layer(layer, shape)
        self._build_shape, self._output_shape = input_shape, shape
        self._lay_out()

    def _build_layer(self, layer: Layer, shape: tuple) -> tuple:
        try:
            layer.check_input_shape(shape)
            if not layer.built:
                layer._parent_path = self.path
                layer.build(shape)
                for v in layer.weights if not self._trainable else ():
                    v.trainable = False
            elif layer._build_shape is None:
                layer._build_shape = shape
            output = tuple(layer.compute_output_shape(shape))
        except (IndexError, TypeError) as error:
            kind = type(layer).__name__
            raise ValueError(f"Layer {layer.name!r} ({kind}) can't take an input of shape {shape}: {error}") from error
        layer._output_shape = output
        return output

    def _lay_out(self) -> None:
        """Resolve what a pass through the model calls, so that the loop over it does nothing else."""
        self._steps, self._stop = [], None
        for layer in self.layers:
            self._steps.append(layer)
            if layer.activity_regularizer is not None:
                self._steps.append(ActivityPenalty(layer.activity_regularizer))
        self._share()
        self._forwards = [step.forward for step in self._steps]
        self._penalized = [
            (i, step) for i, step in enumerate(self._steps)
            if isinstance(step, ActivityPenalty) or getattr(step, "_penalized", None)
        ]  # fmt: skip

    def _share(self) -> None:
        """Let the gradients of weights that stand in more than one step add up."""
        later: set[int] = set()
        for i, step in reversed(list(enumerate(self._steps))):
            weights = step.weights if isinstance(step, Layer) else []
            shared = [v for v in weights if id(v) in later]
            later.update(id(v) for v in weights)
            if shared:
                self._steps[i] = Shared(step, shared)

    # -- computing ---------------------------------------------------------------------------------------------------

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, list]:
        """Pass x through all layers; keep what each one's backward needs."""
        trail = []
        for forward in self._forwards:
            x, kept = forward(x, training)  # a[l] = g(a[l-1] W[l] + b[l])
            trail.append(kept)
        return x, trail

    def call(self, inputs: np.ndarray, training: bool = False, mask: Any = None) -> np.ndarray:
        """Pass inputs through all layers."""
        x = inputs
        for forward in self._forwards:
            x = forward(x, training)[0]
        return x

    def backward(self, dy: np.ndarray, trail: list, need_dx: bool = True) -> np.ndarray | None:
        """Walk back from ∂L/∂y to the first layer that is trained, or to ∂L/∂x."""
        return self._walk_back(dy, trail, len(trail), need_dx)

    def backward_from_logits(self, delta: np.ndarray, trail: list, need_dx: bool = True) -> np.ndarray | None:
        """The same from δ = ∂L/∂z of the last layer, whose activation and loss were differentiated together."""
        last, stop = len(trail) - 1, self._first_trained(need_dx)
        if last < stop:
            return None
        delta = self._steps[last].backward_from_logits(delta, trail[last], need_dx or last > stop)
        return self._walk_back(delta, trail, last, need_dx)

    def _walk_back(self, delta, trail, end, need_dx):
        stop = self._first_trained(need_dx)
        for i in range(end - 1, stop - 1, -1):
            delta = self._steps[i].backward(delta, trail[i], need_dx or i > stop)  # δ[l] from δ[l+1]
        return delta if need_dx else None

    def _first_trained(self, need_dx: bool) -> int:
        """Where the walk back may end: below it no weight waits for a gradient."""
        if need_dx:
            return 0
        if self._stop is None:
            trained = [bool(getattr(step, "trainable_weights", ())) for step in self._steps]
            self._stop = trained.index(True) if True in trained else len(trained)
        return self._stop

    def resolve_trainable(self) -> None:
        """Look anew at which layers are trained; the trainer asks for it when that has changed."""
        self._stop = None
        for layer in self.layers:
            if isinstance(layer, Sequential):
                layer.resolve_trainable()

    @property
    def activation(self) -> Any:
        """The activation that the model ends in, if its last layer can be differentiated from the logits."""
        last = self._steps[-1] if self._steps else None
        return last.activation if hasattr(last, "logits") else None

    def logits(self, trail: list) -> np.ndarray:
        """What the last activation was applied to."""
        return self._steps[-1].logits(trail[-1])

    def penalty(self, trail: list) -> float:
        """The penalties on outputs of layers in this pass."""
        return float(sum(step.penalty(trail[i]) for i, step in self._penalized))

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the output."""
        if not self.built:
            self.build(input_shape)
        shape = tuple(input_shape)
        for layer in self.layers:
            shape = tuple(layer.compute_output_shape(shape))
        return shape

    def adapt_rank(self, x: np.ndarray) -> np.ndarray:
        """Let samples that are single numbers be rows of one, and rows of one be numbers, where the model wants that."""
        if not self.built or x.ndim == len(self._build_shape):
            return x
        if x.ndim == len(self._build_shape) - 1 and self._build_shape[-1] == 1:
            return x[..., None]
        if x.ndim == len(self._build_shape) + 1 and x.shape[-1] == 1:
            return x.reshape(x.shape[:-1])
        return x

    def convert(self, inputs: Any) -> np.ndarray:
        """Turn what a user passes into an array; a list of one array stands for the one input."""
        if type(inputs) in (list, tuple) and len(inputs) == 1 and getattr(inputs[0], "ndim", 0) > 1:
            inputs = inputs[0]
        return self.adapt_rank(super().convert(inputs))

    def check_input_shape(self, shape: tuple) -> None:
        """Raise a ValueError if data of this shape can't go in: the message names the first layer."""
        if not self.built:
            return
        expected = self._build_shape
        fits = len(shape) == len(expected) and all(
            a is None or b is None or a == b for a, b in zip(shape[1:], expected[1:])
        )
        if not fits:
            first = self.layers[0] if self.layers else self
            problem = first.input_spec.problem(shape) if first.input_spec is not None else None
            hint = "Check the number of features in your data against the model's input shape."
            if tuple(shape) == expected[1:]:
                hint = "A single sample goes in as a batch of one: x[None]."
            raise ValueError(
                f"Layer {first.name!r} ({type(first).__name__}), the first of model {self.name!r}, takes input of shape "
                f"{expected}, got {tuple(shape)}{': ' + problem if problem else ''}. {hint}"
            )

    # -- shapes and configs ------------------------------------------------------------------------------------------

    @property
    def inputs(self) -> list[KerasTensor]:
        """The inputs' shapes and types, a list of one."""
        return [self.input]

    @property
    def outputs(self) -> list[KerasTensor]:
        """The outputs' shapes and types, a list of one."""
        return [self.output]

    @property
    def input(self) -> KerasTensor:
        """The input's shape and type."""
        if not self.built:
            raise AttributeError(f"Sequential model {self.name!r} has no defined input yet: it has not met any data.")
        return self._layers[0].output

    @property
    def output_shape(self) -> tuple:
        """The output's shape, None for the batch."""
        if not self.built:
            raise AttributeError(f"Sequential model {self.name!r} has no defined output shape yet: it has not met any data.")
        return self._output_shape

    def get_config(self) -> dict:
        """Return what rebuilds the model, without weights and compile state."""
        config = {"name": self.name, "trainable": self._trainable, "dtype": self.serialized_policy()}
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
        model = cls(trainable=config.get("trainable", True), name=config.get("name"), dtype=config.get("dtype"))
        for layer in config["layers"]:
            model.add(layer_from_config(layer, custom_objects), rebuild=False)
        model._maybe_build()
        if not model.built and config.get("build_input_shape") and model._layers:
            model.build(tuple(config["build_input_shape"]))
        return model

    def get_build_config(self) -> dict | None:
        """Return the shape that the model was built for."""
        return {"input_shape": self._build_shape} if self.built else None

    def __repr__(self):
        return f"<Sequential name={self.name}, built={self.built}>"


def layer_from_config(config: Any, custom_objects: dict | None = None) -> Layer:
    """Build a layer, or a model used as one, from its config."""
    if isinstance(config, dict) and config.get("class_name") in ("Sequential", "Functional", "Model"):
        layer = deserialize_keras_object({**config, "module": "keras"}, custom_objects)
    else:
        layer = layer_registry.deserialize(config, custom_objects)
    return layer


dtypes.registry.register(Sequential)
