"""Every activation, by itself and with arguments bound."""

import functools

import numpy as np
import pytest

from minikeras import Input, Sequential, activations, layers
from minikeras.saving.onnx_export.functions import FUNCTIONS
from tests.saving.onnx_export.checks import TOLERANCE, check, floats

RNG = np.random.default_rng(7)
SPECIAL = [-30.0, -6.5, -3.0, -1.0, -0.5, -1e-3, 0.0, 1e-3, 0.4, 0.5, 0.6, 1.0, 2.9, 6.0, 7.0, 30.0]
PARTIALS = {
    "celu": {"alpha": 0.7}, "elu": {"alpha": 0.7}, "gelu": {"approximate": True}, "glu": {"axis": 1},
    "hard_shrink": {"threshold": 0.7}, "leaky_relu": {"negative_slope": 1.5}, "log_softmax": {"axis": (1, 2)},
    "relu": {"negative_slope": 0.1, "max_value": 2.0, "threshold": 0.5}, "soft_shrink": {"threshold": 0.7},
    "softmax": {"axis": 1}, "sparsemax": {"axis": 1}, "squareplus": {"b": 0.5},
    "threshold": {"threshold": 0.5, "default_value": -7.0},
}  # fmt: skip


def test_every_activation_has_a_translation():
    assert set(FUNCTIONS) == set(activations.DERIVATIVES)


@floats
@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
def test_activations(f, dtype):
    x = np.concatenate([np.reshape(SPECIAL, (1, 4, 4)), RNG.normal(0, 3, (5, 4, 4))]).astype(dtype)
    ways = [] if f.__name__ == "threshold" else [f]
    if f.__name__ in PARTIALS:
        ways.append(functools.partial(f, **PARTIALS[f.__name__]))
    for way in ways:
        check(Sequential([Input((4, 4), dtype=dtype), layers.Activation(way, dtype=dtype)]), x, TOLERANCE[dtype])
