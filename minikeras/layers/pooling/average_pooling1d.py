"""AveragePooling1D: the mean of each window of a series."""

from __future__ import annotations

from minikeras.layers.layer import registry
from minikeras.layers.pooling.base_pooling import BaseAveragePooling


@registry.register
class AveragePooling1D(BaseAveragePooling):
    """The mean of each window of a series.

    y[b, i, c] = mean x[b, s i + k, c] over the places k of the window, s the stride.

    Args:
        pool_size: size of the window, an integer.
        strides: how far the next window begins, as ``pool_size``, which it is by default: then no windows overlap.
        padding: ``"valid"`` has windows inside the input only, ``"same"`` also at the edges, over what there is.
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.
        name: the layer's name.

    Input ``(batch, steps, channels)``, output
    ``(batch, pooled steps, channels)``; with ``"channels_first"`` the channels stand after the batch.

    >>> AveragePooling1D(2)([[[1.0], [3.0], [2.0], [0.0]]]).tolist()
    [[[2.0], [1.0]]]
    """

    by_rows = True
    axes = 1
