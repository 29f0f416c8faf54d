"""The convolution of series."""

from __future__ import annotations

from minikeras.layers.convolutional.base_conv import BaseConv
from minikeras.layers.layer import registry


class Conv1D(BaseConv):
    """Slide a kernel along a series: each output sees ``kernel_size`` neighbouring steps, all with the same weights.

    a = g(z), z[n, o, f] = Σ_t Σ_c x[n, s·o + d·t − p, c] · W[t, c, f] + b[f], with taps t, strides s, dilation d, padding p.

    Args:
        filters: number of outputs at each place.
        kernel_size: how far a window reaches, an integer.
        strides: from one window to the next.
        padding: ``"valid"`` for windows that lie inside, ``"same"`` for one output per stride, with zeros around the input,
            ``"causal"`` for zeros before the first step only: no output sees what comes after it.
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.
        dilation_rate: from one tap of a window to the next; above 1 only with strides of 1.
        groups: in how many groups the channels fall; each group of filters sees one of them only.
        activation: g, by name or as a function; None is linear.
        use_bias: whether there is a b.
        kernel_initializer, bias_initializer: start values of W ``(*kernel_size, channels / groups, filters)`` and b.
        kernel_regularizer, bias_regularizer, activity_regularizer: penalties on W, b and a, added to the loss.
        kernel_constraint, bias_constraint: projections of W and b after each update.

    Input ``(batch, steps, channels)``, output ``(batch, new steps, filters)``;
    with ``"channels_first"`` the channels stand right after the batch.

    References: Waibel et al., Phoneme recognition using time-delay neural networks, IEEE Trans. ASSP 37 (1989).

    >>> import numpy as np
    >>> layer = Conv1D(1, 2, kernel_initializer="ones")
    >>> layer(np.array([[[1.0], [2.0], [4.0]]])).tolist()
    [[[3.0], [6.0]]]
    >>> Conv1D(1, 2, padding="causal", kernel_initializer="ones")(np.array([[[1.0], [2.0], [4.0]]])).tolist()
    [[[1.0], [3.0], [6.0]]]
    """

    by_rows = True
    rank = 1
    paddings = ("valid", "same", "causal")


registry.register(Conv1D, "Convolution1D")
