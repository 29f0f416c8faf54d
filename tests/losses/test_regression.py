"""Squared, absolute and relative errors: real Keras' numbers."""

from __future__ import annotations

import numpy as np
import pytest

from minikeras import losses

Y = np.array([[0.0, 1.0, 2.0], [1.0, -1.0, 0.5]], "float32")
P = np.array([[0.5, 1.5, -1.0], [2.0, -1.0, 0.0]], "float32")


@pytest.mark.filterwarnings("ignore:mean_squared_logarithmic_error got labels from -1")
@pytest.mark.parametrize(
    ("cls", "expected"),
    [
        (losses.MeanSquaredError, [3.1666667461395264, 0.4166666865348816]),
        (losses.MeanAbsoluteError, [1.3333333730697632, 0.5]),
        (losses.MeanAbsolutePercentageError, [166666736.0, 66.66667175292969]),
        (losses.MeanSquaredLogarithmicError, [0.47371456027030945, 0.10960127413272858]),
    ],
)
def test_values_of_keras(cls, expected):
    np.testing.assert_allclose(cls(reduction=None)(Y, P), expected, rtol=2e-6)
    np.testing.assert_allclose(cls()(Y, P), np.mean(expected), rtol=2e-6)


def test_the_lectures_worked_example():
    """Outputs 0.7514 and 0.7729, targets 0.01 and 0.99: loss 0.2984, ∂L/∂a of the first output 0.7414."""
    y, a = np.array([[0.01, 0.99]]), np.array([[0.7514, 0.7729]])
    value, grad = losses.QuadraticCost().value_and_grad(y, a)
    assert value == pytest.approx(0.2984, abs=5e-5) and grad[0, 0] == pytest.approx(0.7414, abs=5e-5)


def test_quadratic_cost_is_half_the_squared_distance():
    y, a = np.random.default_rng(0).normal(size=(2, 5, 3))
    loss = losses.QuadraticCost()
    assert float(loss(y, a)) == pytest.approx(np.sum((a - y) ** 2) / (2 * 5))
    np.testing.assert_allclose(loss.value_and_grad(y, a)[1], (a - y) / 5)
    assert float(loss(y, a)) == pytest.approx(float(losses.MeanSquaredError()(y, a)) * 3 / 2)
    assert float(losses.QuadraticCost(reduction="sum")(y, a)) == pytest.approx(np.sum((a - y) ** 2) / 2)


def test_gradients_by_hand():
    np.testing.assert_allclose(losses.MeanSquaredError().value_and_grad(Y, P)[1], (P - Y) / 3, rtol=1e-6)
    np.testing.assert_allclose(losses.MeanAbsoluteError().value_and_grad(Y, P)[1], np.sign(P - Y) / 6, rtol=1e-6)


def test_targets_of_lower_rank():
    y, p = np.arange(6.0).reshape(2, 3), np.ones((2, 3, 1))
    for loss in (losses.MeanSquaredError(), losses.MeanSquaredError(reduction="sum"), losses.QuadraticCost()):
        value, grad = loss.value_and_grad(loss.prepare_targets(y, (None, 3, 1), "float64"), p)
        assert grad.shape == p.shape and value == pytest.approx(float(loss(y, p)))
