"""Values of real Keras (JAX, float32; where it cancels, of math), the lecture's identities, tails with more digits."""

from __future__ import annotations

import numpy as np
import pytest

from minikeras import activations as A
from minikeras.activations.curves import log1p

X = np.array([-10, -2, -1, -0.3, 0, 0.4, 1.5, 4, 7], "float32")
VALUES = {
    "sigmoid": [4.539787e-05, 0.1192029, 0.2689414, 0.4255575, 0.5, 0.5986876, 0.8175744, 0.9820138, 0.999089],
    "tanh": [-1.0, -0.9640276, -0.7615942, -0.2913126, 0.0, 0.379949, 0.9051482, 0.9993292, 0.9999983],
    "tanh_shrink": [-9.0, -1.035972, -0.2384058, -0.008687388, 0.0, 0.02005104, 0.5948518, 3.000671, 6.000002],
    "softsign": [-0.9090909, -0.6666667, -0.5, -0.2307692, 0.0, 0.2857143, 0.6, 0.8, 0.875],
    "exponential": [4.539993e-05, 0.1353353, 0.3678795, 0.7408182, 1.0, 1.491825, 4.481689, 54.59815, 1096.633],
    "softplus": [4.53989e-05, 0.126928, 0.3132617, 0.5543553, 0.6931472, 0.9130152, 1.701413, 4.01815, 7.000911],
    "log_sigmoid": [
        -10.00005,
        -2.126928,
        -1.313262,
        -0.8543553,
        -0.6931472,
        -0.5130153,
        -0.2014133,
        -0.01814993,
        -0.0009114665,
    ],
    "squareplus": [0.09901951, 0.4142136, 0.618034, 0.8611875, 1.0, 1.219804, 2.0, 4.236068, 7.140055],
    "elu": [-0.9999546, -0.8646647, -0.6321205, -0.2591818, 0.0, 0.4, 1.5, 4.0, 7.0],
    "selu": [-1.758019, -1.520167, -1.111331, -0.4556673, 0.0, 0.4202804, 1.576051, 4.202804, 7.354907],
    "celu": [-0.9999546, -0.8646647, -0.6321205, -0.2591818, 0.0, 0.4, 1.5, 4.0, 7.0],
    "silu": [-0.0004539787, -0.2384058, -0.2689414, -0.1276672, 0.0, 0.2394751, 1.226362, 3.928055, 6.993623],
    "mish": [-0.000453989, -0.2525015, -0.3034014, -0.1511332, 0.0, 0.2890306, 1.403378, 3.997413, 6.999989],
}
WITH_ARGUMENTS = [
    ("elu", {"alpha": 0.3}, [-0.2999864, -0.2593994, -0.1896362, -0.07775453, 0.0, 0.4, 1.5, 4.0, 7.0]),
    ("celu", {"alpha": 0.3}, [-0.3, -0.2996182, -0.2892978, -0.1896362, 0.0, 0.4, 1.5, 4.0, 7.0]),
    ("squareplus", {"b": 1}, [0.02493781, 0.118034, 0.2071068, 0.3720153, 0.5, 0.7385164, 1.651388, 4.061553, 7.035534]),
]


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_values(name, dtype):
    np.testing.assert_allclose(A.get(name)(X.astype(dtype)), VALUES[name], rtol=1e-6, atol=3e-8)


@pytest.mark.parametrize("name, kwargs, expected", WITH_ARGUMENTS)
def test_values_with_arguments(name, kwargs, expected):
    np.testing.assert_allclose(A.get(name)(X, **kwargs), expected, rtol=1e-6)


def test_tanh_is_a_stretched_sigmoid():
    x = np.linspace(-5, 5, 101)
    np.testing.assert_allclose(A.tanh(x), 2 * A.sigmoid(2 * x) - 1, atol=1e-15)


def test_sigmoid_is_right_in_its_tails_too():
    x = np.linspace(-87, 30, 2001)
    np.testing.assert_allclose(A.sigmoid(x.astype("float32")), A.sigmoid(x), rtol=8e-6)  # input rounding: up to 87 · 2⁻²⁴
    np.testing.assert_allclose(A.sigmoid(x[x < -40]), np.exp(x[x < -40]), rtol=1e-13)
    np.testing.assert_allclose(A.sigmoid(np.array([-700.0])), np.exp(-700.0), rtol=1e-13)


def test_softplus_and_log_sigmoid_keep_their_tails():
    assert A.softplus(np.array([-30.0]))[0] == pytest.approx(np.exp(-30), rel=1e-12)
    assert A.log_sigmoid(np.array([30.0]))[0] == pytest.approx(-np.exp(-30), rel=1e-12)


def test_squareplus_does_not_cancel_left_of_0():
    assert A.squareplus(np.array([-1e4], "float32"))[0] == pytest.approx(1e-4, rel=1e-6)


def test_exponential_is_infinite_without_a_word():
    assert A.exponential([100.0])[0] == np.inf
    assert A.derivative(A.exponential)(np.ones(1, "float32"), None, A.exponential([100.0]))[0] == np.inf


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_log1p_of_many_is_that_of_few(dtype):
    u = np.exp(-np.linspace(0.0, 90.0, 5000)).astype(dtype)
    exact = np.log1p(u.astype("float64"))
    np.testing.assert_allclose(log1p(u.copy()), exact, rtol=5e-7, atol=1e-45)
    np.testing.assert_array_equal(log1p(u[:10].copy()), np.log1p(u[:10]))
    assert np.isnan(log1p(np.full(5000, np.nan, dtype))).all()
