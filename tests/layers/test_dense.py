import numpy as np
import pytest

import minikeras as keras
from minikeras.layers import Dense
from tests.gradcheck import check_gradient


def test_output_is_xw_plus_b():
    layer = Dense(2, kernel_initializer="ones", bias_initializer=keras.initializers.Constant(0.5))
    assert layer(np.array([[1.0, 2.0]])).tolist() == [[3.5, 3.5]]


@pytest.mark.parametrize("shape", [(3, 4), (2, 3, 4), (2, 1, 3, 4)])
def test_gradients_for_any_rank(shape):
    rng = np.random.default_rng(0)
    layer = Dense(5, "tanh", dtype="float64")
    x = rng.standard_normal(shape)
    y, kept = layer(x), layer.forward(x)[1]
    dy = rng.standard_normal(y.shape)
    dx = layer.backward(dy, kept)
    for variable in layer.weights:
        check_gradient(lambda: float((layer(x) * dy).sum()), variable.value.reshape(-1), variable.grad.reshape(-1).copy())
    check_gradient(lambda: float((layer(x) * dy).sum()), x.reshape(-1), dx.reshape(-1))


def test_a_frozen_layer_gets_no_gradient():
    layer = Dense(2)
    y, kept = layer(np.ones((1, 3))), layer.forward(np.ones((1, 3), np.float32))[1]
    layer.trainable = False
    layer.backward(np.ones_like(y), kept)
    assert not layer.kernel.grad.any() and not layer.bias.grad.any()


def test_without_bias():
    layer = Dense(2, use_bias=False)
    layer(np.ones((1, 3)))
    assert layer.bias is None and layer.count_params() == 6


def test_config_is_that_of_keras():
    config = Dense(3, "relu", kernel_regularizer="l2", name="d").get_config()
    assert list(config) == [
        "name", "trainable", "dtype", "units", "activation", "use_bias", "kernel_initializer", "bias_initializer",
        "kernel_regularizer", "bias_regularizer", "kernel_constraint", "bias_constraint", "quantization_config",
    ]  # fmt: skip
    assert config["activation"] == "relu"
    assert config["kernel_regularizer"]["config"] == {"l2": pytest.approx(0.01)}


@pytest.mark.parametrize("units", [0, -1, 2.5, "3", None, True])
def test_bad_units(units):
    with pytest.raises(ValueError, match="positive integer"):
        Dense(units)


def test_wrong_width_names_the_layer_what_was_expected_and_what_came():
    layer = Dense(2, name="hidden")
    layer(np.ones((1, 3)))
    with pytest.raises(ValueError, match=r"'hidden' \(Dense\): expected axis -1 .* size 3, got .* \(2, 4\)"):
        layer(np.ones((2, 4)))
    with pytest.raises(ValueError, match="at least 2 axes"):
        layer(np.ones(3))


def test_unknown_argument_lists_the_known():
    with pytest.raises(ValueError, match="unknown argument: `unit_s`. Did you mean `units`"):
        Dense(2, unit_s=3)


def test_second_derivatives_go_through_plain_inputs_and_traced_weights():
    layer, x = Dense(2, "tanh", kernel_initializer="ones"), np.array([[0.5, 0.25]], "float32")
    layer.build((None, 2))
    with keras.GradientTape() as outer:
        with keras.GradientTape() as inner:
            y = np.sum(layer(x))
        slope = inner.gradient(y, layer.kernel)  # x φ′(z)
        total = np.sum(slope)
    curvature = outer.gradient(total, layer.kernel)
    a = np.tanh(0.75)
    expected = x.T * np.sum(x) * (-2 * a * (1 - a * a)) * np.ones((1, 2))  # Σ x · x φ″(z)
    np.testing.assert_allclose(curvature, expected, rtol=1e-5)
