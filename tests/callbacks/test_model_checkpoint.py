import os
from types import SimpleNamespace

import numpy as np
import pytest

from minikeras.callbacks import CallbackList, ModelCheckpoint
from tests.callbacks.toy import Model

VALUES = [0.9, 0.95, 0.7, 0.7, 0.65, 0.8]


@pytest.fixture(autouse=True)
def in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(*args, **options):
    model = Model([("accuracy", "up")])
    callbacks = CallbackList([ModelCheckpoint(*args, **options)], model=model)
    callbacks.on_train_begin()
    for epoch, value in enumerate(VALUES):
        callbacks.on_epoch_begin(epoch)
        for batch in range(3):
            callbacks.on_train_batch_end(batch, {"loss": value + 0.1 - 0.01 * batch})
        callbacks.on_epoch_end(epoch, {"loss": value + 0.05, "val_loss": value})
    callbacks.on_train_end()
    return model.saved


@pytest.mark.parametrize(
    "filepath, options, expected",  # as Keras 3.15.1 saves
    [
        (
            "m{epoch:02d}-{val_loss:.2f}.keras",
            {},
            ["m01-0.90.keras", "m02-0.95.keras", "m03-0.70.keras", "m04-0.70.keras", "m05-0.65.keras", "m06-0.80.keras"],
        ),
        ("m{epoch}.keras", {"save_best_only": True}, ["m1.keras", "m3.keras", "m5.keras"]),
        ("m{epoch}.keras", {"save_best_only": True, "mode": "max"}, ["m1.keras", "m2.keras"]),
        (
            "m{epoch}.weights.h5",
            {"save_best_only": True, "save_weights_only": True, "initial_value_threshold": 0.75},
            ["m3.weights.h5", "m5.weights.h5"],
        ),
        (
            "m{epoch}-{batch:02d}-{loss:.3f}.keras",
            {"save_freq": 4},
            ["m2-01-1.050.keras", "m3-02-0.790.keras", "m4-03-0.780.keras", "m6-01-0.900.keras"],
        ),
        ("m{epoch}-{batch:02d}.keras", {"save_freq": 5}, ["m2-02.keras", "m4-01.keras", "m5-03.keras"]),
        ("m{epoch}.h5", {"period": 2}, ["m2.h5", "m4.h5", "m6.h5"]),  # Keras 2
        ("m{epoch}.hdf5", {"period": 4, "save_weights_only": True}, ["m4.hdf5"]),
        ("m{epoch}.keras", {"monitor": "loss", "save_best_only": True, "save_freq": 6}, ["m2.keras", "m4.keras"]),
    ],
)
def test_saves_what_keras_saves(filepath, options, expected):
    assert run(filepath, **options) == expected


def test_text_is_keras(capsys):
    run("m.h5", save_best_only=True, verbose=1)
    first = "\nEpoch 1: val_loss improved from None to 0.90000, saving model to m.h5\n"
    first += "\nEpoch 1: finished saving model to m.h5\n"
    out = capsys.readouterr().out
    assert out.startswith(first + "\nEpoch 2: val_loss did not improve from 0.90000\n")
    assert "\nEpoch 3: val_loss improved from 0.90000 to 0.70000, saving model to m.h5\n" in out
    run("m{epoch}-{batch:02d}.keras", save_freq=5, verbose=1)
    out = capsys.readouterr().out
    assert out.startswith("\nEpoch 2: saving model to m2-02.keras\n\nEpoch 2: finished saving model to m2-02.keras\n")


def test_weights_or_model():
    seen = []
    model = SimpleNamespace(
        save=lambda path, overwrite: seen.append(("save", path, overwrite)),
        save_weights=lambda path, overwrite: seen.append(("weights", path, overwrite)),
    )
    for name, weights_only in (("a.keras", False), ("a.weights.h5", True)):
        checkpoint = ModelCheckpoint(name, save_weights_only=weights_only)
        checkpoint.set_model(model)
        checkpoint.on_train_begin()
        checkpoint.on_epoch_end(0, {})
    assert seen == [("save", "a.keras", True), ("weights", "a.weights.h5", True)]


def test_where_the_value_is_missing_nothing_is_saved_and_one_warning_given():
    message = "saves nothing where its monitor 'val_acc' is missing, as in epoch 1. Available are: loss, v"
    with pytest.warns(UserWarning, match=message) as seen:
        assert run("m{no}.keras", monitor="val_acc", mode="max", save_best_only=True) == []
    assert len(seen) == 1


def begun(validation=False, **options):
    checkpoint = ModelCheckpoint("m.keras", save_best_only=True, **options)
    checkpoint.set_params({"epochs": 4, "steps": 1, "verbose": 0})
    checkpoint.set_model(Model([("f1", None)]))
    checkpoint.on_train_begin()
    checkpoint.model.validates = validation
    return checkpoint


