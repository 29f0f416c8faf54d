"""Commands on a model file: summary, inspect, convert, predict."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from minikeras import models, saving
from minikeras._core.nest import flatten
from minikeras.callbacks.progress import Progbar
from minikeras.saving.hdf5 import Dataset, Group, open_hdf5
from minikeras.saving.json_text import LARGEST, read_json
from minikeras.saving.keras_zip import CONFIG, WEIGHTS, weights_in
from minikeras.saving.opening import kind_of, opened
from minikeras.saving.zip_reader import Zip


def load(path: str, for_weights: bool = True) -> Any:
    """A model from a file of any format that holds one.

    Args:
        for_weights: whether it matters that a `.json` file holds none.
    """
    if path.endswith(".json"):
        if for_weights:
            print(f"{path} holds no weights: they are drawn anew.", file=sys.stderr)
        with opened(path) as (file, _):
            return models.model_from_json(file.read(LARGEST + 1))
    return saving.load_model(path, compile=False)


def as_json(value: Any) -> str:
    """JSON text that any reader takes: what is no finite number stands as text.

    >>> as_json([float("nan"), {"a": 1}]).replace(chr(10), "")
    '[ "nan", {  "a": 1 }]'
    """

    def plain(x):
        if isinstance(x, dict):
            return {key: plain(v) for key, v in x.items()}
        if isinstance(x, (list, tuple)):
            return [plain(v) for v in x]
        return repr(x) if isinstance(x, float) and not math.isfinite(x) else x

    return json.dumps(plain(value), indent=1, allow_nan=False)


def summary(options: Any) -> None:
    """Print the table of the layers."""
    model = load(options.file, for_weights=False)
    if not options.json:
        model.summary()
        return
    rows = [{"name": layer.name, "class": type(layer).__name__, "parameters": layer.count_params()} for layer in model.layers]
    print(as_json({"name": model.name, "parameters": model.count_params(), "layers": rows}))


# -- inspect -------------------------------------------------------------------------------------------------------------


def inspect(options: Any) -> int:
    """Say what is in a file, and whether it would be loaded: nothing in it is run or believed."""
    path = Path(options.file)
    with opened(str(path)) as (file, name):
        found: dict[str, Any] = {"file": str(path), "bytes": path.stat().st_size, "sha256": digest(file)}
        found["kind"] = "json" if path.suffix == ".json" else kind_of(file)
        if found["kind"] == "zip":
            archive = Zip(file, name)
            found["members"] = {member.name: member.size for member in archive.members.values()}
            config = read_json(archive.read(CONFIG, LARGEST), f"{name}: {CONFIG}") if CONFIG in archive else None
            found["model"] = described(config)
            found["arrays"] = list(arrays(weights_in(archive, file, name))) if WEIGHTS in archive else []
        elif found["kind"] == "hdf5":
            root = open_hdf5(file, name)
            text = root.attribute("model_config") if "model_config" in root.attribute_names else None
            found["model"] = described(read_json(text, f"{name}: model_config") if text else None)
            found["arrays"] = list(arrays(root))
        elif found["kind"] == "json":
            file.seek(0)
            found["model"] = described(read_json(file.read(LARGEST + 1), name))
    try:
        load(str(path), for_weights=False)
        found["would be loaded"] = True
    except (OSError, ValueError) as error:
        found["would be loaded"] = f"no: {' '.join(str(error).split())}"
    print(as_json(found) if options.json else "\n".join(lines(found)))
    return 0


def digest(file: Any) -> str:
    """The SHA-256 of an open file, read piece by piece.

    >>> import io; digest(io.BytesIO(b""))[:8]
    'e3b0c442'
    """
    found = hashlib.sha256()
    file.seek(0)
    while piece := file.read(1 << 20):
        found.update(piece)
    return found.hexdigest()


def described(config: Any) -> dict | None:
    """The classes that a config names."""
    if not isinstance(config, dict):
        return None
    inner = config.get("config")
    layers = inner.get("layers") if isinstance(inner, dict) else None
    layers = layers if isinstance(layers, (list, tuple)) else ()
    names = [str(layer.get("class_name"))[:60] for layer in layers if isinstance(layer, dict)]
    return {"class": str(config.get("class_name"))[:60], "layers": names}


def arrays(group: Group, seen: set | None = None) -> Iterator[dict]:
    """The arrays below a group."""
    seen = {group.address} if seen is None else seen
    for item in group.unseen(seen):
        if isinstance(item, Dataset):
            yield {"path": item.path, "shape": list(item.shape)}
        else:
            yield from arrays(item, seen)


def lines(found: dict) -> Iterator[str]:
    """What `inspect` found, for people."""
    for key, value in found.items():
        if key == "arrays":
            yield f"arrays: {len(value)}"
            yield from (f"  {a['path']}  {tuple(a['shape'])}" for a in value)
        elif isinstance(value, dict):
            yield f"{key}: " + ", ".join(f"{k} {v}" for k, v in value.items())
        else:
            yield f"{key}: {value}"


# -- convert, predict ----------------------------------------------------------------------------------------------------


def export(options: Any) -> None:
    """Write a model for ONNX Runtime."""
    options.out = options.out or str(Path(options.file).with_suffix(".onnx"))
    if not options.out.endswith(".onnx"):
        raise ValueError(f"export writes an .onnx file, got {options.out!r}; `minikeras convert` writes other formats.")
    convert(options)


def convert(options: Any) -> None:
    """Write a model in another format."""
    out = options.out
    if not out.endswith((".keras", ".h5", ".onnx", ".json")):
        raise ValueError(f"{out!r} should end in .keras, .h5, .weights.h5, .onnx or .json.")
    model = load(options.file) if out.endswith((".onnx", ".json", ".weights.h5")) else with_compile_state(options.file)
    if out.endswith(".onnx"):
        model.export(out, format="onnx")
    elif out.endswith(".json"):
        Path(out).write_text(model.to_json(indent=1), encoding="utf-8")
    elif out.endswith(".weights.h5"):
        model.save_weights(out)
    else:
        model.save(out)
    print(f"{out}: {model.count_params():,} parameters", file=sys.stderr)


def with_compile_state(path: str) -> Any:
    """A model with optimizer and loss, where the file has some that can be read."""
    if path.endswith(".json"):
        return load(path)
    try:
        return saving.load_model(path)
    except ValueError:
        return load(path)


def predict(options: Any) -> None:
    """Predict the rows of a file; what several outputs give stands side by side."""
    model = load(options.file)
    rows = read_rows(options.rows)
    parts, watched = [], sys.stderr.isatty() and bool(options.out or not sys.stdout.isatty())
    with contextlib.redirect_stdout(sys.stderr):  # where the bar goes: stdout may be a file
        bar = Progbar(len(rows))
        for i in range(0, len(rows), 4096):
            made = flatten(model.predict(rows[i : i + 4096], batch_size=options.batch_size, verbose=0))
            parts.append(made[0] if len(made) == 1 else np.concatenate([y.reshape(len(y), -1) for y in made], 1))
            if watched:
                bar.update(min(i + 4096, len(rows)))
    y = np.concatenate(parts)
    if options.out and options.out.endswith(".npy"):
        np.save(options.out, y)
        return
    target = open(options.out, "w", encoding="utf-8") if options.out else sys.stdout
    try:
        np.savetxt(target, y.reshape(len(y), -1), delimiter=",", fmt="%.9g")
    finally:
        if options.out:
            target.close()


def read_rows(path: str) -> np.ndarray:
    """Numbers from a `.csv` file, with or without a line of names, or from a `.npy` file."""
    with opened(path) as (file, _):
        if path.endswith(".npy"):
            return np.load(file, allow_pickle=False)
        text = file.read().decode("utf-8-sig")
    named = not any(_is_number(cell) for cell in text.split("\n", 1)[0].strip().split(","))
    if not "".join(text.split("\n")[int(named) :]).strip():
        raise ValueError(f"{path} holds no rows of numbers.")
    try:
        rows = np.loadtxt(io.StringIO(text), delimiter=",", skiprows=int(named), ndmin=2, dtype="float32")
    except ValueError as error:
        raise ValueError(f"{path} should hold numbers separated by commas, the same count in each line: {error}") from None
    return rows


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
