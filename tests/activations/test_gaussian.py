"""GELU against real Keras and against math.erfc."""

from __future__ import annotations

import math

import numpy as np
import pytest

from minikeras import activations as A
from minikeras.activations.gaussian import density, upper_tail

X = np.array([-10, -2, -1, -0.3, 0, 0.4, 1.5, 4, 7], "float32")


def test_gelu():
    expected = [-7.619853e-23, -0.04550027, -0.1586553, -0.1146266, 0.0, 0.2621687, 1.399789, 3.999873, 7.0]
    np.testing.assert_allclose(A.gelu(X), expected, rtol=3e-6)
    np.testing.assert_allclose(A.gelu(X.astype("float64"))[1:], expected[1:], rtol=1e-6)


def test_gelu_by_tanh():
    expected = [0, -0.04540235, -0.158808, -0.1146291, 0.0, 0.2621612, 1.399572, 3.99993, 7.0]
    np.testing.assert_allclose(A.gelu(X, approximate=True), expected, rtol=5e-6, atol=1e-9)


@pytest.mark.parametrize("dtype, rtol", [("float32", 1e-6), ("float64", 1e-13)])
def test_upper_tail(dtype, rtol):
    a = np.concatenate([np.linspace(0, 5, 501), [1e-30, 1e-8, 6]]).astype(dtype)
    expected = [0.5 * math.erfc(v / math.sqrt(2)) for v in a.tolist()]
    q = upper_tail(a)
    assert q.dtype == dtype
    np.testing.assert_allclose(q, expected, rtol=rtol * 3)


def test_upper_tail_far_out():
    a = np.array([10.0, 20.0, 37.0])
    np.testing.assert_allclose(upper_tail(a), [0.5 * math.erfc(v / math.sqrt(2)) for v in a], rtol=1e-11)
    assert upper_tail(np.array([1e20], "float32"))[0] < 1e-44 and upper_tail(np.array([1e300]))[0] < 1e-300


def test_density_is_the_slope_of_the_tail():
    a, h = np.linspace(0.1, 4, 20), 1e-5
    np.testing.assert_allclose(density(a), (upper_tail(a - h) - upper_tail(a + h)) / (2 * h), rtol=1e-8)


def test_ends():
    with np.errstate(all="ignore"):
        y = A.gelu(np.float32([np.inf, -np.inf, 1e30, -1e30, -200.0, np.nan]))
    np.testing.assert_allclose(y, [np.inf, np.nan, 1e30, 0.0, 0.0, np.nan], atol=1e-40)
