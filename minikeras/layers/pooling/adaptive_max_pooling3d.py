"""AdaptiveMaxPooling3D: the largest numbers of as many windows as asked for, of volumes."""

from __future__ import annotations

from minikeras.layers.layer import registry
from minikeras.layers.pooling.base_adaptive_pooling import BaseAdaptiveMaxPooling


@registry.register
class AdaptiveMaxPooling3D(BaseAdaptiveMaxPooling):
    """The largest numbers of so many windows of volumes as the output has places.

    Along an axis of length n, window i of m goes from ⌊i n / m⌋ to ⌈(i + 1) n / m⌉, so the output has one size for
    inputs of any size.

    Args:
        output_size: sizes of the output in space, an integer, or one for each axis of space.
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.

    Input ``(batch, rows, columns, slices, channels)``, or the channels after the batch; output alike.

    >>> import numpy as np
    >>> AdaptiveMaxPooling3D(1)(np.arange(8.0).reshape(1, 2, 2, 2, 1)).tolist()
    [[[[[7.0]]]]]
    """

    axes = 3
