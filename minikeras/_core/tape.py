"""Tapes: where traced code is recorded, and how gradients go back along them.

``vjp(f, *xs) -> value, pullback`` is for code that only exists to be differentiated: a user's loss, a user's layer in fit.
`GradientTape` (in `gradient_tape`) is for a user's own steps. Both are a `Recording`; `trace` has what they record.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core.nest import flatten, map_leaves, pack_sequence_as
from minikeras._core.now import TAPE
from minikeras._core.text import is_text
from minikeras._core.trace import Argument, Box, Entry, Roll, start_of, unbroadcast
from minikeras._core.variable import Variable

_SMALL = 4096  # numbers: so many are copied when they are read, since an assignment may follow


class Recording:
    """The state of being recorded: ``with Recording(strict):`` is what `GradientTape` and `vjp` are made of."""

    def __init__(self, strict: bool = False, watch_accessed_variables: bool = True):
        self._strict, self._taking_all = strict, watch_accessed_variables
        self.roll: Roll | None = None
        self.takes_all = watch_accessed_variables  # whether this tape, or one around it, watches all that is trainable and read
        self._outer: Recording | None = None
        self._tokens: list = []

    def __enter__(self):
        self._outer = outer = None if self._strict else TAPE.get()
        if outer is not None and self._outer is not self:
            self.roll, outer.roll.deep = outer.roll, True
            self.takes_all = self._taking_all or outer.takes_all
        elif self.roll is None:
            self.roll = Roll(self._strict)
        self.roll.active = True
        self._tokens.append(TAPE.set(self))
        return self

    def __exit__(self, *error):
        TAPE.reset(self._tokens.pop())
        if self._outer is None and not self._tokens:
            self.roll.active = False

    def read(self, variable: Variable) -> Any:
        """What a variable stands for in recorded code: a box, or its array if nobody asks for its gradient."""
        if id(variable) in self.roll.leaves or variable._trainable and variable.grad is not None and self.takes_all:
            known = self.roll.leaves.get(id(variable))
            if known is None or known[1].value is not variable.value and not np.array_equal(known[1].value, variable.value):
                return self._read_anew(variable)
            return Box(known[1], self.roll)
        return variable.value if variable.value.size > _SMALL else variable.value.copy()

    def _read_anew(self, variable: Variable) -> Any:
        """A variable as it is now: what is assigned to it later does not change what was read."""
        roll, value = self.roll, variable.value
        value = value if roll.strict and value.size > _SMALL else value.copy()
        leaf = roll.leaf(variable, value)
        if leaf.value is value:
            return Box(leaf, roll)
        return Box(Entry(value, roll, lambda g, *_: ((leaf, g),)), roll)  # assigned since it was first read

    def boxed(self, value: Any) -> Any:
        """A watched array's box; anything else as it is."""
        known = self.roll.leaves.get(id(value))
        return Box(known[1], self.roll) if known is not None and not isinstance(value, Variable) else value

    def watches(self, values: Any) -> bool:
        """Whether an array among these is watched."""
        return any(id(v) in self.roll.leaves for v in flatten(values) if not isinstance(v, Variable))


class _OfTracedCode(Recording):
    """The strict one, without more ado."""

    _strict = _taking_all = takes_all = True
    _outer = None

    def __init__(self, roll: Roll):
        self.roll = roll

    def __enter__(self):
        raise RuntimeError("This one is set by `traced`.")


def boxed_inputs(value: Any) -> Any:
    """Let watched arrays, and variables, in a structure stand for their boxes under the active tape."""
    tape = TAPE.get()
    if tape is None:
        return value
    return map_leaves(lambda v: tape.read(v) if isinstance(v, Variable) else tape.boxed(v), value)


def now(variable: Any) -> Any:
    """What a variable stands for here: its array, or a box under a tape."""
    tape = TAPE.get()
    return variable.value if tape is None else tape.read(variable)


class paused:
    """Let nothing be recorded in the block: formulas, not the tape, know the gradient of what happens there."""

    __slots__ = ("token",)

    def __enter__(self):
        self.token = TAPE.set(None)

    def __exit__(self, *error):
        TAPE.reset(self.token)


