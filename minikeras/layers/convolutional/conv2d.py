"""The convolution of images."""

from __future__ import annotations

from minikeras.layers.convolutional.base_conv import BaseConv
from minikeras.layers.layer import registry


class Conv2D(BaseConv):
    """Slide a kernel over images: each output sees a small square of the input, all with the same weights.

    a = g(z), z[n, o, f] = Σ_t Σ_c x[n, s·o + d·t − p, c] · W[t, c, f] + b[f], with taps t, strides s, dilation d, padding p.

    Args:
        filters: number of outputs at each place.
        kernel_size: how far a window reaches, one integer for all, or two.
        strides: from one window to the next.
        padding: ``"valid"`` for windows that lie inside, ``"same"`` for one output per stride, with zeros around the input.
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.
        dilation_rate: from one tap of a window to the next; above 1 only with strides of 1.
        groups: in how many groups the channels fall; each group of filters sees one of them only.
        activation: g, by name or as a function; None is linear.
        use_bias: whether there is a b.
        kernel_initializer, bias_initializer: start values of W ``(*kernel_size, channels / groups, filters)`` and b.
        kernel_regularizer, bias_regularizer, activity_regularizer: penalties on W, b and a, added to the loss.
        kernel_constraint, bias_constraint: projections of W and b after each update.

    Input ``(batch, rows, columns, channels)``, output ``(batch, new rows, new columns, filters)``;
    with ``"channels_first"`` the channels stand right after the batch.

    References: LeCun et al., Gradient-based learning applied to document recognition, Proc. IEEE 86 (1998).

    >>> import numpy as np
    >>> layer = Conv2D(1, 2, kernel_initializer="ones")
    >>> layer(np.arange(9.0).reshape(1, 3, 3, 1))[0, :, :, 0].tolist()
    [[8.0, 12.0], [20.0, 24.0]]
    >>> layer.kernel.shape, layer.count_params(), layer.compute_output_shape((None, 28, 28, 1))
    ((2, 2, 1, 1), 5, (None, 27, 27, 1))
    """

    by_rows = True
    rank = 2


registry.register(Conv2D, "Convolution2D")
