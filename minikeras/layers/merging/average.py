"""The mean of several arrays, entry by entry."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.layers.layer import registry
from minikeras.layers.merging.base_merge import Merge


@registry.register
class Average(Merge):
    """The mean of n inputs, y = (a + b + ...) / n: the vote of an ensemble.

    Input: a list of arrays of one shape, or of shapes that broadcast. Output: an array of the common shape.

    >>> Average()([np.array([[1.0, 2.0]]), np.array([[3.0, 6.0]])]).tolist()
    [[2.0, 4.0]]
    """

    by_rows = True

    def merge(self, arrays: list, masks: list) -> tuple[np.ndarray, None]:
        """Compute y = (a + b + ...) / n."""
        y = arrays[0]
        for a in arrays[1:]:
            y = y + a
        return y / len(arrays), None

    def shares(self, dy: np.ndarray, arrays: list, kept: None) -> list:
        """∂L/∂a = ∂L/∂y / n"""
        return [dy / len(arrays)] * len(arrays)


def average(inputs: list, **kwargs: Any) -> Any:
    """The mean of arrays entry by entry, or of what layers will give: a call of the layer `Average`.

    Args:
        inputs: a list of arrays or symbolic tensors.
        **kwargs: arguments of the layer, such as ``name``.

    >>> average([np.array([[1.0, 2.0]]), np.array([[3.0, 6.0]])]).tolist()
    [[2.0, 4.0]]
    """
    return Average(**kwargs)(inputs)
