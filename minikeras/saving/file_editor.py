"""Weights in a file, looked at and changed without the model: renamed, added, taken away, written anew."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from minikeras._core.files import replacing
from minikeras._core.naming import nearest
from minikeras.saving.api import weights_root
from minikeras.saving.hdf5 import Group
from minikeras.saving.json_text import read_json
from minikeras.saving.keras_zip import CONFIG, LARGEST, METADATA
from minikeras.saving.opening import kind_of, opened
from minikeras.saving.tree import parts
from minikeras.saving.weights_h5 import writing
from minikeras.saving.zip_reader import Zip

DEEPEST = 100  # groups within groups


class KerasFileEditor:
    """The weights of a `.keras` or `.weights.h5` file, to be looked at, changed, and saved as `.weights.h5`.

    A file whose layers no longer fit the code is mended so: `compare` says what differs from a model, the other methods
    rename, add and delete, `save` writes what the model can load.

    Args:
        filepath: the path of the file; it stays as it is.

    Attributes:
        weights_dict: nested dicts of arrays, ``{"layers": {"dense": {"0": kernel, "1": bias}}}``.
        config, metadata: the config of the model and who wrote it, of a `.keras` file; else None.
        object_metadata: what the file notes of its objects, by path: ``{"/layers/dense": {"name": "dense_7"}}``.

    >>> import tempfile, minikeras as keras
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save_weights(f"{folder}/a.weights.h5"); editor = KerasFileEditor(f"{folder}/a.weights.h5")
    >>> editor.rename_object("dense", "output"); editor.weights_dict["layers"]["output"]["1"]
    array([0.], dtype=float32)
    """

    def __init__(self, filepath: str | os.PathLike):
        self.filepath = os.fsdecode(filepath)
        self.metadata: Any = None
        self.config: Any = None
        self.model: Any = None
        self.object_metadata: dict[str, dict] = {}
        if not self.filepath.endswith((".keras", ".weights.h5")):
            raise ValueError(f"Invalid filename: expected the ending .keras or .weights.h5, got {self.filepath!r}.")
        with opened(self.filepath) as (file, name):
            if kind_of(file) == "zip":
                archive = Zip(file, name)
                self.config = read_json(archive.read(CONFIG, LARGEST), f"{name}: {CONFIG}")
                if METADATA in archive:
                    self.metadata = read_json(archive.read(METADATA, LARGEST), f"{name}: {METADATA}")
            self.weights_dict = self._read(weights_root(file, name), "")

    def _read(self, group: Group, path: str, depth: int = 0) -> dict:
        if depth > DEEPEST:
            raise ValueError(f"{self.filepath!r} is damaged or hostile: its groups are nested more than {DEEPEST} deep.")
        if group.attribute_names:
            self.object_metadata[path] = {name: group.attribute(name) for name in group.attribute_names}
        found: dict[str, Any] = {}
        for name in group.names:
            item = group[name]
            if not isinstance(item, Group):
                found[name] = item.read()
            elif below := self._read(item, path if name == "vars" else f"{path}/{name}", depth + 1):
                found.update(below if name == "vars" else {name: below})  # an object's own weights stand in it
        return found

    # -- looking -----------------------------------------------------------------------------------------------------

    def summary(self) -> None:
        """Print what is in the file, with the shapes and number types."""
        print(f"Weights in {self.filepath!r}:")
        for path, value in _leaves(self.weights_dict):
            print(f"  {path}: shape={value.shape}, dtype={value.dtype}")

    def compare(self, reference_model: Any) -> dict:
        """Print how the file differs from a model, and count.

        Args:
            reference_model: a built model.

        Returns:
            ``{"status": "success" or "error", "error_count": ..., "match_count": ...}``; what one of the two lacks
            altogether is one error.
        """
        wanted = _tree_of(reference_model)
        problems, matches = list(_differences(self.weights_dict, wanted, "")), 0
        here = dict(_leaves(self.weights_dict))
        for path, value in _leaves(wanted):
            matches += path in here and here[path].shape == value.shape
        for text in problems:
            print(f"...{text}")
        print(f"{len(problems)} differences, {matches} weights that fit.")
        return {"status": "error" if problems else "success", "error_count": len(problems), "match_count": matches}

    # -- changing ----------------------------------------------------------------------------------------------------

    def rename_object(self, object_name: str, new_name: str) -> None:
        """Give an object, such as a layer, another name.

        Args:
            object_name: its name, if there is only one of that name, or its path: "dense_2", "layers/dense_2".
            new_name: the new name, without a path.
        """
        if "/" in new_name:
            raise ValueError(f"Argument `new_name` is a name, not a path, got {new_name!r}.")
        place, name = self._find(object_name)
        if new_name in place and new_name != name:
            raise ValueError(f"{self.filepath!r} has an object {new_name!r} beside {object_name!r}: delete that one first.")
        items = [(new_name if key == name else key, value) for key, value in place.items()]
        place.clear()
        place.update(items)

    def delete_object(self, object_name: str) -> None:
        """Take an object away, with all in it; named as in `rename_object`."""
        place, name = self._find(object_name)
        del place[name]

    def add_object(self, object_path: str, weights: dict[str, Any]) -> None:
        """Put an object in.

        Args:
            object_path: its full path: "layers/dense_2".
            weights: ``{"0": kernel, "1": bias}``.
        """
        _check_weights(weights)
        *above, name = object_path.strip("/").split("/")
        place = self.weights_dict
        for part in above:
            if not isinstance(place.get(part), dict):
                raise ValueError(f"Path {'/'.join(above)!r} not found in {self.filepath!r}: {part!r} is not there.")
            place = place[part]
        place[name] = {key: np.asarray(value) for key, value in weights.items()}

    def delete_weight(self, object_name: str, weight_name: str) -> None:
        """Take one weight of an object away: ``delete_weight("dense_2", "0")``."""
        weights = self._object(object_name)
        if weight_name not in weights:
            raise ValueError(f"Weight {weight_name!r} not found in object {object_name!r}. It has {list(weights)}.")
        del weights[weight_name]

    def add_weights(self, object_name: str, weights: dict[str, Any]) -> None:
        """Put weights into an object, in the place of those of the same names: ``add_weights("dense_2", {"1": bias})``."""
        _check_weights(weights)
        self._object(object_name).update({key: np.asarray(value) for key, value in weights.items()})

    def save(self, filepath: str | os.PathLike) -> None:
        """Write the weights to a `.weights.h5` file."""
        path = os.fsdecode(filepath)
        if not path.endswith(".weights.h5"):
            raise ValueError(f"Invalid `filepath` argument: expected the ending .weights.h5, got {path!r}.")
        with replacing(path) as temporary, writing(temporary) as file:
            self._write(file, self.weights_dict, "")

    def resave_weights(self, filepath: str | os.PathLike) -> None:
        """The same as `save`."""
        self.save(filepath)

    def _write(self, file: Any, weights: dict, path: str) -> None:
        own = {name: value for name, value in weights.items() if not isinstance(value, dict)}
        if own or path:
            group = file.create_group(f"{path}/vars")
            group.attrs.update({k: v for k, v in self.object_metadata.get(path, {}).items() if isinstance(v, str)})
            for name, value in own.items():
                group.create_dataset(name, data=value)
        for name, value in weights.items():
            if isinstance(value, dict):
                self._write(file, value, f"{path}/{name}")

    def _object(self, object_name: str) -> dict:
        place, name = self._find(object_name)
        if not isinstance(place[name], dict):
            raise ValueError(f"{object_name!r} is a weight, not an object, in {self.filepath!r}.")
        return place[name]

    def _find(self, object_name: str) -> tuple[dict, str]:
        """The dict that holds an object, and its name there."""
        *above, name = object_name.strip("/").split("/")
        if above:
            place: Any = self.weights_dict
            for part in above:
                place = place.get(part) if isinstance(place, dict) else None
            if not isinstance(place, dict) or name not in place:
                raise ValueError(f"Path {object_name!r} not found in {self.filepath!r}: see summary().")
            return place, name
        places = list(_places(self.weights_dict, name))
        if len(places) > 1:
            raise ValueError(f"Name {name!r} occurs more than once in {self.filepath!r}: give the whole path.")
        if not places:
            near = nearest(name, _names(self.weights_dict))
            hint = f"Did you mean {near[0]!r}?" if near else "See summary()."
            raise ValueError(f"Name {name!r} does not appear in {self.filepath!r}. {hint}")
        return places[0], name


def _tree_of(model: Any) -> dict:
    """The weights of a model as an editor holds those of a file."""
    tree: dict[str, Any] = {}
    optimizer = getattr(model, "optimizer", None)
    own = [(part.path, part.own) for part in parts(model)]
    for path, variables in [*own, *([("optimizer", optimizer.variables)] if optimizer is not None else [])]:
        place = tree
        for name in path.split("/") if path and variables else ():
            place = place.setdefault(name, {})
        place.update({str(n): v.value for n, v in enumerate(variables)})
    return tree


def _leaves(tree: dict, path: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{path}/{name}")
        else:
            yield f"{path}/{name}", value


def _names(tree: dict) -> list[str]:
    return [n for name, value in tree.items() if isinstance(value, dict) for n in (name, *_names(value))]


def _places(tree: dict, name: str) -> Iterator[dict]:
    """The dicts that hold something of a name."""
    if name in tree:
        yield tree
    for value in tree.values():
        if isinstance(value, dict):
            yield from _places(value, name)


def _differences(here: dict, wanted: dict, path: str) -> Iterator[str]:
    for name in dict.fromkeys([*wanted, *here]):
        a, b, where = here.get(name), wanted.get(name), f"{path}/{name}"
        what = "Object" if isinstance(a if b is None else b, dict) else "Weight"
        if a is None:
            yield f"{what} {where} is in the model, not in the file."
        elif b is None:
            yield f"{what} {where} is in the file, not in the model."
        elif isinstance(a, dict) and isinstance(b, dict):
            yield from _differences(a, b, where)
        elif isinstance(a, dict) or isinstance(b, dict) or a.shape != b.shape:
            yield f"Weight {where} has the shape {_shape(a)} in the file, {_shape(b)} in the model."


def _shape(value: Any) -> Any:
    return "of an object" if isinstance(value, dict) else value.shape


def _check_weights(weights: Any) -> None:
    if not isinstance(weights, dict):
        raise ValueError(
            "Argument `weights` should be a dict of arrays by the names of the weights, usually '0', '1', ..., "
            f"got {type(weights).__name__}."
        )
