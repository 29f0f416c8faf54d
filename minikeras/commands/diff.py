"""What differs between two model files, in architecture and weights."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

import numpy as np

from minikeras._core.serialize import serialize_keras_object
from minikeras.commands.files import as_json, load


def diff(options: Any) -> int:
    """Compare two models; 1 if they differ."""
    one, other = (load(path, for_weights=False) for path in (options.file, options.other))
    texts = [path for path in (options.file, options.other) if path.endswith(".json")]
    if texts:
        print(f"{texts[0]} holds no weights: their shapes are compared alone.", file=sys.stderr)
    found = [*config_differences(serialize_keras_object(one), serialize_keras_object(other))]
    found += weight_differences(one, other, not texts)
    if options.json:
        print(as_json(found))
    else:
        print("\n".join(f"{d['where']}: {d['one']} | {d['other']}" for d in found) or "no differences")
    return 1 if found else 0


def config_differences(one: Any, other: Any, where: str = "config") -> Iterator[dict]:
    """Where two configs differ; a layer that the other lacks, or has another in its place, stands there as its class and name.

    >>> list(config_differences({"units": 3}, {"units": 4}))
    [{'where': 'config.units', 'one': 3, 'other': 4}]
    """
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys([*one, *other]):
            yield from config_differences(one.get(key), other.get(key), f"{where}.{key}")
    elif isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)) and _are_layers([*one, *other]):
        for i, j in pairs(one, other, _kind, (_label, _kind)):
            if i is None or j is None or _kind(one[i]) != _kind(other[j]):
                there = None if i is None else _label(one[i]), None if j is None else _label(other[j])
                yield {"where": f"{where}[{j if i is None else i}]", "one": there[0], "other": there[1]}
            else:
                yield from config_differences(one[i], other[j], f"{where}[{i}]")
    elif isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)) and len(one) == len(other):
        for i, (a, b) in enumerate(zip(one, other)):
            yield from config_differences(a, b, f"{where}[{i}]")
    elif one != other and not (one != one and other != other):  # NaN is NaN here
        yield {"where": where, "one": one, "other": other}


def weight_differences(one: Any, other: Any, values: bool = True) -> Iterator[dict]:
    """Where the weights of two models differ: in shape, and in their values unless one has none of its own."""
    if len(one.weights) != len(other.weights):
        yield {"where": "weights", "one": len(one.weights), "other": len(other.weights)}
    for i, j in pairs(one.weights, other.weights, _shape, (_path, _shape)):
        a, b = None if i is None else one.weights[i], None if j is None else other.weights[j]
        where = (b if a is None else a).path
        if a is None or b is None or a.shape != b.shape:
            yield {"where": where, "one": None if a is None else _shape(a), "other": None if b is None else _shape(b)}
        elif values and not np.array_equal(a.value, b.value, equal_nan=True):
            x, y = a.value.astype("float64"), b.value.astype("float64")
            apart = (x != y) & ~(np.isnan(x) & np.isnan(y))  # ∞ − ∞ is no number, and no difference
            most = float(np.abs(x[apart] - y[apart]).max())
            yield {"where": where, "one": _shape(a), "other": f"largest difference {most:.3g}"}


def pairs(one: Sequence, other: Sequence, same: Callable, keys: tuple[Callable, ...]) -> Iterator[tuple]:
    """The numbers of items that belong together, with None where there is no partner.

    Args:
        same: what items of one place share where nothing was put in or taken out; they belong together then.
        keys: else those do that are alike by the first of these, then, between them, by the next; what is left at one place
            of both has changed.

    >>> list(pairs(["d", "e"], ["d", "new", "e"], len, (str, len)))
    [(0, 0), (None, 1), (1, 2)]
    """
    if [*map(same, one)] == [*map(same, other)]:
        yield from ((i, i) for i in range(len(one)))
        return
    if not keys:
        together = range(len(one) if len(one) == len(other) else 0)
        yield from ((i, i) for i in together)
        yield from ((i, None) for i in range(len(together), len(one)))
        yield from ((None, i) for i in range(len(together), len(other)))
        return
    key, *others = keys
    alike = SequenceMatcher(None, [*map(key, one)], [*map(key, other)], autojunk=False)
    for kind, i, to_i, j, to_j in alike.get_opcodes():
        if kind == "equal":
            yield from zip(range(i, to_i), range(j, to_j))
        else:
            for a, b in pairs(one[i:to_i], other[j:to_j], same, tuple(others)):
                yield None if a is None else i + a, None if b is None else j + b


def _are_layers(configs: list) -> bool:
    """Whether a list holds the configs of layers."""
    return bool(configs) and all(isinstance(c, dict) and "class_name" in c and _name(c) for c in configs)


def _name(config: dict) -> Any:
    inner = config.get("config")
    return inner.get("name") if isinstance(inner, dict) else None


def _kind(config: dict) -> str:
    return str(config["class_name"])


def _label(config: dict) -> str:
    return f"{config['class_name']} {_name(config)!r}"


def _path(weight: Any) -> str:
    return weight.path


def _shape(weight: Any) -> str:
    return f"shape {tuple(weight.shape)}"
