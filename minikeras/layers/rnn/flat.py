"""Recurrent layers that make their cell themselves and take its arguments as their own: SimpleRNN, LSTM, GRU, ConvLSTM."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from minikeras import regularizers
from minikeras._core.serialize import constructor_arguments
from minikeras.layers.rnn.rnn import RNN

# arguments of the layer, not of its cell
_LOOP = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll", "activity_regularizer")


class Flat(RNN):
    """Base of those layers. The arguments of the cell can be read from the layer: ``layer.units``."""

    cell_class: type
    input_axes = 3

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "cell_class" in vars(cls):
            for name in constructor_arguments(cls.cell_class):
                setattr(cls, name, property(attrgetter(f"cell.{name}"), doc="As of the cell."))

    def handed_on(self, given: dict[str, Any]) -> dict[str, Any]:
        """Turn the arguments of the class, by name, into those of `RNN`: the cell is made of its own among them."""
        kwargs = dict(given["kwargs"])
        shared = {name: kwargs[name] for name in ("dtype", "trainable") if name in kwargs}
        if "implementation" in kwargs:
            shared["implementation"] = kwargs.pop("implementation")
        own = {name: given[name] for name in constructor_arguments(self.cell_class)}
        cell = self.cell_class(**own, **shared, name=self.cell_class.default_name)
        return {"cell": cell, **{name: given[name] for name in _LOOP if name in given}, **kwargs}

    def get_config(self) -> dict:
        """Return the arguments that rebuild this layer, those of the cell among them."""
        config = super().get_config()
        config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        return {name: value for name, value in config.items() if name not in ("cell", "use_cudnn")}
