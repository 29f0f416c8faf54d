"""Batches that come one by one: each step is compiled, and the numbers are those of NumPy."""

import itertools

import numpy as np
import pytest

pytest.importorskip("numba")

import minikeras as keras
from minikeras import callbacks, layers, optimizers
from minikeras.fast.pieces import open_to

RNG = np.random.default_rng(0)
X = RNG.standard_normal((120, 10), dtype=np.float32)
YES = (X.sum(1) > 0).astype("float32")
CLASS = (X @ RNG.standard_normal((10, 3))).argmax(1)
WEIGHTS = RNG.random(120).astype("float32")


def net(outputs=1):
    last = layers.Dense(outputs, "sigmoid" if outputs == 1 else "softmax")
    return [layers.Input((10,)), layers.Dense(16, "relu"), layers.Dropout(0.2, seed=1), last]


def trained(jit, batches, outputs=1, optimizer=optimizers.Adam, made=net, **fit):
    keras.utils.set_random_seed(3)
    model = keras.Sequential(made(outputs))
    loss = "binary_crossentropy" if outputs == 1 else "sparse_categorical_crossentropy"
    model.compile(optimizer(), loss, metrics=["accuracy"], jit_compile=jit)
    history = model.fit(batches(model), verbose=0, **{"steps_per_epoch": 5, "epochs": 3, **fit}).history
    return model, history


def check(batches, **options):
    """Train both ways; what was compiled of the steps."""
    (model, history), (theirs, expected) = (trained(jit, batches, **options) for jit in (True, False))
    for name in expected:
        np.testing.assert_allclose(history[name], expected[name], rtol=2e-6, atol=1e-6, err_msg=name)
    for a, b in zip(model.get_weights(), theirs.get_weights()):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-6)
    return model


def cut(*sizes, weights=False, y=YES):
    """Batches of these sizes, again and again."""
    ends = np.cumsum([0, *sizes])

    def batches(model):
        for i, j in itertools.cycle(zip(ends, ends[1:])):
            yield (X[i:j], y[i:j], WEIGHTS[i:j]) if weights else (X[i:j], y[i:j])

    return batches


@pytest.mark.parametrize("sizes", [(20, 20, 20), (7, 30, 1, 12)], ids=["even", "uneven"])
@pytest.mark.parametrize("weights", [False, True], ids=["plain", "weighted"])
def test_a_generator(sizes, weights, monkeypatch):
    from minikeras.models.fitting import Fitting

    check(cut(*sizes, weights=weights))
    monkeypatch.setattr(Fitting, "_train_on", None)  # no step is left to NumPy
    trained(True, cut(*sizes, weights=weights))


def test_labels_and_an_optimizer_that_is_not_compiled():
    check(cut(20, 30, y=CLASS), outputs=3)
    check(cut(20, 30), optimizer=lambda: optimizers.Adam(clipnorm=0.1))


def test_a_generator_may_look_at_the_model():
    def batches(model):
        for i in itertools.count():
            rows = np.argsort(model.predict_on_batch(X)[:, 0])[i % 5 :: 5]  # the weights as the last step left them
            yield X[rows], YES[rows]

    check(batches)


def test_batches_that_do_not_fit_go_through_numpy():
    def batches(model):
        for i in itertools.count():
            yield (X[:20], YES[:20]) if i % 2 else (X[:20], YES[:20], np.ones((20, 1)))

    check(batches, made=lambda outputs: [layers.Input((10,)), layers.Dense(1, "sigmoid")])


def test_callbacks_between_batches_count_at_once():
    class Between(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.optimizer.learning_rate = 0.01 / (batch + 1)
            if batch == 2:
                self.model.layers[0].trainable = False
            self.model.stop_training = batch == 3

    model = check(cut(20, 30), callbacks=[Between()], epochs=1)
    assert int(model.optimizer.iterations) == 4


def test_evaluation_of_a_generator():
    model, _ = trained(True, cut(20, 30))
    found = model.evaluate(cut(20, 30)(model), steps=4, verbose=0)
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    np.testing.assert_allclose(found, model.evaluate(cut(20, 30)(model), steps=4, verbose=0), rtol=1e-6)


def test_arrays_that_may_not_be_written_to_are_read():
    x = np.arange(3.0)
    x.flags.writeable = False
    assert np.shares_memory(open_to(x), x) and open_to(x).flags.writeable

    def batches(model):
        part = X[::2].copy()
        part.flags.writeable = False
        yield from itertools.repeat((part, YES[::2]))

    check(batches)


def test_single_batches():
    ends = []
    for jit in (True, False):
        keras.utils.set_random_seed(3)
        model = keras.Sequential(net())
        model.compile("adam", "binary_crossentropy", metrics=["accuracy"], jit_compile=jit)
        logs = [model.train_on_batch(X[i:j], YES[i:j], WEIGHTS[i:j]) for i, j in ((0, 20), (20, 60), (60, 67))]
        ends.append((logs, model.get_weights()))
        assert (model._compiled.training is not None) is jit
    np.testing.assert_allclose(ends[0][0], ends[1][0], rtol=2e-6)
    for a, b in zip(ends[0][1], ends[1][1]):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-6)


def test_single_batches_of_what_is_not_compiled_ask_once(monkeypatch):
    from minikeras.fast import training

    asked = []
    monkeypatch.setattr(training, "plan", lambda model, of=training.plan: asked.append(model) or of(model))
    model = keras.Sequential([layers.Input((10,)), layers.LayerNormalization(), layers.Dense(1)])
    model.compile("sgd", "mse", jit_compile=True)
    for _ in range(3):
        model.train_on_batch(X, YES)
    assert len(asked) == 1