def walk_back(
    roll: Roll, starts: list[tuple[Entry, Any]], wanted: set[int], variables: set[int] | None, deep: bool = False
) -> tuple[dict[int, Any], dict[int, Any]]:
    """Take gradients back along the tape: δ of each entry to the entries it was made of.

    Args:
        wanted: the indices of the entries whose gradients are asked for.
        variables: the ids of the variables that are asked for; None for all.

    Returns:
        ``{index: gradient}`` of the wanted entries, and ``{id: gradient}`` of what layers have found for their variables: these
        may be the variables' own ``grad``.
    """
    grads: dict[int, Any] = {}
    found: dict[int, Any] = {}
    for entry, g in starts:
        _add(grads, entry, g)
    only = variables is not None and not variables  # entries only: no older one depends on the oldest of these
    lowest = min(wanted, default=len(roll.entries)) if only else -1
    entries, deeper, before = roll.entries, roll if deep else None, roll.formulas
    token = None if deep else TAPE.set(None)
    roll.formulas = before or deep
    try:
        for index in range(max(grads, default=-1), lowest, -1):
            g = grads.get(index)
            if g is None:
                continue
            entry = entries[index]
            if entry.known is not None and deeper is None:
                for parent, share in _of_layer(entry, g, found, variables):
                    _add(grads, parent, share)
            elif entry.pull is not None:
                for parent, share in entry.pull(g, entry, deeper):
                    _add(grads, parent, share)
            if index not in wanted:
                del grads[index]
    finally:
        roll.formulas = before
        if token is not None:
            TAPE.reset(token)
    return grads, found


def _of_layer(entry: Entry, g: Any, found: dict, variables: set | None) -> Any:
    """Go back through a layer: its weights' gradients go to ``found``, those of its inputs are returned."""
    own = entry.known.gradients()
    if found.keys().isdisjoint(own):
        shares = entry.pull(g, entry, None)
    else:
        behind = {key: found[key].copy() for key in own if key in found}  # met further behind: ``grad`` is written over now
        shares = entry.pull(g, entry, None)
        own = {**own, **{key: grad + own[key] for key, grad in behind.items()}}  # ∂L/∂w = Σ ∂L/∂w[i]
    found.update(own if variables is None else {key: grad for key, grad in own.items() if key in variables})
    return shares


def _add(grads: dict, entry: Entry, share: Any) -> None:
    known = grads.get(entry.index)
    if type(share) is tuple:  # of one of several results
        k, share = share
        known = grads.setdefault(entry.index, [None] * len(entry.value)) if known is None else known
        share = unbroadcast(share, entry.value[k])
        known[k] = share if known[k] is None else known[k] + share
        return
    if share.shape != entry.value.shape or share.dtype is not entry.value.dtype:
        share = unbroadcast(share, entry.value)
    grads[entry.index] = share if known is None else known + share  # not in place: shares may be one array


class Written(dict):
    """``{id: grad}`` of variables whose own ``grad`` holds all of it."""


