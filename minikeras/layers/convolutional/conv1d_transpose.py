"""The transposed convolution of series."""

from __future__ import annotations

from minikeras.layers.convolutional.base_conv_transpose import BaseConvTranspose
from minikeras.layers.layer import registry


class Conv1DTranspose(BaseConvTranspose):
    """A convolution run backwards, from small to large series: each input adds its multiple of the kernel to the output.

    a = g(z), z[n, s·o + d·t − p, f] = Σ_t Σ_c x[n, o, c] · W[t, f, c] + b[f]: the gradient of a convolution is the output here.

    Args:
        filters: number of outputs at each place.
        kernel_size: how far one input reaches, an integer.
        strides: how far apart two inputs act: by so much the output is larger.
        padding: ``"valid"`` for all that the inputs reach, ``"same"`` for ``strides`` times the size of the input.
        output_padding: how much larger than necessary the output is on each axis, less than the strides; as ``padding`` says
            by default.
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.
        dilation_rate: from one tap of a kernel to the next; above 1 only with strides of 1.
        activation: g, by name or as a function; None is linear.
        use_bias: whether there is a b.
        kernel_initializer, bias_initializer: start values of W ``(*kernel_size, filters, channels)`` and b.
        kernel_regularizer, bias_regularizer, activity_regularizer: penalties on W, b and a, added to the loss.
        kernel_constraint, bias_constraint: projections of W and b after each update.

    Input ``(batch, steps, channels)``, output ``(batch, new steps, filters)``;
    with ``"channels_first"`` the channels stand right after the batch.

    References: Zeiler et al., Deconvolutional networks, CVPR 2010.

    >>> import numpy as np
    >>> layer = Conv1DTranspose(1, 2, strides=2, kernel_initializer="ones")
    >>> layer(np.array([[[1.0], [2.0]]])).tolist()
    [[[1.0], [1.0], [2.0], [2.0]]]
    """

    by_rows = True
    rank = 1


registry.register(Conv1DTranspose, "Convolution1DTranspose")
