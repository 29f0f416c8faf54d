"""A file of weights is changed until it fits another model."""

import json

import h5py
import numpy as np
import pytest

import minikeras as keras
from minikeras.layers import LSTM, Dense
from minikeras.saving import KerasFileEditor


def model_of(*sizes):
    return keras.Sequential([keras.Input((2,)), *(Dense(n) for n in sizes)])


def test_a_file_is_made_to_fit_another_model(tmp_path, capsys):
    source, target = model_of(3, 3), model_of(3, 4, 3)
    source.save(tmp_path / "a.keras")
    editor = KerasFileEditor(tmp_path / "a.keras")
    assert editor.compare(source) == {"status": "success", "error_count": 0, "match_count": 4}
    assert editor.config["class_name"] == "Sequential" and "keras_version" in editor.metadata
    assert editor.compare(target) == {"status": "error", "error_count": 3, "match_count": 2}
    assert "/layers/dense_2 is in the model, not in the file" in capsys.readouterr().out
    editor.rename_object("dense_1", "dense_2")
    editor.delete_weight("layers/dense_2", "0")
    editor.add_weights("dense_2", {"0": np.ones((4, 3))})
    editor.add_object("layers/dense_1", {"0": np.ones((3, 4))})
    assert editor.compare(target)["error_count"] == 1  # its bias
    editor.add_weights("dense_1", {"1": np.full(4, 0.5)})
    assert editor.compare(target) == {"status": "success", "error_count": 0, "match_count": 6}
    editor.save(tmp_path / "b.weights.h5")
    target.load_weights(tmp_path / "b.weights.h5")
    for found, wanted in zip(target.get_weights(), [*source.get_weights()[:2], np.ones((3, 4)), np.full(4, 0.5)]):
        np.testing.assert_array_equal(found, wanted)
    again = KerasFileEditor(str(tmp_path / "b.weights.h5"))
    again.delete_object("dense_2")
    assert again.compare(model_of(3, 4))["status"] == "success" and again.config is None


def test_weights_at_any_depth_and_of_the_optimizer(tmp_path, capsys):
    model = keras.Sequential([keras.Input((3, 2)), LSTM(2, name="l"), Dense(1)])
    model.compile("adam", "mse")
    model.fit(np.ones((2, 3, 2)), np.ones((2, 1)), verbose=0)
    model.save_weights(tmp_path / "a.weights.h5")
    editor = KerasFileEditor(tmp_path / "a.weights.h5")
    assert list(editor.weights_dict["layers"]["lstm"]["cell"]) == ["0", "1", "2"]
    assert len(editor.weights_dict["optimizer"]) == 2 + 2 * 5
    assert editor.compare(model)["error_count"] == 0
    editor.summary()
    assert "/layers/lstm/cell/0: shape=(2, 8), dtype=float32" in capsys.readouterr().out
    before = model.get_weights()
    editor.save(tmp_path / "b.weights.h5")
    model.load_weights(tmp_path / "b.weights.h5")
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))
    assert "name" in editor.object_metadata["/layers/dense"]


def test_what_can_not_be(tmp_path):
    model_of(1, 1).save_weights(tmp_path / "a.weights.h5")
    editor = KerasFileEditor(tmp_path / "a.weights.h5")
    kept = json.dumps({k: list(v) for k, v in editor.weights_dict["layers"].items()})
    for change, message in (
        (lambda: editor.rename_object("dense_9", "x"), "'dense_9' does not appear .* Did you mean 'dense_1'"),
        (lambda: editor.rename_object("dense", "a/b"), "is a name, not a path"),
        (lambda: editor.rename_object("dense", "dense_1"), "delete that one first"),
        (lambda: editor.delete_object("layer/dense"), "'layer/dense' not found"),
        (lambda: editor.add_object("other/dense", {"0": 1.0}), "'other' is not there"),
        (lambda: editor.add_object("layers/x", [1.0]), "should be a dict of arrays"),
        (lambda: editor.delete_weight("dense", "7"), r"It has \['0', '1'\]"),
        (lambda: editor.delete_object("0"), "more than once"),
        (lambda: editor.add_weights("layers/dense/0", {}), "is a weight, not an object"),
        (lambda: editor.save(tmp_path / "b.h5"), "expected the ending .weights.h5"),
        (lambda: KerasFileEditor(tmp_path / "a.txt"), "Invalid filename"),
    ):
        with pytest.raises(ValueError, match=message):
            change()
    assert json.dumps({k: list(v) for k, v in editor.weights_dict["layers"].items()}) == kept


def test_links_are_not_followed(tmp_path):
    for link in (h5py.ExternalLink("other.h5", "/layers"), h5py.SoftLink("/else")):
        with h5py.File(tmp_path / "a.weights.h5", "w") as file:
            file["layers"] = link
        with pytest.raises(ValueError, match="Link"):
            KerasFileEditor(tmp_path / "a.weights.h5")
