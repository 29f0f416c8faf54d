"""ZeroPadding2D: zeros around images."""

from __future__ import annotations

from minikeras.layers.layer import registry
from minikeras.layers.reshaping.base_edges import BaseZeroPadding


@registry.register
class ZeroPadding2D(BaseZeroPadding):
    """Zeros around images.

    Args:
        padding: how many rows and columns to add, an integer for all edges, (rows, columns), or
            ((top, bottom), (left, right)).
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.

    Input ``(batch, rows, columns, channels)``, or the channels after the batch; output alike, with the zeros.

    >>> ZeroPadding2D(((0, 1), (1, 0)))([[[[5]]]]).tolist()
    [[[[0], [5]], [[0], [0]]]]
    """

    by_rows = True
    axes = 2
