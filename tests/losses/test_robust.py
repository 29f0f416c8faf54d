"""Huber and log-cosh: real Keras' numbers."""

from __future__ import annotations

import numpy as np
import pytest

from minikeras import losses

Y = np.array([[0.0, 1.0, 2.0], [1.0, -1.0, 0.5]], "float32")
P = np.array([[0.5, 1.5, -1.0], [2.0, -1.0, 0.0]], "float32")


def test_huber():
    np.testing.assert_allclose(losses.Huber(reduction=None)(Y, P), [0.9166666865348816, 0.2083333432674408], rtol=1e-6)
    assert float(losses.Huber(0.5)(Y, P)) == pytest.approx(0.3541666865348816)
    assert losses.Huber(0.7).get_config()["delta"] == 0.7


def test_huber_gradient_stops_growing_at_delta():
    _, grad = losses.Huber(0.5, reduction="sum").value_and_grad(np.zeros((1, 3)), np.array([[0.25, 3.0, -3.0]]))
    np.testing.assert_allclose(grad, [[0.25 / 3, 0.5 / 3, -0.5 / 3]])


def test_log_cosh():
    np.testing.assert_allclose(losses.LogCosh(reduction=None)(Y, P), [0.8498525619506836, 0.18463179469108582], rtol=1e-6)


def test_log_cosh_of_large_errors():
    value, grad = losses.LogCosh().value_and_grad(np.zeros((2, 1)), np.array([[1000.0], [-1000.0]]))
    assert value == pytest.approx(1000 - np.log(2))
    np.testing.assert_allclose(grad, [[0.5], [-0.5]])
