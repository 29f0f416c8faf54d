"""GlobalAveragePooling2D: the mean of each channel of images."""

from __future__ import annotations

from minikeras.layers.layer import registry
from minikeras.layers.pooling.base_global_pooling import BaseGlobalAveragePooling


@registry.register
class GlobalAveragePooling2D(BaseGlobalAveragePooling):
    """The mean of each channel of images: y[b, c] = mean x[b, i, j, c] over i, j.

    Args:
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.
        keepdims: whether the axes of space stay, with size 1.

    Input ``(batch, rows, columns, channels)``, or the channels after the batch; output ``(batch, channels)``.

    >>> import numpy as np
    >>> GlobalAveragePooling2D()(np.arange(8.0).reshape(1, 2, 2, 2)).tolist()
    [[3.0, 4.0]]
    """

    by_rows = True
    axes = 2
