"""The difference of two arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.layers.layer import registry
from minikeras.layers.merging.base_merge import Merge, shapes_of


@registry.register
class Subtract(Merge):
    """The difference of two inputs: y = a - b.

    Input: a list of two arrays of one shape, or of shapes that broadcast. Output: an array of the common shape.

    >>> Subtract()([np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]])]).tolist()
    [[-9.0, -18.0]]
    """

    by_rows = True

    def build(self, input_shape: list) -> None:
        """Check that there are two and that their shapes go together."""
        super().build(shapes_of(self, input_shape, 2))

    def merge(self, arrays: list, masks: list) -> tuple[np.ndarray, None]:
        """Compute y = a - b."""
        return arrays[0] - arrays[1], None

    def shares(self, dy: np.ndarray, arrays: list, kept: None) -> list:
        """∂L/∂a = ∂L/∂y, ∂L/∂b = -∂L/∂y"""
        return [dy, -dy]


def subtract(inputs: list, **kwargs: Any) -> Any:
    """The difference of two arrays, or of what layers will give: a call of the layer `Subtract`.

    Args:
        inputs: a list of two arrays or symbolic tensors.
        **kwargs: arguments of the layer, such as ``name``.

    >>> subtract([np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]])]).tolist()
    [[-9.0, -18.0]]
    """
    return Subtract(**kwargs)(inputs)
