"""Where data meets a model: numbers of every type, structures, and what changes while training runs."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import Input, Sequential, layers

RNG = np.random.RandomState(0)
X = RNG.randn(40, 4).astype("float32")
Y = (X[:, 0] > 0).astype("int32")


def net(units=1, act="sigmoid"):
    return keras.Sequential([keras.Input((4,)), layers.Dense(units, activation=act)])


def test_an_average_over_nothing_is_no_number():
    def batches():
        for i in range(4):
            yield X[10 * i : 10 * i + 10], Y[10 * i : 10 * i + 10]

    m = net()
    m.compile("sgd", "binary_crossentropy")
    seen = []
    watch = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(sorted(logs)))
    with pytest.warns(UserWarning, match="ran out of data"):
        h = m.fit(X, Y, epochs=3, verbose=0, validation_data=batches(), validation_steps=2, callbacks=[watch])
    assert len(h.history["val_loss"]) == 2 and min(h.history["val_loss"]) > 0
    assert seen[-1] == ["loss"]


class Phases(keras.callbacks.Callback):
    def __init__(self, act):
        super().__init__()
        self.act = act

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            self.act(self.model)


def test_what_is_compiled_in_a_callback_holds_from_the_next_step():
    m = net(3, "softmax")
    m.compile(keras.optimizers.SGD(0.0), "sparse_categorical_crossentropy", metrics=["accuracy"])
    again = Phases(lambda model: model.compile(keras.optimizers.SGD(0.5), "categorical_crossentropy"))
    with pytest.raises(ValueError, match="one-hot"):  # other targets are wanted from now on
        m.fit(X, Y, epochs=3, verbose=0, callbacks=[again])
    m.compile(keras.optimizers.SGD(0.0), "sparse_categorical_crossentropy")
    faster = Phases(lambda model: model.compile(keras.optimizers.SGD(0.5), "sparse_categorical_crossentropy"))
    loss = m.fit(X, Y, epochs=3, verbose=0, callbacks=[faster], shuffle=False).history["loss"]
    assert loss[2] < loss[1] < loss[0] and len(loss) == 3


def test_what_is_thawed_in_a_callback_trains_from_the_next_step():
    m = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="base"), layers.Dense(1)])
    m.layers[0].trainable = False
    m.compile("sgd", "mse")
    kept = m.layers[0].get_weights()[0]
    frozen_in_first = []

    def thaw(model):
        frozen_in_first.append(np.array_equal(model.layers[0].get_weights()[0], kept))
        model.layers[0].trainable = True

    m.fit(X, Y, epochs=2, verbose=0, callbacks=[Phases(thaw)])
    assert frozen_in_first == [True] and not np.array_equal(m.layers[0].get_weights()[0], kept)


def test_a_replaced_activation_and_new_layers_count_at_once():
    m = keras.Sequential([keras.Input((4,)), layers.Dense(1, kernel_initializer="ones")])
    m.compile("sgd", "mse", metrics=["accuracy"])
    first = m.evaluate(X, Y, verbose=0)[0]
    m.layers[0].activation = "sigmoid"
    np.testing.assert_allclose(m.evaluate(X, Y, verbose=0)[0], np.mean((1 / (1 + np.exp(-X.sum(1))) - Y) ** 2), rtol=1e-5)
    assert m.evaluate(X, Y, verbose=0)[0] != first
    m.pop()
    m.add(layers.Dense(3, activation="softmax"))
    m.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    m.evaluate(X, Y, verbose=0)
    assert type(m.metrics[1]).__name__ == "SparseCategoricalAccuracy"


def test_metrics_are_resolved_anew_when_the_output_changes():
    m = net(1, None)
    m.compile("sgd", "mse", metrics=["accuracy"])
    m.evaluate(X, Y, verbose=0)
    m.pop()
    m.add(layers.Dense(3, activation="softmax"))
    m.evaluate(X, np.eye(3)[Y], verbose=0)
    assert type(m.metrics[1]).__name__ == "CategoricalAccuracy"


@pytest.mark.parametrize("n, expected", [(1, [0, 1, 2, 3, 4]), (2, [1, 3, 4]), (3, [2, 4]), (9, [4])])
def test_batch_hooks_come_once_every_so_many_steps(n, expected):
    ended, begun = [], []
    watch = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: ended.append(batch), on_train_batch_begin=lambda batch, logs: begun.append(batch)
    )
    m = net()
    m.compile("sgd", "mse", steps_per_execution=n)
    m.fit(X, Y, batch_size=8, verbose=0, callbacks=[watch])
    assert ended == expected and begun == list(range(0, 5, n))
    with pytest.raises(ValueError, match="steps_per_execution"):
        m.compile("sgd", "mse", steps_per_execution=0)


def test_metrics_see_targets_as_they_came():
    shapes = set()

    def mine(y_true, y_pred):
        shapes.add((y_true.shape[1:], y_true.dtype.name))
        return np.mean(y_true == y_pred.argmax(-1)[:, None], axis=-1)

    m = net(3, "softmax")
    m.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy", mine])
    h = m.fit(X, Y[:, None], verbose=0, validation_data=(X, Y[:, None])).history
    assert shapes == {((1,), "int32")} and h["accuracy"] == h["mine"] and h["val_accuracy"] == h["val_mine"]


def test_a_metric_that_gives_several_values():
    class Both(keras.metrics.Metric):
        def update_state(self, y_true, y_pred, sample_weight=None):
            pass

        def result(self):
            return {"low": 1.0, "high": 2.0}

    m = net()
    m.compile("sgd", "mse", metrics=["mae", Both(name="both")])
    values = m.evaluate(X, Y, verbose=0)
    assert dict(zip(m.metrics_names, values)) == {"loss": values[0], "mae": values[1], "low": 1.0, "high": 2.0}


def test_steps_may_be_more_or_less_than_in_the_first_batch():
    def batches():
        while True:
            for n in (4, 7):
                yield np.ones((2, n, 3), "float32"), np.ones((2, n, 2), "float32")

    model = keras.Sequential([layers.SimpleRNN(2, return_sequences=True, kernel_initializer="zeros")])
    model.compile("sgd", "mse", metrics=["mae"])
    logs = model.fit(batches(), steps_per_epoch=2, verbose=0).history
    assert logs["mae"][0] > 0.9  # of both batches: the sums are not begun anew by the second
    assert model.metrics[1].count.numpy() == 4 and model.output_shape == (None, 4, 2)
    with pytest.raises(ValueError, match="does not fit y_pred of shape"):
        model.fit(np.ones((2, 4, 3)), np.ones((2, 4, 5)), verbose=0)


def test_a_prediction_shares_no_memory_with_what_came_in():
    model = Sequential([Input((2, 2)), layers.Flatten()])
    x = np.zeros((1, 2, 2), "float32")
    model.predict(x)
    assert not np.may_share_memory(model.predict(x), x)


def test_what_layers_learn_by_themselves_is_not_learned_from_the_rows_tried_out():
    rows = np.random.default_rng(0).normal(3.0, size=(64, 3)).astype("float32")

    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.norm, self.wrap = layers.BatchNormalization(), layers.SpectralNormalization(layers.Dense(3))
            self.slow = layers.BatchNormalization(renorm=True)

        def call(self, x):
            return self.slow(self.wrap(self.norm(x, training=True)), training=True)

    own = Own()
    own.compile("sgd", "mse")
    own.fit(rows, rows, batch_size=64, epochs=2, verbose=0)
    expected = rows.mean(0) * (1 - 0.99**2)  # m ← 0.99 m + 0.01 mean, twice
    np.testing.assert_allclose(own.norm.moving_mean.numpy(), expected, rtol=1e-4)
    state = [v.numpy() for v in own.weights]
    own._tried_on = []
    own._try_out(rows)
    assert all(np.array_equal(v.numpy(), before) for v, before in zip(own.weights, state))


def test_a_stateful_layer_in_a_call_is_tried_out_on_as_many_rows_as_come():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.lstm = layers.LSTM(2, stateful=True)

        def call(self, x):
            return self.lstm(x)

    x, first, later = np.ones((8, 5, 3), "float32"), Own(), Own()
    later(x)
    later.lstm.reset_state()
    later.lstm.set_weights([np.ones((3, 8)), np.ones((2, 8)), np.zeros(8)])
    for model in (first, later):
        model.compile("sgd", "mse")
        assert model.predict(x, batch_size=8).shape == (8, 2)
        assert model.fit(x, np.zeros((8, 2)), batch_size=8, verbose=0).history["loss"][0] > 0
    alone = layers.LSTM(2, stateful=True)
    alone(x), alone.reset_state()
    alone.set_weights([np.ones((3, 8)), np.ones((2, 8)), np.zeros(8)])
    later.lstm.set_weights(alone.get_weights())
    later.lstm.reset_state()
    later._tried_on = []
    np.testing.assert_allclose(later.predict(x, batch_size=8), alone(x), rtol=1e-6)
