"""AveragePooling3D: the mean of each window of volumes."""

from __future__ import annotations

from minikeras.layers.layer import registry
from minikeras.layers.pooling.base_pooling import BaseAveragePooling


@registry.register
class AveragePooling3D(BaseAveragePooling):
    """The mean of each window of volumes.

    y[b, i, j, k, c] = mean x[b, s i + l, s j + m, s k + n, c] over the places (l, m, n) of the window, s the stride.

    Args:
        pool_size: size of the window, an integer, or one for each axis of space.
        strides: how far the next window begins, as ``pool_size``, which it is by default: then no windows overlap.
        padding: ``"valid"`` has windows inside the input only, ``"same"`` also at the edges, over what there is.
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.
        name: the layer's name.

    Input ``(batch, rows, columns, slices, channels)``, output
    ``(batch, pooled rows, columns and slices, channels)``; with ``"channels_first"`` the channels stand after the batch.

    >>> import numpy as np
    >>> AveragePooling3D(2)(np.arange(8.0).reshape(1, 2, 2, 2, 1)).tolist()
    [[[[[3.5]]]]]
    """

    by_rows = True
    axes = 3
