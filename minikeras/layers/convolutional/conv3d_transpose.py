"""The transposed convolution of volumes."""

from __future__ import annotations

from minikeras.layers.convolutional.base_conv_transpose import BaseConvTranspose
from minikeras.layers.layer import registry


class Conv3DTranspose(BaseConvTranspose):
    """A convolution run backwards, from small to large volumes: each input adds its multiple of the kernel to the output.

    a = g(z), z[n, s·o + d·t − p, f] = Σ_t Σ_c x[n, o, c] · W[t, f, c] + b[f]: the gradient of a convolution is the output here.

    Args:
        filters: number of outputs at each place.
        kernel_size: how far one input reaches, one integer for all axes or one for each.
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

    Input ``(batch, depth, rows, columns, channels)``, output ``(batch, new depth, new rows, new columns, filters)``;
    with ``"channels_first"`` the channels stand right after the batch.

    References: Zeiler et al., Deconvolutional networks, CVPR 2010.

    >>> import numpy as np
    >>> layer = Conv3DTranspose(2, 3, strides=2, padding="same", output_padding=0)
    >>> layer.compute_output_shape((None, 4, 4, 4, 1))
    (None, 7, 7, 7, 2)
    >>> Conv3DTranspose(1, 2, kernel_initializer="ones")(np.ones((1, 1, 1, 1, 1))).shape
    (1, 2, 2, 2, 1)
    """

    by_rows = True
    rank = 3


registry.register(Conv3DTranspose, "Convolution3DTranspose", "Deconvolution3D")
