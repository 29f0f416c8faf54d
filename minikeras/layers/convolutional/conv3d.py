"""The convolution of volumes."""

from __future__ import annotations

from minikeras.layers.convolutional.base_conv import BaseConv
from minikeras.layers.layer import registry


class Conv3D(BaseConv):
    """Slide a kernel through volumes, or films: each output sees a small block of the input, all with the same weights.

    a = g(z), z[n, o, f] = Σ_t Σ_c x[n, s·o + d·t − p, c] · W[t, c, f] + b[f], with taps t, strides s, dilation d, padding p.

    Args:
        filters: number of outputs at each place.
        kernel_size: how far a window reaches, one integer for all, or three.
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

    Input ``(batch, depth, rows, columns, channels)``, output ``(batch, new depth, new rows, new columns, filters)``;
    with ``"channels_first"`` the channels stand right after the batch.

    References: Ji et al., 3D convolutional neural networks for human action recognition, ICML 2010.

    >>> import numpy as np
    >>> layer = Conv3D(4, 3, padding="same", strides=2)
    >>> layer.compute_output_shape((None, 16, 8, 8, 1))
    (None, 8, 4, 4, 4)
    >>> Conv3D(1, 2, kernel_initializer="ones")(np.ones((1, 2, 2, 2, 1))).item()
    8.0
    """

    by_rows = True
    rank = 3


registry.register(Conv3D, "Convolution3D")
