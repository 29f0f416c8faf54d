"""The golden files: models saved by real Keras 3.15.1 and 2.15, in every format."""

import json
from pathlib import Path

import numpy as np
import pytest

import minikeras as keras
from minikeras.saving.building import build_from_json

MODELS = Path(__file__).parent / "models"
NAMES = sorted(p.name for p in MODELS.iterdir() if p.is_dir())
WHOLE = ("model.keras", "model.h5", "k2.keras", "k2.h5")
WEIGHTS = ("model.weights.h5", "model.h5", "model.keras", "k2.weights.h5", "k2_weights.h5", "k2.h5", "k2.keras")


def golden(name):
    info = json.loads((MODELS / name / "info.json").read_text())
    with np.load(MODELS / name / "io.npz") as file:
        return info, dict(file)


def unknown(info):
    """The first layer of a model that does not exist here yet."""
    kinds = [layer["$"].split(".")[1] for layer in info["layers"]]
    return next((k for k in kinds if not hasattr(keras.layers, k)), None)


@pytest.fixture
def case(request):
    info, io = golden(request.param)
    before = keras.config.floatx()
    keras.config.set_floatx(info["floatx"] or "float32")
    yield request.param, info, io
    keras.config.set_floatx(before)


def near(info, a, b, rtol=1e-5, atol=1e-6):
    exact = info["floatx"] == "float64"
    np.testing.assert_allclose(a, b, rtol=1e-9 if exact else rtol, atol=1e-9 if exact else atol)


@pytest.mark.parametrize("file", WHOLE)
@pytest.mark.parametrize("case", NAMES, indirect=True)
def test_a_whole_model_predicts_evaluates_and_trains_on_as_it_did(case, file):
    name, info, io = case
    path, key = MODELS / name / file, "k2_" if file.startswith("k2") else ""
    missing = unknown(info)
    if missing:
        with pytest.raises(ValueError, match=f"{file}.*'{missing}'"):
            keras.saving.load_model(path)
        return
    model = keras.saving.load_model(path)
    near(info, model.predict(io["x"], verbose=0), io[f"{key}y"])
    for i, w in enumerate(model.get_weights()):
        assert np.array_equal(w, io[f"{key}w{i}"])
    told = info["k2"] if key else info
    found = model.evaluate(io["x"], io["target"], batch_size=16, return_dict=True, verbose=0)
    for metric, value in told["evaluate"].items():
        np.testing.assert_allclose(found[metric], value, rtol=1e-4, atol=1e-6)
    if not key:
        for i, v in enumerate(model.optimizer.variables):
            assert np.array_equal(v, io[f"opt{i}"])
    if f"{key}resume_w0" not in io:
        return
    history = model.fit(io["x"], io["target"], epochs=2, batch_size=16, shuffle=False, verbose=0).history
    for metric, values in (told["resume"].get("history") or {}).items():
        np.testing.assert_allclose(history[metric], values, rtol=1e-4, atol=1e-6)
    for i, w in enumerate(model.get_weights()):
        np.testing.assert_allclose(w, io[f"{key}resume_w{i}"], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("file", WEIGHTS)
@pytest.mark.parametrize("case", [n for n in NAMES if not unknown(golden(n)[0])], indirect=True)
def test_weights_files_of_every_kind_fill_the_model(case, file):
    name, info, io = case
    model = keras.saving.load_model(MODELS / name / "model.keras", compile=False)
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    model.load_weights(MODELS / name / file)
    key = "k2_" if file.startswith("k2") else ""
    for i, w in enumerate(model.get_weights()):
        assert np.array_equal(w, io[f"{key}w{i}"])


@pytest.mark.parametrize("file", ["model.json", "k2.json"])
@pytest.mark.parametrize("case", [n for n in NAMES if not unknown(golden(n)[0])], indirect=True)
def test_json_of_keras_2_and_3_builds_the_model(case, file):
    name, info, io = case
    model = build_from_json((MODELS / name / file).read_text())
    assert [list(w.shape) for w in model.get_weights()] == [w["shape"] for w in info["weights"]]


@pytest.mark.parametrize("case", [n for n in NAMES if not unknown(golden(n)[0])], indirect=True)
def test_what_is_written_has_the_members_and_the_config_of_the_golden_file(case, tmp_path):
    import zipfile

    name, *_ = case
    keras.saving.load_model(MODELS / name / "model.keras").save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as ours, zipfile.ZipFile(MODELS / name / "model.keras") as theirs:
        assert ours.namelist() == theirs.namelist()
        assert all(i.compress_type == zipfile.ZIP_STORED for i in ours.infolist())
        mine, real = (plain(json.loads(z.read("config.json"))) for z in (ours, theirs))
    for config in (mine, real):
        config["compile_config"].pop("jit_compile")
        if isinstance(config["compile_config"]["loss"], dict):
            config["compile_config"].pop("loss")  # Huber's delta is in ours and was never in theirs
    assert mine == real


def plain(config):
    """Without the ids of shared objects, which differ from run to run."""
    if isinstance(config, list):
        return [plain(item) for item in config]
    return {k: plain(v) for k, v in config.items() if k != "shared_object_id"} if isinstance(config, dict) else config


@pytest.mark.parametrize("file", ["model.weights.h5", "model.h5"])
@pytest.mark.parametrize("case", [n for n in NAMES if not unknown(golden(n)[0])], indirect=True)
def test_what_is_written_has_the_layout_of_the_golden_file(case, file, tmp_path):
    import h5py

    name, *_ = case
    model = keras.saving.load_model(MODELS / name / "model.keras")
    (model.save_weights if "weights" in file else model.save)(tmp_path / file)

    def layout(path):
        found = {}
        with h5py.File(path) as root:
            root.visititems(lambda n, o: found.update({n: (getattr(o, "shape", None), attributes(o))}))
            return found, attributes(root)

    def attributes(obj):
        told = {k: v.tolist() if hasattr(v, "tolist") else v for k, v in obj.attrs.items()}
        return {k: v for k, v in told.items() if k not in ("backend", "model_config", "training_config")}

    ours, theirs = layout(tmp_path / file), layout(MODELS / name / file)
    kept = {k: v for k, v in ours[0].items() if "seed_generator" not in k}
    assert renamed(kept) == renamed(theirs[0]) and ours[1] == theirs[1]


def renamed(layout):
    """Names below a legacy layer's group begin with the model's name only until the model is saved a second time."""
    lines = [repr(item).replace("sequential/", "").replace("sequential_", "") for item in layout.items()]
    return sorted(line for line in lines if "sequential'" not in line or "vars" in line)
