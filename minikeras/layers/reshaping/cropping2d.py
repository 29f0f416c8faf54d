"""Cropping2D: images without edges."""

from __future__ import annotations

from typing import Any

from minikeras.layers.data_format import standardize_data_format
from minikeras.layers.layer import registry
from minikeras.layers.reshaping.base_edges import BaseCropping


@registry.register
class Cropping2D(BaseCropping):
    """Cut the edges of images off.

    Args:
        cropping: how many rows and columns to cut off, an integer for all edges, (rows, columns), or
            ((top, bottom), (left, right)).
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.

    Input ``(batch, rows, columns, channels)``, or the channels after the batch; output alike, without the edges.

    >>> Cropping2D(((0, 1), (1, 0)))([[[[5], [6]], [[7], [8]]]]).tolist()
    [[[[6]]]]
    """

    axes = 2

    def __init__(self, cropping: Any = ((0, 0), (0, 0)), data_format: str | None = None, **kwargs):
        super().__init__(cropping, **kwargs)
        self.data_format = standardize_data_format("Cropping2D", data_format)
