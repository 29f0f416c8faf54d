"""The sum of several arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.layers.layer import registry
from minikeras.layers.merging.base_merge import Merge


@registry.register
class Add(Merge):
    """The sum of the inputs, y = a + b + ...: what closes a residual connection.

    Input: a list of arrays of one shape, or of shapes that broadcast. Output: an array of the common shape.

    >>> Add()([np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]])]).tolist()
    [[11.0, 22.0]]
    """

    by_rows = True

    def merge(self, arrays: list, masks: list) -> tuple[np.ndarray, None]:
        """Compute y = a + b + ..."""
        y = arrays[0]
        for a in arrays[1:]:
            y = y + a
        return y, None

    def shares(self, dy: np.ndarray, arrays: list, kept: None) -> list:
        """∂L/∂a = ∂L/∂y"""
        return [dy] * len(arrays)


def add(inputs: list, **kwargs: Any) -> Any:
    """The sum of arrays, or of what layers will give: a call of the layer `Add`.

    Args:
        inputs: a list of arrays or symbolic tensors.
        **kwargs: arguments of the layer, such as ``name``.

    >>> add([np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]])]).tolist()
    [[11.0, 22.0]]
    """
    return Add(**kwargs)(inputs)
