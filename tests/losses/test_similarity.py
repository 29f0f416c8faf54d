"""Directions and embeddings: real Keras' numbers."""

from __future__ import annotations

import numpy as np
import pytest

from minikeras import losses
from minikeras._core.tape import vjp
from tests.gradcheck import check_gradient

E = np.array([[1, 0], [0.8, 0.6], [0, 1], [-0.6, 0.8]], "float32")
LABELS = np.array([0, 0, 1, 1])
Y = np.array([[0.0, 1.0, 2.0], [1.0, -1.0, 0.5]], "float32")
P = np.array([[0.5, 1.5, -1.0], [2.0, -1.0, 0.0]], "float32")


def test_cosine():
    np.testing.assert_allclose(
        losses.CosineSimilarity(reduction=None)(Y, P), [0.11952286958694458, -0.8944271802902222], rtol=2e-6
    )
    assert float(losses.CosineSimilarity(axis=0)(Y, P)) == pytest.approx(-0.3268602192401886, rel=1e-6)
    assert losses.CosineSimilarity(axis=0).get_config()["axis"] == 0


def test_cosine_of_short_vectors():
    y, p = np.array([[1.0, 2.0, 3.0]], "float32"), np.array([[0.0, 0.0, 0.0], [1e-8, 0, 0], [1e-4, 0, 0]], "float32")
    np.testing.assert_allclose(losses.cosine_similarity(np.tile(y, (3, 1)), p), [0.0, -0.026726125, -0.26726127], rtol=1e-6)
    assert np.isfinite(losses.CosineSimilarity().value_and_grad(y, p[:1])[1]).all()  # NaN in Keras


def test_circle():
    assert float(losses.Circle()(LABELS, E)) == pytest.approx(3.2008657455444336, rel=1e-5)
    assert float(losses.Circle(gamma=2.0)(LABELS, E)) == pytest.approx(0.9337118864059448, rel=1e-5)
    loss = losses.Circle(gamma=2.0, margin=0.25, remove_diagonal=False, reduction=None)
    np.testing.assert_allclose(
        loss(LABELS[:, None], E), [1.4953639507293701, 1.784350872039795, 1.784350872039795, 1.4953639507293701], rtol=1e-5
    )


def test_circle_against_other_embeddings():
    rng = np.random.default_rng(0)
    x, other = rng.normal(size=(4, 3)) / 3, rng.normal(size=(5, 3)) / 3
    labels = np.array([0, 1, 1, 0, 2])

    def total(x, other):
        return np.sum(losses.circle(LABELS, x, labels, other, remove_diagonal=False, gamma=3.0))

    dx, dother = vjp(total, x, other)[1](np.ones(()))
    check_gradient(lambda: total(x, other), x, dx)
    check_gradient(lambda: total(x, other), other, dother)


def test_circle_wants_labels():
    with pytest.raises(ValueError, match="one integer label for each embedding"):
        losses.Circle()(np.eye(4), E)


def test_circle_of_one_class_costs_nothing():
    value, grad = losses.Circle().value_and_grad(np.zeros(4, int), E)
    assert value == 0.0 and not grad.any()
