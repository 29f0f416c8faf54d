import os

import numpy as np
import pytest

import minikeras as keras
from minikeras import Sequential, layers
from minikeras.layers import Dense
from tests.models.samples import X, Y, batches, close, fit, fixed, line, net


def test_history():
    model = fixed(Sequential([Dense(4, activation="relu", input_shape=(3,)), Dense(1, activation="sigmoid")]))
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy", "mae"])
    assert model.history is None
    history = fit(model, epochs=3, batch_size=5, validation_data=(X[:7], Y[:7]))
    expected = {
        "accuracy": [0.45, 0.5, 0.5], "loss": [0.69871, 0.69747, 0.69625], "mae": [0.50248, 0.5019, 0.50133],
        "val_accuracy": [0.42857] * 3, "val_loss": [0.69651, 0.69598, 0.69546], "val_mae": [0.50145, 0.50123, 0.50101],
    }  # fmt: skip
    close(history.history, expected)
    assert history.epoch == [0, 1, 2] and history.params == {"verbose": 0, "epochs": 3, "steps": 4}
    assert history.model is model and model.history is history
    assert all(type(v) is float for values in history.history.values() for v in values)
    assert model.metrics_names == ["loss", "accuracy", "mae"]
    close(model.evaluate(X, Y, verbose=0), [0.69522, 0.5, 0.50084])
    close(model.evaluate(X, Y, verbose=0, return_dict=True), {"accuracy": 0.5, "loss": 0.69522, "mae": 0.50084})
    close(model.predict(X, verbose=0)[:4, 0], [0.49633, 0.49041, 0.4888, 0.4888])


@pytest.mark.parametrize(
    "how, expected",
    [
        ({"epochs": 0}, {}),
        ({"epochs": 2, "initial_epoch": 5}, {}),
        ({"epochs": 2, "initial_epoch": 1}, {"loss": [2.262], "mae": [1.4146]}),
        (
            {"epochs": 2, "validation_split": 0.25},
            {"loss": [1.9803, 1.8615], "mae": [1.2995, 1.2534], "val_loss": [2.9479, 2.8003], "val_mae": [1.7143, 1.6708]},
        ),
        (
            {"epochs": 4, "validation_split": 0.25, "validation_freq": 2},
            {"loss": [1.9803, 1.8615, 1.7523, 1.6517], "mae": [1.2995, 1.2534, 1.2095, 1.1676],
             "val_loss": [2.8003, 2.5353], "val_mae": [1.6708, 1.5898]},
        ),
        (
            {"epochs": 4, "validation_split": 0.25, "validation_freq": [1, 4]},
            {"loss": [1.9803, 1.8615, 1.7523, 1.6517], "mae": [1.2995, 1.2534, 1.2095, 1.1676],
             "val_loss": [2.9479, 2.5353], "val_mae": [1.7143, 1.5898]},
        ),
        (
            {"epochs": 2, "validation_data": [X, Y]},
            {"loss": [2.262, 2.1222], "mae": [1.4146, 1.3645], "val_loss": [2.1222, 1.9938], "val_mae": [1.3645, 1.3169]},
        ),
        (
            {"epochs": 2, "validation_data": (X, Y, np.arange(20.0))},
            {"loss": [2.262, 2.1222], "mae": [1.4146, 1.3645], "val_loss": [20.95, 19.709], "val_mae": [1.3645, 1.3169]},
        ),
        (  # each validation starts with the first batch
            {"epochs": 2, "validation_data": (X, Y), "validation_batch_size": 3, "validation_steps": 2},
            {"loss": [2.262, 2.1222], "mae": [1.4146, 1.3645], "val_loss": [1.9233, 1.8], "val_mae": [1.2822, 1.2333]},
        ),
        (  # the second epoch goes on where the first one stopped
            {"epochs": 2, "steps_per_epoch": 2, "batch_size": 4},
            {"loss": [2.3272, 1.4408], "mae": [1.4339, 1.082]},
        ),
        ({"epochs": 2, "class_weight": {0: 1.0, 1: 3.0}}, {"loss": [6.402, 5.4557], "mae": [1.4146, 1.2835]}),
        ({"sample_weight": np.arange(20)}, {"loss": [22.301], "mae": [1.4146]}),
        ({"sample_weight": np.arange(20.0).reshape(20, 1)}, {"loss": [22.301], "mae": [1.4146]}),
    ],
)  # fmt: skip
def test_arguments_of_fit(how, expected):
    close(fit(net(), **how).history, expected)


