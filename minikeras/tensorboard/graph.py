"""The graph of a model, from its config: a node per layer, models within as groups of nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from minikeras.tensorboard.protobuf import block, integer


def graph_def(config: dict) -> bytes:
    """Return a GraphDef of the layers of a model.

    Args:
        config: what ``json.loads(model.to_json())`` gives.

    >>> layers = [{"class_name": "Dense", "config": {"name": name}} for name in ("first", "second")]
    >>> model = {"class_name": "Sequential", "config": {"name": "net", "layers": layers}}
    >>> list(nodes(model))
    [('first', 'Dense', []), ('second', 'Dense', ['first'])]
    >>> b"second" in graph_def(model)
    True
    """
    parts = []
    for name, kind, inputs in nodes(config):
        parts.append(block(1, block(1, name) + block(2, kind) + b"".join(block(3, one) for one in inputs)))
    return b"".join(parts) + block(4, integer(1, 1))


def nodes(model: dict, scope: str = "", inputs: list[list[str]] | None = None) -> Iterator[tuple[str, str, list[str]]]:
    """The name, class and inputs of each layer of a model.

    Args:
        model: its config.
        scope: what the names of its nodes begin with.
        inputs: for each of its inputs, the names of the nodes that feed it.

    >>> list(nodes({"class_name": "Sequential", "config": {"name": "empty", "layers": []}}))
    []
    """
    config = model["config"]
    layers = {layer["config"]["name"]: layer for layer in config.get("layers", ())}
    entries, last = _names(config.get("input_layers")), [name for group in inputs or () for name in group]
    for name, layer in layers.items():
        if name in entries:
            feeds = (inputs or [[]] * len(entries))[entries.index(name) : entries.index(name) + 1]
        elif "inbound_nodes" in layer:
            feeds = [_ends(layers[source], scope) for source in _sources(layer["inbound_nodes"]) if source in layers]
        else:
            feeds = [last]
        if "layers" in layer["config"]:
            yield from nodes(layer, scope + name + "/", feeds)
        else:
            yield scope + name, layer["class_name"], [feed for group in feeds for feed in group]
        last = _ends(layer, scope)


def _ends(layer: dict, scope: str) -> list[str]:
    """The names of the nodes that give what a layer gives."""
    config = layer["config"]
    layers = config.get("layers")
    if not layers:
        return [scope + config["name"]]
    last = _names(config.get("output_layers")) or [layers[-1]["config"]["name"]]
    return [end for one in layers if one["config"]["name"] in last for end in _ends(one, scope + config["name"] + "/")]


def _names(places: Any) -> list[str]:
    """The layers' names in ``["a", 0, 0]``, ``[["a", 0, 0], ["b", 0, 0]]`` or a dict of these.

    >>> _names([["a", 0, 0], ["b", 0, 0]]), _names(["a", 0, 0]), _names(None)
    (['a', 'b'], ['a'], [])
    """
    if not places:
        return []
    if isinstance(places, dict):
        return [name for one in places.values() for name in _names(one)]
    return [places[0]] if isinstance(places[0], str) else [name for one in places for name in _names(one)]


def _sources(call: Any) -> list[str]:
    """The names of the layers that calls take tensors from, each once.

    >>> _sources([{"args": [{"config": {"keras_history": ["a", 0, 0]}}], "kwargs": {}}])
    ['a']
    """
    if isinstance(call, dict):
        if "keras_history" in call:
            return [call["keras_history"][0]]
        call = list(call.values())
    found = [name for one in call for name in _sources(one)] if isinstance(call, list) else []
    return list(dict.fromkeys(found))
