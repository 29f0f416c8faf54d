"""Convolution and pooling on the tape: the way back is linear and has its own way back."""

import numpy as np

from minikeras._core import pool
from minikeras._core.tape import vjp
from minikeras._core.trace_windows import average_pool, convolve, max_pool, pick_max, spread_max

RNG = np.random.default_rng(0)
X, W = RNG.normal(size=(2, 7, 3)), RNG.normal(size=(3, 3, 4))


def test_spread_and_pick_are_transposed():
    plan = [(1, pool.windows(7, 3, 2, "same"))]
    g, z = RNG.normal(size=(2, 4, 3)), RNG.normal(size=X.shape)
    np.testing.assert_allclose(np.sum(spread_max(g, X, plan) * z), np.sum(g * pick_max(z, X, plan)))
    np.testing.assert_allclose(pick_max(X, X, plan), max_pool(X, plan))


def test_a_penalty_on_the_gradient_of_a_convolution():
    def penalty(x, w):
        dx = vjp(lambda x, w: convolve(x, w, (2,), "same", (1,), 1), x, w)[1](np.ones((2, 4, 4)))[0]
        return np.sum(dx * dx)

    back, step, d = vjp(penalty, X, W)[1], 1e-6, RNG.normal(size=W.shape)
    slope = (penalty(X, W + step * d) - penalty(X, W - step * d)) / (2 * step)
    np.testing.assert_allclose(np.sum(back(1.0)[1] * d), slope, rtol=1e-6)


def test_means_spread_evenly():
    plan = [(1, pool.windows(7, 2, 2, "valid"))]
    assert vjp(lambda x: average_pool(x, plan), X)[1](np.ones((2, 3, 3)))[0][0, :, 0].tolist() == [0.5] * 6 + [0.0]
