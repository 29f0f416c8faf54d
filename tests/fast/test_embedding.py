import numpy as np
import pytest

pytest.importorskip("numba")

from minikeras import fast, layers
from minikeras._core.now import KERNELS
from minikeras.fast.embedding import sum_rows


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8"])
@pytest.mark.parametrize("broadcast", [False, True])
def test_same_numbers_as_numpy(dtype, broadcast):
    rng = np.random.default_rng(0)
    ids = rng.integers(0, 50, (20, 7)).astype(dtype)
    dy = rng.standard_normal((20, 1 if broadcast else 7, 3), dtype=np.float32)
    found = []
    for kernels in (None, fast):
        layer = layers.Embedding(60, 3)
        layer.build()
        layer.embeddings.grad[...] = np.nan
        token = KERNELS.set(kernels)
        try:
            layer.backward(np.broadcast_to(dy, (20, 7, 3)), layer.forward(ids, True)[1], need_dx=False)
        finally:
            KERNELS.reset(token)
        found.append(layer.embeddings.grad.copy())
    np.testing.assert_allclose(found[1], found[0], rtol=0.0, atol=1e-6)
    assert not found[1][50:].any()


def test_nothing_to_add():
    out = np.ones((3, 2), np.float32)
    sum_rows(np.array([], int), np.zeros((0, 2), np.float32), out, 1)
    assert not out.any()


def test_another_number_type_is_left_to_numpy():
    assert not fast.embedding.takes(np.ones((2, 2)), np.ones((2, 2), np.float32))