class Traced:
    """The way back through a run of traced code: what `Layer.forward` keeps for layers without formulas.

    Args:
        roll: what the run was recorded on.
        y: the result, a structure with boxes in it.
        xs: the entries of the arguments, None for those that have no gradient.
        losses: what the run added to the loss, as boxes or numbers.
    """

    def __init__(self, roll: Roll, y: Any, xs: list[Entry | None], losses: list = ()):
        self.roll, self.y, self.xs, self.losses = roll, y, xs, losses
        self.from_logits = False  # whether ∂L/∂z of the last layer will come instead of ∂L/∂y
        self.begins: dict[int, Box] = {}  # the logits, by the number of a result, whose ∂L/∂z will come instead of ∂L/∂y
        self._row: dict | None = None  # the gradients of layers in a row, if the cost has asked for their end

    def value(self) -> Any:
        """The result as plain arrays."""
        return self.y.entry.value if type(self.y) is Box else map_leaves(_result, self.y)

    def back(self, dy: Any, need_dx: bool = True) -> tuple[list, dict[int, np.ndarray]]:
        """Return ∂L/∂x for each argument, None where nothing flows, and {id(variable): ∂L/∂variable}."""
        if not self.losses and (found := self._row if self.from_logits else self._in_a_row()) is not None:
            g = np.asarray(dy) if type(dy) is not np.ndarray else dy
            last, g = _start(self.y, g)
            for entry in self.roll.entries[:0:-1]:
                back = entry.layer.backward_from_logits if entry is last and self.from_logits else entry.layer.backward
                g = back(g, entry.kept, need_dx or entry.index > 1)  # δ[l] from δ[l+1]
            return [g] if need_dx else [], found  # of which each is the variable's own grad
        starts = [(b.entry, np.asarray(1, b.dtype)) for b in self.losses if isinstance(b, Box)] if self.losses else []
        if type(self.y) is Box and isinstance(dy, np.ndarray):
            starts.append(_start(self.begins.get(0, self.y), dy))
        else:
            pairs = zip([self.begins.get(k, part) for k, part in enumerate(flatten(self.y))], flatten(dy))
            starts += [_start(part, np.asarray(g)) for part, g in pairs if isinstance(part, Box) and g is not None]
        leaves = {key: entry.index for key, (owner, entry) in self.roll.leaves.items() if isinstance(owner, Variable)}
        wanted = set(leaves.values())
        for e in self.xs:
            if e is not None:
                e.wanted = need_dx
                if need_dx:
                    wanted.add(e.index)
        grads, found = walk_back(self.roll, starts, wanted, None)
        for key, index in leaves.items():
            if index in grads:
                found[key] = found[key] + grads[index] if key in found else grads[index]
        return [None if e is None else grads.get(e.index) for e in self.xs] if need_dx else [], found

    def begin(self, k: int, knows: Callable) -> tuple[Callable, np.ndarray] | None:
        """Have ∂L/∂z come for the logits behind a result: what ``knows(kind)`` gives for them, and they; else None."""
        part = flatten(self.y)[k]
        start = start_of(part)
        rule = None if start is None or part._keras_mask is not None else knows(start[0])
        if rule is None:
            return None
        self.begins[k] = start[1]()
        return rule, self.begins[k].value

    def end(self) -> Any:
        """The entry of the layer that the result comes from, if a loss may start from its logits: the last of a row."""
        last = self.y.entry if type(self.y) is Box else None
        if last is None or self.losses or (row := self._in_a_row()) is None or getattr(last.layer, "logits", None) is None:
            return None
        self._row = row
        return last

    def _in_a_row(self) -> dict[int, np.ndarray] | None:
        """If the run was layers in a row, each with weights of its own, the places of their gradients by id; else None."""
        entries = self.roll.entries
        if self.roll.leaves or len(self.xs) != 1 or len(entries) < 2:
            return None
        if type(self.y) is not Box or self.y.entry is not entries[-1]:
            return None
        found: dict[int, np.ndarray] = Written()
        before, count = entries[0], 0
        if before is not self.xs[0]:
            return None
        for entry in entries[1:]:
            known = entry.known
            if known is None or entry.x is not before or known.at != Variable.changes:  # a list where it is not one array
                return None
            found.update(known.grads)
            before, count = entry, count + len(known.grads)
        return found if len(found) == count else None  # else weights stand in two places


def _start(part: Box, g: np.ndarray) -> tuple[Entry, np.ndarray]:
    value = part.entry.value
    if g.shape != value.shape:
        raise ValueError(f"pullback expects ∂L/∂y of the shape of y, {value.shape}, got {g.shape}.")
    return part.entry, g if g.dtype is value.dtype else g.astype(value.dtype)


def traced(f: Callable, x: Any, losses: list = ()) -> Traced:
    """Run ``f(x)`` with the float arrays in the structure ``x`` on a tape of its own, and the variables that f reads."""
    roll = Roll(True)
    token = TAPE.set(_OfTracedCode(roll))
    try:
        if type(x) is np.ndarray and x.dtype.kind == "f":
            xs = [Argument(x, roll)]
            y = f(Box(xs[0], roll))
        else:
            flat = [np.asarray(a) if isinstance(a, np.floating) else a for a in flatten(x)]  # NumPy's sums are no arrays
            xs = [Argument(a, roll) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else None for a in flat]
            y = f(pack_sequence_as(x, [a if e is None else Box(e, roll) for a, e in zip(flat, xs)]))
        if type(y) is not Box:
            y = map_leaves(_inside, y)
    finally:
        TAPE.reset(token)
        roll.active = False
    return Traced(roll, y, xs, losses)


