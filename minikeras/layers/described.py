"""What a layer says of itself: its path, its number types, its shapes, its config."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import regularizers
from minikeras._core import dtypes
from minikeras._core.naming import shorten
from minikeras._core.registry import home
from minikeras._core.serialize import constructor_arguments, described, serialize_keras_object
from minikeras._core.symbolic import KerasTensor, is_shape, shapes_of
from minikeras.layers.arguments import BASE_ARGUMENTS
from minikeras.layers.calling import CallSpec, call_spec


class Described:
    """The part of a layer that tells what it is."""

    @property
    def path(self) -> str:
        """The names from the model down, joined by '/'."""
        return f"{self._parent_path}/{self.name}" if self._parent_path else self.name

    @property
    def dtype_policy(self) -> dtypes.DTypePolicy:
        """The number types of the layer; may be set by name, for weights that are made from then on."""
        return self._dtype_policy

    @dtype_policy.setter
    def dtype_policy(self, policy: Any) -> None:
        self._dtype_policy = policy = dtypes.get(policy)
        self.compute_dtype, self.variable_dtype = policy.compute_dtype, policy.variable_dtype

    @property
    def dtype(self) -> str:
        """The number type of the weights."""
        return self.variable_dtype

    @property
    def input_dtype(self) -> str:
        """The number type that inputs are cast to."""
        return self.compute_dtype

    def _at_node(self, what: str) -> Any:
        if not self._inbound_nodes:
            raise AttributeError(
                f"Layer {self.name!r} has no {what} yet: it was never called on keras.Input() or put into a model of known "
                "input shape."
            )
        node = self._inbound_nodes[0]
        return node.outputs if what == "output" else node.args[0]

    @property
    def input(self) -> Any:
        """The symbolic input of the layer's first call, or the inputs in their structure."""
        return self._at_node("input")

    @property
    def output(self) -> Any:
        """The symbolic output of the layer's first call."""
        return self._at_node("output")

    @property
    def input_shape(self) -> Any:
        """The input's shape, None for the batch."""
        if self._inbound_nodes:
            return shapes_of(self.input)
        if self._build_shape is None:
            raise AttributeError(f"Layer {self.name!r} has no input yet: it was never called or built.")
        return self._build_shape

    @property
    def output_shape(self) -> Any:
        """The output's shape, None for the batch."""
        if self._inbound_nodes:
            return shapes_of(self.output)
        if self._output_shape is None:
            self._output_shape = self.compute_output_shape(self.input_shape)
        return self._output_shape

    def get_config(self) -> dict:
        """Return the arguments that rebuild this layer, without its weights."""
        config = {"name": self.name, "trainable": self._trainable, "dtype": self.serialized_policy()}
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        mine = constructor_arguments(described(type(self)))
        given = {n: v for n, v in vars(self).get("_given", {}).items() if n in mine and not hasattr(self, n)}
        return {**config, **self._own_config(leave_out=(*BASE_ARGUMENTS, *given)), **given}

    def serialized_policy(self) -> dict:
        """The config of the dtype policy."""
        return serialize_keras_object(self.dtype_policy)

    def get_build_config(self) -> dict | None:
        """Return the shape that the layer was built for; None for what is built as soon as it is made."""
        if self.stateless and self.has_no_build or self._build_shape is None:
            return None
        return {"input_shape": self._build_shape}

    def build_from_config(self, config: dict) -> None:
        """Build for the shape that `get_build_config` returned."""
        shape = config.get("input_shape") if isinstance(config, dict) else config
        further = {k: v for k, v in config.items() if k.endswith("_shape")} if isinstance(config, dict) else {}
        if not shape and further and not self.built and not self.has_no_build:
            self.build(**{k: _read_shapes(self, v) for k, v in further.items()})
        elif shape and not self.built:
            self.build(_read_shapes(self, shape))

    def __reduce__(self):  # copy and pickle: layers of the house by config and weights, a user's own by attributes
        if home(self) is None:
            return _bare, (type(self),), dict(vars(self))
        return _rebuild, (type(self), self.get_config(), self._build_shape if self.built else None, self.get_weights())

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


def _bare(cls: type) -> Any:
    return object.__new__(cls)


def _rebuild(cls: type, config: dict, shape: tuple | None, weights: list) -> Any:
    layer = cls.from_config(config)
    if shape is not None and not layer.built:
        layer.build(shape)
    if weights:
        layer.set_weights(weights)
    return layer


def open_batch(x: Any) -> Any:
    """The shapes of arrays or symbolic tensors, with None for the batch."""
    if isinstance(x, dict):
        return {key: open_batch(value) for key, value in x.items()}
    if isinstance(x, (list, tuple)):
        return [open_batch(value) for value in x]
    shape = tuple(np.shape(x) if not hasattr(x, "shape") else x.shape)
    return shape if isinstance(x, KerasTensor) or not shape else (None, *shape[1:])


def named_shapes(layer: Any, build: CallSpec, x: Any, arguments: dict) -> dict:
    """The shapes that a `build` of several takes by name: each is an argument of `call` with ``_shape`` at its end."""
    call = call_spec(type(layer).call)
    given = {call.first: x, **arguments}
    shapes = {f"{n}_shape": open_batch(v) for n, v in given.items() if v is not None and f"{n}_shape" in build.names}
    if f"{call.first}_shape" not in shapes:  # the first may have any name
        shapes = {build.names[0]: open_batch(x), **shapes}
    missing = [name for name in build.names[: build.required] if name not in shapes]
    if missing:
        right = ", ".join(f"{name}_shape" for name in given if name != "training")
        raise ValueError(
            f"build() of layer {layer.name!r} ({type(layer).__name__}) takes several shapes, {', '.join(build.names)}: each is "
            f"named as an argument of call() that is passed, with _shape at the end, and {missing[0]!r} is none. "
            f"Write build(self, {right})."
        )
    return shapes


def symbolic_of(shape: Any, dtype: str) -> Any:
    """Symbolic tensors of a shape, or of a structure of shapes."""
    if is_shape(shape):
        return KerasTensor(tuple(shape), dtype)
    if isinstance(shape, dict):
        return {key: symbolic_of(item, dtype) for key, item in shape.items()}
    if not isinstance(shape, (list, tuple)):
        return shape
    parts = [symbolic_of(item, dtype) for item in shape]
    return type(shape)(*parts) if hasattr(shape, "_fields") else type(shape)(parts)


def _read_shapes(layer: Any, shape: Any) -> Any:
    """A shape, or a structure of shapes, from a config."""
    if is_shape(shape):
        return tuple(shape)
    if isinstance(shape, (list, tuple)) and shape and all(isinstance(s, (list, tuple, dict)) for s in shape):
        return [_read_shapes(layer, s) for s in shape]
    if isinstance(shape, dict) and shape:
        return {key: _read_shapes(layer, s) for key, s in shape.items()}
    if shape is None:
        return None
    raise ValueError(f"Layer {layer.name!r} can't be built: build_config should hold a shape, got {shorten(shape)}.")
