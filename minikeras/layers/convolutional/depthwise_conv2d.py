"""The depthwise convolution of images."""

from __future__ import annotations

from minikeras.layers.convolutional.base_depthwise_conv import BaseDepthwiseConv
from minikeras.layers.layer import registry


@registry.register
class DepthwiseConv2D(BaseDepthwiseConv):
    """Convolve each channel of images with kernels of its own; the channels don't mix.

    a = g(z), z[n, o, m·c + j] = Σ_t x[n, s·o + d·t − p, c] · W[t, c, j] + b[m·c + j], j = 0 ... m − 1.

    Args:
        kernel_size: how far a window reaches, one integer for both axes, or two.
        strides: from one window to the next.
        padding: ``"valid"`` for windows that lie inside, ``"same"`` for one output per stride, with zeros around the input.
        depth_multiplier: m, the number of kernels for each channel.
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.
        dilation_rate: from one tap of a window to the next.
        activation: g, by name or as a function; None is linear.
        use_bias: whether there is a b.
        depthwise_initializer, bias_initializer: start values of W ``(*kernel_size, channels, m)`` and b.
        depthwise_regularizer, bias_regularizer, activity_regularizer: penalties on W, b and a, added to the loss.
        depthwise_constraint, bias_constraint: projections of W and b after each update.

    Input ``(batch, rows, columns, channels)``, output ``(batch, new rows, new columns, channels * m)``;
    with ``"channels_first"`` the channels stand right after the batch.

    References: Howard et al., MobileNets: efficient convolutional neural networks for mobile vision applications, 2017.

    >>> layer = DepthwiseConv2D(3, depth_multiplier=2, padding="same")
    >>> layer.compute_output_shape((None, 8, 8, 3))
    (None, 8, 8, 6)
    >>> layer.build((None, 8, 8, 3)); layer.kernel.shape
    (3, 3, 3, 2)
    """

    by_rows = True
    rank = 2
