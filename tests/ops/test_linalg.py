"""Linear algebra: as in real Keras, and what it does not say."""

import numpy as np
import pytest

from minikeras import ops
from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("linalg"))
def test_as_keras(case):
    check(case)


def test_decompositions_give_the_matrix_back():
    x = np.random.default_rng(0).normal(size=(2, 4, 3))
    u, s, v = ops.svd(x, full_matrices=False)
    np.testing.assert_allclose((u * s[..., None, :]) @ v, x, atol=1e-12)
    q, r = ops.qr(x)
    np.testing.assert_allclose(q @ r, x, atol=1e-12)
    w, v = ops.eigh(x[:, :3] + np.swapaxes(x[:, :3], 1, 2))
    np.testing.assert_allclose((v * w[..., None, :]) @ np.swapaxes(v, 1, 2), x[:, :3] + np.swapaxes(x[:, :3], 1, 2), atol=1e-12)
    w, v = ops.eig(x[0, :3])
    np.testing.assert_allclose(x[0, :3] @ v, v * w, atol=1e-12)


def test_errors():
    with pytest.raises(ValueError, match="square matrix. Received input of shape .2, 3."):
        ops.inv(np.zeros((2, 3)))
    with pytest.raises(ValueError, match="not positive definite"):
        ops.cholesky(-np.eye(2))
    with pytest.raises(ValueError, match="'reduced', 'complete'"):
        ops.qr(np.eye(2), "raw")


def test_jvp_of_several_results():
    (y, z), (dy, dz) = ops.jvp(lambda x: (x * x, np.sum(x)), (np.array([1.0, 3.0]),), (np.array([1.0, 0.5]),))
    assert (y.tolist(), float(z), dy.tolist(), float(dz)) == ([1.0, 9.0], 4.0, [2.0, 3.0], 1.5)
    assert ops.jvp(lambda x: (x * 2, "more"), (np.array(1.0),), (np.array(1.0),), has_aux=True)[2] == "more"
