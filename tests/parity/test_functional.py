"""Functional models give the numbers that real Keras gave: three epochs, evaluation, prediction, names; its configs open."""

import json
from pathlib import Path

import numpy as np
import pytest

import minikeras as keras
from minikeras._core.nest import flatten
from tests.pace import some_quick
from tests.parity.functional_models import MODELS, arrays

HERE = Path(__file__).parent
DATA = arrays()
NUMBERS = np.load(HERE / "functional.npz")
TEXTS = json.loads((HERE / "functional.json").read_text(encoding="utf-8"))
LOOSE = {"transformer_block": 1e-3}  # a softmax does not mind the bias of the keys: its gradient is noise, which adam enlarges
each = pytest.mark.parametrize("name", list(MODELS))


def put(spec):
    if isinstance(spec, str):
        return DATA[spec]
    return {key: put(v) for key, v in spec.items()} if isinstance(spec, dict) else [put(v) for v in spec]


def stored(name, what):
    return [NUMBERS[f"{name}/{what}{i}"] for i in range(sum(key.startswith(f"{name}/{what}") for key in NUMBERS.files))]


def close(found, expected, rtol=2e-5, atol=1e-5):
    np.testing.assert_allclose(np.asarray(found, "float64"), np.asarray(expected, "float64"), rtol=rtol, atol=atol)


def check(model, name, how, x, y):
    text = TEXTS[name]
    model.set_weights(stored(name, "init"))
    model.compile(**how)
    history = model.fit(put(x), put(y), epochs=3, batch_size=8, shuffle=False, verbose=0).history
    assert set(history) == set(text["history"])
    for key, values in text["history"].items():
        close(history[key], values)
    for found, expected in zip(model.get_weights(), stored(name, "final"), strict=True):
        close(found, expected, rtol=1e-4, atol=LOOSE.get(name, 1e-5))
    for found, expected in zip(flatten(model.predict(put(x), verbose=0)), stored(name, "predict"), strict=True):
        close(found, expected, rtol=1e-4)
    close(flatten(model.evaluate(put(x), put(y), batch_size=8, verbose=0)), text["evaluate"])


@each
def test_three_epochs_are_those_of_keras(name):
    keras.utils.clear_session()
    model, how, x, y = MODELS[name](keras)
    assert [w.path.split("/")[-1] for w in model.weights] == [path.split("/")[-1] for path in TEXTS[name]["weights"]]
    assert len(model.layers) == len(TEXTS[name]["layers"]) and model.output_names == TEXTS[name]["output_names"]
    check(model, name, how, x, y)


@each
def test_the_config_of_keras_opens_and_trains_the_same(name):
    _, how, x, y = MODELS[name](keras)
    model = keras.models.model_from_json(json.dumps(TEXTS[name]["json"]))
    assert [layer.name for layer in model.layers] == TEXTS[name]["layers"]
    check(model, name, how, x, y)


SAVED = [(name, ending) for name in MODELS for ending in ("keras", "h5")]


@pytest.mark.parametrize("name, ending", some_quick(SAVED, SAVED[::3]))
def test_files_hold_them(name, ending, tmp_path):
    model, how, x, y = MODELS[name](keras)
    model.compile(**how)
    model.fit(put(x), put(y), epochs=1, batch_size=8, shuffle=False, verbose=0)
    path = tmp_path / f"model.{ending}"
    model.save(path)
    again = keras.models.load_model(path)
    for a, b in zip(flatten(model.predict(put(x), verbose=0)), flatten(again.predict(put(x), verbose=0)), strict=True):
        np.testing.assert_array_equal(a, b)
    one, other = (m.fit(put(x), put(y), epochs=1, batch_size=8, shuffle=False, verbose=0).history for m in (model, again))
    assert one == other