def vjp(f: Callable, *xs: Any, variables: Any = ()) -> tuple[Any, Callable]:
    """Run ``f(*xs)`` and keep the way back: the vector-Jacobian product of ``f`` at ``xs``.

    ``pullback(g)`` takes ∂L/∂y, of the structure and shapes of the value, to the tuple of ∂L/∂x, one array for each of ``xs``
    and then for each of ``variables``, of its shape and dtype, and zeros where nothing flows. It may be called again.

    Args:
        f: any function of arrays made of NumPy functions and operators. It returns an array, or a structure of arrays.
        *xs: arrays; those of integers or booleans reach ``f`` as they are and get zeros.
        variables: variables that ``f`` reads, whose gradients are wanted as well.

    Raises:
        NotImplementedError: ``f`` uses a function that has no rule.
        TypeError: ``f`` leaves NumPy (``float(x)``, ``np.asarray(x)``, SciPy).

    >>> y, pullback = vjp(lambda x, w: np.tanh(x @ w), np.array([[0.5, 1.0]]), np.array([[0.2], [0.4]]))
    >>> y, pullback(np.ones((1, 1)))
    (array([[0.46]]), (array([[0.157, 0.315]]), array([[0.393], [0.786]])))
    """
    if any(isinstance(x, Box) for x in xs):  # a formula's way back, recorded for a second derivative
        xs = [_apart(x) for x in xs]
        y = f(*xs)
        return y, lambda g: tuple(_zeros(x) if d is None else d for x, d in zip(xs, gradients([y], xs, [g])))
    xs, variables = tuple(np.asarray(x) for x in xs), list(variables)
    run = traced(lambda boxes: f(*boxes), list(xs))

    def pullback(g: Any) -> tuple[np.ndarray, ...]:
        with np.errstate(all="ignore"):  # a derivative may well be infinite; that is not worth more words than Keras' none
            dxs, grads = run.back(g)
        dvs = [grads.get(id(v)) for v in variables]
        given = [*xs, *(v.value for v in variables)]
        return tuple(np.zeros_like(x) if dx is None else np.array(dx) for x, dx in zip(given, [*dxs, *dvs]))

    pullback.reaches = any(isinstance(part, Box) for part in flatten(run.y))  # whether y depends on anything watched at all
    return run.value(), pullback


def _apart(x: Any) -> Any:
    """A traced array as one of its own: where it is given twice, each place has its share of the gradient."""
    if not isinstance(x, Box):
        return x
    entry = x.entry
    return Box(Entry(entry.value, x.roll, lambda g, *_: ((entry, g),)), x.roll)


def gradients(ys: list, xs: Any, gs: list) -> list:
    """∂ Σ ys · gs / ∂x for traced ``ys`` and each of ``xs``; None where nothing flows. Under a tape it is recorded itself."""
    starts = [(y.entry, g) for y, g in zip(ys, gs) if isinstance(y, Box)]
    if not starts:
        return [None for _ in xs]
    roll = next(y.roll for y in ys if isinstance(y, Box))
    deep = TAPE.get() is not None and roll.active
    if deep:
        called = {id(v) for entry in roll.entries if entry.known is not None for v in entry.known.trained}
        for x in xs:
            if id(x) in called:
                roll.leaf(x, x.value)
    entries = [entry_of(x, roll) for x in xs]
    wanted, variables = {e.index for e in entries if e is not None}, {id(x) for x in xs if isinstance(x, Variable)}
    if not wanted and not variables:
        return [None for _ in xs]
    with np.errstate(all="ignore"):
        grads, found = walk_back(roll, starts, wanted, variables, deep)
        shares = [(None if e is None else grads.get(e.index), found.get(id(x))) for x, e in zip(xs, entries)]
        return [b if a is None else a if b is None else a + b for a, b in shares]


def entry_of(x: Any, roll: Roll) -> Entry | None:
    """The entry of a traced array, or of a watched one or a variable."""
    if isinstance(x, Box):
        return x.entry
    known = roll.leaves.get(id(x))
    return known[1] if known is not None else None


def _zeros(x: Any) -> np.ndarray:
    return np.zeros_like(x.value if isinstance(x, Box) else x)


def _inside(part: Any) -> Any:
    """A leaf of what traced code returns, checked."""
    if isinstance(part, Variable):
        return now(part)
    if isinstance(part, Box) or part is None:
        return part
    array = np.asarray(part)
    if array.dtype == object and not is_text(array):
        raise TypeError(f"A traced function must return arrays, got {part!r:.80}.")
    return array


def _result(part: Any) -> Any:
    return np.asarray(part.entry.value) if isinstance(part, Box) else part

