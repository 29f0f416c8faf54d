import warnings

import numpy as np
import pytest

import minikeras as keras
from minikeras import Sequential, layers
from minikeras.layers import Dense
from tests.models.samples import X, Y, close, fixed


def net(loss="mse", metrics=("mae",)):
    model = fixed(Sequential([Dense(2, activation="tanh", input_shape=(3,)), Dense(1)]))
    model.compile("sgd", loss, metrics=list(metrics))
    return model


def line():
    model = fixed(Sequential([Dense(1, input_shape=(3,))]))
    model.compile("sgd", "mse")
    return model


def fit(model, **how):
    return model.fit(X, Y, **{"verbose": 0, "shuffle": False, **how})


# -- fit -------------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("call", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_compile_comes_first(call):
    model = Sequential([Dense(1, input_shape=(3,))])
    with pytest.raises(ValueError, match=rf"call compile\(\) before {'evaluate' if 'test' in call else call}"):
        getattr(model, call)(X, Y)
    model.compile("sgd")
    with pytest.raises(ValueError, match="needs a loss"):
        getattr(model, call)(X, Y)


@pytest.mark.parametrize(
    "y", [Y.ravel(), Y.astype(int), Y.astype(bool), Y.ravel().tolist(), Y.astype("float64"), Y.astype("uint8")]
)
def test_kinds_of_targets(y):
    model = fixed(Sequential([Dense(1, activation="sigmoid", input_shape=(3,))]))
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    close(model.fit(X, y, verbose=0, shuffle=False).history, {"accuracy": [0.55], "loss": [0.67799]})


@pytest.mark.parametrize("x", [X.astype("float64"), X.tolist(), [X], {"a": X}, np.asfortranarray(X)])
def test_kinds_of_inputs(x):
    close(line().fit(x, Y, verbose=0, shuffle=False).history, {"loss": [0.55998]})


def test_data_frames():
    pd = pytest.importorskip("pandas")
    model = line()
    frame, series = pd.DataFrame(X, columns=list("abc")), pd.Series(Y.ravel())
    close(model.fit(frame, series, verbose=0, shuffle=False).history, {"loss": [0.55998]})
    assert model.predict(frame).shape == (20, 1)


def test_a_nan_in_the_data_shows_in_the_history():
    x = X.copy()
    x[3, 1] = np.nan
    history = line().fit(x, Y, epochs=3, batch_size=5, verbose=0, callbacks=[keras.callbacks.TerminateOnNaN()])
    assert np.isnan(history.history["loss"]).all() and history.epoch == [0]


# -- generators and datasets -----------------------------------------------------------------------------------------


def batches(n=6):
    for i in range(n):
        yield X[3 * i : 3 * i + 3], Y[3 * i : 3 * i + 3]


def test_generators():
    close(line().fit(batches(), verbose=0).history, {"loss": [0.53126]})
    history = line().fit(batches(), epochs=3, steps_per_epoch=2, verbose=0)
    close(history.history, {"loss": [0.38273, 0.48563, 0.72542]})
    assert history.params["steps"] == 2
    close(line().fit(batches(), validation_data=batches(2), verbose=0).history, {"loss": [0.53126], "val_loss": [0.31667]})
    close(line().evaluate(batches(), verbose=0), 0.55474)
    close(line().evaluate(batches(), steps=2, verbose=0), 0.38616)
    assert line().predict(batches(), steps=2, verbose=0).shape == (6, 1)


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


def test_py_dataset():
    class Data(keras.utils.PyDataset):
        def __len__(self):
            return 4

        def __getitem__(self, index):
            return X[5 * index : 5 * index + 5], Y[5 * index : 5 * index + 5]

    close(line().fit(Data(), epochs=2, verbose=0, shuffle=False).history, {"loss": [0.54386, 0.49234]})
    close(line().evaluate(Data(), verbose=0), 0.55998)
    how = {"epochs": 3, "steps_per_epoch": 2, "validation_data": Data(), "validation_steps": 1}
    expected = {"loss": [0.48136, 0.60635, 0.42141], "val_loss": [0.42601, 0.40914, 0.37806]}
    close(line().fit(Data(), shuffle=False, verbose=0, **how).history, expected)


