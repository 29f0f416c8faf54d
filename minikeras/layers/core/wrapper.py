"""The base of layers around a layer."""

from __future__ import annotations

from typing import Any

from minikeras._core.serialize import deserialize_keras_object
from minikeras.layers.layer import Layer


class Wrapper(Layer):
    """Base of layers that do something with another layer: its weights are theirs, its config stands in theirs.

    Args:
        layer: the layer inside.

    >>> from minikeras.layers import Dense
    >>> class Twice(Wrapper):
    ...     def call(self, x):
    ...         return 2 * self.layer(x)
    >>> Twice(Dense(1, kernel_initializer="ones"))([[1.0, 2.0]]).tolist()
    [[6.0]]
    """

    def __init__(self, layer: Any, **kwargs):
        if not isinstance(layer, Layer):
            raise ValueError(f"Argument `layer` of {type(self).__name__} must be a layer, got {layer!r}.")
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape: Any = None) -> None:
        """Build the layer inside, if that has not happened."""
        if not self.layer.built:
            self.layer.build(input_shape)

    @classmethod
    def from_config(cls, config: dict) -> Wrapper:
        """Build a layer, and the one inside, from what ``get_config`` returned."""
        config = dict(config)
        return cls(layer=deserialize_keras_object(config.pop("layer", None)), **config)
