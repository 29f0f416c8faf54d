"""GlobalMaxPooling3D: the largest number of each channel of volumes."""

from __future__ import annotations

from minikeras.layers.layer import registry
from minikeras.layers.pooling.base_global_pooling import BaseGlobalMaxPooling


@registry.register
class GlobalMaxPooling3D(BaseGlobalMaxPooling):
    """The largest number of each channel of volumes: y[b, c] = max x[b, i, j, k, c] over i, j, k.

    Args:
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.
        keepdims: whether the axes of space stay, with size 1.

    Input ``(batch, rows, columns, slices, channels)``, or the channels after the batch; output ``(batch, channels)``.

    Equal numbers share the gradient.

    >>> import numpy as np
    >>> GlobalMaxPooling3D()(np.arange(8.0).reshape(1, 2, 2, 2, 1)).tolist()
    [[7.0]]
    """

    by_rows = True
    axes = 3
