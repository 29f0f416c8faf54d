"""Recurrent layers under names of their own in Keras 2, and the Dense layer for sequences of Keras 1."""

from __future__ import annotations

from minikeras.layers.dense import Dense
from minikeras.layers.legacy.alias import Alias
from minikeras.layers.old_arguments import steps_of_input
from minikeras.layers.rnn.gru import GRU
from minikeras.layers.rnn.lstm import LSTM

_MAKERS = (
    "units", "kernel_initializer", "recurrent_initializer", "bias_initializer", "unit_forget_bias", "kernel_regularizer",
    "recurrent_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint", "recurrent_constraint",
    "bias_constraint", "return_sequences", "return_state", "go_backwards", "stateful",
)  # fmt: skip


class CuDNNLSTM(LSTM, metaclass=Alias):
    """`LSTM` with the equations that graphics cards compute: σ is the sigmoid, φ tanh.

    >>> CuDNNLSTM(4).recurrent_activation.__name__
    'sigmoid'
    """

    @staticmethod
    def today(args, kwargs):
        """The arguments of today."""
        return (), {**dict(zip(_MAKERS, args)), **kwargs}


class CuDNNGRU(GRU, metaclass=Alias):
    """`GRU` with the equations that graphics cards compute: the reset gate comes after the product.

    >>> CuDNNGRU(4).reset_after
    True
    """

    @staticmethod
    def today(args, kwargs):
        """The arguments of today."""
        return (), {**dict(zip([name for name in _MAKERS if name != "unit_forget_bias"], args)), **kwargs, "reset_after": True}


class TimeDistributedDense(Dense, metaclass=Alias):
    """`Dense`, which works on the last axis of sequences as well: ``TimeDistributedDense(output_dim, input_dim=8)``.

    >>> TimeDistributedDense(4, input_dim=8, input_length=5).compute_output_shape((None, 5, 8))
    (None, 5, 4)
    """

    @staticmethod
    def today(args, kwargs):
        """The arguments of today."""
        names = "output_dim", "init", "activation", "weights"
        args, kwargs = steps_of_input(args[:1], {**dict(zip(names[1:], args[1:])), **kwargs})
        return args, {name: value for name, value in kwargs.items() if name != "input_length"}
