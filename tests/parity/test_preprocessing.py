"""The layers for preparing data give the numbers of real Keras 3.15; `make_preprocessing.py` wrote them."""

import json
from pathlib import Path

import numpy as np
import pytest

import minikeras as keras
from minikeras.layers.preprocessing.fingerprints import fingerprint64, siphash
from minikeras.layers.preprocessing.image_preprocessing.sampling import homography
from tests.parity import preprocessing_cases as cases

HERE = Path(__file__).parent
GOLD = np.load(HERE / "preprocessing.npz")
CONFIGS = json.loads((HERE / "preprocessing.json").read_text(encoding="utf-8"))
TEXT = json.loads((HERE / "preprocessing_text.json").read_text(encoding="utf-8"))


def close(y, gold, scale=1.0):
    assert y.shape == gold.shape
    np.testing.assert_allclose(np.asarray(y, float), np.asarray(gold, float), rtol=1e-5, atol=1e-5 * scale)


@pytest.mark.parametrize("name", cases.LAYERS)
def test_outputs_are_those_of_keras(name):
    cls, arguments, x, before = cases.LAYERS[name]
    layer = getattr(keras.layers, cls)(**arguments)
    if before:
        layer.adapt(cases.TABLE if before == cases.ADAPT else x)
    y, gold = layer(x), GOLD[name]
    close(y, gold, max(float(np.abs(gold).max()), 1.0))
    assert y.dtype == gold.dtype or {y.dtype.kind, gold.dtype.kind} <= set("iu")


@pytest.mark.parametrize("name", cases.LAYERS)
def test_configs_are_those_of_keras(name):
    cls, arguments, x, before = cases.LAYERS[name]
    layer = getattr(keras.layers, cls)(**arguments)
    if before:
        layer.adapt(cases.TABLE if before == cases.ADAPT else x)
    config = json.loads(json.dumps(layer.get_config()))
    for key, value in CONFIGS[name].items():
        assert config[key] == (pytest.approx(value) if isinstance(value, (list, float)) else value), key


@pytest.mark.parametrize("name", cases.TURNED)
def test_changes_that_were_drawn_are_those_of_keras(name):
    cls, arguments, x, _, drawn = cases.TURNED[name]
    drawn = homography(cases.START, cases.END) if isinstance(drawn, str) else drawn
    close(getattr(keras.layers, cls)(**arguments).apply(x, drawn), GOLD[name], 255.0)


@pytest.mark.parametrize("name", cases.LOOKUPS)
def test_lookups_are_those_of_keras(name):
    cls, arguments, data, x = cases.LOOKUPS[name]
    layer, gold = getattr(keras.layers, cls)(**arguments), TEXT["lookups"][name]
    if data is not None:
        layer.adapt(np.array(data))
    y = layer(np.array(x))
    if gold["dtype"] == "object":
        assert y.tolist() == gold["y"]
    else:
        close(y, np.array(gold["y"]))
        assert str(y.dtype) == gold["dtype"]
    if "vocabulary" in gold:
        assert layer.get_vocabulary() == gold["vocabulary"]
    config = json.loads(json.dumps(layer.get_config()))
    assert {key: config[key] for key in gold["config"]} == gold["config"]
    assert layer(x).tolist() == y.tolist()  # lists, too


def test_crosses_are_those_of_tensorflow():
    for columns, bins in zip(cases.CROSSES, TEXT["crosses"]):
        assert keras.layers.HashedCrossing(1000)(columns).tolist() == bins


def test_hashes_are_those_of_tensorflow():
    texts = [s.encode() for s in cases.STRINGS]
    assert [fingerprint64(t) % 2**62 for t in texts] == TEXT["hashes"]["fast"]
    assert [siphash(t, 133, 137) % 2**62 for t in texts] == TEXT["hashes"]["strong"]
