"""ZeroPadding3D: zeros around volumes."""

from __future__ import annotations

from minikeras.layers.layer import registry
from minikeras.layers.reshaping.base_edges import BaseZeroPadding


@registry.register
class ZeroPadding3D(BaseZeroPadding):
    """Zeros around volumes.

    Args:
        padding: how much to add, an integer for all edges, one for each axis of space, or a pair (before, after) for each.
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.

    Input ``(batch, rows, columns, slices, channels)``, or the channels after the batch; output alike, with the zeros.

    >>> ZeroPadding3D(((0, 0), (0, 0), (1, 1)))([[[[[5]]]]]).tolist()
    [[[[[0], [5], [0]]]]]
    """

    axes = 3
