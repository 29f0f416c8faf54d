"""ZeroPadding1D: zeros around a series."""

from __future__ import annotations

from minikeras.layers.layer import registry
from minikeras.layers.reshaping.base_edges import BaseZeroPadding


@registry.register
class ZeroPadding1D(BaseZeroPadding):
    """Zeros around a series.

    Args:
        padding: how many steps to add, an integer for both ends or (before, after).
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.

    Input ``(batch, steps, channels)``, or the channels after the batch; output alike, with the zeros.

    >>> ZeroPadding1D(1)([[[5]]]).tolist()
    [[[0], [5], [0]]]
    """

    by_rows = True
    axes = 1
