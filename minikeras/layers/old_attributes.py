"""What layers had in Keras 1 and 2 and have no more: methods and attributes that older code asks them for."""

from __future__ import annotations

from typing import Any

from minikeras._core.missing import LeftOut
from minikeras._core.old_arguments import hint
from minikeras._core.symbolic import outbound_nodes, shapes_of

#: name in Keras 1 -> name of today, for what a layer keeps
OLD_ATTRIBUTES = {
    "W": "kernel", "U": "recurrent_kernel", "b": "bias", "output_dim": "units", "nb_filter": "filters",
    "border_mode": "padding", "subsample": "strides", "p": "rate", "sigma": "stddev",
    "inner_activation": "recurrent_activation",
    "init": "kernel_initializer", "inner_init": "recurrent_initializer", "dim_ordering": "data_format",
    "W_regularizer": "kernel_regularizer", "b_regularizer": "bias_regularizer",
}  # fmt: skip


class Renamed:
    """An attribute under its old name; one that a layer sets itself comes first.

    >>> class Lamp:
    ...     lux = Renamed("lux", "lumen")
    >>> lamp = Lamp(); hasattr(lamp, "lux")
    False
    >>> lamp.lux = 3; lamp.lux
    3
    """

    def __init__(self, old: str, new: str):
        self.old, self.new = old, new

    def __get__(self, obj: Any, cls: type | None = None) -> Any:
        if obj is None:
            return self
        if self.new not in vars(obj):
            raise AttributeError(f"{type(obj).__name__!r} object has no attribute {self.old!r}", name=self.old, obj=obj)
        hint("attributes", self.old, f"`layer.{self.old}` still works; it is called `layer.{self.new}` now.")
        return vars(obj)[self.new]


class Growing(list):
    """The own weights of a layer, as Keras 2 has them in a private list: what is put in becomes a weight of the layer.

    >>> from minikeras import Variable
    >>> from minikeras.layers import Layer
    >>> layer = Layer(); layer._trainable_weights.append(Variable([1.0])); len(layer._trainable_weights), len(layer.weights)
    (1, 1)
    """

    def __init__(self, layer: Any, weights: Any = ()):
        super().__init__(weights)
        self.layer = layer

    def append(self, weight: Any) -> None:
        """Add a weight."""
        self.extend([weight])

    def extend(self, weights: Any) -> None:
        """Add weights."""
        weights = list(weights)
        super().extend(weights)
        known = {id(v) for v in self.layer.weights}
        self.layer._weights += [v for v in weights if id(v) not in known]

    def __iadd__(self, weights: Any) -> Any:
        self.extend(weights)
        return self


class OldAttributes:
    """The half of a layer that answers to names of Keras 1 and 2.

    >>> from minikeras import config
    >>> from minikeras.layers import Dense
    >>> layer = Dense(2); layer.build((None, 3)); config.disable_hints(); layer.W.shape; config.enable_hints()
    (3, 2)
    """

    stateful = False
    uses_learning_phase = False
    _inbound_nodes: list
    _weights: list
    quantize, enable_lora = LeftOut("quantize"), LeftOut("enable_lora")

    @property
    def inbound_nodes(self) -> list:
        """The calls on symbolic tensors."""
        return list(self._inbound_nodes)

    @property
    def _outbound_nodes(self) -> list:
        return outbound_nodes(self)

    @property
    def outbound_nodes(self) -> list:
        """The calls that take what came out of those."""
        return outbound_nodes(self)

    @property
    def _trainable_weights(self) -> list:
        return Growing(self, [v for v in self._weights if v.trainable])

    @_trainable_weights.setter
    def _trainable_weights(self, weights: list) -> None:
        Growing(self).extend(weights)

    @property
    def _non_trainable_weights(self) -> list:
        return Growing(self, [v for v in self._weights if not v.trainable])

    @_non_trainable_weights.setter
    def _non_trainable_weights(self, weights: list) -> None:
        Growing(self).extend(weights)

    @property
    def batch_input_shape(self) -> Any:
        """The shape of the input."""
        return self.input_shape

    def _node_at(self, index: int, what: str) -> Any:
        nodes = self._inbound_nodes
        if not -len(nodes) <= index < len(nodes):
            raise ValueError(f"Layer {self.name!r} was called {len(nodes)} times: there is no {what} of call {index}.")
        return nodes[index]

    def get_input_at(self, node_index: int) -> Any:
        """The symbolic input of one of the calls, counted from 0."""
        return self._node_at(node_index, "input").args[0]

    def get_output_at(self, node_index: int) -> Any:
        """The symbolic output of one of the calls, counted from 0."""
        return self._node_at(node_index, "output").outputs

    def get_input_shape_at(self, node_index: int) -> Any:
        """The shape of that input."""
        return shapes_of(self.get_input_at(node_index))

    def get_output_shape_at(self, node_index: int) -> Any:
        """The shape of that output."""
        return shapes_of(self.get_output_at(node_index))

    def get_output(self, train: bool = False) -> Any:
        """The symbolic output, as the first Keras gave it."""
        return self.output

    def get_input(self, train: bool = False) -> Any:
        """The symbolic input, as the first Keras gave it."""
        return self.input

    def add_update(self, updates: Any, inputs: Any = None) -> None:
        """Do nothing: `assign` changes a variable at once."""

    @property
    def updates(self) -> list:
        """None: variables are changed at once."""
        return []


for _old, _new in OLD_ATTRIBUTES.items():
    setattr(OldAttributes, _old, Renamed(_old, _new))
