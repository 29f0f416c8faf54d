"""Names, configs and derivatives by any road: table, partial, layer, trace."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from minikeras import activations
from minikeras._core.custom import CUSTOM, register_keras_serializable
from minikeras._core.tape import vjp


def test_none_is_linear():
    x = np.ones((2, 3), "float32")
    assert activations.get(None)(x) is x


def test_get_takes_names_functions_configs_and_callables():
    class Twice:
        def __call__(self, x):
            return 2 * x

    twice = Twice()
    assert activations.get("relu") is activations.relu
    assert activations.get("swish") is activations.silu is activations.swish
    assert activations.get("hard_swish") is activations.hard_silu is activations.hard_swish
    assert activations.get(np.tanh) is np.tanh
    assert activations.get({"class_name": "function", "config": "tanh", "module": "builtins"}) is activations.tanh
    assert activations.get(twice) is twice
    assert isinstance(activations.get(Twice), Twice)


def test_get_finds_objects_of_the_users_own_by_config():
    @register_keras_serializable("tests")
    class Thrice:
        def __call__(self, x):
            return 3 * x

        def get_config(self):
            return {}

        @classmethod
        def from_config(cls, config):
            return cls(**config)

    try:
        config = activations.serialize(Thrice())
        assert config["registered_name"] == "tests>Thrice"
        assert isinstance(activations.get(config), Thrice)
    finally:
        CUSTOM.pop("tests>Thrice"), CUSTOM.pop("Thrice")


@pytest.mark.parametrize("wrong, hint", [("rleu", "'relu'"), ("sigmoyd", "'sigmoid'")])
def test_unknown_names_get_the_nearest_known(wrong, hint):
    with pytest.raises(ValueError, match=f"keras.activations: '{wrong}'. Did you mean {hint}"):
        activations.get(wrong)


@pytest.mark.parametrize("wrong", [3, 1.5, [1, 2]])
def test_what_is_not_callable_is_refused(wrong):
    with pytest.raises(ValueError):
        activations.get(wrong)


def test_serialize_gives_names_of_built_in_ones_and_configs_of_others():
    def cube(x):
        return x**3

    assert activations.serialize(activations.relu) == "relu"
    assert activations.serialize(activations.swish) == "silu"
    assert activations.serialize(cube) == {
        "module": "builtins",
        "class_name": "function",
        "config": "cube",
        "registered_name": "function",
    }
    assert activations.deserialize(activations.serialize(cube), {"cube": cube}) is cube


def test_derivative_comes_from_the_table():
    z, dy = np.array([-1.0, 2.0]), np.array([3.0, 4.0])
    np.testing.assert_array_equal(activations.derivative(activations.relu)(dy, z, activations.relu(z)), [0, 4])
    assert activations.derivative("relu" and activations.relu) is activations.DERIVATIVES[activations.relu]


def test_derivative_of_bound_arguments():
    leaky = functools.partial(activations.leaky_relu, negative_slope=0.01)
    z, dy = np.array([-1.0, 2.0]), np.array([3.0, 4.0])
    np.testing.assert_allclose(activations.derivative(leaky)(dy, z, leaky(z)), [0.03, 4])


def test_derivative_of_a_function_of_the_users_own_is_traced():
    def gated(x):
        return x * activations.sigmoid(1.5 * x) + activations.relu(x)

    z, dy = np.array([[-1.0, 0.5, 2.0]]), np.array([[1.0, -2.0, 0.5]])
    s = 1 / (1 + np.exp(-1.5 * z))
    expected = dy * (s + 1.5 * z * s * (1 - s) + (z > 0))
    np.testing.assert_allclose(activations.derivative(gated)(dy, z, gated(z)), expected, rtol=1e-12)


def test_derivative_of_an_object_with_forward_and_backward():
    class Square:
        def __call__(self, x):
            return x * x

        def forward(self, x, training=False):
            return x * x, x

        def backward(self, dy, kept, need_dx=True):
            return 2 * kept * dy

    z = np.array([1.0, 3.0])
    np.testing.assert_array_equal(activations.derivative(Square())(np.ones(2), z, z * z), [2, 6])


def test_derivative_of_a_callable_without_a_hash():
    class Square:
        __hash__ = None

        def __call__(self, x):
            return x * x

    z = np.array([1.0, 3.0])
    np.testing.assert_array_equal(activations.derivative(Square())(np.ones(2), z, z * z), [2, 6])


@pytest.mark.parametrize("value", [0.7, np.float64(0.7), np.array(0.7)])
def test_numbers_and_0_d_arrays(value):
    y = activations.sigmoid(value)
    assert y.shape == () and y.dtype == ("float32" if type(value) is float else "float64")
    assert float(y) == pytest.approx(0.6681877721681662, rel=1e-6)


def test_traced_numbers():
    y, pullback = vjp(activations.softplus, np.array(0.7))
    assert y == pytest.approx(1.1031860488854579)
    assert pullback(np.array(2.0))[0] == pytest.approx(2 * 0.6681877721681662)


def test_lists_and_integers_become_floatx():
    for x in ([-1, 2], np.array([-1, 2]), (-1.0, 2.0), np.array([True, False])):
        assert activations.relu(x).dtype == "float32"
    np.testing.assert_array_equal(activations.relu(np.array([-1, 2])), [0, 2])


def test_half_precision_stays():
    x = np.array([-20, -1, 0, 1, 20], "float16")
    for name in ("relu", "sigmoid", "tanh", "softmax", "gelu", "selu", "softplus"):
        assert activations.get(name)(x).dtype == "float16", name
