"""State in one file: nested dicts and lists of numbers, strings and arrays, without pickle."""

from __future__ import annotations

import json
import os
import random
from typing import Any

import numpy as np

from minikeras._core.files import atomic_write
from minikeras._core.random import global_state, set_global_state


def write(path: str | os.PathLike, state: dict) -> None:
    """Write a state, whole or not at all. The file is a ``.npz``: the arrays, and JSON that says where each belongs.

    Raises:
        TypeError: something in it is no number, string, array, list or dict.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(os.path.join(folder, "state.npz"), {"epoch": 3, "w": [0.1, np.array([1, 2])]})
    ...     read(os.path.join(folder, "state.npz"))
    {'epoch': 3, 'w': [0.1, array([1, 2])]}
    """
    arrays: list[np.ndarray] = []
    text = json.dumps(_pack(state, arrays, ""))
    named = {str(i): array for i, array in enumerate(arrays)}
    with atomic_write(path) as file:
        np.savez(file, state=np.frombuffer(text.encode(), np.uint8), **named)


def read(path: str | os.PathLike) -> dict:
    """Read what `write` wrote.

    Raises:
        OSError: the file is damaged.
    """
    try:
        with open(path, "rb") as raw, np.load(raw, allow_pickle=False) as file:
            state = json.loads(file["state"].tobytes().decode())
            return _unpack(state, {name: file[name] for name in file.files if name != "state"})
    except FileNotFoundError:
        raise
    except Exception as error:  # of zipfile, zlib, json, NumPy: whatever damage leads to
        raise OSError(f"The file {os.fspath(path)!r} is damaged or no backup: {error}") from error


def random_state() -> dict:
    """Where all that is random stands: Python's generator, NumPy's, and the library's own.

    >>> state = random_state(); a = np.random.rand(), random.random()
    >>> set_random_state(state); (np.random.rand(), random.random()) == a
    True
    """
    version, key, gauss = random.getstate()
    return {
        "python": {"version": version, "key": np.array(key, np.uint32), "gauss": gauss},
        "numpy": np.random.get_state(legacy=False),
        "own": global_state(),
    }


def set_random_state(state: dict) -> None:
    """Go back to where `random_state` stood."""
    python = state["python"]
    random.setstate((python["version"], tuple(python["key"].tolist()), python["gauss"]))
    np.random.set_state(state["numpy"])
    set_global_state(state["own"])


def _pack(value: Any, arrays: list, where: str) -> Any:
    """JSON for a value; arrays go into the list and leave their number."""
    if value is None or isinstance(value, (bool, int, float, str)) and not isinstance(value, np.generic):
        return value
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"Can't keep {where or 'the state'}: a dict with the key {key!r}, which is no string.")
        return {"dict": {key: _pack(item, arrays, f"{where}[{key!r}]") for key, item in value.items()}}
    if isinstance(value, (list, tuple)):
        return [_pack(item, arrays, f"{where}[{i}]") for i, item in enumerate(value)]
    array = np.asarray(value) if isinstance(value, (np.generic, np.ndarray)) or hasattr(value, "__array__") else None
    if array is None or array.dtype.hasobject:
        raise TypeError(f"Can't keep {where or 'the state'}: {type(value).__name__} is no number, string, array, list or dict.")
    arrays.append(array)
    return {"number" if isinstance(value, np.generic) else "array": len(arrays) - 1}


def _unpack(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(value, list):
        return [_unpack(item, arrays) for item in value]
    if not isinstance(value, dict):
        return value
    if "dict" in value:
        return {key: _unpack(item, arrays) for key, item in value["dict"].items()}
    return arrays[str(value["number"])][()] if "number" in value else arrays[str(value["array"])]
