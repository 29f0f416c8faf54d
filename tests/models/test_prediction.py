from contextvars import ContextVar
from typing import NamedTuple

import numpy as np
import pytest

import minikeras as keras
from minikeras import Sequential, layers
from minikeras._core import threads
from minikeras.models import node_step, prediction
from minikeras.models.prediction import side_by_side
from tests.models.samples import X


def test_outputs_are_no_views_of_the_inputs():
    model = Sequential([keras.Input((3,)), layers.Flatten()])
    assert not np.may_share_memory(model.predict(X), X)


def test_batches_come_out_one_behind_the_other_in_the_structure_of_the_outputs():
    x = keras.Input((3,))
    model = keras.Model(x, {"twice": layers.Rescaling(2.0)(x), "both": [x, layers.Rescaling(-1.0)(x)]})

    def rows():
        yield X[:7]
        yield X[7:]

    for given, how in ((X, {}), (X, {"batch_size": 3}), (rows(), {}), (X, {"callbacks": [keras.callbacks.Callback()]})):
        y = model.predict(given, verbose=0, **how)
        assert list(y) == ["twice", "both"] and isinstance(y["both"], list)
        assert np.array_equal(y["twice"], 2 * X) and np.array_equal(y["both"][0], X) and np.array_equal(y["both"][1], -X)
    assert np.array_equal(model.predict(X, batch_size=4, steps=2, verbose=0)["twice"], 2 * X[:8])
    assert np.array_equal(model.predict_on_batch(X)["both"][1], -X)


def wide_net():
    return Sequential([keras.Input((3,)), layers.Dense(8, "relu"), layers.Dense(2, "softmax")])


def test_rows_that_go_by_themselves_are_shared_between_threads(monkeypatch):
    model, x = wide_net(), np.random.default_rng(0).normal(size=(777, 3)).astype("float32")
    one_by_one = np.concatenate([model.predict(x[i : i + 64], verbose=0) for i in range(0, 777, 64)])
    monkeypatch.setattr(node_step, "AT_ONCE", 8 * 64)
    shares, share = [], threads.share
    monkeypatch.setattr(threads, "share", lambda parts, work: shares.append(len(parts)) or share(parts, work))
    monkeypatch.setattr(prediction, "INPUTS", 10 * 64 * 12)  # bytes; a row of inputs takes 12
    for cores, most, expected in ((1, 32, [10, 3]), (1, 8, [8, 5]), (2, 32, [10, 3]), (3, 32, [12, 1])):
        shares.clear()
        monkeypatch.setattr(prediction, "PARTS", (4, most))
        monkeypatch.setattr(threads, "_threads", lambda cores=cores: cores)
        assert np.array_equal(model.predict(x, verbose=0), one_by_one)
        assert shares == expected
    shares.clear()
    monkeypatch.setattr(prediction, "PARTS", (2, 32))
    monkeypatch.setattr(node_step, "AT_ONCE", 8 * 63)  # a batch fills the cache by itself: it takes its time
    assert np.array_equal(model.predict(x, batch_size=64, verbose=0), one_by_one) and shares == [6, 6, 1]
    monkeypatch.setattr(prediction, "PARTS", (4, 32))
    monkeypatch.setattr(node_step, "AT_ONCE", 8 * 64)
    keras.config.set_blas_threads(1)
    shares.clear()
    try:
        assert np.array_equal(model.predict(x, verbose=0), one_by_one) and shares == [10, 3]
    finally:
        keras.config.set_blas_threads("auto")


@pytest.mark.parametrize("last_is_first", [layers.Concatenate(), layers.Activation("softmax")])
def test_batches_of_single_numbers_stay_whole(last_is_first):
    x = keras.Input(())
    model = keras.Model(x, last_is_first([x, x] if isinstance(last_is_first, layers.Concatenate) else x))
    numbers = np.random.default_rng(0).normal(size=96).astype("float32")
    expected = np.concatenate([model(numbers[i : i + 32]) for i in (0, 32, 64)])
    assert np.array_equal(model.predict(numbers, verbose=0), expected)


def test_batches_of_pictures_are_shared_one_by_one(monkeypatch):
    x = np.random.default_rng(0).normal(size=(70, 8, 8, 1)).astype("float32")
    kinds = [layers.Conv2D(4, 3, activation="relu"), layers.BatchNormalization(), layers.MaxPooling2D(), layers.Flatten()]
    model = Sequential([keras.Input((8, 8, 1)), *kinds, layers.Dense(2)])
    batches = np.concatenate([model.predict_on_batch(x[i : i + 16]) for i in range(0, 70, 16)])
    recurrent = Sequential([keras.Input((3, 2)), layers.LSTM(2, stateful=False)])  # imports its module, with the true `share`
    shares, share = [], threads.share
    monkeypatch.setattr(threads, "share", lambda parts, work: shares.append(len(parts)) or share(parts, work))
    for cores, cache, expected in ((2, 2**8, [5]), (1, 2**8, []), (2, 143, []), (2, 0, [])):  # 144 numbers a row
        shares.clear()
        monkeypatch.setattr(threads, "_threads", lambda cores=cores: cores)
        monkeypatch.setattr(node_step, "AT_ONCE", cache)
        assert np.array_equal(model.predict(x, batch_size=16, verbose=0), batches)
        assert shares == expected
    monkeypatch.setattr(node_step, "AT_ONCE", 2**20)
    recurrent.predict(np.zeros((70, 3, 2)), verbose=0)
    assert shares == []


