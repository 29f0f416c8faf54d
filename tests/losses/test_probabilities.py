"""What the losses of probabilities share."""

from __future__ import annotations

import numpy as np

from minikeras.losses.probabilities import clip, inside, normalize, one_hot_pair, smooth


def test_smoothing_keeps_the_sum():
    y = smooth(np.eye(4), 0.2, 4)
    np.testing.assert_allclose(y.sum(axis=-1), 1.0)
    np.testing.assert_allclose(y[0], [0.85, 0.05, 0.05, 0.05])
    assert smooth(y, 0.0, 4) is y


def test_clipping():
    p = np.array([0.0, 1e-7, 0.5, 1.0])
    np.testing.assert_allclose(clip(p), [1e-7, 1e-7, 0.5, 1 - 1e-7])
    assert inside(p).tolist() == [False, False, True, False]


def test_normalizing():
    np.testing.assert_allclose(normalize(np.array([[1.0, 3.0]]), -1), [[0.25, 0.75]])
    assert np.isnan(normalize(np.zeros((1, 2)), -1)).all()


def test_pairs_take_the_type_of_the_predictions():
    y, p = one_hot_pair([[0, 1]], np.array([[0.5, 0.5]]), -1, "categorical_crossentropy")
    assert y.dtype == p.dtype == "float64"
