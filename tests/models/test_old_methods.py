"""Methods and arguments of models in Keras 1 and 2."""

import json
import sys
import types
import warnings

import numpy as np
import pytest

from minikeras import Sequential, callbacks, config, layers
from minikeras._core.old_arguments import forget
from minikeras.models.old_methods import in_steps

rng = np.random.default_rng(0)
X = rng.normal(size=(40, 3)).astype("float32")
Y = (X.sum(1) > 0).astype("float32")


def net(units=1, activation="sigmoid", metrics=("accuracy",), loss="binary_crossentropy"):
    model = Sequential([layers.Dense(4, activation="tanh", input_dim=3), layers.Dense(units, activation=activation)])
    model.compile(loss=loss, optimizer="adam", metrics=list(metrics))
    return model


@pytest.fixture
def no_hints():
    config.disable_hints()
    yield
    config.enable_hints()


def batches(size=8, count=None):
    n = 0
    while count is None or n < count:
        for i in range(0, len(X), size):
            n += 1
            yield X[i : i + size], Y[i : i + size]


def test_classes_and_probabilities(no_hints):
    model = net()
    assert model.predict_classes(X).tolist() == (model.predict(X) > 0.5).astype("int32").tolist()
    np.testing.assert_allclose(model.predict_proba(X, batch_size=7, verbose=0), model.predict(X), rtol=1e-5)
    several = net(3, "softmax", loss="sparse_categorical_crossentropy")
    assert several.predict_classes(X).tolist() == several.predict(X).argmax(-1).tolist()


def test_each_method_gets_one_hint_that_names_the_callers_line():
    forget()
    model = net()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        model.predict_classes(X), model.predict_classes(X)
        model.fit(X, Y, nb_epoch=1, verbose=0), model.fit(X, Y, nb_epoch=1, verbose=0)
    assert [str(one.message)[:40] for one in seen] == [
        "`model.predict_classes(x)` still works; ", "Argument `nb_epoch` of fit() still works",
    ]  # fmt: skip
    assert {one.filename for one in seen} == {__file__}


def test_nothing_is_said_where_hints_are_disabled(no_hints):
    forget()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = net()
        model.fit(X, Y, nb_epoch=1, verbose=0, workers=2)
        model.predict_proba(X)


def test_generators_counted_in_steps(no_hints):
    model = net()
    history = model.fit_generator(
        batches(), steps_per_epoch=5, epochs=2, verbose=0, validation_data=(X, Y), workers=4, use_multiprocessing=True,
        max_queue_size=20,
    )  # fmt: skip
    assert sorted(history.history) == ["accuracy", "loss", "val_accuracy", "val_loss"] and len(history.history["loss"]) == 2
    assert model.optimizer.iterations.numpy() == 10
    loss, accuracy = model.evaluate_generator(batches(), steps=5)
    np.testing.assert_allclose([loss, accuracy], model.evaluate(X, Y, verbose=0), rtol=1e-5)
    np.testing.assert_allclose(model.predict_generator(batches(), steps=5), model.predict(X), rtol=1e-5)
    assert model.evaluate_generator(batches(), 5, 10, 2, True) == pytest.approx([loss, accuracy])


def test_generators_counted_in_samples_as_in_keras_1(no_hints):
    model = net()
    history = model.fit_generator(
        batches(), samples_per_epoch=40, nb_epoch=3, verbose=0, validation_data=batches(10), nb_val_samples=20, max_q_size=2,
        nb_worker=1, pickle_safe=False,
    )  # fmt: skip
    assert model.optimizer.iterations.numpy() == 15 and len(history.history["val_loss"]) == 3
    assert model.predict_generator(batches(), val_samples=20).shape == (24, 1)
    assert len(model.evaluate_generator(batches(), val_samples=40)) == 2
    generator, steps = in_steps(batches(8), None, 20)
    assert steps == 3 and len(next(generator)[0]) == 8
    with pytest.raises(ValueError, match="unknown argument: `smaples_per_epoch`"):
        model.fit_generator(batches(), smaples_per_epoch=40)


