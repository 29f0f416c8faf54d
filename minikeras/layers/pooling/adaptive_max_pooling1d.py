"""AdaptiveMaxPooling1D: the largest numbers of as many windows as asked for, of a series."""

from __future__ import annotations

from minikeras.layers.layer import registry
from minikeras.layers.pooling.base_adaptive_pooling import BaseAdaptiveMaxPooling


@registry.register
class AdaptiveMaxPooling1D(BaseAdaptiveMaxPooling):
    """The largest numbers of so many windows of a series as the output has places.

    Along an axis of length n, window i of m goes from ⌊i n / m⌋ to ⌈(i + 1) n / m⌉, so the output has one size for
    inputs of any size.

    Args:
        output_size: sizes of the output in space, an integer.
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.

    Input ``(batch, steps, channels)``, or the channels after the batch; output alike.

    >>> import numpy as np
    >>> AdaptiveMaxPooling1D(2)(np.arange(5.0).reshape(1, 5, 1)).tolist()
    [[[2.0], [4.0]]]
    """

    axes = 1
