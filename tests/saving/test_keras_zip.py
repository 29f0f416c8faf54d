import io
import json
import re
import zipfile

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers, saving


def saved(method=zipfile.ZIP_STORED, **changes):
    model, file, made = keras.Sequential([layers.Dense(2, input_shape=(3,))]), io.BytesIO(), io.BytesIO()
    saving.save_model(model, file)
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(made, "w", method) as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name.split(".")[0], old.read(name)))
    return model, made


def test_members():
    with zipfile.ZipFile(saved()[1]) as file:
        assert file.namelist() == ["metadata.json", "config.json", "model.weights.h5"]
        metadata = json.loads(file.read("metadata.json"))
        assert metadata["keras_version"] == "3.15.1" and re.fullmatch(r"\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d", metadata["date_saved"])
        assert set(json.loads(file.read("config.json"))) == {
            "module",
            "class_name",
            "config",
            "registered_name",
            "build_config",
            "compile_config",
        }


def test_archives_packed_by_others_are_read():
    model, file = saved(zipfile.ZIP_DEFLATED)
    assert np.array_equal(saving.load_model(file).layers[0].kernel, model.layers[0].kernel)


def test_a_config_that_promises_more_than_the_file_holds_takes_no_memory():
    model, file = saved()
    with zipfile.ZipFile(file) as archive:
        config = json.loads(archive.read("config.json"))
    config["config"]["layers"][1]["config"]["units"] = 10**12
    with pytest.raises(ValueError, match="takes 12000000000000 bytes, but the file holds"):
        saving.load_model(saved(config=json.dumps(config))[1])


def test_a_learned_vocabulary_is_kept_in_assets(tmp_path):
    words = keras.layers.TextVectorization(output_sequence_length=4)
    words.adapt(["a b c", "a a d"])
    x = keras.Input((1,), dtype="string")
    model = keras.Model(x, keras.layers.Embedding(8, 2)(words(x)))
    path = tmp_path / "m.keras"
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        assert archive.read("assets/layers/text_vectorization/vocabulary.txt").startswith(b"\n[UNK]\na\n")
    again = keras.models.load_model(path)
    texts = np.array([["a d"], ["zz b"]])
    np.testing.assert_array_equal(again.predict(texts, verbose=0), model.predict(texts, verbose=0))
