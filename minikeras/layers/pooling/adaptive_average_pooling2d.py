"""AdaptiveAveragePooling2D: means of as many windows as asked for, of images."""

from __future__ import annotations

from minikeras.layers.layer import registry
from minikeras.layers.pooling.base_adaptive_pooling import BaseAdaptiveAveragePooling


@registry.register
class AdaptiveAveragePooling2D(BaseAdaptiveAveragePooling):
    """Means of so many windows of images as the output has places.

    Along an axis of length n, window i of m goes from ⌊i n / m⌋ to ⌈(i + 1) n / m⌉, so the output has one size for
    inputs of any size.

    Args:
        output_size: sizes of the output in space, an integer, or one for rows and one for columns.
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.

    Input ``(batch, rows, columns, channels)``, or the channels after the batch; output alike.

    >>> import numpy as np
    >>> AdaptiveAveragePooling2D(2)(np.arange(9.0).reshape(1, 3, 3, 1))[0, :, :, 0].tolist()
    [[2.0, 3.0], [5.0, 6.0]]
    """

    axes = 2
