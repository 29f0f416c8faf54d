"""The legacy HDF5 layout: whole models (`model_config`, `model_weights`, ...) and weights alone, of Keras 2 and 3."""

from __future__ import annotations

import json
import types
from collections.abc import Iterable
from typing import Any

import numpy as np

from minikeras._core.registry import REGISTRIES
from minikeras._core.serialize import serialize_keras_object
from minikeras.saving.building import build_model, compile_model
from minikeras.saving.hdf5 import Dataset, Group
from minikeras.saving.json_text import read_json
from minikeras.saving.optimizer_state import plan_optimizer, tell_of_lost_state
from minikeras.saving.plan import Plan
from minikeras.saving.tree import CALLED, overrides, parts, telling_shared
from minikeras.saving.weights_h5 import declared_bytes, writing

LARGEST_ATTRIBUTE = 64512  # bytes of an HDF5 attribute in its header
MOST_NAMES = 100_000
DEEPEST = 50  # groups in groups: as many as a name has slashes


def write_h5(target: Any, model: Any, include_optimizer: bool, version: str) -> None:
    """Write a whole model to a path or a binary file."""
    with telling_shared(model):
        config = serialize_keras_object(model)
    compiled = config.pop("compile_config", None)
    with writing(target) as file:
        file.attrs["keras_version"], file.attrs["backend"] = version, "numpy"
        file.attrs["model_config"] = json.dumps(_as_legacy(config, _learned(model)))
        _write_weights(file.create_group("model_weights"), model, version)
        optimizer = getattr(model, "optimizer", None)
        if include_optimizer and compiled is not None and optimizer is not None:
            optimizer_config = compiled.pop("optimizer")
            optimizer_config = {"class_name": _legacy_name(optimizer_config), "config": optimizer_config["config"]}
            compiled["loss"] = _long_name(compiled.get("loss"))
            file.attrs["training_config"] = json.dumps({**compiled, "optimizer_config": optimizer_config})
            _write_arrays(file.create_group("optimizer_weights"), optimizer.variables)


def write_h5_weights(target: Any, model: Any, version: str) -> None:
    """Write the weights alone to a path or a binary file."""
    with writing(target) as file:
        _write_weights(file, model, version)


def _learned(model: Any) -> dict[str, dict]:
    """What layers with words learned, by their names, as arguments: the format has no assets."""
    found = [part.part for part in parts(model) if hasattr(part.part, "learned_arguments")]
    return {layer.name: layer.learned_arguments() for layer in found}


def _as_legacy(config: Any, learned: dict[str, dict]) -> Any:
    """A model's config as legacy files have it: layers without module and build state, the rest as it is."""
    inner = config["config"]
    if isinstance(inner, dict) and isinstance(inner.get("layers"), list) and config["class_name"] != "Pipeline":
        inner = {**inner, "layers": [_as_legacy(layer, learned) for layer in inner["layers"]]}
    elif isinstance(inner, dict) and isinstance(inner.get("name"), str):
        inner = {**inner, **learned.get(inner["name"], {})}
    kept = {key: config[key] for key in ("name", "inbound_nodes", "shared_object_id") if key in config}
    if config.get("build_config") and not str(config.get("module")).startswith("keras"):
        kept["build_config"] = config["build_config"]  # a class of the user's need not say its shapes; Keras passes over it
    if ".ops." in str(config.get("module")) or _misread(inner):
        kept["module"] = config["module"]  # Add is a layer and an operation
    return {"class_name": _legacy_name(config), "config": inner, **kept}


def _misread(config: Any) -> bool:
    """Whether Keras reads a layer without a module wrongly: it drops several axes, and takes "dot" for a function."""
    if not isinstance(config, dict):
        return False
    axis = config.get("axis")
    words = [value for key, value in config.items() if key != "name" and isinstance(value, str)]
    return isinstance(axis, (list, tuple)) and len(axis) != 1 or not _MERGING.isdisjoint(words)


_MERGING = {"add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate", "dot"}  # functions in keras.layers


def _legacy_name(config: dict) -> str:
    name = config.get("registered_name") or config["class_name"]
    return CALLED.get(name, name)


