"""A graph of layers from plain data, as Keras 2 and 3 write it."""

from __future__ import annotations

import heapq
import inspect
from collections.abc import Iterator
from typing import Any

from minikeras._core.custom import find_custom
from minikeras._core.naming import shorten
from minikeras._core.nest import flatten
from minikeras._core.operation import Operation
from minikeras._core.serialize import deserialize_keras_object
from minikeras._core.symbolic import symbolic_leaves
from minikeras.layers.layer import Layer
from minikeras.layers.layer import registry as layer_registry
from minikeras.models.graph_config import TRAINING, function_of, ops, settings_of
from minikeras.models.old_additions import KINDS, Addition
from minikeras.models.old_operations import OLD_KINDS, OldOperation

MOST_CALLS = 10_000  # nodes in one model from a file
_GRAPH = ("layers", "input_layers", "output_layers")


def from_graph_config(cls: type, config: Any, custom_objects: dict | None = None) -> Any:
    """Build a model from the config of a graph; what it names that is not there is said in one ValueError."""
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        raise ValueError(f"The config of a functional model has a list of layers, got {shorten(config)}.")
    graph = _Graph(custom_objects)
    for entry in config["layers"]:
        graph.enter(entry)
    graph.make_calls([config.get("input_layers"), config.get("output_layers")])
    inputs, outputs = (graph.structure(config.get(key), key) for key in ("input_layers", "output_layers"))
    if graph.old:  # Keras 2 writes a list where there is one
        inputs, outputs = (s[0] if isinstance(s, list) and len(s) == 1 else s for s in (inputs, outputs))
    kwargs = {key: config[key] for key in ("name", "trainable", "dtype") if config.get(key) is not None}
    if cls.__name__ != "Functional":  # what the get_config() of a subclass adds to the graph
        kwargs |= {key: value for key, value in config.items() if key not in (*kwargs, *_GRAPH, "name", "trainable", "dtype")}
    model = cls(inputs=inputs, outputs=outputs, **kwargs)
    for operation in graph.operations.values():
        if isinstance(operation, Addition):
            operation.join(model)
    return model


