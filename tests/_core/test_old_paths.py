"""Paths without an ending, as Keras 2 had them for TensorFlow's own formats."""

import os

import numpy as np
import pytest

import minikeras as keras
import minikeras.compat.tensorflow as tf
from minikeras import layers
from minikeras._core import old_paths

X = np.arange(6.0, dtype="float32").reshape(2, 3)


def made():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    model.compile("adam", "mse")
    return model


@pytest.fixture(autouse=True)
def quiet():
    keras.config.disable_hints()
    yield
    keras.config.enable_hints()


def test_weights_go_beside_the_prefix_and_are_found_by_it(tmp_path):
    model, other = made(), made()
    path = tmp_path / "run" / "cp-{epoch:04d}.ckpt"  # the folder is made
    checkpoint = keras.callbacks.ModelCheckpoint(path, save_weights_only=True)
    model.fit(X, X[:, :2], epochs=2, verbose=0, callbacks=[checkpoint])
    assert sorted(os.listdir(tmp_path / "run")) == ["cp-0001.ckpt.index", "cp-0002.ckpt.index"]
    latest = tf.train.latest_checkpoint(tmp_path / "run")
    assert latest.endswith("cp-0002.ckpt")
    other.load_weights(latest)
    assert np.array_equal(other.predict(X, verbose=0), model.predict(X, verbose=0))
    model.save_weights(str(tmp_path / "w"), save_format="tf")
    other.load_weights(tmp_path / "w")


def test_a_model_goes_into_the_folder_and_is_found_there(tmp_path):
    model = made()
    for path, how in (("saved/one", {}), ("two/", {}), ("three.x", {"save_format": "tf"})):
        for _ in range(2):  # again, over itself
            model.save(f"{tmp_path}/{path}", **how)
        assert os.listdir(tmp_path / path) == ["model.keras"]
        assert np.array_equal(keras.models.load_model(f"{tmp_path}/{path}").predict(X, verbose=0), model.predict(X, verbose=0))
    (tmp_path / "file").write_text("x")
    with pytest.raises(FileExistsError, match="is a file, and can't become the folder"):
        model.save(tmp_path / "file")
    best = keras.callbacks.ModelCheckpoint(str(tmp_path / "best"), monitor="loss", save_best_only=True)
    model.fit(X, X[:, :2], epochs=2, verbose=0, callbacks=[best])
    assert keras.models.load_model(tmp_path / "best").count_params() == 8


def test_it_is_said_once(tmp_path):
    keras.config.enable_hints()
    keras._core.old_arguments.forget()
    with pytest.warns(UserWarning, match="HDF5 in .*w.index.*Today's ending is '.weights.h5'"):
        made().save_weights(tmp_path / "w")
    with pytest.warns(UserWarning, match=r"model.keras.*Today's ending is '.keras'"):
        made().save(tmp_path / "m")


def test_what_is_read_as_it_is(tmp_path):
    (tmp_path / "a").mkdir()
    assert old_paths.found(str(tmp_path / "a")) == str(tmp_path / "a") and old_paths.found("none.h5") == "none.h5"
    with pytest.raises(OSError):
        keras.models.load_model(tmp_path / "a")
    assert [old_paths.is_old(p) for p in ("", "m.h5", "m.hdf5", "m.txt", "w.05")] == [False, False, False, False, True]
