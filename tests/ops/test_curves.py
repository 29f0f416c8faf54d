"""Activations: as in real Keras, and what it does not say."""

import numpy as np
import pytest

from minikeras import ops
from minikeras.activations import sparsemax
from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("curves"))
def test_as_keras(case):
    check(case)


def test_nothing_overflows():
    x = np.array([-1e4, -100.0, 100.0, 1e4], "float32")
    with np.errstate(all="raise", under="ignore"):
        for f in (ops.sigmoid, ops.softplus, ops.log_sigmoid, ops.silu, ops.elu, ops.softmax, ops.log_softmax, ops.gelu):
            assert np.isfinite(f(x)).all()


def test_sparsemax_is_a_distribution():
    """Keras' own is not, on JAX and NumPy: for (0.5, 1.6, 1.1, -1.1) it gives zeros."""
    x = np.random.default_rng(0).normal(size=(3, 5)) * 2
    y = ops.sparsemax(x)
    np.testing.assert_allclose(y.sum(1), 1)
    np.testing.assert_allclose(y, sparsemax(x))
    np.testing.assert_allclose(ops.sparsemax(x, 0), ops.sparsemax(x.T).T)
    tau = np.where(y > 0, x - y, -np.inf).max(1, keepdims=True)  # y = max(x - tau, 0)
    np.testing.assert_allclose(y, np.maximum(x - tau, 0), atol=1e-12)


def test_glu_needs_two_halves():
    with pytest.raises(ValueError, match="divisible by 2"):
        ops.glu(np.zeros((2, 3)))