class _Graph:
    """Layers by name, and the calls that are still to be made."""

    def __init__(self, custom_objects: dict | None):
        self.custom_objects = custom_objects
        self.operations: dict[str, Any] = {}
        self.results: dict[str, list] = {}  # of each layer: the results of its calls
        self.waiting: list[tuple[str, int, Any]] = []
        self.old = False  # whether Keras 2 wrote it
        self.offset: dict[str, int] = {}  # where a layer's calls are counted from, in this file
        self.end_offset: dict[str, int] = {}  # and among the outputs

    def enter(self, entry: Any) -> None:
        if not isinstance(entry, dict) or not isinstance(entry.get("class_name"), str):
            raise ValueError(
                f"A layer in the config of a functional model is a dict with a 'class_name', got {shorten(entry)}."
            )
        inner = entry.get("config") if isinstance(entry.get("config"), dict) else {}
        name = entry.get("name") or inner.get("name")
        if not isinstance(name, str):
            raise ValueError(f"A layer in the config of a functional model has no name: {shorten(entry)}.")
        if name in self.operations:
            raise ValueError(f"Layer names in a model must differ, the config has {name!r} twice.")
        calls = entry.get("inbound_nodes") or []
        if not isinstance(calls, list) or len(self.waiting) + len(calls) > MOST_CALLS:
            raise ValueError(f"The calls of layer {name!r} in the config should be a list of reasonable length.")
        self.operations[name] = self.make(entry, name)
        operation = self.operations[name]
        self.results[name] = [None] * max(len(calls), 1)
        if not calls and isinstance(operation, Layer) and operation._inbound_nodes and not operation._inbound_nodes[0].args:
            self.results[name] = [operation.output]  # an Input
        self.waiting += [(name, i, call) for i, call in enumerate(calls)]
        self.old = self.old or any(isinstance(call, list) for call in calls)

    def make(self, entry: dict, name: str) -> Any:
        if entry["class_name"] in KINDS and find_custom(entry["class_name"], self.custom_objects) is None:
            return Addition(entry["class_name"], entry.get("config"), name)
        if _is_operation(entry, self.custom_objects):
            return _make_operation(entry, name)
        found = deserialize_keras_object(
            {key: v for key, v in entry.items() if key not in ("name", "inbound_nodes")}, self.custom_objects
        )
        if not isinstance(found, Layer):
            raise ValueError(f"{name!r} in the config of a functional model is a {type(found).__name__}, expected a layer.")
        if entry.get("name"):
            found.name = name
        return found

    def make_calls(self, ends: Any) -> None:
        """Call each layer as soon as what it needs is there, in the order of the file as far as that goes."""
        self._find_offsets(ends)
        needed: list[set] = []  # of each call: the calls that it waits for
        waited: dict[tuple, list[int]] = {}  # and the other way round
        for at, (_, _, call) in enumerate(self.waiting):
            needed.append({(name, i - self.offset.get(name, 0)) for name, i, _ in _references(call) if name in self.operations})
            needed[at] = {place for place in needed[at] if self._is_open(*place)}
            for place in needed[at]:
                waited.setdefault(place, []).append(at)
        ready = [at for at, places in enumerate(needed) if not places]
        left = len(needed)
        while ready:
            at = heapq.heappop(ready)
            name, i, call = self.waiting[at]
            args, kwargs = self._arguments(name, call)
            self.results[name][i] = self.operations[name](*args, **kwargs)
            left -= 1
            for other in waited.get((name, i), ()):
                needed[other].discard((name, i))
                if not needed[other]:
                    heapq.heappush(ready, other)
        if left:
            stuck = ", ".join(repr(self.waiting[at][0]) for at in range(len(needed)) if needed[at])[:200]
            raise ValueError(f"The graph in the config has a cycle, or a layer that nothing leads to: {stuck} can't be called.")

    def _is_open(self, name: str, index: int) -> bool:
        results = self.results[name]
        return 0 <= index < len(results) and results[index] is None

    def _find_offsets(self, ends: Any) -> None:
        """A model inside counts a call of its own first in some files, and in some only where the outputs are listed."""
        for values, offset in (((call for _, _, call in self.waiting), self.offset), ([ends], self.end_offset)):
            highest: dict[str, int] = {}
            for value in values:
                for name, index, _ in _references(value):
                    highest[name] = max(highest.get(name, 0), index)
            for name, index in highest.items():
                if index == len(self.results.get(name, ())) and hasattr(self.operations.get(name), "layers"):
                    offset[name] = 1
        self.end_offset = {**self.offset, **self.end_offset}

    def tensor(self, place: Any, end: bool = False) -> Any:
        """The tensor at a place, or the number that Keras 2 writes in the place of one."""
        if isinstance(place, list) and len(place) == 3 and place[:2] == [CONSTANT, -1]:
            return place[2]
        name, index, k = _checked_place(place)
        if name not in self.operations:
            raise ValueError(f"The config of a functional model refers to a layer {shorten(name)} that it does not have.")
        results = self.results[name]
        index -= (self.end_offset if end else self.offset).get(name, 0)
        if not 0 <= index < len(results):
            raise ValueError(
                f"The config of a functional model refers to call {index} of layer {name!r}, which has {len(results)}."
            )
        if results[index] is None:
            raise ValueError(f"The config of a functional model refers to the layer {name!r}, which is never called.")
        flat = flatten(results[index])
        if not 0 <= k < len(flat):
            raise ValueError(f"The config of a functional model refers to output {k} of layer {name!r}, which has {len(flat)}.")
        return flat[k]

    def _arguments(self, name: str, call: Any) -> tuple[tuple, dict]:
        """The arguments of one call."""

        def read(value):
            if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
                inner = value.get("config")
                return self.tensor(inner.get("keras_history") if isinstance(inner, dict) else None)
            if isinstance(value, dict) and "class_name" not in value:
                return {key: read(v) for key, v in value.items()}
            if isinstance(value, (list, tuple)):
                return [read(v) for v in value]
            return deserialize_keras_object(value, self.custom_objects)

        if isinstance(call, dict):  # Keras 3
            args, kwargs = call.get("args", []), call.get("kwargs") or {}
            if not isinstance(args, list) or not isinstance(kwargs, dict):
                raise ValueError(f"A call of layer {name!r} in the config has no list of args: {shorten(call)}.")
            args, kwargs = read(args), {key: read(v) for key, v in kwargs.items() if key != "training"}
            if isinstance(call.get(TRAINING), bool):
                kwargs["training"] = call[TRAINING]
        else:
            args, kwargs = self._old_arguments(name, call)
        if isinstance(self.operations[name], Layer):
            kwargs = {key: v for key, v in kwargs.items() if v is not None}
            args = args[:1] + [a for a in args[1:] if a is not None]
            if not symbolic_leaves((args, kwargs)):
                raise ValueError(f"A call of layer {name!r} in the config is given no tensor: {shorten(call)}.")
        return tuple(args), kwargs

    def _old_arguments(self, name: str, call: Any) -> tuple[list, dict]:
        """Keras 2: a list of places, each with keyword arguments behind; the first argument is all tensors."""
        if isinstance(call, list) and call and isinstance(call[0], str):
            call = [call]
        if not isinstance(call, list) or not call:
            raise ValueError(f"A call of layer {name!r} in the config is a list of tensors, got {shorten(call)}.")
        tensors, kwargs = [], {}
        for place in call:
            tensors.append(self.tensor(place[:3] if isinstance(place, list) else place))
            if isinstance(place, list) and len(place) > 3 and isinstance(place[3], dict):
                kwargs.update(place[3])

        def read(value):
            if (
                isinstance(value, list)
                and len(value) == 3
                and isinstance(value[0], str)
                and value[0] in (*self.operations, CONSTANT)
            ):
                return self.tensor(value)
            return [read(v) for v in value] if isinstance(value, list) else value

        kwargs = {key: read(value) for key, value in kwargs.items()}
        return [tensors[0] if len(tensors) == 1 else tensors], kwargs

    def structure(self, places: Any, key: str) -> Any:
        """Inputs or outputs: one place, a list or a dict of them."""
        if isinstance(places, dict):
            return {name: self.structure(place, key) for name, place in places.items()}
        if isinstance(places, (list, tuple)) and len(places) == 3 and isinstance(places[0], str):
            return self.tensor(places, end=True)
        if not isinstance(places, (list, tuple)) or not places:
            raise ValueError(f"The config of a functional model should name its {key}, got {shorten(places)}.")
        found = [self.structure(place, key) for place in places]
        return tuple(found) if isinstance(places, tuple) else found


