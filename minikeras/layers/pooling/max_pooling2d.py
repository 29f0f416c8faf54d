"""MaxPooling2D: the largest number of each window of images."""

from __future__ import annotations

from minikeras.layers.layer import registry
from minikeras.layers.pooling.base_pooling import BaseMaxPooling


@registry.register
class MaxPooling2D(BaseMaxPooling):
    """The largest number of each window of images.

    y[b, i, j, c] = max x[b, s i + k, s j + l, c] over the places (k, l) of the window, s the stride.

    Args:
        pool_size: size of the window, an integer, or one for rows and one for columns.
        strides: how far the next window begins, as ``pool_size``, which it is by default: then no windows overlap.
        padding: ``"valid"`` has windows inside the input only, ``"same"`` also at the edges, over what there is.
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.
        name: the layer's name.

    Input ``(batch, rows, columns, channels)``, output
    ``(batch, pooled rows, pooled columns, channels)``; with ``"channels_first"`` the channels stand after the batch.

    Of equal numbers the first gets the gradient.

    >>> import numpy as np
    >>> MaxPooling2D(2)(np.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0].tolist()
    [[5.0, 7.0], [13.0, 15.0]]
    """

    by_rows = True
    axes = 2