def graph(end):
    x = keras.Input((3,))
    h = layers.Dense(8, "relu")(x)
    return keras.Model(x, end(h, layers.Dense(8, "tanh")(h)))


@pytest.mark.parametrize(
    "end, shared",
    [
        (lambda a, b: a + b, True),
        (lambda a, b: 0.5 * layers.Concatenate()([layers.Maximum()([a, b]), layers.Dot(1)([a, b])]), True),
        (lambda a, b: layers.Dropout(0.5)(layers.Subtract()([a, b])), True),
        (lambda a, b: a + layers.Dropout(1e-9)(b, training=True), False),
        (lambda a, b: a - keras.ops.mean(b, 0), False),
        (lambda a, b: a * np.arange(8, dtype="float32"), False),  # an array may be one of the batch's size
        (lambda a, b: layers.Concatenate(axis=0)([a, b]), False),
        (lambda a, b: layers.Concatenate(axis=-2)([a, b]), False),
        (lambda a, b: [a, b], False),
    ],
)
def test_rows_of_graphs_are_shared_where_they_go_by_themselves(end, shared, monkeypatch):
    model, x = graph(end), np.random.default_rng(0).normal(size=(777, 3)).astype("float32")
    course = model._course
    assert bool(course.rows_at_once()) == shared
    if shared:
        one_by_one = np.concatenate([model.predict(x[i : i + 64], verbose=0) for i in range(0, 777, 64)])
        monkeypatch.setattr(node_step, "AT_ONCE", 8 * 64)
        shares, share = [], threads.share
        monkeypatch.setattr(threads, "_threads", lambda: 2)
        monkeypatch.setattr(threads, "share", lambda parts, work: shares.append(len(parts)) or share(parts, work))
        np.testing.assert_array_equal(model.predict(x, batch_size=64, verbose=0), one_by_one)
        assert shares


def test_parts_that_threads_compute_see_what_the_caller_has_set(monkeypatch):
    where, seen = ContextVar("where", default="nowhere"), []
    monkeypatch.setattr(threads, "_threads", lambda: 2)

    def compute(x):
        seen.append((where.get(), np.geterr()["over"]))
        return 2 * x

    token = where.set("here")
    try:
        with np.errstate(over="ignore"):
            assert np.concatenate(side_by_side(compute, 2)(np.arange(9.0))).tolist() == [0, 2, 4, 6, 8, 10, 12, 14, 16]
    finally:
        where.reset(token)
    assert seen == [("here", "ignore")] * 5


def test_an_error_in_any_part_is_the_callers(monkeypatch):
    monkeypatch.setattr(threads, "_threads", lambda: 2)

    def compute(x):
        if 7 in x:
            raise RuntimeError("seven")
        return x

    for _ in range(20):
        with pytest.raises(RuntimeError, match="seven"):
            side_by_side(compute, 1)(np.arange(9.0))
    assert np.concatenate(side_by_side(compute, 3)(np.arange(4.0))).tolist() == [0, 1, 2, 3]


def test_outputs_of_batches_hold_no_more_than_they_show():
    kept = []
    model = Sequential([layers.Input((50, 3)), layers.LSTM(4)])
    watch = keras.callbacks.LambdaCallback(on_predict_batch_end=lambda batch, logs: kept.append(logs["outputs"]))
    model.predict(np.ones((64, 50, 3), np.float32), verbose=0, callbacks=[watch])
    assert len(kept) == 2 and all(y.base is None or y.base.nbytes == y.nbytes for y in kept)


def test_some_rows_of_light_layers_are_one_batch_where_nobody_looks(monkeypatch, capsys):
    model, x = wide_net(), np.random.default_rng(0).normal(size=(1025, 3)).astype("float32")
    together = Sequential([keras.Input((3,)), layers.Lambda(lambda a: a - np.mean(a, 0, keepdims=True))])
    expected = np.concatenate([model(x[i : i + 32]) for i in range(0, 1025, 32)])
    opened, open_ = [], prediction.data.open
    monkeypatch.setattr(prediction.data, "open", lambda *a, **k: opened.append(1) or open_(*a, **k))
    cases = [(33, None, 0, 0), (1024, 7, 0, 0), (1025, None, 0, 1), (33, None, 2, 1), (9, None, 1, 1)]
    for rows, batch_size, verbose, cut in cases:
        opened.clear()
        np.testing.assert_allclose(model.predict(x[:rows], batch_size, verbose), expected[:rows], atol=1e-6)
        assert bool(opened) == cut and bool(capsys.readouterr().out) == bool(verbose)
    np.testing.assert_allclose(together.predict(x[:8], batch_size=4, verbose=0)[:4].mean(0), 0, atol=1e-6)
    for wrong in (0, -1):
        with pytest.raises(ValueError, match="batch_size"):
            model.predict(x[:40], batch_size=wrong, verbose=0)


class Pair(NamedTuple):
    one: object
    two: object


def test_outputs_in_a_named_tuple():
    class Own(keras.Model):
        def call(self, x):
            return Pair(x, {"b": 2 * x, "a": [3 * x]})

    y = Own().predict(X, batch_size=7, verbose=0)
    assert type(y) is Pair and np.array_equal(y.one, X) and list(y.two) == ["b", "a"] and np.array_equal(y.two["a"][0], 3 * X)
