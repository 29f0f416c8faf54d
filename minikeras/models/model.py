"""What all models have in common beyond training: layers by name, summary, files, configs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from minikeras import saving
from minikeras._core.serialize import deserialize_keras_object, noting_own, serialize_keras_object
from minikeras.layers.layer import Layer
from minikeras.models import summary as summaries
from minikeras.models.trainer import Trainer


class Model(Trainer, Layer):
    """Layers joined into one, with training, files and a summary. `Sequential` is the model to make.

    >>> from minikeras.models import Sequential
    >>> isinstance(Sequential(), Model)
    True
    """

    _layers: list[Layer]

    def __init__(self, *args, **kwargs):
        if args or {"inputs", "outputs", "input", "output"} & set(kwargs):
            raise NotImplementedError(
                "Model(inputs, outputs) comes in a later version. The first layers of a Sequential model make a model of "
                "their own by Sequential(model.layers[:k + 1]), with the same weights."
            )
        super().__init__(**kwargs)

    @property
    def layers(self) -> list[Layer]:
        """The layers in order, the input layer apart."""
        raise NotImplementedError

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Return a layer by its name or its place.

        Raises:
            ValueError: there is none; the message lists the layers.
        """
        if (name is None) == (index is None):
            raise ValueError(f"get_layer takes a name or an index, got name={name!r}, index={index!r}.")
        if index is not None:
            if not -len(self.layers) <= index < len(self.layers):
                raise ValueError(f"Model {self.name!r} has {len(self.layers)} layers, there is none at index {index}.")
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(f"No such layer: {name!r}. Model {self.name!r} has {[layer.name for layer in self.layers]}.")

    def summary(
        self,
        line_length: int | None = None,
        positions: list | None = None,
        print_fn: Callable | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: list | None = None,
    ) -> None:
        """Print a table of the layers, their output shapes and numbers of parameters.

        Args:
            line_length: width of the table in characters.
            positions: where the columns end, as fractions of the width or in characters.
            print_fn: gets the text instead of the terminal.
            expand_nested: show the layers of models inside.
            show_trainable: add a column that says which layers are trained.
            layer_range: the first and the last layer to show, by name.
        """
        text = summaries.table(self, line_length, positions, expand_nested, show_trainable, layer_range)
        print(text, end="") if print_fn is None else print_fn(text)

    # -- files -------------------------------------------------------------------------------------------------------

    def save(self, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs) -> None:
        """Write the whole model to a file; see `minikeras.saving.save_model`."""
        saving.save_model(self, filepath, overwrite=overwrite, zipped=zipped, **kwargs)

    def save_weights(self, filepath: Any, overwrite: bool = True, max_shard_size: None = None, **kwargs) -> None:
        """Write the weights to an HDF5 file; see `minikeras.saving.save_weights`."""
        saving.save_weights(self, filepath, overwrite=overwrite, max_shard_size=max_shard_size, **kwargs)

    def load_weights(self, filepath: Any, skip_mismatch: bool = False, **kwargs) -> None:
        """Read the weights from an HDF5 file; see `minikeras.saving.load_weights`."""
        saving.load_weights(self, filepath, skip_mismatch=skip_mismatch, **kwargs)

    def export(
        self, filepath: Any, format: str = "tf_saved_model", verbose: Any = None, input_signature: Any = None, **kwargs
    ) -> None:
        """Write what `predict` computes to a file for other programs: ``format="onnx"``; see `export_model`."""
        from minikeras.saving.onnx_export import export_model  # with its tables: only when it is needed

        export_model(self, filepath, format, verbose, input_signature, **kwargs)

    def to_json(self, **kwargs) -> str:
        """Return the model without its weights as JSON text; `model_from_json` rebuilds it. Arguments go to json.dumps."""
        return json.dumps(serialize_keras_object(self), **kwargs)

    def __reduce__(self):  # copy and pickle: by config and weights, not by shared memory
        with noting_own() as own:
            config = serialize_keras_object(self)
        optimizer = getattr(self, "optimizer", None)
        slots = [v.numpy() for v in optimizer.variables] if optimizer is not None and optimizer.built else None
        return _rebuild, (config, own, self.get_weights(), slots)


def _rebuild(config: dict, own: dict, weights: list, slots: list | None) -> Model:
    model = deserialize_keras_object(config, own)
    if model.built:
        model.set_weights(weights)
    if slots is not None:
        model.optimizer.build(model.trainable_variables)
        for variable, value in zip(model.optimizer.variables, slots):
            variable.assign(value)
    return model
