"""A compiled epoch gives the numbers of the NumPy steps, for all that it takes; what it does not take goes on in NumPy."""

import functools
import threading

import numpy as np
import pytest

pytest.importorskip("numba")

import minikeras as keras
from minikeras import callbacks, layers, losses, optimizers, regularizers
from minikeras.fast.plan import Unfit

RNG = np.random.default_rng(0)
X = RNG.standard_normal((200, 10), dtype=np.float32)
WEIGHTS = RNG.random(200).astype("float32")
YES = (X.sum(1) > 0).astype("float32")
CLASS = (X @ RNG.standard_normal((10, 4))).argmax(1)
ONE_HOT = np.eye(4, dtype="float32")[CLASS]
REAL = RNG.standard_normal((200, 3)).astype("float32")


def plain(phi="tanh", last="sigmoid", outputs=1):
    return lambda: [layers.Input((10,)), layers.Dense(16, phi), layers.Dense(16, phi), layers.Dense(outputs, last)]


def trained(jit, make, y, optimizer, loss, metrics, x=X, **fit):
    keras.utils.set_random_seed(3)
    model = keras.Sequential(make())
    model.compile(optimizer(), loss, metrics=[metrics], jit_compile=jit)
    history = model.fit(x, y, verbose=0, **{"epochs": 3, "batch_size": 32, **fit}).history
    return model, history


def compare(make, y, optimizer=lambda: optimizers.SGD(0.1), loss="binary_crossentropy", metrics="accuracy", **fit):
    model, history = trained(True, make, y, optimizer, loss, metrics, **fit)
    theirs, expected = trained(False, make, y, optimizer, loss, metrics, **fit)
    assert model._compiled.training is not None, "not compiled"
    for name in expected:
        np.testing.assert_allclose(history[name], expected[name], rtol=1e-6, atol=1e-6, err_msg=name)
    for a, b in zip(model.get_weights(), theirs.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    for a, b in zip(model.optimizer.get_weights(), theirs.optimizer.get_weights()):
        np.testing.assert_allclose(a, b, rtol=3e-5, atol=1e-6)
    return model


@pytest.mark.parametrize(
    "activation",
    "relu sigmoid tanh leaky_relu elu selu softplus softsign silu gelu relu6 linear softmax".split(),
)
def test_activations(activation):
    compare(plain(activation), YES, lambda: optimizers.SGD(0.01))


def test_an_activation_that_grows_without_end_diverges_as_in_numpy():
    for jit in (True, False):
        model, history = trained(jit, plain("exponential", "linear"), YES, lambda: optimizers.SGD(10.0), "mse", "mae")
        assert np.isnan(history["loss"][-1]) and np.isnan(model.get_weights()[0]).any()


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda: optimizers.SGD(0.1, 0.9), lambda: optimizers.SGD(0.1, 0.9, nesterov=True), optimizers.Adam,
        lambda: optimizers.Adam(amsgrad=True), optimizers.AdamW, optimizers.Nadam, optimizers.Adamax, optimizers.RMSprop,
        lambda: optimizers.RMSprop(centered=True), lambda: optimizers.RMSprop(momentum=0.9),
        lambda: optimizers.RMSprop(momentum=0.9, centered=True), optimizers.Adagrad, optimizers.Adadelta, optimizers.Lion,
        lambda: optimizers.SGD(optimizers.schedules.ExponentialDecay(0.1, 5, 0.5)),
        optimizers.Ftrl, lambda: optimizers.Ftrl(0.1, -0.4, 0.2, 0.01, 0.02, 0.03, 0.1),
        lambda: optimizers.Adam(clipnorm=0.1), lambda: optimizers.Adam(use_ema=True), optimizers.Lamb,
        lambda: optimizers.Adam(gradient_accumulation_steps=2), lambda: optimizers.AdamW(weight_decay=0.1),
    ],
)  # fmt: skip
def test_optimizers_with_a_formula_for_each_weight_and_others(optimizer):
    compare(plain(), YES, optimizer)


def test_a_scaled_loss_trains_in_numpy():
    losses = []
    for jit in (True, False):
        _, history = trained(jit, plain(), YES, lambda: optimizers.SGD(0.1, loss_scale_factor=1024.0), "mse", "mae")
        losses.append(history["loss"])
    np.testing.assert_allclose(*losses, rtol=1e-6)


