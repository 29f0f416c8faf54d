"""Models made of symbolic tensors: any graph of layers and operations, with any number of inputs and outputs."""

from __future__ import annotations

from typing import Any

from minikeras._core import dtypes
from minikeras.models.graph_config import from_graph_config, graph_config
from minikeras.models.model import Model


class Functional(Model):
    """What ``keras.Model(inputs, outputs)`` gives.

    >>> import minikeras as keras
    >>> x = keras.Input((2,)); model = keras.Model(x, keras.layers.Dense(1)(x) + 1.0)
    >>> type(model).__name__, model.count_params()
    ('Functional', 3)
    """

    def get_config(self) -> dict:
        """Return what rebuilds the model, without weights and compile state: layers, and the calls that join them."""
        return graph_config(self)

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> Any:
        """Build a model from what `get_config` returned, here or in Keras 2 or 3."""
        return from_graph_config(cls, config, custom_objects)

    def get_build_config(self) -> dict | None:
        """Return the shapes of the inputs."""
        return {"input_shape": self._build_shape}

    def build_from_config(self, config: dict) -> None:
        """Nothing to do: the graph is there."""

    def __repr__(self):
        return f"<Functional name={self.name}, built={self.built}>"


dtypes.registry.register(Functional)