def _long_name(loss: Any) -> Any:
    """A loss named in short by its full name: real Keras does not read "mse" back from a legacy file."""
    if isinstance(loss, dict) and "class_name" not in loss:
        return {key: _long_name(value) for key, value in loss.items()}
    if isinstance(loss, list):
        return [_long_name(value) for value in loss]
    registry = REGISTRIES.get("keras.losses")
    known = registry.table.get(loss) if registry and isinstance(loss, str) else None
    return known.__name__ if isinstance(known, types.FunctionType) else loss


def _write_weights(group: Any, model: Any, version: str) -> None:
    layers = list({id(layer): layer for layer in model.layers}.values())  # one that stands in several places once
    _write_names(group, "layer_names", [layer.name for layer in layers])
    group.attrs["backend"], group.attrs["keras_version"] = "numpy", version
    for layer in layers:
        _write_arrays(group.create_group(layer.name), [*layer.trainable_weights, *layer.non_trainable_weights])
    _write_arrays(group.create_group("top_level_model_weights"), _top_level(model))


def _write_arrays(group: Any, variables: list) -> None:
    names: list[str] = []
    for variable in variables:
        name, n = variable.path, 1
        while name in names or name in group:
            name, n = f"{variable.path}_{n}", n + 1
        group.create_dataset(name, data=np.asarray(variable.value))
        names.append(name)
    _write_names(group, "weight_names", names)