def test_without_an_optimizer_it_can_be_evaluated():
    model = keras.Sequential(plain()())
    model.compile(None, "mse", jit_compile=True)
    np.testing.assert_allclose(model.evaluate(X, YES, verbose=0), np.mean((model.predict(X)[:, 0] - YES) ** 2), rtol=1e-6)


def test_weights_that_do_not_decay():
    def optimizer():
        made = optimizers.AdamW(weight_decay=0.1)
        made.exclude_from_weight_decay(var_names=["bias"])
        return made

    compare(plain(), YES, optimizer)


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
@pytest.mark.parametrize(
    "loss, last, outputs, y",
    [
        ("mse", "linear", 3, REAL), ("mae", "tanh", 3, REAL), ("huber", "linear", 3, REAL), ("log_cosh", "linear", 3, REAL),
        ("quadratic_cost", "sigmoid", 3, REAL), ("mse", "softmax", 4, ONE_HOT), ("mse", "sigmoid", 1, YES),
        ("categorical_crossentropy", "softmax", 4, ONE_HOT), ("sparse_categorical_crossentropy", "softmax", 4, CLASS),
        (losses.SparseCategoricalCrossentropy(from_logits=True), "linear", 4, CLASS),
        (losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1), "linear", 4, ONE_HOT),
        (losses.BinaryCrossentropy(label_smoothing=0.2), "sigmoid", 4, ONE_HOT),
        (losses.BinaryCrossentropy(from_logits=True), "linear", 1, YES), (losses.Huber(0.3), "linear", 3, REAL),
    ],
)  # fmt: skip
def test_losses(loss, last, outputs, y, weights):
    compare(plain("tanh", last, outputs), y, loss=loss, metrics="mae" if y is REAL else "accuracy", sample_weight=weights)


def normalized():
    return [
        layers.Input((10,)), layers.Dense(16, use_bias=False), layers.BatchNormalization(), layers.Activation("relu"),
        layers.Dense(8, use_bias=False), layers.BatchNormalization(center=False, momentum=0.9), layers.ReLU(),
        layers.Dropout(0.2, seed=1), layers.Dense(4), layers.Softmax(),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "make, y, loss",
    [
        (normalized, CLASS, "sparse_categorical_crossentropy"),
        (lambda: [layers.Input((10,)), layers.BatchNormalization(scale=False), layers.Dense(8), layers.LeakyReLU(),
                  layers.Dense(8), layers.ELU(0.5), layers.Dense(1)], YES, "mse"),
        (lambda: [layers.Input((10,)), layers.Dropout(0.3, seed=1), layers.Dense(8, "relu"), layers.Dropout(0.5, seed=2),
                  layers.Dense(1, "sigmoid")], YES, "binary_crossentropy"),
        (lambda: [layers.Input((10,)), layers.Dense(16, "relu", kernel_regularizer="l2"),
                  layers.Dense(8, "relu", kernel_regularizer=regularizers.L1L2(0.01, 0.02), bias_regularizer="l1"),
                  layers.Dense(1, "sigmoid")], YES, "binary_crossentropy"),
        (lambda: [layers.Input((10,)), layers.Dense(8, "relu", trainable=False), layers.Dense(1, "sigmoid")], YES, "mse"),
        (lambda: [layers.Input((10,)), layers.Dense(8, "relu"), layers.Dense(8, "relu", trainable=False),
                  layers.Dense(1, "sigmoid")], YES, "mse"),
        (lambda: [layers.Input((10,)), layers.Dense(8, "relu", kernel_constraint="non_neg"), layers.Dense(1)], YES, "mse"),
        (lambda: [layers.Input((10,)), layers.Activation("gelu"), layers.Dense(8), layers.Activation("silu"),
                  layers.Dense(1)], YES, "mse"),
    ],
    ids=["normalized", "normalized inputs", "dropout", "penalties", "frozen", "frozen within", "constraint", "activations"],
)  # fmt: skip
def test_layers(make, y, loss):
    compare(make, y, optimizers.Adam, loss)


def test_flattened_images_and_batches_that_do_not_come_out_even():
    def make():
        return [layers.Input((5, 2)), layers.Flatten(), layers.Dense(8, "relu"), layers.Dense(1, "sigmoid")]

    compare(make, YES, x=X.reshape(-1, 5, 2), batch_size=7)
    compare(plain(), YES, batch_size=500)
    compare(plain(), YES, shuffle=False)
    compare(plain(), YES, shuffle="batch")
    compare(plain(), YES, validation_split=0.2, class_weight={0: 1.0, 1: 3.0})


