"""GlobalMaxPooling1D: the largest number of each channel of a series."""

from __future__ import annotations

from minikeras.layers.layer import registry
from minikeras.layers.pooling.base_global_pooling import BaseGlobalMaxPooling


@registry.register
class GlobalMaxPooling1D(BaseGlobalMaxPooling):
    """The largest number of each channel of a series: y[b, c] = max x[b, i, c] over i.

    Args:
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.
        keepdims: whether the axes of space stay, with size 1.

    Input ``(batch, steps, channels)``, or the channels after the batch; output ``(batch, channels)``.

    Equal numbers share the gradient.

    >>> GlobalMaxPooling1D()([[[1.0, 5.0], [3.0, 2.0]]]).tolist()
    [[3.0, 5.0]]
    """

    by_rows = True
    axes = 1
