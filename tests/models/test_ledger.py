import numpy as np
import pytest

import minikeras as keras
from minikeras import layers, losses
from minikeras.models import ledger
from minikeras.models.ledger import Ledger

X = np.random.default_rng(0).standard_normal((100, 5)).astype("float32")
CASES = {  # the loss, the activation before it, targets
    "binary": (losses.BinaryCrossentropy(), "sigmoid", (X[:, :3] > 0).astype("float32")),
    "smoothed": (losses.BinaryCrossentropy(label_smoothing=0.1), "sigmoid", (X[:, :3] > 0).astype("float32")),
    "one-hot": (losses.CategoricalCrossentropy(label_smoothing=0.1), "softmax", np.eye(3)[X[:, :3].argmax(1)]),
    "labels": (losses.SparseCategoricalCrossentropy(), "softmax", X[:, :3].argmax(1)),
    "column": (losses.SparseCategoricalCrossentropy(), "softmax", X[:, :3].argmax(1)[:, None]),
    "squares": (losses.MeanSquaredError(), "linear", X[:, :3]),
}


class Watching(keras.callbacks.Callback):
    """Asks for the logs of each batch, so each is counted by itself."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(logs["loss"])


def net(activation="linear", units=3, **options):
    keras.utils.set_random_seed(0)
    dense = [layers.Dense(8, "tanh"), layers.Dropout(0.2), layers.Dense(units, activation, **options)]
    return keras.Sequential([keras.Input((5,)), *dense])


def fit(model, y, *watching, **how):
    """Train three epochs of twelve batches; the values of the history, in order."""
    history = model.fit(X, y, **{"batch_size": 9, "epochs": 3, "verbose": 0, "callbacks": [*watching], **how}).history
    return np.array(list(history.values()))


@pytest.fixture
def joined(monkeypatch):
    """How many rows were counted together, each time."""
    sizes, settle = [], Ledger.settle

    def noted(self):
        if self.kept:
            sizes.append(self.rows)
        settle(self)

    monkeypatch.setattr(Ledger, "settle", noted)
    monkeypatch.setattr(ledger, "ROWS", 24)
    return sizes


@pytest.mark.parametrize("case", CASES)
def test_counting_later_changes_no_weight_and_no_report(case, joined):
    loss, activation, y = CASES[case]
    found = []
    for more in ([], [Watching()]):
        model = net(activation)
        model.compile("adam", loss, metrics=["accuracy", "mse" if case in ("squares", "binary") else "accuracy"])
        found.append((fit(model, y, *more, validation_split=0.2), model.get_weights()))
    assert joined == [27, 27, 17] * 3  # of 80 rows the first nine count themselves, to find what is wrong with targets
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=2e-6)
    assert all(np.array_equal(*pair) for pair in zip(found[0][1], found[1][1]))


def test_of_a_single_output_too(joined):
    found = []
    for more in ([], [Watching()]):
        model = net("sigmoid", 1)
        model.compile("sgd", "binary_crossentropy", metrics=["accuracy", "AUC"])
        found.append(fit(model, (X[:, 0] > 0).astype(int), *more))
    assert joined == [27, 27, 27, 10] * 3
    np.testing.assert_allclose(*found, rtol=2e-6)


def own(y, p):
    return keras.ops.mean((y - p) ** 2)


@pytest.mark.parametrize(
    ("options", "arguments", "how"),
    [
        ({}, {"loss": own}, {}),
        ({}, {"loss": losses.MeanSquaredError(reduction="sum")}, {}),
        ({}, {"loss": "mae"}, {}),
        ({}, {"metrics": [own]}, {}),
        ({}, {"metrics": [losses.huber]}, {}),
        ({}, {"loss_weights": [2.0]}, {}),
        ({"kernel_regularizer": "l2"}, {}, {}),
        ({"activity_regularizer": "l2"}, {}, {}),
        ({"dtype": "float16"}, {}, {}),
        ({}, {}, {"sample_weight": np.ones(100)}),
        ({}, {}, {"callbacks": [Watching()]}),
    ],
)
def test_steps_count_themselves_where_it_would_show(options, arguments, how, joined):
    model = net(**options)
    model.compile("sgd", **{"loss": "mse", **arguments})
    fit(model, X[:, :3], **how)
    assert not joined


@pytest.mark.parametrize("most", [74, 75])
def test_steps_of_large_models_count_themselves(most, joined, monkeypatch):
    monkeypatch.setattr(ledger, "WEIGHTS", most)
    model = net()
    model.compile("sgd", "mse")
    assert model.count_params() == 75
    fit(model, X[:, :3])
    assert bool(joined) == (most == 75)


def test_steps_of_pictures_and_sequences_count_themselves(joined):
    sequences = [layers.Reshape((5, 1)), layers.Conv1D(2, 2), layers.Flatten()]
    model = keras.Sequential([keras.Input((5,)), *sequences, layers.Dense(3)])
    model.compile("sgd", "mse")
    fit(model, X[:, :3])
    assert not joined


def test_wide_outputs_are_not_kept_for_long(joined, monkeypatch):
    monkeypatch.setattr(ledger, "NUMBERS", 3 * 18)
    model = net()
    model.compile("sgd", "mse")
    fit(model, X[:, :3], epochs=1)
    assert joined == [18, 18, 18, 18, 18, 1]


def test_a_step_that_is_made_anew_meanwhile_loses_nothing(joined, monkeypatch):
    found, note = [], Ledger.note

    def changing(self, *batch):
        note(self, *batch)
        keras.Variable([1.0])  # the next step looks anew at what is trained

    monkeypatch.setattr(Ledger, "note", changing)
    for more in ([], [Watching()]):
        model = net()
        model.compile("sgd", "mse", metrics=["mae"])
        found.append(fit(model, X[:, :3], *more))
    assert set(joined) == {9, 1}
    np.testing.assert_allclose(*found, rtol=2e-6)


def test_batches_that_a_generator_writes_over_each_other(joined):
    def rows():
        x, y = np.empty((9, 5), "float32"), np.empty((9, 3), "float32")
        while True:
            for i in range(0, 99, 9):
                x[...], y[...] = X[i : i + 9], X[i : i + 9, :3]
                yield x, y

    found = []
    for more in ([], [Watching()]):
        model = net()
        model.compile("sgd", "mse", metrics=["mae"])
        found.append(model.fit(rows(), steps_per_epoch=11, epochs=2, verbose=0, callbacks=more).history)
    assert found[0] == found[1] and not joined


def test_what_is_left_of_an_epoch_that_broke_off_is_forgotten(joined, monkeypatch):
    model = net()
    model.compile("sgd", "mse", metrics=["mae"])
    left, note = [4], Ledger.note

    def breaking(self, *batch):
        note(self, *batch)
        left[0] -= 1
        if not left[0]:
            raise RuntimeError("no more")

    monkeypatch.setattr(Ledger, "note", breaking)
    with pytest.raises(RuntimeError, match="no more"):
        fit(model, X[:, :3])
    assert joined == [27] and model._compiled.ledger.open and model._compiled.ledger.rows == 9
    assert np.isfinite(model.train_on_batch(X[:7], X[:7, :3])).all()
    assert model._compiled.count == 7 and not model._compiled.ledger.open and not model._compiled.ledger.kept


def test_what_metrics_have_against_targets_comes_before_a_weight_is_changed():
    model = net("sigmoid")
    model.compile("sgd", "mse", metrics=[keras.metrics.Precision(class_id=7)])
    for _ in range(2):
        with pytest.raises(IndexError):
            fit(model, (X[:, :3] > 0).astype("float32"))
        assert model.optimizer.iterations == 0
