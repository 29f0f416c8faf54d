"""GlobalAveragePooling3D: the mean of each channel of volumes."""

from __future__ import annotations

from minikeras.layers.layer import registry
from minikeras.layers.pooling.base_global_pooling import BaseGlobalAveragePooling


@registry.register
class GlobalAveragePooling3D(BaseGlobalAveragePooling):
    """The mean of each channel of volumes: y[b, c] = mean x[b, i, j, k, c] over i, j, k.

    Args:
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.
        keepdims: whether the axes of space stay, with size 1.

    Input ``(batch, rows, columns, slices, channels)``, or the channels after the batch; output ``(batch, channels)``.

    >>> import numpy as np
    >>> GlobalAveragePooling3D()(np.arange(8.0).reshape(1, 2, 2, 2, 1)).tolist()
    [[3.5]]
    """

    by_rows = True
    axes = 3