@pytest.mark.parametrize(
    "how, message",
    [
        ({"batch_size": 0}, "batch_size should be a positive integer or None, got 0"),
        ({"batch_size": 2.5}, "batch_size should be a positive integer"),
        ({"epochs": -1}, "`epochs` must be a whole number, 0 or more, got -1"),
        ({"epochs": 1.5}, "`epochs` must be a whole number"),
        ({"verbose": "x"}, "`verbose` must be 0, 1, 2 or 'auto', got 'x'"),
        ({"shuffle": "x"}, "shuffle should be True, False or 'batch'"),
        ({"validation_split": 1.0}, "validation_split should be a fraction above 0 and below 1, got 1.0"),
        ({"validation_split": 0.2, "validation_freq": "x"}, "`validation_freq` must be a positive integer or a list"),
        ({"validation_split": 0.2, "validation_freq": 0}, "`validation_freq` must be a positive integer or a list"),
        ({"validation_data": (X, Y[:3])}, "same number of samples: x has 20, y has 3"),
        ({"sample_weight": np.ones(19)}, "same number of samples"),
        ({"class_weight": {0: 1.0, 1: 2.0}, "sample_weight": np.ones(20)}, "class_weight and sample_weight can't be given"),
        ({"steps_per_epoch": -1}, "steps_per_epoch should be a positive integer"),
        ({"y": Y[:10]}, "same number of samples: x has 20, y has 10"),
        ({"y": None}, "need targets"),
        ({"y": np.zeros((20, 2))}, r"y_true of shape \(20, 2\) does not fit y_pred of shape \(None, 1\)"),
        ({"y": Y.astype(object).astype(str)}, "y holds text"),
        ({"x": X[:0], "y": Y[:0]}, r"x holds no samples: its shape is \(0, 3\)"),
        ({"x": np.array([[{}] * 3] * 20)}, "x holds Python objects"),
        ({"x": None}, "x should be an array"),
    ],
)
def test_fit_refuses_before_anything_changes(how, message):
    model = net()
    before = model.get_weights()
    with pytest.raises(ValueError, match=message):
        model.fit(**{"x": X, "y": Y, "verbose": 0, **how})
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))


def test_labels_out_of_range():
    model = Sequential([Dense(3, activation="softmax", input_shape=(3,))])
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(ValueError, match="got label 3, but y_pred has 3 classes: labels go from 0 to 2"):
        model.fit(X, np.arange(20) % 3 + 1, verbose=0)


def test_a_nan_in_the_data_shows_in_the_history():
    x = X.copy()
    x[3, 1] = np.nan
    history = line().fit(x, Y, epochs=3, batch_size=5, verbose=0, callbacks=[keras.callbacks.TerminateOnNaN()])
    assert np.isnan(history.history["loss"]).all() and history.epoch == [0]


@pytest.mark.parametrize("how, losses", [({"steps_per_epoch": 2}, [0.38273, 0.48563, 0.72542]), ({}, [0.53126])])
def test_a_generator_that_runs_dry_ends_the_training(how, losses):
    with pytest.warns(UserWarning, match="ran out of data") as caught:
        history = line().fit(batches(), epochs=6, verbose=0, **how)
    assert len(caught) == 1 and history.epoch == list(range(len(losses)))
    close(history.history, {"loss": losses})


def test_a_dry_validation_generator_is_not_taken_for_a_loss_of_zero():
    with pytest.warns(UserWarning, match="ran out of data"):
        history = fit(line(), epochs=3, validation_data=batches(2)).history
    assert len(history["loss"]) == 3 and len(history["val_loss"]) == 1


def test_an_input_with_a_batch_size_of_its_own():
    model = Sequential([keras.Input((3,), batch_size=4), Dense(1)])
    model.compile("sgd", "mse")
    assert len(fit(model, batch_size=4, validation_split=0.2).history["val_loss"]) == 1


