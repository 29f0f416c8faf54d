import numpy as np
import pytest

pytest.importorskip("numba")

from minikeras import fast, layers
from minikeras._core import threads
from minikeras._core.now import KERNELS

KINDS = {"lstm": layers.LSTM, "gru": layers.GRU, "simple_rnn": layers.SimpleRNN}


@pytest.fixture
def parts(monkeypatch):
    """Cut even small batches into parts, as if there were 2 cores."""
    monkeypatch.setattr(threads, "LARGE", 1.0)
    monkeypatch.setattr(threads, "_threads", lambda: 2)


def passes(make, x, compiled, training=True, mask=None):
    """What comes out of a forward and a backward pass; and whether compiled loops did it."""
    layer = make()
    layer.build(x.shape)
    rng = np.random.default_rng(1)
    layer.set_weights([0.3 * rng.standard_normal(w.shape, dtype=np.float32) for w in layer.get_weights()])
    token = KERNELS.set(fast if compiled else None)
    try:
        y, kept = layer.forward(x, training, **({} if mask is None else {"mask": mask}))
        ys = y if isinstance(y, tuple) else (y,)
        dys = tuple(rng.standard_normal(part.shape, dtype=np.float32) for part in ys)
        dx = layer.backward(dys if isinstance(y, tuple) else dys[0], kept)
    finally:
        KERNELS.reset(token)
    return [*ys, dx, *(v.grad.copy() for v in layer.trainable_variables)], callable(kept[0][0])


def check(make, shape=(5, 6, 3), mask=None, training=True, loops=True):
    x = np.random.default_rng(0).standard_normal(shape, dtype=np.float32)
    plain, _ = passes(make, x, False, training, mask)
    quick, taken = passes(make, x, True, training, mask)
    assert taken is loops
    for a, b in zip(plain, quick):
        np.testing.assert_allclose(b, a, rtol=0.0, atol=1e-6 * max(1.0, float(np.abs(a).max())))


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("units", [1, 4, 21])
def test_same_numbers_as_numpy(name, units, parts):
    check(lambda: KINDS[name](units))
    check(lambda: KINDS[name](units, return_sequences=True, return_state=True))
    check(lambda: KINDS[name](units, use_bias=False, go_backwards=True), (1, 9, 5))


@pytest.mark.parametrize("name", KINDS)
def test_masked_steps(name, parts):
    mask = np.random.default_rng(2).random((5, 6)) > 0.4
    check(lambda: KINDS[name](4, return_sequences=True, return_state=True), mask=mask)
    check(lambda: KINDS[name](4), mask=mask)


@pytest.mark.parametrize("name", KINDS)
def test_dropout_draws_the_same(name, parts):
    check(lambda: KINDS[name](4, dropout=0.5, seed=3))
    check(lambda: KINDS[name](4, recurrent_dropout=0.5, seed=3), loops=False)
    check(lambda: KINDS[name](4, recurrent_dropout=0.5, seed=3), training=False)


@pytest.mark.parametrize("name", KINDS)
def test_what_the_loops_do_not_know_is_left_to_numpy(name):
    check(lambda: KINDS[name](4, activation="relu"), loops=False)
    check(lambda: KINDS[name](4, dtype="float64"), loops=False)
    check(lambda: KINDS[name](300), (1, 2, 3), loops=False)


def test_gates_of_another_kind_are_left_to_numpy():
    check(lambda: layers.LSTM(4, recurrent_activation="hard_sigmoid"), loops=False)
    check(lambda: layers.GRU(4, reset_after=False), loops=False)


@pytest.mark.parametrize("name", KINDS)
def test_parts_add_up_the_same_each_time(name, parts):
    x = np.random.default_rng(0).standard_normal((9, 6, 3), dtype=np.float32)
    one, two = (passes(lambda: KINDS[name](7), x, True)[0] for _ in range(2))
    for a, b in zip(one, two):
        np.testing.assert_array_equal(a, b)


def test_gradients_of_the_last_states_alone():
    found = []
    for kernels in (None, fast):
        layer = layers.LSTM(4, return_state=True)
        layer.build((2, 3, 5))
        layer.set_weights([0.1 * np.ones(w.shape) for w in layer.get_weights()])
        token = KERNELS.set(kernels)
        try:
            _, kept = layer.forward(np.ones((2, 3, 5), np.float32), True)
            dx = layer.backward((None, None, np.ones((2, 4), np.float32)), kept)
        finally:
            KERNELS.reset(token)
        found.append((dx, layer.cell.kernel.grad.copy()))
    for a, b in zip(*found):
        np.testing.assert_allclose(b, a, rtol=0.0, atol=1e-6)


def test_frozen_weights_keep_their_gradients():
    layer = layers.LSTM(4)
    layer.build((2, 3, 5))
    layer.cell.recurrent_kernel.trainable = False
    before = layer.cell.recurrent_kernel.grad.copy()
    token = KERNELS.set(fast)
    try:
        y, kept = layer.forward(np.ones((2, 3, 5), np.float32), True)
        assert layer.backward(np.ones_like(y), kept, need_dx=False) is None
    finally:
        KERNELS.reset(token)
    np.testing.assert_array_equal(layer.cell.recurrent_kernel.grad, before)
    assert np.abs(layer.cell.kernel.grad).max() > 0


def test_convolutions_through_time_are_left_to_numpy():
    x = np.random.default_rng(0).normal(size=(2, 3, 5, 1)).astype("float32")
    layer = layers.ConvLSTM1D(2, 3)
    expected = layer(x)
    token = KERNELS.set(fast)
    try:
        np.testing.assert_array_equal(layer(x), expected)
    finally:
        KERNELS.reset(token)
