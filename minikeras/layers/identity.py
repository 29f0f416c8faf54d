"""The layer that changes nothing, and the base of those that change the numbers but not the shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.layers.layer import Layer, registry


class SameShape(Layer):
    """Base of layers whose output has the shape of their input."""

    supports_masking = stateless = True

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the input."""
        return tuple(input_shape)


@registry.register
class Identity(SameShape):
    """Pass the input on: y = x. A place holder where a layer may be left out.

    Input and output of any shape.

    >>> Identity()(np.array([[1, 2]])).tolist()
    [[1, 2]]
    """

    float_inputs = False

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, None]:
        """Return the input."""
        return x, None

    def backward(self, dy: np.ndarray, kept: None, need_dx: bool = True) -> np.ndarray:
        """Return ∂L/∂x = ∂L/∂y."""
        return dy
