"""How a layer is called: which argument is which, and what travels along."""

from __future__ import annotations

import contextlib
import difflib
import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from minikeras._core.nest import flatten, is_nested, keys, pack_sequence_as
from minikeras._core.now import TAPE
from minikeras._core.symbolic import KerasTensor
from minikeras._core.tape import gradients
from minikeras._core.tensor import Tensor
from minikeras._core.trace import Argument, Box, Entry, Several, primitive
from minikeras._core.variable import Variable
from minikeras.layers.shares import Shares


class CallSpec(NamedTuple):
    """What the `call` of a class takes."""

    names: tuple[str, ...]  # of all arguments, without self
    required: int  # how many of them have no default
    several: bool  # **kwargs: anything goes
    many: bool  # *args

    @property
    def first(self) -> str:
        """The name of the first argument."""
        return self.names[0] if self.names else "inputs"

    def takes(self, name: str) -> bool:
        """Whether it knows an argument."""
        return name in self.names or self.several

    def bind(self, layer: Any, args: tuple, kwargs: dict) -> tuple[Any, dict]:
        """Sort what was passed into the first argument and the others by name."""
        if not args:
            first = next((n for n in (self.first, "inputs") if n in kwargs), None)
            if first is None:
                raise TypeError(f"Layer {layer.name!r} ({type(layer).__name__}) is called on its input: layer({self.first}).")
            kwargs = dict(kwargs)
            args = (kwargs.pop(first),)
        if len(args) > 1:
            rest = self.names[1:]
            if len(args) - 1 > len(rest):
                raise TypeError(
                    f"Layer {layer.name!r} ({type(layer).__name__}) takes {len(self.names)} arguments "
                    f"({', '.join(self.names)}), got {len(args)}."
                )
            twice = next((n for n in rest[: len(args) - 1] if n in kwargs), None)
            if twice:
                raise TypeError(f"Layer {layer.name!r} ({type(layer).__name__}) got `{twice}` twice, by position and by name.")
            kwargs = {**dict(zip(rest, args[1:])), **kwargs}
        for name in kwargs:
            if not self.several and name not in self.names and name not in _BY_THE_WAY:
                near = difflib.get_close_matches(name, self.names, 1)
                hint = f" Did you mean `{near[0]}`?" if near else f" It takes {', '.join(self.names)}."
                raise TypeError(f"Layer {layer.name!r} ({type(layer).__name__}) has no argument `{name}` in its call.{hint}")
        return args[0], kwargs


_BY_THE_WAY = ("training", "mask")  # passed to every layer, used by those that take them


