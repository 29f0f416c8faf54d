"""Margins: real Keras' numbers."""

from __future__ import annotations

import numpy as np

from minikeras import losses

T = np.array([[1, -1, 1], [-1, -1, 1]], "float32")
P = np.array([[0.5, 1.5, -1.0], [2.0, -1.0, 0.0]], "float32")


def test_hinge_reads_zeros_and_ones_as_signs():
    for y in (T, (T + 1) / 2):
        np.testing.assert_allclose(losses.Hinge(reduction=None)(y, P), [1.6666667461395264, 1.3333333730697632], rtol=1e-6)
        np.testing.assert_allclose(losses.SquaredHinge(reduction=None)(y, P), [3.5, 3.3333334922790527], rtol=1e-6)


def test_no_gradient_beyond_the_margin_and_half_of_it_on_it():
    _, grad = losses.Hinge(reduction="sum").value_and_grad(
        np.array([[1.0], [1.0], [1.0], [-1.0]]), np.array([[2.0], [1], [0], [0]])
    )
    assert grad.tolist() == [[0.0], [-0.5], [-1.0], [1.0]]


def test_categorical_hinge():
    y = np.array([[0, 0, 1], [1, 0, 0]], "float32")
    np.testing.assert_allclose(losses.CategoricalHinge(reduction=None)(y, P), [3.5, 0.0], rtol=1e-6)


def test_equal_wrong_scores_share_the_gradient():
    _, grad = losses.CategoricalHinge().value_and_grad(np.array([[1.0, 0.0, 0.0]]), np.array([[0.0, 0.5, 0.5]]))
    assert grad.tolist() == [[-1.0, 0.5, 0.5]]
