"""Overlap: real Keras' numbers."""

from __future__ import annotations

import numpy as np
import pytest

from minikeras import losses

M = np.array([[[1, 0], [0, 1]], [[1, 1], [0, 0]]], "float32")
S = np.array([[[0.9, 0.2], [0.1, 0.6]], [[0.7, 0.4], [0.3, 0.2]]], "float32")


def test_dice():
    assert float(losses.Dice()(M, S)) == pytest.approx(0.29729723930358887, rel=1e-6)
    assert float(losses.Dice(axis=(1, 2))(M, S)) == pytest.approx(0.2997075915336609, rel=1e-6)
    assert float(losses.Dice(axis=[1, 2])(M, S)) == pytest.approx(0.2997075915336609, rel=1e-6)


def test_tversky():
    assert float(losses.Tversky()(M, S)) == pytest.approx(0.29729729890823364, rel=1e-6)
    assert float(losses.Tversky(alpha=0.2, beta=0.8)(M, S)) == pytest.approx(0.2613636255264282, rel=1e-6)
    assert float(losses.Tversky(alpha=0.2, beta=0.8, axis=-1)(M, S)) == pytest.approx(0.3794545531272888, rel=1e-6)


def test_weights_of_one_value_for_all_scale_it():
    value, grad = losses.Dice().value_and_grad(M, S, np.array([1.0, 3.0], "float32"))
    plain, plain_grad = losses.Dice().value_and_grad(M, S)
    assert value == pytest.approx(2 * plain)
    np.testing.assert_allclose(grad, 2 * plain_grad, rtol=1e-6)
