"""Layers one after the other, as one layer for preparing data."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.serialize import serialize_keras_object
from minikeras.layers.calling import call_spec
from minikeras.layers.layer import Layer, registry


@registry.register
class Pipeline(Layer):
    """Apply layers one after the other: to arrays, strings, or dicts of images and labels.

    Called outside of a model without ``training``, it acts as in training.

    Args:
        layers: the layers.
        name: as of any layer.

    >>> from minikeras.layers.preprocessing.rescaling import Rescaling
    >>> Pipeline([Rescaling(2.0), Rescaling(1.0, offset=1.0)])(np.array([1.0, 2.0])).tolist()
    [3.0, 5.0]
    """

    float_inputs = False
    training_by_default = True

    def __init__(self, layers: list, name: str | None = None, **kwargs):
        super().__init__(name=name, **kwargs)
        if not isinstance(layers, (list, tuple)) or not all(callable(layer) for layer in layers):
            raise ValueError(f"Pipeline expects a list of layers, got {layers!r:.80}.")
        self.layers = list(layers)

    def __call__(self, inputs: Any, *args, **kwargs) -> Any:
        """Apply the layers to anything that the first one takes."""
        training, mask = kwargs.get("training"), kwargs.get("mask")
        if isinstance(inputs, (np.ndarray, list, tuple, str, dict)) and not args:
            for layer in self.layers:
                told = {"training": training} if isinstance(layer, Layer) and training is not None else {}
                if mask is not None and isinstance(layer, Layer) and call_spec(type(layer).call).takes("mask"):
                    told["mask"] = mask
                inputs = layer(inputs, **told)
            return inputs
        return super().__call__(inputs, *args, **kwargs)

    def build(self, input_shape: tuple) -> None:
        """Build the layers."""
        for layer in self.layers:
            if not layer.built:
                layer.build(input_shape)
            input_shape = layer.compute_output_shape(input_shape)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, list]:
        """Apply the layers."""
        trail = []
        for layer in self.layers:
            x, kept = layer.forward(layer.convert(x), training)
            trail.append(kept)
        return x, trail

    def backward(self, dy: np.ndarray, kept: list, need_dx: bool = True) -> np.ndarray | None:
        """Go back through the layers."""
        for layer, k in zip(reversed(self.layers), reversed(kept)):
            dy = layer.backward(dy, k)
            if dy is None:
                return None
        return dy

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape that the last layer makes."""
        for layer in self.layers:
            input_shape = layer.compute_output_shape(input_shape)
        return tuple(input_shape)

    def get_config(self) -> dict:
        """Return the layers' configs and the name."""
        return {"layers": serialize_keras_object(self.layers), "name": self.name}

    @classmethod
    def from_config(cls, config: dict) -> Pipeline:
        """Build a pipeline from what `get_config` returned."""
        layers = config.get("layers")
        if not isinstance(layers, (list, tuple)):
            raise ValueError(f"The config of a Pipeline needs a list `layers`, got {layers!r:.80}.")
        return cls(**{**config, "layers": [registry.deserialize(c) if isinstance(c, dict) else c for c in layers]})
