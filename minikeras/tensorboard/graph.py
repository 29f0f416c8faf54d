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
    entries, last = [name for name, _ in _places(config.get("input_layers"))], [one for group in inputs or () for one in group]
    for name, layer in layers.items():
        if name in entries:
            feeds = (inputs or [[]] * len(entries))[entries.index(name) : entries.index(name) + 1]
        elif "inbound_nodes" in layer:
            sources = _sources(layer["inbound_nodes"])
            feeds = [[_end(layers[source], index, scope)] for source, index in sources if source in layers]
        else:
            feeds = [last]
        if "layers" in layer["config"]:
            yield from nodes(layer, scope + name + "/", feeds)
        else:
            yield scope + name, layer["class_name"], list(dict.fromkeys(feed for group in feeds for feed in group))
        last = [_end(layer, 0, scope)]


def _end(layer: dict, index: int, scope: str) -> str:
    """The name of the node that gives this output of a layer."""
    config = layer["config"]
    layers = {one["config"]["name"]: one for one in config.get("layers") or ()}
    if not layers:
        return scope + config["name"]
    outputs = _places(config.get("output_layers"))
    last, inner = outputs[index] if index < len(outputs) else (list(layers)[-1], 0)
    return _end(layers[last], inner, scope + config["name"] + "/")


def _places(places: Any) -> list[tuple[str, int]]:
    """The layers and the numbers of their outputs in ``["a", 0, 1]``, ``[["a", 0, 1], ["b", 0, 0]]`` or a dict of these.

    >>> _places([["a", 0, 1], ["b", 0, 0]]), _places(["a", 0, 0]), _places(None)
    ([('a', 1), ('b', 0)], [('a', 0)], [])
    """
    if not places:
        return []
    if isinstance(places, dict):
        return [place for one in places.values() for place in _places(one)]
    return [(places[0], places[2])] if isinstance(places[0], str) else [place for one in places for place in _places(one)]


def _sources(call: Any) -> list[tuple[str, int]]:
    """The layers that calls take tensors from, and the numbers of their outputs, each once.

    >>> _sources([{"args": [{"config": {"keras_history": ["a", 0, 1]}}], "kwargs": {}}])
    [('a', 1)]
    """
    if isinstance(call, dict):
        if "keras_history" in call:
            name, _, index = call["keras_history"]
            return [(name, index)]
        call = list(call.values())
    found = [place for one in call for place in _sources(one)] if isinstance(call, list) else []
    return list(dict.fromkeys(found))