@pytest.mark.parametrize("threads_", [2, 3])
def test_shares_of_a_batch_side_by_side(threads_, monkeypatch):
    from minikeras._core import threads
    from minikeras.fast import pieces

    monkeypatch.setattr(threads, "LARGE", 1000.0)
    monkeypatch.setattr(pieces, "LARGE", 1000.0)
    monkeypatch.setattr(threads, "_threads", lambda: threads_)

    def make():
        first = layers.Dense(64, "relu", kernel_regularizer="l2")
        return [layers.Input((10,)), first, layers.Dropout(0.2, seed=1), layers.Dense(1)]

    compare(make, YES, optimizers.Adam, "mse", batch_size=50, sample_weight=WEIGHTS)


@pytest.mark.parametrize("there", [{}, {"some": "types"}], ids=["to be loaded", "loaded"])
def test_code_that_is_not_there_yet_is_loaded_by_one_thread(there, monkeypatch):
    from minikeras._core import threads
    from minikeras.fast import crew, pieces

    class Run:
        overloads = there

        def __call__(self, *arguments):
            return plain_run(*arguments)

    plain_run, shared, share = pieces.run, [], threads.share
    monkeypatch.setattr(threads, "LARGE", 1000.0)
    monkeypatch.setattr(pieces, "LARGE", 1000.0)
    monkeypatch.setattr(pieces, "run", Run())
    monkeypatch.setattr(pieces, "PACE", crew.Pace())
    monkeypatch.setattr(threads, "_threads", lambda: 2)
    monkeypatch.setattr(crew.threads, "share", lambda parts, work: shared.append(1) or share(parts, work))
    model = keras.Sequential(plain()())
    model.compile("adam", "mse", jit_compile=True)
    model.fit(X, YES, verbose=0)
    assert bool(shared) == bool(there)