class At(keras.callbacks.Callback):
    """Does something at an epoch's or a batch's end."""

    def __init__(self, what, epoch=None, batch=None):
        super().__init__()
        self.what, self.epoch, self.batch = what, epoch, batch

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.epoch:
            self.what(self.model)

    def on_train_batch_end(self, batch, logs=None):
        if batch == self.batch:
            self.what(self.model)


def stop(model):
    model.stop_training = True


def interrupt(model):
    raise KeyboardInterrupt


def test_stop_training_within_an_epoch():
    model = line()
    history = fit(model, batch_size=4, epochs=3, callbacks=[At(stop, batch=1)], validation_data=(X, Y))
    close(history.history, {"loss": [0.46557], "val_loss": [0.53128]})
    close(model.get_weights()[1], [0.073761])
    assert len(fit(model, epochs=2).epoch) == 2  # the next fit starts afresh


def test_stop_training_at_an_epoch():
    assert fit(line(), epochs=5, batch_size=20, callbacks=At(stop, epoch=1)).epoch == [0, 1]


def test_an_interrupt_keeps_the_history():
    model = line()
    with pytest.raises(KeyboardInterrupt):
        fit(model, epochs=5, callbacks=[At(interrupt, epoch=2)])
    close(model.history.history, {"loss": [0.55998, 0.54564]})
    assert model.history.epoch == [0, 1]
    close(fit(model).history, {"loss": [0.5319]})


def test_batch_by_batch():
    model = fixed(Sequential([Dense(4, activation="relu", input_shape=(3,)), Dense(1, activation="sigmoid")]))
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    means = [model.train_on_batch(X[i : i + 5], Y[i : i + 5]) for i in (0, 5, 10)]
    close(means, [[0.69908, 0.4], [0.6861, 0.6], [0.68068, 0.8]])
    close(model.train_on_batch(X, Y, return_dict=True), {"accuracy": 0.45, "loss": 0.69855})
    close(model.test_on_batch(X, Y), [0.69824, 0.45])
    close(model.test_on_batch(X[:5], Y[:5]), [0.69872, 0.4])
    close(model.train_on_batch(X[:5], Y[:5]), [0.69872, 0.4])
    model.reset_metrics()
    close(model.train_on_batch(X[:5], Y[:5]), [0.6985, 0.4])
    assert model.predict_on_batch(X[:4]).shape == (4, 1)
    close(model.test_on_batch(X, Y, return_dict=True), {"accuracy": 0.5, "loss": 0.69788})
    close(model.train_on_batch(X, Y, sample_weight=np.arange(20)), [6.6806, 0.5])
    close(model.train_on_batch(X, Y, class_weight={0: 1.0, 1: 5.0}), [2.5254, 0.5])


def test_two_runs_with_one_seed_are_equal_to_the_bit():
    def run():
        keras.utils.set_random_seed(3)
        model = Sequential([keras.Input((3,)), Dense(8), layers.Dropout(0.3), Dense(1)])
        model.compile("adam", "mse")
        return model.fit(X, Y, epochs=3, verbose=0, batch_size=4).history["loss"], [w.tolist() for w in model.get_weights()]

    assert run() == run()


def test_models_that_are_dropped_leave_nothing_behind():
    import gc
    import tracemalloc

    def make(n):
        for _ in range(n):
            model = Sequential([keras.Input((10,)), Dense(32, activation="relu"), Dense(1)])
            model.compile("sgd", "mse")
            model.train_on_batch(np.ones((4, 10)), np.ones(4))

    make(5)
    gc.collect()
    tracemalloc.start()
    make(50)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert grown < 50 * 5000  # 5 MB for a thousand


def test_a_loss_that_no_output_reaches_is_refused():
    model = net(lambda y, p: keras.ops.mean(y) * 0 + 3.0)
    before = model.get_weights()
    with pytest.raises(ValueError, match="No gradient reaches the model: the loss 'lambda' does not depend on y_pred"):
        fit(model)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))
    assert model.evaluate(X, Y, verbose=0)[0] == 3.0  # to look at it is fine
    model.add_loss(lambda: keras.ops.sum(model.layers[0].kernel ** 2))  # something else is minimized: as old VAEs have it
    fit(model)
    assert not np.array_equal(before[0], model.get_weights()[0])
    two = keras.Model(model.input, [model.output, model.output])
    two.compile("sgd", ["mse", lambda y, p: 0.0])
    fit_two = two.fit(X, [Y, Y], verbose=0)
    assert fit_two.history["loss"][0] > 0


