"""Reading the golden files: specs of objects, as the file's own README defines them."""

import json
from pathlib import Path

import numpy as np

import minikeras

HERE = Path(__file__).parent


def resolve(spec):
    """Build what a spec describes: a dict with the key "$" is an object to construct."""
    if isinstance(spec, dict):
        if "$" in spec:
            obj = minikeras
            for part in spec["$"].split("."):
                obj = getattr(obj, part)
            return obj(**{key: resolve(value) for key, value in spec.items() if key != "$"})
        return {key: resolve(value) for key, value in spec.items()}
    return [resolve(value) for value in spec] if isinstance(spec, list) else spec


def known(layers):
    """Whether all layers of a spec exist here."""
    return all(hasattr(minikeras.layers, layer["$"].split(".")[1]) for layer in layers)


def cases():
    """The training cases."""
    return json.loads((HERE / "training.json").read_text(encoding="utf-8"))["cases"]


def arrays(name):
    """All arrays of an npz file."""
    with np.load(HERE / name) as file:
        return dict(file)