@functools.lru_cache(4096)
def call_spec(function: Callable) -> CallSpec:
    """What a `call` takes, from its signature.

    >>> call_spec(lambda self, x, mask=None: x)
    CallSpec(names=('x', 'mask'), required=1, several=False, many=False)
    """
    parameters = list(inspect.signature(function).parameters.values())[1:]
    named = [p for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    return CallSpec(
        tuple(p.name for p in named),
        sum(p.default is p.empty for p in named),
        any(p.kind is p.VAR_KEYWORD for p in parameters),
        any(p.kind is p.VAR_POSITIONAL for p in parameters),
    )


def is_structure(value: Any) -> bool:
    """Whether an input is several arrays, in a dict, list or tuple, rather than one written as nested lists.

    >>> is_structure([np.zeros(2), np.zeros(3)]), is_structure([[1, 2], [3, 4]])
    (True, False)
    """
    if isinstance(value, dict):
        return True
    return isinstance(value, (list, tuple)) and any(isinstance(v, _ARRAYS) or is_structure(v) for v in value)


_ARRAYS = (np.ndarray, Box, KerasTensor, Variable)


def mask_of(value: Any) -> Any:
    """The mask that travels with an array, or with those in a structure; None if there is none.

    >>> mask_of(np.zeros(3)) is None
    True
    """
    if type(value) is np.ndarray:
        return None
    if isinstance(value, (Tensor, Box)):
        return value._keras_mask
    if is_nested(value):
        items = value.values() if isinstance(value, dict) else value
        masks = [mask_of(item) for item in items]
        if all(m is None for m in masks):
            return None
        return dict(zip(value, masks)) if isinstance(value, dict) else masks
    return getattr(value, "_keras_mask", None)


def with_mask(value: Any, mask: Any) -> Any:
    """An array that its mask travels with; None where there is none."""
    if mask is None:
        return value
    if isinstance(value, (list, tuple)):
        parts = [with_mask(v, m) for v, m in zip(value, mask)] if isinstance(mask, (list, tuple)) else list(value)
        return parts if isinstance(value, list) else tuple(parts)
    if type(value) is np.ndarray:
        value = value.view(Tensor)
    if isinstance(value, (Tensor, Box)):
        value._keras_mask = mask
    return value


def call_on_tape(layer: Any, x: Any, training: bool = False, arguments: dict | None = None, kind: type | None = None) -> Any:
    """Call a layer that has formulas from inside traced code: one entry on the tape, whose way back is its `backward`.

    Args:
        kind: the class whose formulas are meant, where a class of the user's stands on one of the house.
    """
    kind = kind or type(layer)
    tape = TAPE.get()
    if type(x) is Box and not arguments and tape is not None and tape.roll is x.roll:
        return _call_on_one(layer, kind, x, training, tape)
    variables, known = _watched_variables(layer, tape), layer.known()
    ways = _Ways(layer, kind, training, known.states if tape is not None and tape.keeps_states else ())
    x, arguments = _boxed(x), {name: _boxed(value) for name, value in (arguments or {}).items()}
    leaves, rebuild = _apart((x, arguments))
    ways.need_dx = any(type(leaf) is Box for leaf in leaves)
    y = primitive(lambda *given: ways.forward(rebuild(given[: len(leaves)]), given[len(leaves) :], variables),
                  *leaves, *(tape.read(v) for v in variables))  # fmt: skip
    return ways.together(y) if ways.together is not None else y


def _watched_variables(layer: Any, tape: Any) -> list[Variable]:
    """The variables of a layer whose gradients the tape wants."""
    if tape is None:
        return []
    if not tape.takes_all or tape.roll.frozen:
        own = layer.known().trained if tape.takes_all else ()
        leaves = tape.roll.leaves
        return [*own, *(v for v in layer.variables if id(v) in leaves and v.grad is not None and not any(v is o for o in own))]
    return layer.known().trained


def _call_on_one(layer: Any, kind: type, x: Box, training: bool, tape: Any) -> Any:
    """The same for one traced array, which is what most layers take: nothing to sort, so this is quick."""
    roll, before = x.roll, ()
    if tape.keeps_states:
        before = [(v, v.numpy()) for v in layer.known().states]
    token = TAPE.set(None)
    try:
        y, kept = kind.forward(layer, x.entry.value, training)
    finally:
        TAPE.reset(token)
    leaves = []
    for v in _watched_variables(layer, tape):
        leaf = roll.leaf(v, v.value)
        leaf.calls += 1
        leaves.append((v, leaf))
    called = Called(roll, layer, kind, x.entry, training, kept, leaves, before)
    if isinstance(y, np.ndarray):
        called.value = y
        return Box(called, roll)
    called.value, called.together = _apart(y)
    parts = [Box(Entry(part, roll, lambda g, *_, k=k: ((called, (k, g)),)), roll) for k, part in enumerate(called.value)]
    return called.together(parts)


class Called(Several):
    """A layer's call on one array as an entry: its way back is the layer's `backward`.

    Where the layer gives several arrays, value is their list, and so is the gradient.
    """

    __slots__ = ("layer", "kind", "x", "training", "kept", "leaves", "before", "together")

    def __init__(self, roll, layer, kind, x, training, kept, leaves, before):
        self.layer, self.kind, self.x, self.training, self.kept = layer, kind, x, training, kept
        self.leaves, self.before, self.together = leaves, before, None
        self.index = len(roll.entries)
        roll.entries.append(self)

    def pull(self, g: Any, entry: Any, deep: Any) -> list:
        """∂L/∂x, and ∂L/∂w of each weight."""
        if deep is not None:
            return self._again(g, deep)
        layer, x, leaves = self.layer, self.x, self.leaves
        if type(layer) is not self.kind:
            for v, _ in leaves:
                v.grad.fill(0)  # of weights that these formulas do not know
        frozen = [v for v, _ in leaves if not v._trainable]
        for v in frozen:  # watched all the same
            v._trainable = True
            v.grad.fill(0)
        try:
            dx = self.kind.backward(
                layer, self.together(g) if self.together else g, self.kept, type(x) is not Argument or x.wanted
            )
        finally:
            for v in frozen:
                v._trainable = False
        shares = [(leaf, v.grad if leaf.calls == 1 else v.grad.copy()) for v, leaf in leaves]
        if dx is not None:
            shares.append((x, dx.x if type(dx) is Shares else dx))
        return shares

    def _again(self, g: Any, deep: Any) -> list:
        """The same on traced arrays, function by function: for a second derivative."""
        x, held = Box(self.x, deep), [Box(leaf, deep) for _, leaf in self.leaves]
        with _standing_in([v for v, _ in self.leaves], held, self.before):
            y = self.kind.forward(self.layer, x, self.training)[0]
        parts = _apart(y)[0]
        found = gradients(parts, [x, *held], g if self.together else [g])
        return [(b.entry, share) for b, share in zip([x, *held], found) if share is not None]


@contextlib.contextmanager
def _standing_in(variables: list, held: list, before: list) -> Iterator[None]:
    """Let traced arrays stand for weights, and states be as they were, in the block."""
    own, after = [v.value for v in variables], [(v, v.numpy()) for v, _ in before]
    try:
        for v, value in before:
            v.value[...] = value
        for v, h in zip(variables, held):
            v.value = h
        yield
    finally:
        for v, value in zip(variables, own):
            v.value = value
        for v, value in after:
            v.value[...] = value


class _Ways:
    """Forward and backward of one call of any arguments; what a second derivative needs is kept only where there may be one."""

    need_dx = True

    def __init__(self, layer, kind, training, states):
        self.layer, self.kind, self.training = layer, kind, training
        self.together: Callable | None = None  # puts the results into their structure
        self.before = [(v, v.numpy()) for v in states]  # random streams and moving averages as they were

    def forward(self, given, held, variables):
        x, arguments = given
        if any(isinstance(h, Box) for h in held) or _has_box(given):
            return self.again(given, held, variables)
        y, kept = self.kind.forward(self.layer, x, self.training, **arguments)
        parts, together = _apart(y)
        self.together = together if is_nested(y) else None

        def pullback(g):
            for v in variables:
                v.grad.fill(0)  # of weights that these formulas do not know
            frozen = [v for v in variables if not v._trainable]
            for v in frozen:  # watched all the same
                v._trainable = True
            try:
                dx = self.kind.backward(self.layer, together(g) if self.together else g, kept, self.need_dx)
            finally:
                for v in frozen:
                    v._trainable = False
            shares = shares_of(given, dx) if self.need_dx else [None] * len(_apart(given)[0])
            return *shares, *(v.grad.copy() for v in variables)

        return (parts if self.together else y), pullback

    def again(self, given, held, variables):
        """The same on traced arrays, function by function: for a second derivative."""
        with _standing_in(variables, held, self.before):
            x, arguments = given
            y = self.kind.forward(self.layer, x, self.training, **arguments)[0]
        parts = _apart(y)[0]
        xs = [*_apart(given)[0], *held]
        return y, lambda g: gradients(parts, xs, g if self.together else [g])


def shares_of(given: tuple, dx: Any) -> list:
    """The gradients that a backward returned, one for each array among the arguments of the call, in their order."""
    x, arguments = given
    others = dx.arguments if type(dx) is Shares else {}
    shares = _matching(x, dx.x if type(dx) is Shares else dx)
    for name in keys(arguments):
        shares += _matching(arguments[name], others.get(name))
    return shares


def _matching(value: Any, share: Any) -> list:
    if not is_nested(value):
        return [share] if isinstance(value, _NUMBERS) else []
    places = keys(value) if isinstance(value, dict) else range(len(value))
    return [s for k in places for s in _matching(value[k], None if share is None else share[k])]


_NUMBERS = (np.ndarray, Box)


def _apart(value: Any) -> tuple[list, Callable]:
    """The arrays in a structure, and what puts others in their place."""
    flat = flatten(value)
    places = [i for i, v in enumerate(flat) if isinstance(v, _NUMBERS)]

    def rebuild(given):
        full = list(flat)
        for i, v in zip(places, given):
            full[i] = v
        return pack_sequence_as(value, full)

    return [flat[i] for i in places], rebuild


def _has_box(value: Any) -> bool:
    return any(isinstance(v, Box) for v in _apart(value)[0])


def _boxed(value: Any) -> Any:
    tape = TAPE.get()
    if tape is None or value is None or isinstance(value, (bool, int, float, str)):
        return value
    leaves, rebuild = _apart(value)
    return rebuild([tape.boxed(v) for v in leaves])


def shares_of_traced(x: Any, arguments: dict, dxs: list) -> Any:
    """What `Layer.backward` returns for traced code: ∂L/∂x in the structure of x, with `Shares` where arguments had tensors."""
    dx, others = pack_sequence_as((x, arguments), dxs)
    given = {name: others[name] for name in arguments if arrays_in(arguments[name])}
    return Shares(dx, given) if given else dx


def arrays_in(value: Any) -> list:
    """The arrays in a structure, in order."""
    return [v for v in flatten(value) if isinstance(v, _NUMBERS)]
