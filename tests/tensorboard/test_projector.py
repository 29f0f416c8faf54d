import numpy as np
import pytest

import minikeras as keras
from minikeras.tensorboard.projector import Projector, projector_config, write_vectors


def model():
    within = keras.Sequential([keras.Input((3,), dtype="int32"), keras.layers.Embedding(4, 2, name="words")], name="within")
    return keras.Sequential([keras.Input((3,), dtype="int32"), within, keras.layers.Flatten(), keras.layers.Dense(1)])


def test_files_of_layers_within(tmp_path):
    net = model()
    projector = Projector(str(tmp_path / "logs"), net, {"words": "words.tsv"})
    projector.begin()
    (table,) = (tmp_path / "logs").glob("*.tsv")
    vectors = net.layers[0].layers[0].embeddings
    np.testing.assert_allclose(np.loadtxt(table), vectors.value, rtol=1e-6)
    text = (tmp_path / "logs" / "projector_config.pbtxt").read_text()
    assert f'tensor_path: "{table.name}"' in text and 'metadata_path: "words.tsv"' in text and vectors.path in text
    vectors.assign(np.ones((4, 2)))
    projector.write()
    assert table.read_text() == "1\t1\n" * 4


def test_unknown_layers():
    with pytest.raises(ValueError, match=r"names \['word'\], which are no Embedding layers of this model; it has \['words'\]"):
        Projector("logs", model(), {"word": "words.tsv"})


def test_special_letters():
    assert projector_config([{"tensor_name": 'a"\\\n'}]) == 'embeddings {\n  tensor_name: "a\\"\\\\\\n"\n}\n'


def test_tensorboard_reads_it():
    text_format = pytest.importorskip("google.protobuf.text_format")
    config = pytest.importorskip("tensorboard.plugins.projector").ProjectorConfig()
    text_format.Parse(projector_config([{"tensor_name": 'a"b', "metadata_path": None, "tensor_path": "v.tsv"}]), config)
    assert config.embeddings[0].tensor_name == 'a"b' and config.embeddings[0].tensor_path == "v.tsv"


def test_vectors_keep_seven_digits(tmp_path):
    vectors = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    write_vectors(str(tmp_path / "v.tsv"), vectors)
    np.testing.assert_allclose(np.loadtxt(tmp_path / "v.tsv"), vectors, rtol=1e-6)