def _is_operation(entry: dict, custom_objects: dict | None) -> bool:
    """Whether an entry of a config is an operation; legacy files don't say where "Add" comes from, but layers have a type."""
    module, kind, config = str(entry.get("module") or ""), entry["class_name"], entry.get("config")
    if ".ops" in module or kind in OLD_KINDS:
        return True
    if ".activations" in module:
        return True
    if module or not isinstance(config, dict) or kind in NO_OPERATIONS or find_custom(kind, custom_objects) is not None:
        return False
    return "trainable" not in config and (kind not in layer_registry.table or function_of(kind) is not None)


NO_OPERATIONS = ("Sequential", "Functional", "Model", "InputLayer")
CONSTANT = "_CONSTANT_VALUE"  # what Keras 2 calls the layer that a number comes from


def _references(value: Any) -> Iterator[list]:
    """All places that a call refers to."""
    level = [value]
    while level:
        below = []
        for v in level:
            if isinstance(v, dict):
                place = v.get("keras_history")
                if isinstance(place, list) and len(place) == 3 and isinstance(place[0], str) and isinstance(place[1], int):
                    yield place
                below += v.values()
            elif isinstance(v, list):
                if len(v) in (3, 4) and isinstance(v[0], str) and isinstance(v[1], int):
                    yield v[:3]
                below += v
        level = below


def _checked_place(place: Any) -> tuple[str, int, int]:
    good = isinstance(place, (list, tuple)) and len(place) == 3 and isinstance(place[0], str)
    if not good or not all(isinstance(n, int) and not isinstance(n, bool) for n in place[1:]):
        raise ValueError(f"A tensor in the config of a functional model is [layer, call, output], got {shorten(place)}.")
    return place[0], place[1], place[2]


class _Made(Operation):
    """An operation from a file: its function, with the settings that the file gives it."""

    def __init__(self, function: Any, name: str, settings: dict):
        super().__init__(function, name)
        self.settings = settings

    def __call__(self, *args, **kwargs):
        if not symbolic_leaves((args, kwargs)):
            raise ValueError(f"The operation {self.name!r} ({self.class_name}) in the config is called on no tensor.")
        if self.class_name == "GetItem":  # JSON knows no tuples, and x[[0, 1]] is something else than x[0, 1]
            args = args[:1] + tuple(tuple(key) if isinstance(key, list) else key for key in args[1:])
        args, kwargs = self._arranged(args, {**self.settings, **kwargs})
        return super().__call__(*args, **kwargs)

    def _arranged(self, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
        """Settings and data in the order in which the function takes them; Keras' files have them apart."""
        parameters = inspect.signature(self.function).parameters
        data = [p for p in parameters.values() if p.name not in settings_of(self) and p.kind is not p.VAR_KEYWORD]
        many = next((p for p in data if p.kind is p.VAR_POSITIONAL), None)
        if many is not None:
            names = [n for n in parameters if n in kwargs and list(parameters).index(n) < list(parameters).index(many.name)]
            return (*(kwargs.pop(n) for n in names), *args), kwargs
        if len(args) > len(data):
            raise ValueError(
                f"The operation {self.name!r} ({self.class_name}) in the config is called with {len(args)} arguments."
            )
        given = {**kwargs, **{p.name: value for p, value in zip(data, args)}}
        first = next(iter(parameters), None)
        return ((given.pop(first),), given) if first in given else ((), given)


ACTIVATIONS = {"ReLU": "Relu"}


def _make_operation(entry: dict, name: str) -> Any:
    kind, inner = ACTIVATIONS.get(entry["class_name"], entry["class_name"]), entry.get("config")
    inner = inner if isinstance(inner, dict) else {}
    if kind in OLD_KINDS:
        return OldOperation(kind, inner, name, ops())
    function = function_of(kind)
    if function is None:
        raise ValueError(
            f"The config of a functional model has an operation {shorten(kind)} ({name!r}) that is not known here."
        )
    known = getattr(function, "settings", ())
    return _Made(function, name, {key: deserialize_keras_object(value) for key, value in inner.items() if key in known})
