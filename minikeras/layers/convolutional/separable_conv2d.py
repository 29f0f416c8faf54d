"""The separable convolution of images."""

from __future__ import annotations

from minikeras.layers.convolutional.base_separable_conv import BaseSeparableConv
from minikeras.layers.layer import registry


class SeparableConv2D(BaseSeparableConv):
    """A convolution of images in two cheap steps: within each channel along space, then across the channels at each place.

    a = g(z), z[n, o, f] = Σ_c Σ_j h[n, o, m·c + j] · P[m·c + j, f] + b[f],
    h[n, o, m·c + j] = Σ_t x[n, s·o + d·t − p, c] · D[t, c, j].

    Args:
        filters: number of outputs at each place.
        kernel_size: how far a window reaches, one integer for both axes, or two.
        strides: from one window to the next.
        padding: ``"valid"`` for windows that lie inside, ``"same"`` for one output per stride, with zeros around the input.
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.
        dilation_rate: from one tap of a window to the next.
        depth_multiplier: m, the number of kernels for each channel in the first step.
        activation: g, by name or as a function; None is linear.
        use_bias: whether there is a b.
        depthwise_initializer, pointwise_initializer, bias_initializer: start values of D ``(*kernel_size, channels, m)``,
            P ``(1, ..., channels * m, filters)`` and b.
        depthwise_regularizer, pointwise_regularizer, bias_regularizer, activity_regularizer: penalties on D, P, b and a.
        depthwise_constraint, pointwise_constraint, bias_constraint: projections of D, P and b after each update.

    Input ``(batch, rows, columns, channels)``, output ``(batch, new rows, new columns, filters)``;
    with ``"channels_first"`` the channels stand right after the batch.

    References: Chollet, Xception: deep learning with depthwise separable convolutions, CVPR 2017.

    >>> layer = SeparableConv2D(64, 3)
    >>> layer.build((None, 28, 28, 32)); layer.count_params()
    2400
    >>> [v.name for v in layer.weights]
    ['depthwise_kernel', 'pointwise_kernel', 'bias']
    """

    by_rows = True
    rank = 2


registry.register(SeparableConv2D, "SeparableConvolution2D")
