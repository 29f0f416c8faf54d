"""Many rows predicted by compiled code: the numbers of NumPy, whatever the rows are and fall into."""

import threading

import numpy as np
import pytest

pytest.importorskip("numba")

import minikeras as keras
from minikeras import layers
from minikeras.fast import outputs
from minikeras.fast.activations import CODES, RELU, activate
from minikeras.models import jit

X = np.random.default_rng(0).standard_normal((6001, 10), dtype=np.float32)


def deep():
    return keras.Sequential([layers.Input((10,)), layers.Dense(16, "relu"), layers.Dropout(0.3), layers.Dense(3, "softmax")])


def normalized():
    stack = [layers.Input((5, 2)), layers.Flatten(), layers.Dense(7), layers.BatchNormalization(), layers.ReLU()]
    model = keras.Sequential(stack)
    for v in stack[-2].weights:
        v.assign(np.linspace(0.5, 1.5, 7))
    return model


def residual():
    x = layers.Input((10,))
    h = layers.Dense(10, "tanh")(x) + x
    return keras.Model(x, layers.Concatenate()([h, layers.Dense(2, "gelu", use_bias=False)(h)]))


def both(make, x=X, batch_size=64):
    """Predictions with and without compiled code, and how often that was asked."""
    keras.utils.set_random_seed(2)
    model = make()
    expected = model.predict(x, batch_size=batch_size, verbose=0)
    model.compile("sgd", "mse", jit_compile=True)
    return model.predict(x, batch_size=batch_size, verbose=0), expected


@pytest.fixture
def asked(monkeypatch):
    calls, plain = [], outputs.predict
    monkeypatch.setattr(jit, "LARGE", 0)
    monkeypatch.setattr(outputs, "predict", lambda *a: calls.append(len(a[5])) or plain(*a))
    return calls


@pytest.mark.parametrize("make", [deep, normalized, residual])
@pytest.mark.parametrize("cached", [2**15, 100])
def test_many_rows(make, cached, asked, monkeypatch):
    monkeypatch.setattr(outputs, "CACHED", cached)
    got, expected = both(make, X.reshape(-1, 5, 2) if make is normalized else X)
    assert sum(asked) == len(X) and got.dtype == np.float32
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)


def test_rows_that_may_not_be_written_to(asked):
    x = X.copy()
    x.flags.writeable = False
    got, expected = both(deep, x)
    assert asked
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "make", [lambda: keras.Sequential([layers.Input((10,)), layers.Dense(4), layers.LayerNormalization()])], ids=["layer"]
)
def test_what_is_not_compiled_is_predicted_in_numpy(make, asked):
    got, expected = both(make)
    assert not asked
    np.testing.assert_array_equal(got, expected)


def test_weights_that_change_are_seen(asked):
    model = deep()
    model.compile("sgd", "mse", jit_compile=True)
    before = model.predict(X, verbose=0)
    model.layers[0].kernel.assign(model.layers[0].kernel * 2)
    after = model.predict(X, verbose=0)
    assert asked and abs(before - after).max() > 1e-3
    np.testing.assert_allclose(after[:9], model(X[:9]), rtol=1e-5)


def test_few_rows_are_predicted_in_numpy(asked, monkeypatch):
    monkeypatch.setattr(jit, "LARGE", len(X) * 227 + 1)  # of 11 · 16 + 17 · 3 weights
    both(deep)
    assert not asked
    monkeypatch.setattr(jit, "LARGE", len(X) * 227)
    both(deep)
    assert asked


def test_threads_predict_at_once(asked):
    model = deep()
    model.compile("sgd", "mse", jit_compile=True)
    expected, found = model(X), [None] * 4

    def work(i):
        found[i] = model.predict(X, verbose=0)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for y in found:
        np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "relu6"])
def test_what_is_no_number_stays_so_and_what_is_infinite(name):
    function = getattr(keras.activations, name)
    z = np.tile(np.float32([[-1, 2, np.nan, np.inf, -np.inf, 0, np.finfo(np.float32).max, -3]]), (3, 1))
    expected = function(z)
    activate(CODES[function], np.float32(0.2), z)
    np.testing.assert_array_equal(z, expected)
    assert CODES[keras.activations.relu] == RELU


@pytest.mark.parametrize("name", ["silu", "sigmoid", "tanh", "gelu", "elu", "softplus", "softsign", "relu"])
def test_ends(name):
    function = getattr(keras.activations, name)
    z = np.float32([[-np.inf, -1e30, -200, -90, -20, 0, 20, 90, 200, 1e30, np.nan]])
    with np.errstate(all="ignore"):
        expected = function(z)
    activate(CODES[function], np.float32(1.0), z)
    np.testing.assert_allclose(z[:, 1:-2], expected[:, 1:-2], rtol=1e-5, atol=1e-6)
    assert np.isnan(z[0, -1])