# -- stopping --------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("how", ["evaluate", "predict"])
def test_stop_evaluating_and_stop_predicting(how):
    class Stop(keras.callbacks.Callback):
        def on_test_batch_end(self, batch, logs=None):
            seen.append(batch)
            self.model.stop_evaluating = self.model.stop_predicting = batch == 2

        on_predict_batch_end = on_test_batch_end

    def forever():
        while True:
            yield X[:4], Y[:4]

    model = line()
    for _ in range(2):  # the next call starts anew
        seen = []
        getattr(model, how)(forever(), callbacks=[Stop()], verbose=0)
        assert seen == [0, 1, 2]


def test_an_input_with_a_batch_size_of_its_own():
    model = Sequential([keras.Input((3,), batch_size=4), Dense(1)])
    model.compile("sgd", "mse")
    assert len(fit(model, batch_size=4, validation_split=0.2).history["val_loss"]) == 1


def test_an_interrupt_keeps_the_history():
    model = line()
    with pytest.raises(KeyboardInterrupt):
        fit(model, epochs=5, callbacks=[At(interrupt, epoch=2)])
    close(model.history.history, {"loss": [0.55998, 0.54564]})
    assert model.history.epoch == [0, 1]
    close(fit(model).history, {"loss": [0.5319]})


# -- one batch -------------------------------------------------------------------------------------------------------


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


def test_the_loss_alone_where_there_are_no_metrics():
    model = line()
    assert isinstance(model.train_on_batch(X, Y), float) and isinstance(model.evaluate(X, Y, verbose=0), float)


def test_outputs_are_no_views_of_the_inputs():
    model = Sequential([keras.Input((3,)), layers.Flatten()])
    assert not np.may_share_memory(model.predict(X), X)


# -- seeds and memory ------------------------------------------------------------------------------------------------


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


# -- what learns nothing says so -------------------------------------------------------------------------------------


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


def test_a_metric_without_a_value_is_refused():
    with pytest.raises(ValueError, match="function of metric 'lambda' returned no numbers but None. Does it lack a `return`"):
        fit(net(metrics=[lambda y, p: None]))

    class Silent(keras.metrics.Metric):
        def update_state(self, y, p, sample_weight=None):
            pass

        def result(self):
            pass

    with pytest.raises(ValueError, match=r"result\(\) of metric 'silent\w*' \(Silent\) returned None"):
        fit(net(metrics=[Silent()]))


@keras.saving.register_keras_serializable("test_trainer")
class OwnCompile(keras.Model):
    """Takes its losses in a compile() of its own, as GANs do."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(1)

    def call(self, x):
        return self.dense(x)

    def compile(self, loss_fn, **kwargs):
        super().compile("sgd", loss_fn, **kwargs)


@keras.saving.register_keras_serializable("test_trainer")
class PassedOnCompile(OwnCompile):
    def compile(self, *args, **kwargs):
        keras.Model.compile(self, *args, **kwargs)


def test_a_compile_of_ones_own_does_not_keep_the_file_from_opening(tmp_path):
    for kind, told in ((OwnCompile, True), (PassedOnCompile, False)):
        model = kind()
        model(np.ones((1, 2)))
        model.compile("mae") if told else model.compile("sgd", "mae")
        model.save(tmp_path / "m.keras")
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            again = keras.models.load_model(tmp_path / "m.keras")
        assert [str(w.message).startswith("`compile()` was not called as part of model loading") for w in seen] == [True] * told
        assert again.compiled is not told and np.array_equal(again(np.ones((1, 2))), model(np.ones((1, 2))))
