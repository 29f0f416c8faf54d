"""Divergence and counts: real Keras' numbers."""

from __future__ import annotations

import numpy as np

from minikeras import losses

Q = np.array([[0.2, 0.5, 0.3], [0.9, 0.05, 0.05]], "float32")


def test_kl_divergence():
    y = np.array([[0.1, 0.6, 0.3], [1.0, 0.0, 0.0]], "float32")
    np.testing.assert_allclose(losses.KLDivergence(reduction=None)(y, Q), [0.04007824510335922, 0.10535794496536255], rtol=2e-6)
    np.testing.assert_allclose(losses.kl_divergence(y, y), 0.0, atol=1e-6)
    value, grad = losses.KLDivergence().value_and_grad(y, np.zeros_like(Q))
    assert value > 10 and np.isfinite(grad).all()


def test_poisson():
    y = np.array([[0, 2, 1], [3, 0, 1]], "float32")
    np.testing.assert_allclose(losses.Poisson(reduction=None)(y, Q), [1.1967555284500122, 1.4372705221176147], rtol=1e-6)


def test_poisson_of_negative_rates_is_nan_without_a_warning():
    assert np.isnan(losses.poisson([[1.0]], [[-1.0]])).all()
    assert np.isnan(losses.Poisson().value_and_grad(np.ones((1, 1)), -np.ones((1, 1)))[0])
