import numpy as np
import pytest

from minikeras import activations
from minikeras.layers import Activation, Dense, LeakyReLU, PReLU


@pytest.mark.parametrize("make", [lambda: Dense(2, "relu"), lambda: Activation("relu")])
def test_a_new_activation_comes_with_its_derivative(make):
    layer, x = make(), np.array([[-2.0, 3.0]], "float32")
    layer(x)
    layer.activation = "linear"
    assert layer.activation is activations.linear
    y, kept = layer.forward(x)
    np.testing.assert_array_equal(y, layer.logits(kept))
    np.testing.assert_array_equal(layer.derivative(np.ones_like(y), *kept[-2:]), np.ones_like(y))


def test_a_layer_as_activation_brings_its_weights():
    layer = Dense(2, activation=PReLU())
    y = layer(np.ones((1, 3)))
    assert [v.name for v in layer.weights] == ["kernel", "bias", "alpha"] and y.shape == (1, 2)
    assert Dense(2, activation=LeakyReLU(0.1)).activation.negative_slope == 0.1