def test_a_validation_that_is_not_due_in_every_epoch_is_waited_for():
    checkpoint = begun(validation=True)
    for epoch, logs in enumerate([{"loss": 1.0}, {"loss": 1.0, "val_loss": 2.0}, {"loss": 1.0}]):
        checkpoint.on_epoch_end(epoch, logs)
        assert len(checkpoint.model.saved) == (epoch > 0)
    checkpoint.on_train_end()
    checkpoint = begun(validation=True)
    checkpoint.on_epoch_end(0, {"loss": 1.0})
    with pytest.warns(UserWarning, match="ModelCheckpoint saved nothing: its monitor 'val_loss' never came"):
        checkpoint.on_train_end()


def test_nan_is_never_the_best_and_any_number_beats_it():
    nan, checkpoint = float("nan"), begun()
    for epoch, value in enumerate([nan, 5.0, nan, 6.0, 4.0]):
        checkpoint.on_epoch_end(epoch, {"val_loss": value})
        assert len(checkpoint.model.saved) == (0, 1, 1, 1, 2)[epoch]
    assert checkpoint.best == 4.0


def test_several_values_have_no_best():
    checkpoint = begun(monitor="val_f1", mode="max")
    with pytest.raises(ValueError, match="ModelCheckpoint compares one number.*monitor='val_f1' gives 3 values"):
        checkpoint.on_epoch_end(0, {"val_f1": [0.1, 0.2, 0.3]})


def test_direction_is_asked_only_where_it_matters():
    assert len(run("m.keras", monitor="val_own")) == 6


def test_filepath_ends(tmp_path):
    for name in ("a.keras", "a.h5", "a.hdf5", tmp_path / "a.keras"):
        assert ModelCheckpoint(name).filepath == os.fspath(name)
    for name in ("a.weights.h5", "a.h5", "a.hdf5"):
        ModelCheckpoint(name, save_weights_only=True)
    for name, weights_only in (("a.txt", False), ("a.txt", True), ("a.keras", True), ("", False)):
        with pytest.raises(ValueError, match="filepath of ModelCheckpoint.* must end in .*'.h5'.*, got "):
            ModelCheckpoint(name, save_weights_only=weights_only)


def test_arguments():
    with pytest.raises(ValueError, match="`save_freq` for ModelCheckpoint. Unrecognized save_freq.*must be 'epoch'"):
        ModelCheckpoint("a.keras", save_freq="batch")
    with pytest.raises(TypeError, match="unknown argument: `save_best`. Did you mean `save_best_only`"):
        ModelCheckpoint("a.keras", save_best=True)
    with pytest.raises(KeyError, match=r"'m\{val_acc\}.keras', asks for 'val_acc', which is not among.*'epoch', 'loss'"):
        run("m{val_acc}.keras")


def test_a_filepath_of_several_values():
    checkpoint = ModelCheckpoint("m-{f1:.2f}.keras")
    checkpoint.set_model(Model())
    checkpoint.on_train_begin()
    with pytest.raises(ValueError, match=r"'m-\{f1:.2f\}.keras', can't be filled in: \['f1'\] is no number"):
        checkpoint.on_epoch_end(0, {"loss": 1.0, "f1": np.zeros(3)})


def test_folders_are_made_and_strays_swept(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".m.keras.4194305.0123456789abcdef.tmp~").write_bytes(b"half")
    run(os.path.join("out", "{epoch}", "m.keras"))
    assert sorted(os.listdir(tmp_path / "out")) == [".m.keras.4194305.0123456789abcdef.tmp~", *"123456"]
    run(os.path.join("out", "m{epoch}.keras"))
    assert sorted(os.listdir(tmp_path / "out")) == list("123456")
    (tmp_path / "out" / "2" / ".m.keras.4194305.0123456789abcdef.tmp~").write_bytes(b"half")
    run(os.path.join("out", "{epoch:01d}", "m.keras"), save_freq=1000)
    assert os.listdir(tmp_path / "out" / "2") == []
    with pytest.raises(IsADirectoryError, match="a filepath that is no folder, got 'dir.keras'"):
        (tmp_path / "dir.keras").mkdir()
        run("dir.keras")


def test_state():
    one, other = (ModelCheckpoint("m.keras", save_freq=5, save_best_only=True) for _ in range(2))
    one.set_model(Model())
    for batch in range(7):
        one.on_train_batch_end(batch, {"val_loss": 0.5})
    other.set_state(one.get_state())
    other.set_model(Model())
    for batch in range(7, 10):
        other.on_train_batch_end(batch, {"val_loss": 0.25})
    assert other.model.saved == ["m.keras"] and other.best == 0.25
