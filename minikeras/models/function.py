"""A function cut out of a graph of layers."""

from __future__ import annotations

from typing import Any

from minikeras._core.naming import auto_name
from minikeras.models.functional import Functional


class Function:
    """What leads from some symbolic tensors to others, as a function of arrays or of symbolic tensors.

    Args:
        inputs: symbolic tensors: one, or a list, tuple or dict of them.
        outputs: what layers and operations made of them; one, or a list, tuple or dict.
        name: numbered by default.

    >>> import numpy as np, minikeras as keras
    >>> x = keras.Input((2,)); double = Function(x, x + x)
    >>> double(np.ones((1, 2), "float32")).tolist(), double(keras.Input((2,))).shape
    ([[2.0, 2.0]], (None, 2))
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None):
        self.name = name or auto_name("Function")
        self._model = Functional(inputs, outputs)
        self._inputs, self._outputs = inputs, outputs

    @property
    def inputs(self) -> list:
        """The symbolic inputs, a flat list."""
        return self._model.inputs

    @property
    def outputs(self) -> list:
        """The symbolic outputs, a flat list."""
        return self._model.outputs

    @property
    def operations(self) -> list:
        """The layers and operations between them."""
        return self._model.operations

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shapes of the outputs for shapes of the inputs."""
        return self._model.compute_output_shape(input_shape)

    def compute_output_spec(self, inputs: Any) -> Any:
        """Return symbolic outputs for symbolic inputs."""
        return self._model.compute_output_spec(inputs)

    def __call__(self, inputs: Any, training: bool = False) -> Any:
        return self._model(inputs, training=training)

    call = __call__

    def __repr__(self):
        return f"<Function name={self.name}>"
