"""The transposed convolution of images."""

from __future__ import annotations

from minikeras.layers.convolutional.base_conv_transpose import BaseConvTranspose
from minikeras.layers.layer import registry


class Conv2DTranspose(BaseConvTranspose):
    """A convolution run backwards, from small to large images: each input adds its multiple of the kernel to the output.

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

    Input ``(batch, rows, columns, channels)``, output ``(batch, new rows, new columns, filters)``;
    with ``"channels_first"`` the channels stand right after the batch.

    References: Zeiler et al., Deconvolutional networks, CVPR 2010.

    >>> layer = Conv2DTranspose(8, 3, strides=2, padding="same")
    >>> layer.compute_output_shape((None, 7, 7, 16))
    (None, 14, 14, 8)
    >>> layer.build((None, 7, 7, 16)); layer.kernel.shape
    (3, 3, 8, 16)
    """

    by_rows = True
    rank = 2


registry.register(Conv2DTranspose, "Convolution2DTranspose", "Deconvolution2D")
