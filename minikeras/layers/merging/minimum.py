"""The smallest of several arrays, entry by entry."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.layers.layer import registry
from minikeras.layers.merging.base_merge import Extremum


@registry.register
class Minimum(Extremum):
    """The smallest of the inputs, entry by entry: y = min(a, b, ...).

    The gradient goes to the one that was chosen, in halves at a tie. What is masked does not take part.

    Input: a list of arrays of one shape, or of shapes that broadcast. Output: an array of the common shape.

    >>> Minimum()([np.array([[1.0, 2.0]]), np.array([[3.0, 0.0]])]).tolist()
    [[1.0, 0.0]]
    """

    by_rows = True

    choose, wins = np.minimum, np.less


def minimum(inputs: list, **kwargs: Any) -> Any:
    """The smallest of arrays entry by entry, or of what layers will give: a call of the layer `Minimum`.

    Args:
        inputs: a list of arrays or symbolic tensors.
        **kwargs: arguments of the layer, such as ``name``.

    >>> minimum([np.array([[1.0, 2.0]]), np.array([[3.0, 0.0]])]).tolist()
    [[1.0, 0.0]]
    """
    return Minimum(**kwargs)(inputs)
