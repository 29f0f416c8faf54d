"""Files of functional models that real Keras 3.15 and 2.15 wrote: the same predictions, the same two more epochs."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

import minikeras as keras
from minikeras._core.nest import flatten
from tests.pace import some_quick
from tests.parity.functional_file_models import MODELS, arrays

ARCHIVES = {version: zipfile.ZipFile(Path(__file__).parent / "functional_files" / f"keras{version}.zip") for version in (2, 3)}
FILES = [(version, name) for version, archive in ARCHIVES.items() for name in archive.namelist() if not name.endswith("npz")]
DATA = arrays()
LOOSE = {"frozen_batchnorm": 5e-4}  # a bias before BatchNormalization has no gradient but noise, which adam enlarges
each = pytest.mark.parametrize("version, file", FILES)


def put(spec):
    if isinstance(spec, str):
        return DATA[spec]
    return {key: put(v) for key, v in spec.items()} if isinstance(spec, dict) else [put(v) for v in spec]


def close(found, expected, atol=2e-5):
    np.testing.assert_allclose(np.asarray(found, "float64"), expected, rtol=2e-4, atol=atol)


def check(model, version, name, trains=True):
    """Compare predictions and evaluation, then two more epochs."""
    expected = np.load(io.BytesIO(ARCHIVES[version].read(f"{name}.npz")))
    _, _, x, y = MODELS[name](keras)
    close_all(model.predict(put(x), verbose=0), expected, "predict")
    close(np.ravel(model.evaluate(put(x), put(y), batch_size=8, verbose=0)), expected["evaluate"])
    if trains:
        history = model.fit(put(x), put(y), epochs=2, batch_size=8, shuffle=False, verbose=0).history
        assert set(history) == {key[8:] for key in expected.files if key.startswith("history-")}
        for key, values in history.items():
            close(values, expected[f"history-{key}"], LOOSE.get(name, 2e-5))
        close_all(model.predict(put(x), verbose=0), expected, "after", LOOSE.get(name, 2e-5))


def close_all(found, expected, what, atol=2e-5):
    for i, part in enumerate(flatten(found)):
        close(part, expected[f"{what}{i}"], atol)


def opened(version, file, tmp_path):
    path = tmp_path / file
    path.write_bytes(ARCHIVES[version].read(file))
    return keras.models.load_model(path)


@each
def test_they_open_and_go_on(version, file, tmp_path):
    name, ending = file.split(".")
    # real Keras trains a layer that was called with training=False all the same
    check(opened(version, file, tmp_path), version, name, trains=name != "training_given")


AGAIN = [(version, file, kind) for version, file in FILES for kind in ("keras", "h5")]


@pytest.mark.parametrize("version, file, kind", some_quick(AGAIN, lambda case: case[0] == 3 and not case[1].endswith(case[2])))
def test_they_are_written_again(version, file, kind, tmp_path):
    name, ending = file.split(".")
    model = opened(version, file, tmp_path)
    path = tmp_path / f"again.{kind}"
    model.save(path)
    check(keras.models.load_model(path), version, name, trains=False)


def test_one_of_each_kind_is_there():
    assert {file.split(".")[1] for version, file in FILES if version == 2} == {"keras", "h5"} and len(FILES) > 25
