import numpy as np
import pytest

pytest.importorskip("numba")

from minikeras import fast, layers
from minikeras._core import threads
from minikeras._core.now import KERNELS


@pytest.fixture(autouse=True)
def parts(monkeypatch):
    """Take small batches too, in parts, as if there were 2 cores."""
    monkeypatch.setattr(threads, "LARGE", 1.0)
    monkeypatch.setattr(threads, "_threads", lambda: 2)
    monkeypatch.setattr(fast.normalization, "LARGE", 1)


def passes(make, x, kernels, training, frozen):
    layer = make()
    layer.build(x.shape)
    rng = np.random.default_rng(1)
    layer.set_weights([rng.random(w.shape, dtype=np.float32) + 0.5 for w in layer.get_weights()])
    layer.trainable = not frozen
    token = KERNELS.set(kernels)
    try:
        y, kept = layer.forward(x, training)
        dy = rng.standard_normal(y.shape).astype(y.dtype)
        dx = layer.backward(dy, kept)
        assert layer.backward(dy, kept, need_dx=False) is None
    finally:
        KERNELS.reset(token)
    return [y, dx, *(v.grad.copy() for v in layer.trainable_variables), *layer.get_weights()], callable(kept)


def check(make, shape, taken=True, training=True, frozen=False):
    x = np.random.default_rng(0).standard_normal(shape, dtype=np.float32) + 3.0
    (plain, _), (quick, compiled) = (passes(make, x, kernels, training, frozen) for kernels in (None, fast))
    assert compiled is taken
    for a, b in zip(plain, quick):
        np.testing.assert_allclose(b, a, rtol=0.0, atol=2e-6 * max(1.0, float(np.abs(a).max())))


@pytest.mark.parametrize("shape", [(200, 16), (3, 6, 5, 17), (7, 70, 40)])
@pytest.mark.parametrize("how", [{}, {"training": False}, {"frozen": True}, {"training": False, "frozen": True}])
def test_same_numbers_as_numpy(shape, how):
    check(layers.BatchNormalization, shape, **how)
    check(lambda: layers.BatchNormalization(center=False, momentum=0.5, epsilon=0.1), shape, **how)
    check(lambda: layers.BatchNormalization(scale=False), shape, **how)


def test_what_the_kernels_do_not_know_is_left_to_numpy():
    check(lambda: layers.BatchNormalization(1), (3, 16, 20), taken=False)
    check(lambda: layers.BatchNormalization(renorm=True), (30, 16), taken=False)
    check(lambda: layers.BatchNormalization(dtype="float64"), (30, 16), taken=False)
    check(layers.BatchNormalization, (30, 3), taken=False)


def test_a_large_mean_does_not_drown_the_variance():
    x = np.random.default_rng(0).standard_normal((100_000, 16)).astype(np.float32) + np.float32(1000.0)
    mean, variance = fast.normalization.moments(x)
    np.testing.assert_allclose(mean, x.mean(0, dtype=np.float64), rtol=1e-7)
    np.testing.assert_allclose(variance, x.var(0, dtype=np.float64), rtol=1e-5)
