"""The parts of a model that keep variables, and the paths that Keras 3 files give them.

A path is not made of names but of class names, numbered by occurrence: ``layers/dense``, ``layers/dense_1``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from minikeras._core.naming import snake_case
from minikeras._core.random import SeedGenerator
from minikeras._core.serialize import is_marking, marking_shared
from minikeras._core.variable import Variable
from minikeras.layers.layer import Layer

CALLED = {"GroupQueryAttention": "GroupedQueryAttention"}  # public name -> what Keras' own source calls the class


class Part(NamedTuple):
    """A layer, a model or a random stream in its place."""

    steps: tuple[tuple[str, ...], ...]  # ("attribute",) or ("container", "class", position), from the model down
    path: str
    part: Any
    own: list[Variable]

    @property
    def label(self) -> str:
        """How error messages call it."""
        name = getattr(self.part, "name", None)
        return f"layer {name!r} ({type(self.part).__name__})" if self.steps else f"model {name!r}"


def parts(model: Any, backwards: bool = False) -> list[Part]:
    """All parts of a model, itself first, each once.

    Args:
        backwards: walk through attributes from the end of the alphabet, as Keras 2.15 did: of the layers of a model that stand
            both in attributes of their own and in ``layers``, those behind it have paths by their attributes then.

    >>> from minikeras.layers import Dense
    >>> class Block(Layer):
    ...     def __init__(self): super().__init__(); self.inner = [Dense(1), Dense(2)]
    >>> [part.path for part in parts(Block())]
    ['', 'inner/dense', 'inner/dense_1']
    """
    return list(_walk(model, (), "", set(), backwards))


def standing_twice(model: Any) -> list[Any]:
    """The layers that stand in more than one of the models and wrappers inside a model: a config says that they are one.

    >>> from minikeras.layers import Dense, TimeDistributed
    >>> dense = Dense(1)
    >>> standing_twice(TimeDistributed(dense))
    []
    """
    count: dict[int, list] = {}
    holders, seen = [model], {id(model)}
    for holder in holders:
        inside = [layer for _, child in _children(holder) for layer in _flat(child) if isinstance(layer, Layer)]
        for layer in {id(layer): layer for layer in inside}.values():
            count.setdefault(id(layer), []).append(layer)
            if id(layer) not in seen:
                seen.add(id(layer))
                holders.append(layer)
    return [layers[0] for layers in count.values() if len(layers) > 1]


@contextlib.contextmanager
def telling_shared(model: Any) -> Iterator[None]:
    """Have the configs that are made in the block tell which layers are one; the outermost model tells it for all in it."""
    if is_marking():
        yield
        return
    with marking_shared(standing_twice(model)):
        yield


def own_variables(part: Any) -> list[Variable]:
    """The variables of a part without those of the parts in it: trainable by nature first."""
    if isinstance(part, SeedGenerator):
        return [part.state]
    inner = {id(v) for _, child in _children(part) for c in _flat(child) for v in _all(c)}
    own = [v for v in part.weights if id(v) not in inner]
    if type(part).__name__ == "SpectralNormalization" and part.kernel is not None:
        own.insert(0, part.kernel)  # that of the layer inside: Keras writes it twice
    return own


def overrides(part: Any, method: str) -> bool:
    """Whether a layer brings its own ``save_own_variables`` or ``load_own_variables``, as Keras allows."""
    own = getattr(type(part), method, None)
    return own is not None and own is not getattr(Layer, method)


def _walk(part: Any, steps: tuple, path: str, seen: set[int], backwards: bool) -> Iterator[Part]:
    if id(part) in seen:
        return
    seen.add(id(part))
    yield Part(steps, path, part, own_variables(part))
    for name, child in _children(part, backwards):
        if isinstance(child, (Layer, SeedGenerator)):
            yield from _walk(child, (*steps, (name,)), f"{path}/{name}".lstrip("/"), seen, backwards)
            continue
        counts: dict[str, int] = {}
        for item in _flat(child):
            kind = snake_case(CALLED.get(type(item).__name__, type(item).__name__))
            n = counts[kind] = counts.get(kind, -1) + 1
            numbered = f"{kind}_{n}" if n else kind
            yield from _walk(item, (*steps, (name, kind, n)), f"{path}/{name}/{numbered}".lstrip("/"), seen, backwards)


def _children(part: Any, backwards: bool = False) -> Iterator[tuple[str, Any]]:
    """Attributes that are parts, or hold some, in alphabetical order; the layers of a model first."""
    if isinstance(part, SeedGenerator):
        return
    own = dict(vars(part))
    if isinstance(getattr(part, "layers", None), list):
        if own.pop("_layers", None) is not None and not backwards:
            yield "layers", part.layers
        else:
            own["layers"] = part.layers  # those in attributes of a model of the user's, met in the order of the alphabet
    for name in sorted(own, reverse=backwards):
        value = own[name]
        if name.startswith("__") or name in _NOT_PARTS:
            continue
        if isinstance(value, (Layer, SeedGenerator)) or type(value) in (list, tuple, dict) and _flat(value):
            yield name, value


_NOT_PARTS = {"_operations", "_nodes", "_inbound_nodes", "_seed_generators", "history"}


def _flat(value: Any) -> list:
    """The parts in a container."""
    if isinstance(value, (Layer, SeedGenerator)):
        return [value]
    items = value.values() if type(value) is dict else value
    return [item for item in items if isinstance(item, (Layer, SeedGenerator))]


def _all(part: Any) -> list[Variable]:
    return [part.state] if isinstance(part, SeedGenerator) else part.weights