# -- going on from a backup within an epoch --------------------------------------------------------------------------


class Late(keras.metrics.Metric):
    """Makes its variable when it meets data."""

    total = None

    def update_state(self, y, p, sample_weight=None):
        if self.total is None:
            self.total = self.add_weight(shape=np.shape(y)[1:], name="total")
        self.total.assign_add(np.abs(y - p).sum(axis=0))

    def result(self):
        return 0.0 if self.total is None else np.sum(self.total)


class OwnStep(Sequential):
    def train_step(self, data):
        return super().train_step(data)


class OwnLogs(keras.Model):
    """Logs a metric in an attribute."""

    def __init__(self):
        super().__init__()
        self.dense, self.score = Dense(3, activation="sigmoid"), keras.metrics.R2Score(name="score")

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        x, y = data
        with keras.GradientTape() as tape:
            p = self(x, training=True)
            loss = keras.ops.mean((y - p) ** 2)
        self.optimizer.apply(tape.gradient(loss, self.trainable_weights), self.trainable_weights)
        self.score.update_state(y, p)
        return {"loss": loss, "score": self.score.result()}


class Counting(OwnLogs):
    """Counts in its call()."""

    train_step = keras.Model.train_step

    def call(self, x):
        p = self.dense(x)
        self.score.update_state(X[: len(x)], p)
        return p


def late_metrics(kind):
    return [
        Late(name=f"{kind}_late"), keras.metrics.R2Score(), keras.metrics.F1Score("macro"), keras.metrics.AUC(multi_label=True)
    ]  # fmt: skip


def scored(kind):
    keras.utils.clear_session()
    keras.utils.set_random_seed(3)
    how = {"metrics": late_metrics("plain")}
    if kind is keras.Model:
        x = keras.Input((3,))
        model = kind(x, [Dense(3, activation="sigmoid")(x) for _ in range(2)])
        how = {"metrics": [late_metrics(i) for i in "ab"]}
    elif issubclass(kind, Sequential):
        model = kind([keras.Input((3,)), Dense(3, activation="sigmoid")])
    else:
        model, how = kind(), {"weighted_metrics": late_metrics("weighted")} if kind is Counting else {}
        model(X[:1])
    model.compile("adam", "mse", **how)
    return model


def test_the_logs_of_a_backup_count_where_compiled_steps_were_asked_for(tmp_path, monkeypatch):
    pytest.importorskip("numba")
    made = keras.Model.compile
    monkeypatch.setattr(keras.Model, "compile", lambda self, *a, **how: made(self, *a, jit_compile=True, **how))
    keras.config.disable_hints()
    test_metrics_made_late_go_on_from_a_backup_within_an_epoch(OwnStep, 5, 7, tmp_path, monkeypatch)


@pytest.mark.parametrize("kind", [Sequential, keras.Model, OwnStep, OwnLogs, Counting])
@pytest.mark.parametrize("save_freq, batch", [(2, 6), (5, 7)])  # of five an epoch: within it, and after its last
def test_metrics_made_late_go_on_from_a_backup_within_an_epoch(kind, save_freq, batch, tmp_path, monkeypatch):
    class Killed(BaseException):
        pass

    class Kill(keras.callbacks.Callback):
        left = batch

        def on_train_batch_end(self, batch, logs=None):
            self.left -= 1
            if self.left < 0:
                raise Killed

    def train(*callbacks):
        model = scored(kind)
        y = [X > 0, X < 0] if kind is keras.Model else X > 0
        history = model.fit(X, y, batch_size=4, epochs=3, verbose=0, callbacks=callbacks, validation_data=(X, y)).history
        return {name: np.array(values).tolist() for name, values in history.items()}

    def backup():
        return keras.callbacks.BackupAndRestore(tmp_path, save_freq=save_freq)

    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # a test need not wait for the disk to turn
    whole = train()
    with pytest.raises(Killed):
        train(backup(), Kill())
    assert os.listdir(tmp_path) and train(backup()) == whole
