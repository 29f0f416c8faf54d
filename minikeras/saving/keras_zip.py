"""The `.keras` format: a zip archive of config.json, metadata.json and model.weights.h5."""

from __future__ import annotations

import io
import json
import time
from typing import Any, BinaryIO

from minikeras._core.serialize import marking_shared, serialize_keras_object
from minikeras.saving.building import build_model, compile_model
from minikeras.saving.hdf5 import Group, open_hdf5
from minikeras.saving.json_text import LARGEST, read_json
from minikeras.saving.plan import Plan
from minikeras.saving.tree import standing_twice
from minikeras.saving.weights_h5 import declared_bytes, plan_optimizer_weights, plan_weights, write_weights
from minikeras.saving.zip_reader import Zip

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
KERAS_VERSION = "3.15.1"  # whose layout this is


def write_keras(target: Any, model: Any, include_optimizer: bool = True) -> None:
    """Write a model to a path or a binary file."""
    import zipfile  # takes 2 ms to import, and reading does without it

    with marking_shared(standing_twice(model)):
        config = serialize_keras_object(model)
    if not include_optimizer:
        config.pop("compile_config", None)
    metadata = {"keras_version": KERAS_VERSION, "date_saved": time.strftime("%Y-%m-%d@%H:%M:%S")}
    weights = io.BytesIO()
    write_weights(weights, model, include_optimizer)
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(METADATA, json.dumps(metadata))
        archive.writestr(CONFIG, json.dumps(config))
        with archive.open(WEIGHTS, "w", force_zip64=weights.tell() >= 1 << 31) as member:
            member.write(weights.getbuffer())


def read_keras(file: BinaryIO, name: str, custom_objects: dict | None, compile: bool) -> Any:
    """Read a model."""
    archive = Zip(file, name)
    config = read_json(archive.read(CONFIG, LARGEST), f"{name}: {CONFIG}")
    root = weights_in(archive, file, name)
    model = build_model(config, name, declared_bytes(root), custom_objects)
    plan = Plan(name)
    plan_weights(plan, root, model)
    plan.carry_out()
    if compile:
        compile_model(model, config.get("compile_config"), name, custom_objects)
        state = Plan(name)
        problem = plan_optimizer_weights(state, root, model)
        if problem:
            raise ValueError(f"{problem}. Load it with compile=False to have the model without its optimizer.")
        state.carry_out()
    return model


def weights_in(archive: Zip, file: BinaryIO, name: str) -> Group:
    """The weights inside an archive: read in place, or, when packed, unpacked into memory within bounds."""
    stretch = archive.stretch(WEIGHTS)
    if stretch is not None:
        return open_hdf5(file, f"{name}: {WEIGHTS}", *stretch)
    return open_hdf5(io.BytesIO(archive.read(WEIGHTS, 1 << 62)), f"{name}: {WEIGHTS}")