class Watcher(callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.seen = []

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append((batch, logs["loss"], self.model.get_weights()[0][0, 0]))


@pytest.mark.parametrize("together", [1, 3])
def test_batch_hooks_are_called_as_in_numpy(together):
    seen = []
    for jit in (True, False):
        keras.utils.set_random_seed(3)
        model, watcher = keras.Sequential(plain()()), Watcher()
        model.compile("sgd", "mse", jit_compile=jit, steps_per_execution=together)
        model.fit(X, YES, epochs=2, verbose=0, callbacks=[watcher])
        seen.append(watcher.seen)
    assert [batch for batch, *_ in seen[0]] == [batch for batch, *_ in seen[1]]
    np.testing.assert_allclose(seen[0], seen[1], rtol=1e-5)


def test_threads_that_make_models_do_not_disturb_each_other():
    def train(at):
        model = models[at]
        for _ in range(5):
            model.fit(X, YES, epochs=3, verbose=0, shuffle=False)
            keras.Variable([1.0])  # every model looks whether it is one of its own

    models = []
    for _ in range(4):
        keras.utils.set_random_seed(1)
        models.append(keras.Sequential(plain()()))
        models[-1].compile("adam", "mse", jit_compile=True)
    threads = [threading.Thread(target=train, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for model in models[1:]:
        assert all((a == b).all() for a, b in zip(models[0].get_weights(), model.get_weights()))


def test_all_is_equal_to_the_bit_however_an_epoch_falls_into_pieces():
    ends = []
    for watch in ([], [Watcher()]):  # one piece, or one for each batch
        keras.utils.set_random_seed(3)
        model = keras.Sequential(normalized())
        metrics = ["accuracy", "mae", keras.metrics.AUC(), keras.metrics.Precision()]
        model.compile("adam", "categorical_crossentropy", metrics=metrics, jit_compile=True)
        history = model.fit(X, ONE_HOT, epochs=2, verbose=0, callbacks=watch, sample_weight=WEIGHTS).history
        ends.append([*history.values(), *(w.tolist() for w in model.get_weights())])
    assert ends[0] == ends[1]


class Freeze(callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 2:
            self.model.layers[0].trainable = False


def test_a_layer_frozen_within_an_epoch_stands_still_from_then_on():
    ends = []
    for jit in (True, False):
        keras.utils.set_random_seed(3)
        model = keras.Sequential(plain()())
        model.compile("sgd", "mse", jit_compile=jit)
        model.fit(X, YES, epochs=2, verbose=0, callbacks=[Freeze()])
        ends.append(model.get_weights())
    for a, b in zip(*ends):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_learning_rate_and_end_of_training_follow_callbacks():
    def fit(jit):
        keras.utils.set_random_seed(3)
        model = keras.Sequential(plain()())
        model.compile(optimizers.SGD(0.5), "mse", jit_compile=jit)
        rate = callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5)
        stop = callbacks.LambdaCallback(on_train_batch_end=lambda b, logs: setattr(model, "stop_training", b == 3))
        model.fit(X, YES, epochs=1, verbose=0, callbacks=[rate, stop])
        return model.get_weights()

    for a, b in zip(fit(True), fit(False)):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("make", [normalized, plain("relu", "softmax", 4)], ids=["normalized", "plain"])
def test_validation_and_evaluation_are_those_of_numpy(make):
    held = (X[:50].copy(), CLASS[:50].copy())
    for array in held:
        array.flags.writeable = False
    model = compare(make, CLASS, optimizers.Adam, "sparse_categorical_crossentropy", validation_data=held)
    kept = model.get_weights()
    numbers = model.evaluate(*held, verbose=0, batch_size=16)
    assert all((a == b).all() for a, b in zip(kept, model.get_weights()))
    model._compiled.training = None
    np.testing.assert_allclose(numbers, model.evaluate(*held, verbose=0, batch_size=16), rtol=1e-6)


def test_evaluation_within_an_epoch_leaves_its_numbers_alone():
    class Look(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.evaluate(X[:30], YES[:30], verbose=0)

    histories = [
        trained(True, plain(), YES, optimizers.Adam, "mse", "mae", callbacks=[Look()] * look)[1] for look in (0, 1)
    ]
    for name in histories[0]:
        np.testing.assert_allclose(histories[0][name], histories[1][name], rtol=1e-6)


def test_arrays_that_are_not_writable_train_too():
    x, y = X.copy(), YES.copy()
    x.flags.writeable = y.flags.writeable = False
    compare(plain(), y, x=x, shuffle=False)


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_data_too_large_for_a_second_copy_is_taken_piece_by_piece(monkeypatch, kind, shuffle):
    from minikeras.data import array_batches
    from minikeras.fast import pieces

    monkeypatch.setattr(array_batches, "LARGE", 100)
    monkeypatch.setattr(pieces, "MEMORY", 1000)  # a few batches
    x = (X + 4).astype(kind)
    compare(plain(), YES, x=x, shuffle=shuffle, sample_weight=WEIGHTS, validation_data=(x[:50], YES[:50]))


@pytest.mark.parametrize(
    "make, y, loss, last",
    [
        (lambda: [layers.Input((10,)), layers.Dense(1), layers.Dropout(0.5)], YES, "mse", "dropout"),
        (lambda: [layers.Input((10,)), layers.Dense(4), layers.Dropout(0.5), layers.Softmax()], CLASS,
         "sparse_categorical_crossentropy", "softmax"),
        (lambda: [layers.Input((10,)), layers.Dense(1), layers.Dropout(0.5), layers.Activation("sigmoid")], YES,
         "binary_crossentropy", "sigmoid"),
    ],
)  # fmt: skip
def test_dropout_at_the_end_is_none_in_evaluation(make, y, loss, last):
    models = [trained(jit, make, y, optimizers.Adam, loss, "accuracy", validation_data=(X, y))[0] for jit in (True, False)]
    mine, theirs = (model.evaluate(X, y, verbose=0, batch_size=7) for model in models)
    np.testing.assert_allclose(mine, theirs, rtol=1e-5)


@pytest.mark.parametrize(
    "optimizer, name, value",
    [
        (optimizers.SGD, "momentum", 0.9), (optimizers.Adam, "amsgrad", True), (optimizers.RMSprop, "momentum", 0.9),
        (optimizers.RMSprop, "centered", True), (optimizers.Adam, "weight_decay", 0.1), (optimizers.Adam, "clipnorm", 0.01),
    ],
)  # fmt: skip
def test_an_option_set_between_trainings_counts_as_in_numpy(optimizer, name, value):
    losses = []
    for jit in (True, False):
        model, _ = trained(jit, plain(), YES, optimizer, "mse", "mae")
        before = model.get_weights()
        setattr(model.optimizer, name, value)
        losses.append(model.fit(X, YES, epochs=3, verbose=0, shuffle=False).history["loss"])
        assert np.isfinite(losses[-1]).all()
    np.testing.assert_allclose(*losses, rtol=1e-6)
    model.set_weights(before)
    setattr(model.optimizer, name, {"momentum": 0.0}.get(name))
    assert not np.allclose(model.fit(X, YES, epochs=3, verbose=0, shuffle=False).history["loss"], losses[0], rtol=1e-6)


@pytest.mark.parametrize("when", ["between trainings", "between batches"])
@pytest.mark.parametrize(
    "change",
    [
        lambda m: setattr(m.layers[0].kernel.regularizer, "l2", 0.5),
        lambda m: setattr(m.layers[0].kernel, "regularizer", regularizers.L2(0.5)),
        lambda m: setattr(m.layers[0], "activation", "relu"),
        lambda m: setattr(m.layers[2], "rate", 0.8),
        lambda m: setattr(m.layers[1], "momentum", 0.1),
        lambda m: setattr(m.loss, "label_smoothing", 0.5),
    ],
    ids=["l2", "regularizer", "activation", "rate", "momentum", "smoothing"],
)
def test_what_is_changed_meanwhile_counts_as_in_numpy(change, when):
    numbers = []
    for jit in (True, False):
        keras.utils.set_random_seed(3)
        model = keras.Sequential([
            layers.Input((10,)), layers.Dense(8, "tanh", kernel_regularizer=regularizers.L2(0.01)), layers.BatchNormalization(),
            layers.Dropout(0.2, seed=1), layers.Dense(1, "sigmoid"),
        ])  # fmt: skip
        model.compile(optimizers.SGD(0.1), losses.BinaryCrossentropy(), jit_compile=jit)
        within = callbacks.LambdaCallback(on_train_batch_end=lambda b, logs: change(model) if b == 2 else None)  # noqa: B023
        history = model.fit(X, YES, epochs=2, verbose=0, callbacks=[within] * (when == "between batches")).history["loss"]
        change(model)
        numbers.append([*history, model.evaluate(X, YES, verbose=0), *model.fit(X, YES, verbose=0).history["loss"]])
    np.testing.assert_allclose(*numbers, rtol=1e-5)


def test_a_metric_that_does_not_fit_says_so_before_the_first_step():
    model = keras.Sequential(plain("tanh", "softmax", 4)())
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["mae"], jit_compile=True)
    before = model.get_weights()
    with pytest.raises(ValueError, match="mean_absolute_error"):
        model.fit(X, CLASS, verbose=0)
    assert all((a == b).all() for a, b in zip(before, model.get_weights()))


def test_told_to_stop_before_an_epoch_it_does_one_step():
    model = keras.Sequential(plain()())
    model.compile("sgd", "mse", jit_compile=True)
    stop = callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: setattr(model, "stop_training", True))
    model.fit(X, YES, verbose=0, epochs=3, callbacks=[stop])
    assert int(model.optimizer.iterations) == 1


def test_a_learning_rate_that_looks_at_the_model_is_asked_at_each_step():
    losses = []
    for jit in (True, False):
        keras.utils.set_random_seed(3)
        model = keras.Sequential(plain()())
        model.compile(optimizers.SGD(lambda: 0.01 * abs(model.get_weights()[0]).sum()), "mse", jit_compile=jit)  # noqa: B023
        losses.append(model.fit(X, YES, epochs=2, verbose=0).history["loss"])
    np.testing.assert_allclose(*losses, rtol=1e-6)


def test_a_metric_that_only_looks_like_ours_sees_each_batch():
    @functools.wraps(losses.mean_squared_error)
    def rows(y_true, y_pred):
        return np.full(len(y_true), float(len(y_true)))

    model = keras.Sequential(plain()())
    model.compile("sgd", "mse", metrics=[rows], jit_compile=True)
    assert 25 < model.fit(X, YES, batch_size=32, verbose=0).history["mean_squared_error"][0] < 32


def test_sure_predictions_keep_the_digits_of_their_loss():
    from minikeras.fast.losses import CATEGORICAL, SPARSE, cost

    z, delta = np.array([[14.0, 0.0, 0.0]], np.float32), np.empty((1, 3), np.float32)
    for code, y, labels in ((SPARSE, np.empty((0, 0), np.float32), [0]), (CATEGORICAL, np.eye(3, dtype=np.float32)[:1], [])):
        value = cost(code, np.float32(0), z, z, y, np.array(labels, np.int64), np.empty(0, np.float32), 1, delta)
        np.testing.assert_allclose(value, np.log1p(2 * np.exp(-14.0)), rtol=1e-6)


def test_two_trainings_from_one_seed_are_equal_to_the_bit():
    one, two = (trained(True, normalized, CLASS, optimizers.Adam, "sparse_categorical_crossentropy", "accuracy") for _ in "ab")
    assert one[1] == two[1]
    assert all((a == b).all() for a, b in zip(one[0].get_weights(), two[0].get_weights()))


@pytest.mark.parametrize(
    "make, loss, word",
    [
        (lambda: [layers.Input((10,)), layers.Dense(4, "mish"), layers.Dense(1)], "mse", "mish"),
        (lambda: [layers.Input((10,)), layers.Dense(1, "tanh")], "hinge", "hinge"),
        (lambda: [layers.Input((10,)), layers.LayerNormalization(), layers.Dense(1)], "mse", "LayerNormalization"),
        (lambda: [layers.Input((10,)), layers.Dense(1, activity_regularizer="l2")], "mse", "ActivityPenalty"),
        (lambda: [layers.Input((10,)), layers.Dense(1, kernel_regularizer="orthogonal_regularizer")], "mse", "Orthogonal"),
        (lambda: [layers.Input((10,)), layers.Dense(2), layers.Dropout(1.0), layers.Dense(1)], "mse", "Dropout"),
        (lambda: [layers.Input((10,)), layers.Dense(1, dtype="float64")], "mse", "float32"),
        (lambda: [layers.Input((5, 2)), layers.Flatten("channels_first"), layers.Dense(1)], "mse", "Flatten"),
    ],
)
def test_what_is_not_compiled_says_why_and_trains_in_numpy(make, loss, word):
    from minikeras.fast.plan import plan

    x = X.reshape(-1, 5, 2) if word == "Flatten" else X
    model, history = trained(True, make, YES, lambda: optimizers.SGD(0.1), loss, "mae", x=x)
    _, expected = trained(False, make, YES, lambda: optimizers.SGD(0.1), loss, "mae", x=x)
    np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-6)
    with pytest.raises(Unfit, match=word):
        plan(model)


class Plain:
    """A regularizer without attributes."""

    __slots__ = ()

    def __call__(self, w):
        return keras.ops.sum(w * w)


@pytest.mark.parametrize(
    "stack",
    [
        [layers.Input((None, 4)), layers.LSTM(3), layers.Dense(1)],
        [layers.Input((None, 4)), layers.Rescaling(0.5), layers.GlobalAveragePooling1D(), layers.Dense(1)],
        [layers.Input((None,)), layers.Embedding(5, 3), layers.GlobalAveragePooling1D(), layers.Dense(1)],
        [layers.Input((6, 4)), layers.Flatten(), layers.Dense(1, kernel_regularizer=Plain())],
    ],
    ids=["lstm", "rescaling", "embedding", "regularizer"],
)
def test_what_is_not_compiled_is_trained_one_by_one(stack):
    model = keras.Sequential(stack)
    x = np.zeros((40, 6) if model.input_shape == (None, None) else (40, 6, 4), "float32")
    model.compile("sgd", "mse", jit_compile=True)
    model.fit(x, np.ones((40, 1)), verbose=0)
    assert model.train_on_batch(x, np.ones((40, 1))) > 0
    assert model.predict(np.concatenate([x] * 50), verbose=0).shape == (2000, 1)


def test_a_kernel_that_is_replaced_counts():
    model = keras.Sequential([layers.Input((10,)), layers.Dense(10), layers.Dense(10), layers.Dense(1)])
    model.compile("sgd", "mse", jit_compile=True)
    model.fit(X, YES, verbose=0)
    model.layers[1].kernel = model.layers[0].kernel
    assert np.isfinite(model.fit(X, YES, verbose=0).history["loss"]).all()


def test_without_blas_small_nets_are_compiled_and_large_ones_are_not(monkeypatch):
    from minikeras._core import blas
    from minikeras.fast.training import Training

    address = blas.address
    monkeypatch.setattr(blas, "address", lambda name: 0 if name == "cblas_sgemm" else address(name))
    compare(plain(), YES)
    model = keras.Sequential([layers.Input((10,)), layers.Dense(2000), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, YES, verbose=0)
    with pytest.raises(Unfit, match="BLAS was not found"):
        Training(model)