def test_arguments_that_changed_or_went(no_hints):
    model = net(metrics=())
    model.compile("sgd", "mse", class_mode="binary", sample_weight_mode=None, target_tensors=None)
    history = model.fit(X, Y, nb_epoch=2, show_accuracy=True, verbose=0, max_queue_size=3, use_multiprocessing=True)
    assert history.epoch == [0, 1] and "accuracy" in history.history
    assert len(model.evaluate(X, Y, show_accuracy=True, verbose=0)) == 2
    assert model.predict(X, workers=2).shape == (40, 1)
    assert len(model.train_on_batch(X, Y, accuracy=True)) == 2
    with pytest.raises(ValueError, match=r"fit\(\) got an unknown argument: `epocs`. Did you mean `epochs`"):
        model.fit(X, Y, epocs=2)
    with pytest.raises(ValueError, match=r"`target_tensors` of compile\(\) is no more"):
        model.compile("sgd", "mse", target_tensors=[1])
    with pytest.raises(TypeError, match=r"fit\(\) got `epochs` twice"):
        model.fit(X, Y, nb_epoch=2, epochs=2)


def test_yaml_is_json_and_yaml_of_others_needs_pyyaml(monkeypatch):
    from minikeras.models import model_from_config, model_from_yaml

    model = net()
    assert model_from_yaml(model.to_yaml()).count_params() == model.count_params()
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(ImportError, match="pip install pyyaml"):
        model_from_yaml("class_name: Sequential")
    monkeypatch.setitem(sys.modules, "yaml", types.SimpleNamespace(safe_load=lambda text: json.loads(model.to_json())))
    assert model_from_yaml("class_name: Sequential").count_params() == model.count_params()
    assert model_from_config({"class_name": "Sequential", "config": model.get_config()}).count_params() == model.count_params()


def test_states_of_stateful_layers_are_reset():
    model = Sequential([layers.LSTM(2, stateful=True, batch_input_shape=(2, 3, 1))])
    x = np.ones((2, 3, 1))
    first = model.predict(x)
    assert np.abs(model.predict(x) - first).max() > 1e-4
    model.reset_states()
    np.testing.assert_allclose(model.predict(x), first)
    assert not hasattr(net(), "nonsense")


def test_acc_finds_accuracy_in_history_logs_and_monitors(no_hints, tmp_path):
    seen = []

    class Stop(callbacks.Callback):
        def on_epoch_end(self, epoch, logs={}):  # noqa: B006
            seen.append((logs.get("acc"), logs["val_acc"]))
            if logs.get("acc") > 2:
                self.model.stop_training = True

    model = net()
    checkpoint = callbacks.ModelCheckpoint(
        str(tmp_path / "w-{epoch:02d}-{val_acc:.2f}.h5"), monitor="val_acc", save_best_only=True, mode="max", period=1
    )
    stop = callbacks.EarlyStopping(monitor="val_acc", patience=50)
    history = model.fit(X, Y, epochs=3, validation_data=(X, Y), callbacks=[Stop(), checkpoint, stop], verbose=0).history
    assert history["acc"] == history["accuracy"] == [a for a, _ in seen] and history["val_acc"] == [v for _, v in seen]
    assert list(history) == ["accuracy", "loss", "val_accuracy", "val_loss"] and "acc" not in history
    assert list(tmp_path.glob("w-01-*.h5")) and stop.best == max(history["val_accuracy"])
    short = net(metrics=["acc"]).fit(X, Y, epochs=1, verbose=0).history
    assert list(short) == ["acc", "loss"] and short["accuracy"] == short["acc"]
    with pytest.raises(KeyError, match="nonsense"):
        history["nonsense"]


def test_metrics_as_the_third_argument_of_compile(no_hints):
    model = net()
    model.compile("sgd", "binary_crossentropy", ["accuracy"])
    assert list(model.fit(X, Y, verbose=0).history) == ["accuracy", "loss"]
    model.compile("sgd", "binary_crossentropy", [2.0], ["accuracy"])
    assert model.get_compile_config()["loss_weights"] == [2.0]
