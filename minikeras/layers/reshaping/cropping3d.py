"""Cropping3D: volumes without edges."""

from __future__ import annotations

from typing import Any

from minikeras.layers.data_format import standardize_data_format
from minikeras.layers.layer import registry
from minikeras.layers.reshaping.base_edges import BaseCropping


@registry.register
class Cropping3D(BaseCropping):
    """Cut the edges of volumes off.

    Args:
        cropping: how much to cut off, an integer for all edges, one for each axis of space, or a pair (before, after) for each.
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.

    Input ``(batch, rows, columns, slices, channels)``, or the channels after the batch; output alike, without the edges.

    >>> Cropping3D(((0, 0), (0, 0), (1, 1)))([[[[[5], [6], [7]]]]]).tolist()
    [[[[[6]]]]]
    """

    axes = 3

    def __init__(self, cropping: Any = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None, **kwargs):
        super().__init__(cropping, **kwargs)
        self.data_format = standardize_data_format("Cropping3D", data_format)
