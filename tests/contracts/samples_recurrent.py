"""What the recurrent layers are tried with."""

import numpy as np

from minikeras.initializers import GlorotUniform, Orthogonal
from minikeras.layers import GRU, LSTM, Dense, GRUCell, LSTMCell, SimpleRNN, SimpleRNNCell

RNG = np.random.default_rng(7)
SERIES, ROWS = RNG.standard_normal((4, 5, 3)), RNG.standard_normal((2, 3, 6, 2))
IMAGES, VOLUMES = RNG.standard_normal((2, 3, 5, 4, 2)), RNG.standard_normal((1, 2, 4, 3, 3, 2))


def loop(dtype):
    return {"cell": LSTMCell(2, dtype=dtype)}


def stack(dtype):
    return {"cell": [GRUCell(2, dtype=dtype), SimpleRNNCell(4, dtype=dtype)], "return_sequences": True}


def both_ways(dtype):
    return {"layer": LSTM(2, dtype=dtype)}


def times(dtype):
    return {"layer": GRU(2, return_sequences=True, dtype=dtype), "merge_mode": "mul"}


def two_kinds(dtype):
    back = LSTM(4, go_backwards=True, dtype=dtype)
    return {"layer": SimpleRNN(2, dtype=dtype), "backward_layer": back}


def each_step(dtype):
    return {"layer": Dense(2, "tanh", dtype=dtype)}


SEEDED = {"kernel_initializer": GlorotUniform(1), "recurrent_initializer": Orthogonal(seed=2), "seed": 1}
DROPPING = {"units": 2, "dropout": 0.3, "recurrent_dropout": 0.2, **SEEDED}
SAMPLES = {
    "Bidirectional": [(both_ways, SERIES), (times, SERIES), (two_kinds, SERIES)],
    "ConvLSTM1D": [
        ({"filters": 3, "kernel_size": 3}, ROWS),
        ({"filters": 2, "kernel_size": 2, "strides": 2, "return_sequences": True, "dropout": 0.2, **SEEDED}, ROWS),
    ],
    "ConvLSTM2D": [
        ({"filters": 2, "kernel_size": (2, 3), "padding": "same", "use_bias": False}, IMAGES),
        ({"filters": 3, "kernel_size": 2, "data_format": "channels_first", "recurrent_dropout": 0.3, **SEEDED}, IMAGES),
    ],
    "ConvLSTM3D": [({"filters": 2, "kernel_size": 2, "return_sequences": True}, VOLUMES)],
    "GRU": [
        ({"units": 2}, SERIES), ({"units": 2, "reset_after": False, "return_sequences": True}, SERIES),
        (DROPPING, SERIES), ({"units": 2, "activation": "elu", "recurrent_activation": "hard_sigmoid"}, SERIES),
    ],
    "GRUCell": [({"units": 2}, None)],  # cells take more than one array: tests/layers/test_rnn.py
    "LSTM": [
        ({"units": 2}, SERIES), ({"units": 4, "return_sequences": True, "go_backwards": True}, SERIES), (DROPPING, SERIES),
        ({"units": 2, "unit_forget_bias": False, "activation": "softsign", "use_bias": False}, SERIES),
        ({"units": 2, "activation": "softmax"}, SERIES),
    ],
    "LSTMCell": [({"units": 2}, None)],
    "RNN": [(loop, SERIES), (stack, SERIES)],
    "SimpleRNN": [({"units": 2}, SERIES), ({"units": 4, "activation": "softplus", "return_sequences": True}, SERIES),
                  (DROPPING, SERIES)],
    "SimpleRNNCell": [({"units": 2}, None)],
    "StackedRNNCells": [(lambda dtype: {"cells": [SimpleRNNCell(2)]}, None)],
    "TimeDistributed": [(each_step, SERIES), (each_step, IMAGES)],
}  # fmt: skip
