"""How a layer is called: which argument is which, and what travels along."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from minikeras import activations
from minikeras._core.naming import nearest
from minikeras._core.nest import flatten, is_nested, keys, map_leaves, pack_sequence_as
from minikeras._core.now import CALL, TAPE, Call
from minikeras._core.symbolic import KerasTensor
from minikeras._core.tape import gradients, paused
from minikeras._core.tensor import Tensor
from minikeras._core.trace import Argument, Box, Entry, constant, primitive
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
                near = nearest(name, self.names)
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
    tape, layer = TAPE.get(), vars(layer).get("layer", layer) if type(layer).__name__ == "As" else layer
    if tape is None:
        x, arguments = map_leaves(constant, (x, arguments or {}))
        return (kind or type(layer)).forward(layer, x, training, **arguments)[0]
    if type(x) is Box and not arguments and tape.roll is x.roll:
        return call_on_one(layer, x, training, kind or type(layer), tape)
    leaves, rebuild = _apart((x, arguments or {}))
    boxes = [tape.boxed(leaf) for leaf in leaves]
    given = rebuild([constant(b) for b in boxes])
    mine = [b.entry if type(b) is Box and b.roll is tape.roll else None for b in boxes]
    return _recorded(CalledOnMany(layer, kind or type(layer), mine, given, training), tape)


def call_on_one(layer: Any, x: Box, training: bool, kind: type, tape: Any) -> Any:
    """The same for one traced array, which is what most layers take: nothing to sort."""
    roll, known, entry = x.roll, layer._known, x.entry
    if known is None or known.at != Variable.changes:
        known = layer.known()
    if known.states or roll.frozen or roll.persistent or not tape.takes_all or kind is not type(layer):
        return _recorded(CalledOnMany(layer, kind, [entry], (entry.value, {}), training), tape)
    if known.quiet:
        y, kept = layer.forward(entry.value, training)
    else:
        with paused():
            y, kept = layer.forward(entry.value, training)
    if not isinstance(y, np.ndarray):
        return _on_roll(CalledOnMany(layer, kind, [entry], (entry.value, {}), training), roll, known, y, kept)
    entries = roll.entries
    called = Called(y, len(entries), layer, entry, training, kept, known)
    entries.append(called)
    return Box(called, roll)


def _recorded(called: CalledOnMany, tape: Any) -> Any:
    """Compute what a call gives and put it on the tape."""
    layer, roll = called.layer, tape.roll
    known = layer.known()
    if roll.frozen or not tape.takes_all:
        known = type(known)(-1, _watched_variables(layer, tape), known.states)
    if not roll.strict or roll.deep:
        called.before = [(v, v.numpy()) for v in known.states]
    if roll.persistent:
        called.weights = [v.numpy() for v in known.trained]
    token, (x, arguments) = TAPE.set(None), called.given
    try:
        y, kept = called.kind.forward(layer, x, called.training, **arguments)
    finally:
        TAPE.reset(token)
    return _on_roll(called, roll, known, y, kept)


def _on_roll(called: CalledOnMany, roll: Any, known: Any, y: Any, kept: Any) -> Any:
    called.known, called.kept, called.index = known, kept, len(roll.entries)
    roll.entries.append(called)
    if isinstance(y, np.ndarray):
        called.value = y
        return Box(called, roll)
    called.value, called.together = _apart(y)
    parts = [Box(Entry(part, roll, lambda g, *_, k=k: ((called, (k, g)),)), roll) for k, part in enumerate(called.value)]
    return called.together(parts)


def _watched_variables(layer: Any, tape: Any) -> list[Variable]:
    """The variables of a layer whose gradients the tape wants, where these are not those that are trained."""
    own = list(layer.known().trained) if tape.takes_all else []
    leaves, known = tape.roll.leaves, {id(v) for v in own}
    return [*own, *(v for v in layer.variables if id(v) in leaves and v.grad is not None and id(v) not in known)]


_STARTS = {activations.sigmoid: "sigmoid", activations.softmax: "softmax"}


class Called(Entry):
    """A layer's call on one array as an entry: its way back is the layer's `backward`, which leaves ∂L/∂w in each ``grad``.

    Attributes:
        x: the entry of the argument.
        known: the layer's variables at the time.
    """

    __slots__ = ("layer", "x", "training", "kept", "known")

    def __init__(self, value, index, layer, x, training, kept, known):
        self.value, self.index, self.layer, self.x, self.training = value, index, layer, x, training
        self.kept, self.known = kept, known

    @property
    def kind(self) -> type:
        """The class whose formulas are meant."""
        return type(self.layer)

    def pull(self, g: Any, entry: Any, deep: Any) -> Any:
        """∂L/∂x, and ∂L/∂w of each weight on the way."""
        x = self.x
        if deep is not None:
            return self._again(g, deep, [x], (x.value, {}), (), None)
        need_dx = type(x) is not Argument or x.wanted
        dx = self._back(g, need_dx)
        return ((x, dx),) if need_dx and dx is not None else ()

    def _back(self, g, need_dx):
        layer, variables = self.layer, self.known.trained
        if type(g) is np.ndarray and type(self.value) is np.ndarray and g.dtype != self.value.dtype:
            g = g.astype(self.value.dtype)  # of what somebody has computed in float64 with it
        if type(layer) is not self.kind:
            for v in variables:
                v.grad.fill(0)  # of weights that these formulas do not know
        for v in variables:
            if not v._trainable:  # frozen, and watched all the same
                with _thawed(layer, variables):
                    return self._go_back(g, need_dx)
        return self._go_back(g, need_dx)

    def _go_back(self, g, need_dx):
        return self.kind.backward(self.layer, g, self.kept, need_dx)

    def _end(self, y, kept):
        """What of a call on traced arrays this is."""
        return y

    def start(self, roll: Any) -> tuple[str, Callable] | None:
        """Whether the layer ends in a "sigmoid" or "softmax", and what gives the box of its logits; None for all else."""
        layer = self.layer
        kind = _STARTS.get(layer.activation) if getattr(layer, "logits", None) is not None else None
        if kind is None or layer.activity_regularizer is not None or type(layer) is not self.kind:
            return None
        return kind, lambda: Box(BeforeActivation(self, roll), roll)

    def _again(self, g, deep, entries, given, before, together):
        """The same on traced arrays, function by function: for a second derivative."""
        if self.layer.is_linear:  # ∂L/∂x = Aᵀ g, whose derivative along g is A
            forward, backward, kept = self.kind.forward, self.kind.backward, self.kept
            dx = primitive(lambda g: (backward(self.layer, g, kept), lambda h: (forward(self.layer, h)[0],)), g)
            return [(e, dx) for e in entries if e is not None]
        variables = self.known.trained
        held = [Box(deep.leaf(v, v.value), deep) for v in variables]
        arrays, rebuild = _apart(given)
        # the way back ends at the inputs, and only then goes on: one may be the other, or follow from it
        cuts = [None if e is None else Entry(e.value, deep, None) for e in entries]
        xs = [a if c is None else Box(c, deep) for a, c in zip(arrays, cuts)]
        x, arguments = rebuild(xs)
        token = CALL.set(Call(self.training))  # what is added to a loss in there has been counted
        try:
            if hasattr(self.layer, "retrace"):  # it knows how to be recorded part by part
                with _standing_in((), (), before):
                    y = self._end(self.layer.retrace(x, self.training, **arguments), None)
            else:
                with _standing_in(variables, held, before):
                    y = self._end(*self.kind.forward(self.layer, x, self.training, **arguments))
        finally:
            CALL.reset(token)
        inputs = [b for b in (*xs, *held) if type(b) is Box]
        found = gradients(_apart(y)[0], inputs, g if together else [g])
        own = {}
        for c, e in zip(cuts, entries):
            if c is not None:
                c.pull, own[c] = functools.partial(_passed_on, e), e
        return [(own.get(b.entry, b.entry), share) for b, share in zip(inputs, found) if share is not None]


def _passed_on(entry: Entry, g: Any, *_: Any) -> tuple:
    return ((entry, g),)


class CalledOnMany(Called):
    """The same where there are several arrays, or states that a call changes.

    Attributes:
        x: the entries of all arrays in ``given``, None for what is not traced.
        given: the arguments (x, others by name).
        together: puts results into their structure, where there are several; value is their list then, and so is the gradient.
        before: the states that the call may have changed, as they were.
        weights: the weights as they were, under a persistent tape: they may have been changed before a gradient is asked for.
    """

    __slots__ = ("_kind", "given", "together", "before", "weights")
    kind = property(lambda self: self._kind, doc="The class whose formulas are meant.")

    def __init__(self, layer, kind, x, given, training):
        super().__init__(None, -1, layer, x, training, None, None)
        self._kind = kind
        self.given, self.together, self.before, self.weights = given, None, (), ()

    def pull(self, g: Any, entry: Any, deep: Any) -> Any:
        """∂L/∂x of each array, and ∂L/∂w of each weight on the way."""
        if deep is not None:
            return self._again(g, deep, self.x, self.given, self.before, self.together)
        need_dx = any(e is not None and (type(e) is not Argument or e.wanted) for e in self.x)
        with _standing_in(self.known.trained if self.weights else (), self.weights, ()) if self.weights else _NOTHING:
            dx = self._back(g if self.together is None else self.together(g), need_dx)
        if not need_dx:
            return ()
        return [(e, share) for e, share in zip(self.x, shares_of(self.given, dx)) if e is not None and share is not None]


class BeforeActivation(CalledOnMany):
    """The logits of a layer's call as an entry of their own, behind it: a cross-entropy may start from them.

    Who else reads the result of the layer goes back through its activation; ∂L/∂w is the sum of both.
    """

    __slots__ = ()

    def __init__(self, called: Called, roll: Any):
        many = isinstance(called, CalledOnMany)
        x, given = (called.x, called.given) if many else ([called.x], (called.x.value, {}))
        super().__init__(called.layer, called.kind, x, given, called.training)
        self.known, self.kept = called.known, called.kept
        if many:
            self.before, self.weights = called.before, called.weights
        self.value, self.index = called.layer.logits(called.kept), len(roll.entries)
        roll.entries.append(self)

    def _go_back(self, g, need_dx):
        return self.kind.backward_from_logits(self.layer, g, self.kept, need_dx)

    def _end(self, y, kept):
        return self.kind.logits(self.layer, kept) if kept is not None else y.entry.start(y.roll)[1]()


_NOTHING = contextlib.nullcontext()


@contextlib.contextmanager
def _thawed(layer: Any, variables: list) -> Iterator[None]:
    """Let a layer find the gradients of these variables in the block, frozen or not."""
    parts = [part for part in (layer, *layer._inner_layers()) if not part._trainable]
    frozen = [v for v in variables if not v._trainable]
    for part in (*parts, *frozen):
        part._trainable = True
    for v in frozen:
        v.grad.fill(0)
    resolve = getattr(layer, "resolve_trainable", lambda: None)
    resolve()
    try:
        yield
    finally:
        for part in (*parts, *frozen):
            part._trainable = False
        resolve()


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
    if len(value) == 1 and isinstance(share, _NUMBERS):  # of the only one
        return [s for v in flatten(value) for s in _matching(v, share)]
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


def shares_of_traced(x: Any, arguments: dict, dxs: list) -> Any:
    """What `Layer.backward` returns for traced code: ∂L/∂x in the structure of x, with `Shares` where arguments had tensors."""
    dx, others = pack_sequence_as((x, arguments), dxs)
    given = {name: others[name] for name in arguments if arrays_in(arguments[name])}
    return Shares(dx, given) if given else dx


def arrays_in(value: Any) -> list:
    """The arrays in a structure, in order."""
    return [v for v in flatten(value) if isinstance(v, _NUMBERS)]
