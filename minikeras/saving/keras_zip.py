"""The `.keras` format: a zip archive of config.json, metadata.json and model.weights.h5."""

from __future__ import annotations

import io
import json
import time
from typing import Any, BinaryIO

from minikeras._core.serialize import serialize_keras_object
from minikeras.saving.building import build_model, compile_model
from minikeras.saving.hdf5 import Group, open_hdf5
from minikeras.saving.json_text import LARGEST, read_json
from minikeras.saving.optimizer_state import tell_of_lost_state
from minikeras.saving.plan import Plan
from minikeras.saving.tree import parts, telling_shared
from minikeras.saving.weights_h5 import declared_bytes, plan_optimizer_weights, plan_weights, write_weights
from minikeras.saving.zip_reader import Zip

CONFIG, METADATA, WEIGHTS, ASSETS = "config.json", "metadata.json", "model.weights.h5", "assets"
LARGEST_ASSET = 64 << 20  # bytes
KERAS_VERSION = "3.15.1"  # whose layout this is


def write_keras(target: Any, model: Any, include_optimizer: bool = True) -> None:
    """Write a model to a path or a binary file."""
    import zipfile  # takes 2 ms to import, and reading does without it

    with telling_shared(model):
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
        for part in parts(model):
            for name, content in _assets_of(part.part).items():
                archive.writestr(f"{ASSETS}/{part.path}/{name}", content)


def read_keras(file: BinaryIO, name: str, custom_objects: dict | None, compile: bool) -> Any:
    """Read a model."""
    archive = Zip(file, name)
    config = read_json(archive.read(CONFIG, LARGEST), f"{name}: {CONFIG}")
    root = weights_in(archive, file, name)
    model = build_model(config, name, declared_bytes(root), custom_objects, _version(archive, name))
    plan = Plan(name)
    plan_weights(plan, root, model)
    plan.carry_out()
    _read_assets(archive, model)
    if compile:
        compile_model(model, config.get("compile_config"), name, custom_objects)
        state = Plan(name)
        problem = plan_optimizer_weights(state, root, model)
        tell_of_lost_state(problem, model)
        state.carry_out()
    return model


def _version(archive: Zip, name: str) -> Any:
    """Which Keras wrote a file, if it says so."""
    metadata = read_json(archive.read(METADATA, LARGEST), f"{name}: {METADATA}") if METADATA in archive.members else None
    return metadata.get("keras_version") if isinstance(metadata, dict) else None


def _assets_of(part: Any) -> dict[str, bytes]:
    """The files that a layer keeps what it learned in: the words of a vocabulary."""
    return part.get_assets() if hasattr(part, "get_assets") else {}


def _read_assets(archive: Zip, model: Any) -> None:
    """Give layers the files that are theirs; they are read into memory within bounds, others are not looked at."""
    for part in parts(model):
        if hasattr(part.part, "set_assets"):
            folder = f"{ASSETS}/{part.path}/"
            names = [name[len(folder) :] for name in archive.members if name.startswith(folder)]
            part.part.set_assets({n: archive.read(folder + n, LARGEST_ASSET) for n in names if n and "/" not in n})


def weights_in(archive: Zip, file: BinaryIO, name: str) -> Group:
    """The weights inside an archive: read in place, or, when packed, unpacked into memory within bounds."""
    stretch = archive.stretch(WEIGHTS)
    if stretch is not None:
        return open_hdf5(file, f"{name}: {WEIGHTS}", *stretch)
    return open_hdf5(io.BytesIO(archive.read(WEIGHTS, 1 << 62)), f"{name}: {WEIGHTS}")