def _write_names(group: Any, name: str, texts: list[str]) -> None:
    """Write a list of texts as an attribute; lists that are too long become ``name0``, ``name1``, ..."""
    import h5py

    most = max(1, LARGEST_ATTRIBUTE // 16)  # a variable-length text takes 16 bytes in the attribute itself
    if len(texts) <= most:
        value = np.asarray(texts, dtype=object) if texts else np.asarray([], dtype="float64")
        group.attrs.create(name, value, dtype=h5py.string_dtype() if texts else None)
        return
    for i, start in enumerate(range(0, len(texts), most)):
        group.attrs.create(f"{name}{i}", np.asarray(texts[start : start + most], dtype=object), dtype=h5py.string_dtype())


def read_h5(root: Group, name: str, custom_objects: dict | None, compile: bool) -> Any:
    """Read a whole model."""
    text = root.attribute("model_config")
    if text is None:
        raise ValueError(f"{name} holds no model (no attribute 'model_config'). If it holds weights: model.load_weights().")
    config = read_json(text, f"{name}: model_config")
    weights = root.group("model_weights")
    model = build_model(config, name, declared_bytes(weights), custom_objects, root.attribute("keras_version"))
    plan = Plan(name)
    plan_legacy_weights(plan, weights, model)
    plan.carry_out()
    training = root.attribute("training_config") if compile else None
    if training is not None:
        compile_model(model, read_json(training, f"{name}: training_config"), name, custom_objects)
        state = Plan(name)
        problem = plan_legacy_optimizer(state, root, model)
        tell_of_lost_state(problem, model)
        state.carry_out()
    return model


def is_legacy_weights(root: Group) -> bool:
    """Whether a file holds weights alone, layer by layer."""
    return bool({"layer_names", "layer_names0"} & set(root.attribute_names))


def plan_legacy_weights(plan: Plan, group: Group, model: Any, by_name: bool = False, skip_mismatch: bool = False) -> list[str]:
    """Plan the weights of all layers, by order or by name; with ``skip_mismatch``, return what did not fit."""
    groups = [(layer_name, _at(group, layer_name)) for layer_name in _names(group, "layer_names")]
    places = {found.address for _, found in groups}
    saved = [(layer_name, _datasets(found, places)) for layer_name, found in groups]
    layers = list({id(layer): layer for layer in model.layers}.values())
    saved = _without_own(plan, [(name, datasets) for name, datasets in saved if datasets], layers, by_name)
    layers = [layer for layer in layers if _weights(layer)]
    if by_name:
        found = dict(saved)
        pairs = [(layer, layer.name, found[layer.name]) for layer in layers if layer.name in found]
    elif len(saved) != len(layers):
        unbuilt = "" if model.built else " The model is not built: make it, call it on data, then load_weights() of this file."
        raise ValueError(
            f"{plan.name}: the file has weights for {len(saved)} layers {[name for name, _ in saved][:20]}, the model has "
            f"{len(layers)} layers with weights.{unbuilt} Is it the file of another model?"
        )
    else:
        pairs = [(layer, name, datasets) for layer, (name, datasets) in zip(layers, saved, strict=True)]
    skipped = []
    for layer, name, datasets in pairs:
        try:
            plan.take(_weights(layer), datasets, f"layer {layer.name!r} ({type(layer).__name__}), {name!r} in the file")
        except ValueError as error:
            if not skip_mismatch:
                raise
            skipped.append(str(error))
    _plan_top_level(plan, group, model)
    return skipped


def _without_own(plan: Plan, saved: list, layers: list, by_name: bool) -> list:
    """What is saved but for what layers without variables learned, in old files: it is planned that these take it."""
    learned = [layer for layer in layers if not _weights(layer) and overrides(layer, "load_own_variables")]
    takers = [layer for layer in layers if layer in learned or _weights(layer)]
    if by_name or len(saved) != len(takers):
        named = {layer.name: layer for layer in layers}
        takers = [named.get(name) for name, _ in saved]
    rest = []
    for layer, (name, datasets) in zip(takers, saved, strict=True):
        if layer in learned:
            plan.call(layer.load_own_variables, {str(n): dataset.read() for n, dataset in enumerate(datasets)}, [])
        else:
            rest.append((name, datasets))
    return rest


def plan_legacy_optimizer(plan: Plan, root: Group, model: Any) -> str | None:
    """Plan the optimizer's state; returns why it does not fit, if so."""
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None or "optimizer_weights" not in root:
        return None
    group = root.group("optimizer_weights")
    datasets = _datasets(group)
    return plan_optimizer(plan, optimizer, model, datasets, _names(group, "weight_names")) if datasets else None


def _plan_top_level(plan: Plan, group: Group, model: Any) -> None:
    """Weights of the model itself, outside of its layers."""
    if "top_level_model_weights" not in group:
        return
    own = _top_level(model)
    datasets = _datasets(group.group("top_level_model_weights"))
    if own or datasets:
        plan.take(own, datasets, f"model {model.name!r} itself")


def _top_level(model: Any) -> list:
    inner = {id(v) for layer in model.layers for v in layer.weights}
    return [v for v in _weights(model) if id(v) not in inner]


def _weights(layer: Any) -> list:
    return [*layer.trainable_weights, *layer.non_trainable_weights]


def _at(group: Group, path: str) -> Group:
    """The group of a layer; Keras 2 had layers called "conv1/conv"."""
    for part in path.split("/"):
        group = group.group(part)
    return group


def _datasets(group: Group, others: Iterable[int] = ()) -> list[Dataset]:
    """The arrays of a layer, in the order of their list; arrays that are not listed are a sign of damage.

    ``others``: where other layers stand, which may be inside of this one: "Conv" and "Conv/BatchNorm".
    """
    names = _names(group, "weight_names")
    found = _below(group, 0, {group.address, *others})
    if found != len(names):
        raise group.source.error(f"is damaged: {group.path!r} lists {len(names)} arrays and has {found}.")
    return [group.dataset(name) for name in names]


def _below(group: Group, depth: int, seen: set[int]) -> int:
    """How many datasets are in a group and the groups in it."""
    if depth > DEEPEST:
        raise group.source.error(f"is damaged or hostile: {group.path[:200]!r} is nested more than {DEEPEST} deep.")
    inside = group.unseen(seen)
    return sum(_below(i, depth + 1, seen) if isinstance(i, Group) else 1 for i in inside)


def _names(group: Group, attribute: str) -> list[str]:
    """A list of texts, in one attribute or in numbered ones."""
    found: list = []
    if attribute in group.attribute_names:
        found = _listed(group, attribute)
    else:
        for i in range(MOST_NAMES):
            if f"{attribute}{i}" not in group.attribute_names:
                break
            found += _listed(group, f"{attribute}{i}")
    if len(found) > MOST_NAMES or not all(isinstance(n, bytes) for n in found) or len(set(found)) != len(found):
        raise group.source.error(f"is damaged: the attribute {attribute!r} of {group.path!r} is not a list of different names.")
    return [n.decode("utf8", "replace") for n in found]


def _listed(group: Group, attribute: str) -> list:
    value = group.attribute(attribute)
    value = value.tolist() if isinstance(value, np.ndarray) else value
    return value if isinstance(value, list) else [value]
