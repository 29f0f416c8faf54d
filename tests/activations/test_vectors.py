"""Values of real Keras (sparsemax apart, see below), and what must hold for all inputs."""

from __future__ import annotations

import numpy as np
import pytest

from minikeras import activations as A

X = np.array([[-10, -2, -1], [-0.3, 0, 0.4], [1.5, 4, 7]], "float32")


def test_softmax():
    expected = [
        [9.021165e-05, 0.2689172, 0.7309926],
        [0.229168, 0.3093444, 0.4614876],
        [0.003877857, 0.04724196, 0.9488803],
    ]
    np.testing.assert_allclose(A.softmax(X), expected, rtol=1e-6)
    np.testing.assert_allclose(A.softmax(X.T, axis=0), np.transpose(expected), rtol=1e-6)
    np.testing.assert_allclose(A.softmax(X.reshape(3, 3, 1) + np.zeros(2, "float32"), axis=(1,))[..., 0], expected, rtol=1e-6)


def test_softmax_does_not_overflow():
    np.testing.assert_allclose(A.softmax([[1e4, 1e4, -1e4]]), [[0.5, 0.5, 0]])


def test_softmax_over_several_axes():
    np.testing.assert_allclose(A.softmax(X[None], axis=(1, 2)).sum(), 1, rtol=1e-6)


def test_softmax_of_one_warns():
    with pytest.warns(UserWarning, match="always gives 1.*'sigmoid'"):
        assert A.softmax([[3.0], [4.0]]).tolist() == [[1], [1]]


def test_softmax_of_an_empty_batch():
    assert A.softmax(np.zeros((0, 3), "float32")).shape == (0, 3)


def test_log_softmax():
    expected = [
        [-9.3133516, -1.3133519, -0.3133519],
        [-1.4733001, -1.1733, -0.7733001],
        [-5.5524726, -3.0524726, -0.0524727],
    ]
    np.testing.assert_allclose(A.log_softmax(X), expected, rtol=1e-6)
    np.testing.assert_allclose(A.log_softmax(X.T, axis=0), np.transpose(expected), rtol=1e-6)


def test_sparsemax_sums_to_1():
    """Real Keras 3.15.1 gives [0, 0, 0] here: it adds up the cumulative sums."""
    np.testing.assert_allclose(A.sparsemax([[1.0, 1.5, 0.1]]), [[0.25, 0.75, 0]], rtol=1e-6)
    np.testing.assert_allclose(A.sparsemax([[0.3, 0.2, 0.1]]), [[0.4333333, 0.3333333, 0.2333333]], rtol=1e-6)
    x = np.random.default_rng(0).standard_normal((50, 7))
    np.testing.assert_allclose(A.sparsemax(x).sum(1), 1, rtol=1e-12)
    np.testing.assert_allclose(A.sparsemax(x.T, axis=0), A.sparsemax(x).T)


def test_sparsemax_is_the_nearest_point_of_the_simplex():
    rng = np.random.default_rng(1)
    x = rng.standard_normal(5)
    best = np.sum((A.sparsemax(x) - x) ** 2)
    assert all(np.sum((p - x) ** 2) >= best for p in rng.dirichlet(np.full(5, 0.3), 500))


def test_glu():
    x = np.array([[-10, -2, -1, -0.3], [0, 0.4, 1.5, 4]], "float32")
    np.testing.assert_allclose(A.glu(x), [[-2.6894143, -0.851115], [0, 0.3928055]], rtol=1e-6)
    np.testing.assert_allclose(A.glu(x.T, axis=0), [[-2.6894143, 0], [-0.851115, 0.3928055]], rtol=1e-6)


def test_glu_of_an_odd_size():
    with pytest.raises(ValueError, match=r"even.*\(2, 3\)"):
        A.glu(np.zeros((2, 3)))
