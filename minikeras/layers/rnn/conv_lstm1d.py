"""LSTM over series that change with time."""

from __future__ import annotations

from minikeras.layers.layer import registry
from minikeras.layers.rnn.conv_lstm import ConvLSTM


@registry.register
class ConvLSTM1D(ConvLSTM):
    """An `LSTM` whose inputs and states are series; its products are convolutions.

        i, f, g, o = σ(z_i), σ(z_f), φ(z_g), σ(z_o),    z = x ∗ W + h' ∗ U + b
        c = f · c' + i · g,    h = o · φ(c)

    Args:
        filters: the number of channels of h and c.
        kernel_size: of W and U, an integer or one for each axis of space.
        strides, padding, dilation_rate: of the convolution of x; that of h' has stride 1 and keeps the size.
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.
        activation: φ, by name or as a function; None is linear.
        recurrent_activation: σ, of the gates.
        use_bias: whether there is a b.
        kernel_initializer, recurrent_initializer, bias_initializer: start values of W, U and b.
        unit_forget_bias: whether b_f starts at 1, so that c is kept at first.
        kernel_regularizer, recurrent_regularizer, bias_regularizer, activity_regularizer: penalties on W, U, b and the
            output, added to the loss.
        kernel_constraint, recurrent_constraint, bias_constraint: projections of W, U and b after each update.
        dropout, recurrent_dropout: the parts of x and of h' that training sets to 0, the same at all steps.
        seed: an integer, for the same draws in each run.
        return_sequences: whether the output is h of all steps or of the last.
        return_state: whether h and c of the last step are returned beside the output.
        go_backwards: whether to start at the end; the output comes in the order of the loop.
        stateful: whether a batch starts from the state that the batch before ended in.

    Input ``(batch, steps, length, channels)``, output ``(batch, length, filters)``,
    with the steps after the batch where ``return_sequences``.

    References: Shi et al., Convolutional LSTM network: a machine learning approach for precipitation nowcasting, NIPS 2015.

    >>> import numpy as np
    >>> ConvLSTM1D(4, 3)(np.ones((4, 5, 8, 3))).shape
    (4, 6, 4)
    """

    rank, input_axes = 1, 4
