"""The largest of several arrays, entry by entry."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.layers.layer import registry
from minikeras.layers.merging.base_merge import Extremum


@registry.register
class Maximum(Extremum):
    """The largest of the inputs, entry by entry: y = max(a, b, ...).

    The gradient goes to the one that was chosen, in halves at a tie. What is masked does not take part.

    Input: a list of arrays of one shape, or of shapes that broadcast. Output: an array of the common shape.

    >>> Maximum()([np.array([[1.0, 2.0]]), np.array([[3.0, 0.0]])]).tolist()
    [[3.0, 2.0]]
    """

    by_rows = True

    choose, wins = np.maximum, np.greater


def maximum(inputs: list, **kwargs: Any) -> Any:
    """The largest of arrays entry by entry, or of what layers will give: a call of the layer `Maximum`.

    Args:
        inputs: a list of arrays or symbolic tensors.
        **kwargs: arguments of the layer, such as ``name``.

    >>> maximum([np.array([[1.0, 2.0]]), np.array([[3.0, 0.0]])]).tolist()
    [[3.0, 2.0]]
    """
    return Maximum(**kwargs)(inputs)
