"""Cropping1D: a series without edges."""

from __future__ import annotations

from typing import Any

from minikeras.layers.layer import registry
from minikeras.layers.reshaping.base_edges import BaseCropping


@registry.register
class Cropping1D(BaseCropping):
    """Cut the edges of a series off.

    Args:
        cropping: how many steps to cut off, an integer for both ends or (before, after).

    Input ``(batch, steps, channels)``; output alike, without the edges.

    >>> Cropping1D((2, 0))([[[5], [6], [7]]]).tolist()
    [[[7]]]
    """

    axes = 1

    def __init__(self, cropping: Any = (1, 1), **kwargs):
        super().__init__(cropping, **kwargs)
