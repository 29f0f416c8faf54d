"""Models made of symbolic tensors: any graph of layers and operations, with any number of inputs and outputs."""

from __future__ import annotations

from typing import Any

from minikeras._core import dtypes
from minikeras.models.model import Model


class _Graphs(type):
    """A model of a subclass of `Model` that was given inputs and outputs is a `Functional` too, as in Keras."""

    def __instancecheck__(cls, instance: Any) -> bool:
        if cls is Functional and isinstance(instance, Model) and "_operations" in vars(instance):
            return True
        return super().__instancecheck__(instance)


class Functional(Model, metaclass=_Graphs):
    """What ``keras.Model(inputs, outputs)`` gives.

    >>> import minikeras as keras
    >>> x = keras.Input((2,)); model = keras.Model(x, keras.layers.Dense(1)(x) + 1.0)
    >>> type(model).__name__, model.count_params()
    ('Functional', 3)
    """

    keras_module = "keras.src.models.functional"  # where Keras' files say that it is

    def get_build_config(self) -> dict | None:
        """Return the shapes of the inputs."""
        return {"input_shape": self._build_shape}

    def build_from_config(self, config: dict) -> None:
        """Nothing to do: the graph is there."""

    def __repr__(self):
        return f"<Functional name={self.name}, built={self.built}>"


dtypes.registry.register(Functional)
