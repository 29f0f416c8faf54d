"""Values of real Keras, and the corners."""

from __future__ import annotations

import numpy as np
import pytest

import minikeras as keras
from minikeras import activations as A

X = np.array([-10, -2, -1, -0.3, 0, 0.4, 1.5, 4, 7], "float32")


@pytest.mark.parametrize(
    "kwargs, expected",
    [
        ({}, [0, 0, 0, 0, 0, 0.4, 1.5, 4, 7]),
        ({"negative_slope": 0.1}, [-1, -0.2, -0.1, -0.03, 0, 0.4, 1.5, 4, 7]),
        ({"max_value": 2.0}, [0, 0, 0, 0, 0, 0.4, 1.5, 2, 2]),
        ({"threshold": 1.0}, [0, 0, 0, 0, 0, 0, 1.5, 4, 7]),
        ({"threshold": -1.0}, [0, 0, 0, -0.3, 0, 0.4, 1.5, 4, 7]),
        ({"threshold": -1.0, "max_value": 2.0}, [0, 0, 0, 0, 0, 0.4, 1.5, 2, 2]),
        ({"negative_slope": 0.2, "max_value": 3.0, "threshold": 0.5}, [-2.1, -0.5, -0.3, -0.16, -0.1, -0.02, 1.5, 3, 3]),
    ],
)
def test_relu(kwargs, expected):
    np.testing.assert_allclose(A.relu(X, **kwargs), expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(
    "kwargs, expected",
    [
        ({}, [0, 0, 0, 0, 0, 1, 1, 1, 1]),
        ({"negative_slope": 0.1}, [0.1, 0.1, 0.1, 0.1, None, 1, 1, 1, 1]),
        ({"max_value": 2.0}, [0, 0, 0, 0, 0, 1, 1, 0, 0]),
        ({"threshold": -1.0, "max_value": 2.0}, [0, 0, None, 0, None, 1, 1, 0, 0]),
        ({"negative_slope": 0.2, "max_value": 3.0, "threshold": 0.5}, [0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 1, 0, 0]),
    ],
)
def test_relu_derivative(kwargs, expected):
    got = A.DERIVATIVES[A.relu](np.ones_like(X), X, A.relu(X, **kwargs), **kwargs)
    for g, e in zip(got.tolist(), expected, strict=True):
        assert e is None or g == pytest.approx(e)


@pytest.mark.parametrize("slope", [0.2, 0.01, 1.5, -0.5, 0.0])
def test_leaky_relu(slope):
    np.testing.assert_allclose(A.leaky_relu(X, slope), np.where(X > 0, X, slope * X), rtol=1e-6)
    np.testing.assert_allclose(A.DERIVATIVES[A.leaky_relu](X, X, X, slope), np.where(X > 0, X, slope * X), rtol=1e-6)


@pytest.mark.parametrize(
    "name, expected",
    [
        ("linear", [-10, -2, -1, -0.3, 0, 0.4, 1.5, 4, 7]),
        ("step", [0, 0, 0, 0, 0, 1, 1, 1, 1]),
        ("relu6", [0, 0, 0, 0, 0, 0.4, 1.5, 4, 6]),
        ("hard_tanh", [-1, -1, -1, -0.3, 0, 0.4, 1, 1, 1]),
        ("hard_sigmoid", [0, 0.1666667, 0.3333333, 0.45, 0.5, 0.5666667, 0.75, 1, 1]),
        ("hard_silu", [0, -0.3333333, -0.3333333, -0.135, 0, 0.2266667, 1.125, 4, 7]),
        ("sparse_sigmoid", [0, 0, 0, 0.35, 0.5, 0.7, 1, 1, 1]),
        ("sparse_plus", [0, 0, 0, 0.1225, 0.25, 0.49, 1.5, 4, 7]),
        ("hard_shrink", [-10, -2, -1, 0, 0, 0, 1.5, 4, 7]),
        ("soft_shrink", [-9.5, -1.5, -0.5, 0, 0, 0, 1, 3.5, 6.5]),
    ],
)
def test_values(name, expected):
    np.testing.assert_allclose(A.get(name)(X), expected, rtol=1e-6, atol=1e-7)


def test_threshold():
    np.testing.assert_array_equal(A.threshold([-1.0, 0.5, 0.6], 0.5, -7.0), np.array([-7, -7, 0.6], "float32"))


def test_the_perceptron_decides_0_at_0():
    assert A.step(np.array([0.0, -0.0, 1e-30])).tolist() == [0, 0, 1]


def test_step_refuses_to_be_trained_and_says_what_to_take():
    with pytest.raises(ValueError, match="'step'.*'sigmoid', 'tanh' or 'relu'"):
        A.derivative(A.step)(np.ones(2), np.ones(2), np.ones(2))


def test_linear_passes_the_very_array_on():
    assert A.linear(X) is X


def test_hard_sigmoid_of_keras_2_is_a_pipeline_to_keras_3():
    config = A.serialize(A.keras2_hard_sigmoid)
    assert config["class_name"] == "Pipeline" and A.get(config) is A.keras2_hard_sigmoid
    x = np.linspace(-4, 4, 9, dtype="float32")
    np.testing.assert_allclose(A.keras2_hard_sigmoid(x), [0, 0, 0.1, 0.3, 0.5, 0.7, 0.9, 1, 1], atol=1e-7)
    layer = keras.saving.deserialize_keras_object(config)
    np.testing.assert_allclose(layer(x), A.keras2_hard_sigmoid(x), atol=1e-7)
    config["config"]["layers"][0]["config"]["scale"] = 0.3
    assert A.get(config) is not A.keras2_hard_sigmoid
    for broken in ({"layers": None}, {"layers": [1, 2]}, None, {"layers": [{"class_name": "Rescaling"}, {}]}):
        with pytest.raises(ValueError):
            A.get({"module": "keras.layers", "class_name": "Pipeline", "config": broken})


def test_the_slope_of_relu_is_the_same_for_few_and_for_many():
    z = np.linspace(-1.0, 1.0, 5000, dtype="float32")
    y, dy = A.relu(z), np.full(5000, 0.5, "float32")
    many, few = A.derivative(A.relu)(dy, z, y), A.derivative(A.relu)(dy[2000:3000], z[2000:3000], y[2000:3000])
    assert many.dtype == few.dtype == "float32" and many[2000:3000].tolist() == few.tolist()
    assert set(many.tolist()) == {0.0, 0.5}
