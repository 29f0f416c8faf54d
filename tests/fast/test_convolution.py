import numpy as np
import pytest

pytest.importorskip("numba")

from minikeras import fast, layers
from minikeras._core import threads
from minikeras._core.now import KERNELS


@pytest.fixture
def parts(monkeypatch):
    """Cut even small batches into parts, as if there were 2 cores."""
    monkeypatch.setattr(threads, "LARGE", 1.0)
    monkeypatch.setattr(threads, "_threads", lambda: 2)


def passes(layer, x, compiled, need_dx=True, logits=False):
    """What comes out of a forward and a backward pass; and whether compiled kernels did it."""
    token = KERNELS.set(fast if compiled else None)
    try:
        y, kept = layer.forward(x, True)
        dy = np.random.default_rng(1).standard_normal(y.shape).astype(y.dtype)
        back = layer.backward_from_logits if logits else layer.backward
        dx = back(dy, kept, need_dx)
    finally:
        KERNELS.reset(token)
    assert (dx is not None) == need_dx
    return [y, *([dx] if need_dx else []), *(v.grad.copy() for v in layer.trainable_variables)], kept[3] is not None


def check(layer, shape, taken=True, **how):
    rng = np.random.default_rng(0)
    layer.build(shape)
    layer.set_weights([rng.standard_normal(w.shape, dtype=np.float32) for w in layer.get_weights()])
    x = rng.standard_normal(shape, dtype=np.float32)
    (plain, _), (quick, compiled) = passes(layer, x, False, **how), passes(layer, x, True, **how)
    assert compiled is taken
    for a, b in zip(plain, quick):
        np.testing.assert_allclose(b, a, rtol=0.0, atol=1e-6 * max(1.0, float(np.abs(a).max())))


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("strides", [1, 2, (1, 3)])
@pytest.mark.parametrize("window", [1, 3, (2, 4)])
def test_same_numbers_as_numpy(padding, strides, window, parts):
    check(layers.Conv2D(20, window, strides, padding, activation="relu"), (3, 7, 9, 5))
    check(layers.Conv2D(16, window, strides, padding, use_bias=False, activation="relu"), (2, 8, 6, 1))


def test_images_larger_than_a_block():
    check(layers.Conv2D(48, 3, padding="same", activation="relu"), (2, 20, 20, 17))


@pytest.mark.parametrize("padding", ["valid", "same", "causal"])
def test_series(padding, parts):
    check(layers.Conv1D(9, 4, padding=padding, activation="relu"), (3, 12, 8))
    check(layers.Conv1D(9, 4, 2, padding=padding), (3, 12, 8))


def test_other_activations_and_logits():
    check(layers.Conv2D(8, 3), (2, 6, 6, 3))
    check(layers.Conv2D(8, 3, activation="tanh"), (2, 6, 6, 3))
    check(layers.Conv2D(8, 3, activation="sigmoid"), (2, 6, 6, 3), logits=True)
    check(layers.Conv2D(8, 3, activation="relu"), (2, 6, 6, 3), need_dx=False)


def test_what_the_kernels_do_not_know_is_left_to_numpy():
    check(layers.Conv2D(8, 3, dilation_rate=2), (2, 6, 6, 3), taken=False)
    check(layers.Conv2D(8, 3, groups=2), (2, 6, 6, 4), taken=False)
    check(layers.Conv2D(8, 3, data_format="channels_first"), (2, 3, 6, 6), taken=False)
    check(layers.Conv2D(2, 3), (2, 6, 6, 3), taken=False)
    check(layers.Conv2D(8, 1), (1, 2, 2, 256), taken=False)
    check(layers.Conv3D(8, 2), (2, 4, 4, 4, 3), taken=False)
    check(layers.Conv2D(8, 3, dtype="float64"), (2, 6, 6, 3), taken=False)


def test_arrays_that_do_not_lie_one_behind_the_other():
    layer = layers.Conv2D(8, 3, activation="relu")
    layer.build((2, 6, 6, 3))
    x = np.random.default_rng(0).standard_normal((2, 6, 6, 3), dtype=np.float32)
    seen = x.copy()
    seen.flags.writeable = False
    token = KERNELS.set(fast)
    try:
        y, kept = layer.forward(x, True)
        for other in (seen, np.asfortranarray(x)):
            np.testing.assert_array_equal(layer.forward(other, True)[0], y)
        dx = layer.backward(np.ones_like(y), kept)
        np.testing.assert_array_equal(layer.backward(np.broadcast_to(np.float32(1.0), y.shape), kept), dx)
    finally:
        KERNELS.reset(token)


def test_frozen_kernel_keeps_its_gradient():
    layer = layers.Conv2D(8, 3, activation="relu")
    layer.build((2, 6, 6, 3))
    layer.kernel.trainable = False
    before = layer.kernel.grad.copy()
    passes(layer, np.ones((2, 6, 6, 3), np.float32), True)
    np.testing.assert_array_equal(layer.kernel.grad, before)
