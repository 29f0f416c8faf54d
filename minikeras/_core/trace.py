"""What is recorded of code written with plain ``np.*``: a `Box` stands in for an array while it runs.

Built-in layers, losses and activations have their derivatives written down; this is for everybody else's. NumPy hands every
function that meets a box over to it (NEP 13, NEP 18), and the box writes an `Entry` on the tape: the value, and how a gradient
goes back to what it was made of. ``if`` and loops are plain Python, since a box knows its values. The rules are in
`trace_rules`; they are NumPy's functions too, so under an outer tape the way back is recorded itself, which gives second
derivatives. Who reads the tape is in `tape`.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from minikeras._core.nest import map_leaves
from minikeras._core.now import CALL, TAPE
from minikeras._core.tensor import Shape, Tensor, plain, tensor
from minikeras._core.trace_in_place import only_this_name
from minikeras._core.trace_own import put
from minikeras._core.trace_rules import COMPOSED, FLAT, RULES
from minikeras._core.variable import Variable

_ADVICE = (
    "Write it with other NumPy functions, take the values out of the gradient with stop_gradient(x), or give the derivative "
    "yourself: override forward and backward of a layer, value_and_grad of a loss."
)


class Roll:
    """What the outermost tape and all tapes in it write on together.

    Attributes:
        entries: in the order in which they came to be, which is a topological one.
        leaves: the variables and arrays that are watched, by id.
        active: whether something is still recorded.
        strict: whether leaving NumPy is an error, as in code that only exists to be differentiated.
        deep: whether a tape has been opened within a tape: there may be second derivatives.
        frozen: whether variables that are not trained are watched too.
        persistent: whether gradients may be asked for again, with weights that have been changed in between.
        formulas: whether formulas of the house run, which change in place only what they have made.
        starts: for results of a "sigmoid" or "softmax", by their index: which it was, and the box that it was applied to.
    """

    active, deep, frozen, formulas, persistent = True, False, False, False, False
    starts: dict[int, tuple[str, Box]] = {}

    def __init__(self, strict: bool):
        self.entries: list[Entry] = []
        self.leaves: dict[int, tuple[Any, Entry]] = {}
        self.strict = strict

    def leaf(self, owner: Any, value: np.ndarray) -> Entry:
        """The entry of a watched variable or array."""
        known = self.leaves.get(id(owner))
        if known is None:
            known = self.leaves[id(owner)] = owner, Entry(value, self, None)
        return known[1]

    def variables(self) -> list[Variable]:
        """The variables that were read, by code or by layers."""
        read = [owner for owner, _ in self.leaves.values() if isinstance(owner, Variable)]
        called = [v for entry in self.entries if entry.known is not None for v in entry.known.trained]
        return list({id(v): v for v in (*read, *called)}.values())


class Entry:
    """One value on the tape.

    ``pull(g, entry, deep)`` gives pairs (entry, share of the gradient); where ``deep`` is a roll, it records itself there.
    No entry knows its roll, so that all of it goes as soon as nobody needs it.
    """

    __slots__ = ("value", "index", "pull")
    known: Any = None  # of a layer's call: the variables in whose ``grad`` its pull leaves their share

    def __init__(self, value: Any, roll: Roll, pull: Callable | None):
        self.value, self.pull, self.index = value, pull, len(roll.entries)
        roll.entries.append(self)

    def start(self, roll: Roll) -> tuple[str, Callable] | None:
        """Whether this is the result of a "sigmoid" or "softmax", and what gives the box of its logits; None for all else."""
        known = roll.starts.get(self.index)
        return None if known is None else (known[0], lambda: known[1])


class Argument(Entry):
    """What traced code was called on. ``wanted`` says, on the way back, whether anybody asks for its gradient."""

    __slots__ = ("wanted",)

    def __init__(self, value: Any, roll: Roll):
        super().__init__(value, roll, None)
        self.wanted = True


class Several(Entry):
    """A computation with several results: its gradient is a list, with None where nothing flows."""

    __slots__ = ()


class Box(NDArrayOperatorsMixin):
    """An array on a tape: a handle on an `Entry`, changed in place as an array would be. ``untraced`` is its value."""

    __slots__ = ("entry", "roll", "_keras_mask")

    def __init__(self, entry: Entry, roll: Roll):
        self.entry, self.roll, self._keras_mask = entry, roll, None

    def __array_ufunc__(self, ufunc, method, *args, **kw):
        if any(isinstance(a, Variable) or type(a).__name__ == "KerasTensor" for a in args):
            return NotImplemented  # the Variable unwraps itself and asks again
        if any(type(a) is Tensor for a in args):
            args = tuple(map(watched, args))
        return record(ufunc if method == "__call__" else (ufunc, method), getattr(ufunc, method), args, kw)

    def __array_function__(self, func, types, args, kw):
        if any(issubclass(t, Variable) or t.__name__ == "KerasTensor" for t in types):
            return NotImplemented
        if Tensor in types:
            args = map_leaves(watched, args)
        return record(func, func, args, kw)

    def __array__(self, dtype=None, copy=None):
        self._leave()
        array = np.array(self.value, dtype)
        return _summing_to_one(array, self.value.dtype) if array.ndim == 1 and array.dtype == np.float64 else array

    def _leave(self):
        if (self.roll.strict or self.roll.formulas) and self.roll.active:
            raise TypeError(
                "A traced array can't become a plain one or a Python number (np.asarray, float(x), SciPy, x[i] = ...): the "
                f"gradient would be lost without a word. Use np.stack or np.concatenate to join. {_ADVICE}"
            )

    def __float__(self):
        self._leave()
        return float(self.value)

    def __int__(self):
        self._leave()
        return int(self.value)

    def __complex__(self):
        self._leave()
        return complex(self.value)

    def item(self, *args):
        """As of the array, where that loses no gradient."""
        self._leave()
        return self.value.item(*args)

    def tolist(self):
        """As of the array, where that loses no gradient."""
        self._leave()
        return self.value.tolist()

    def numpy(self) -> np.ndarray:
        """The values, without the gradient."""
        self._leave()
        return np.array(self.value)[()]

    def __setitem__(self, key, value):
        self.entry = put(self, value, key).entry

    def __getitem__(self, key):
        return record("getitem", lambda a, key: a[key], (self, key), {})

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __len__(self):
        return len(self.value)

    def __bool__(self):
        return bool(self.value)

    def __repr__(self):
        return f"Box({self.value!r})"

    def __format__(self, spec):
        return format(self.value.item() if self.value.size == 1 else self.value, spec)

    def get_shape(self) -> Shape:
        """As ``shape``."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """Check the shape; an array knows it already."""

    def __getattr__(self, name):
        raise AttributeError(f"A traced array has no attribute {name!r}; use the function np.{name} where there is one.")

    value = property(lambda self: self.entry.value, doc="The values.")
    untraced = property(lambda self: self.entry.value, doc="The values, without the gradient.")
    shape = property(lambda self: Shape(self.value.shape), doc="As of the array.")
    device = "cpu"
    dtype = property(lambda self: self.value.dtype, doc="As of the array.")
    ndim = property(lambda self: self.value.ndim, doc="As of the array.")
    size = property(lambda self: self.value.size, doc="As of the array.")
    T = property(lambda self: np.transpose(self), doc="As of the array.")

    def astype(self, dtype, **kw):
        """As of the array; integers and booleans leave the trace."""
        if np.dtype(dtype).kind != "f":
            return self.value.astype(dtype)
        return record("astype", lambda a, dtype: a.astype(dtype), (self, dtype), {})

    def reshape(self, *shape, **kw):
        """As of the array."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, **kw)

    def transpose(self, *axes):
        """As of the array."""
        return np.transpose(self, axes[0] if len(axes) == 1 else axes or None)

    def dot(self, other):
        """As of the array."""
        return np.dot(self, other)


def _summing_to_one(array: np.ndarray, given: np.dtype) -> np.ndarray:
    """Probabilities of lower precision, made to sum to 1 in float64.

    So ``np.random.choice(n, p=np.squeeze(probabilities))`` takes them: of an array it allows for the rounding of its type.
    """
    if given == array.dtype or given.kind != "f" or not array.size or array.min() < 0.0:
        return array
    total = array.sum()
    return array / total if abs(total - 1.0) <= np.finfo(given).eps ** 0.5 else array


def _method(name: str) -> Callable:
    def method(self, *args, **kw):
        return getattr(np, name)(self, *args, **kw)

    method.__doc__ = f"As np.{name}."
    return method


_REDUCTIONS = "all any argmax argmin max mean min prod std sum var"
for _name in f"{_REDUCTIONS} argsort clip copy cumsum ravel repeat round squeeze swapaxes take".split():
    setattr(Box, _name, _method(_name))
Box.flatten = _method("ravel")


def record(key: Any, func: Callable, args: tuple, kw: dict) -> Any:
    """Call a NumPy function on the values and put the result on the tape, with the rule to go back by."""
    out = kw.pop("out", None) if "out" in kw else None
    if out is not None:
        return _in_place(key, func, args, kw, out)
    roll = roll_of(args) or kw and roll_of(tuple(kw.values()))
    if key in FLAT or not roll or TAPE.get() is None:
        y = func(*map(values, args), **{name: values(value) for name, value in kw.items()})
        return tensor(y) if CALL.get() is None and not _is_strict(args) else y
    if key in COMPOSED:
        _check_keywords(key, COMPOSED[key], kw)
        return COMPOSED[key](*args, **kw)
    rules = RULES.get(key)
    if rules is None:
        raise NotImplementedError(f"No gradient through {label(key)}. {_ADVICE}")
    traced = [i for i, a in enumerate(args) if holds(a)]
    wrong = [i for i in traced if not takes(key, rules, i, args[i])]
    if kw:
        _check_keywords(key, next(r for r in rules if r), kw, True)
    if wrong:
        raise NotImplementedError(f"No gradient through {label(key)} with such an argument {wrong[0]!r}. {_ADVICE}")
    held = [entries(a) for a in args]
    raw = [values(a) for a in args]
    y = func(*raw, **kw)
    shares = [(held[i], rules[i]) for i in traced if rules[i] is not None]

    def pull(g, entry, deep):
        result, given = (y, raw) if deep is None else (Box(entry, deep), [boxes(h, deep) for h in held])
        return pairs((h, rule(g, result, *given, **kw)) for h, rule in shares)

    return Box(Entry(y, roll, pull), roll)


def _is_strict(args: tuple) -> bool:
    """Whether this is in code that only exists to be differentiated, rather than in a user's hands."""
    return any(isinstance(a, Box) and a.roll.strict for a in args)


def _check_keywords(key: Any, rule: Callable, kw: dict, plain_only: bool = False) -> None:
    code = rule.__code__
    known = kw if code.co_flags & inspect.CO_VARKEYWORDS else code.co_varnames
    wrong = [name for name, value in kw.items() if name not in known or plain_only and holds(value)]
    if wrong:
        raise NotImplementedError(f"No gradient through {label(key)} with such an argument {wrong[0]!r}. {_ADVICE}")


def _in_place(key: Any, func: Callable, args: tuple, kw: dict, out: Any) -> Any:
    """A result written into a box makes the box stand for it; into a plain array it would lose its gradient."""
    target = out[0] if isinstance(out, tuple) else out
    if not isinstance(target, Box):
        if key in FLAT or roll_of(args) is None:
            return func(*map(values, args), out=out, **kw)
        first = args[0] is target
        if first and (roll_of(args).formulas or only_this_name(target, sys.getrefcount(target), args[-1])):
            return record(key, func, args, kw)  # y += b: the name stands for the result from now on
        raise NotImplementedError(
            f"No gradient through a change in place of a plain array ({label(key)} with out=, or `x += y` where something else "
            "holds x too): write x = x + y."
        )
    y = record(key, func, args, kw)
    target.entry = y.entry if isinstance(y, Box) else Entry(np.asarray(y, target.dtype), target.roll, None)
    return target


def primitive(forward: Callable, *args: Any) -> Any:
    """Put a computation with a pullback of its own on the tape as one entry: a built-in layer inside traced code, say.

    Args:
        forward: takes the plain values of ``args``; returns ``(y, pullback)``, where ``pullback(g)`` gives one share for
            each of ``args``, None where nothing flows. For a second derivative it is run once more, on traced arrays.
            A y that is a list or tuple stands for several results, and g is then such a list, with None where nothing flows.
        *args: arrays, traced or not, or lists of them.

    >>> from minikeras._core.tape import vjp
    >>> y, pullback = vjp(lambda x: primitive(lambda x: (x ** 3, lambda g: (g * 3 * x * x,)), x), np.array([2.0]))
    >>> y, pullback(np.ones(1))
    (array([8.]), (array([12.]),))
    """
    tape = TAPE.get()
    args = tuple(map(watched, args)) if tape is not None else args
    roll = roll_of(args) if tape is not None else None
    token = TAPE.set(None)
    try:
        y, pullback = forward(*map(values, args))
    finally:
        TAPE.reset(token)
    if roll is None:
        return y
    held = [entries(a) for a in args]

    def pull(g, entry, deep):
        back = pullback if deep is None else forward(*(boxes(h, deep) for h in held))[1]
        return pairs(zip(held, back(g)))

    if not isinstance(y, (list, tuple)):
        return Box(Entry(y, roll, pull), roll)
    hub = Several(list(y), roll, pull)
    return type(y)(Box(Entry(part, roll, lambda g, *_, k=k: ((hub, (k, g)),)), roll) for k, part in enumerate(y))


def note_start(y: Any, kind: str, x: Any) -> Any:
    """Note that y is what a "sigmoid" or "softmax" has made of x: a cross-entropy of it may start from x, the logits."""
    if type(y) is Box and type(x) is Box:
        if not y.roll.starts:
            y.roll.starts = {}
        y.roll.starts[y.entry.index] = kind, Box(x.entry, x.roll)
    return y


def start_of(p: Any) -> tuple[str, Callable] | None:
    """Whether p is what a "sigmoid" or "softmax" has made on a tape, and what gives the traced logits; None for all else.

    >>> start_of(np.array(0.5)) is None
    True
    """
    return p.entry.start(p.roll) if type(p) is Box else None


def logits_of(p: Any, kind: str) -> Any:
    """The traced logits behind probabilities on a tape, for a cross-entropy to start from; None where p is anything else.

    Args:
        p: probabilities.
        kind: what must have made them, "sigmoid" or "softmax".

    >>> from minikeras import GradientTape, Variable, activations
    >>> z = Variable([-200.0, 0.0])
    >>> with GradientTape() as tape: print(logits_of(activations.sigmoid(z), "sigmoid").value)
    [-200.    0.]
    """
    found = start_of(p) if TAPE.get() is not None else None
    return found[1]() if found is not None and found[0] == kind else None


def watched(value: Any) -> Any:
    """The box of a tensor that the active tape watches; anything else as it is."""
    tape = TAPE.get() if type(value) is Tensor else None
    return value if tape is None else tape.boxed(value)


def constant(x: Any) -> Any:
    """Return the values of a traced array, out of the reach of gradients; anything else as it is.

    >>> from minikeras._core.tape import vjp
    >>> y, pullback = vjp(lambda x: x * constant(x), np.array([3.0]))
    >>> pullback(np.ones(1))
    (array([3.]),)
    """
    return x.value if isinstance(x, Box) else x


def contiguous(x: Any) -> Any:
    """Return an array whose numbers stand one behind the other; a traced one as it is.

    >>> contiguous(np.ones((2, 3)).T).flags.c_contiguous
    True
    """
    return x if isinstance(x, Box) else np.ascontiguousarray(x)


def values(a: Any) -> Any:
    """The plain values of an array or a list of them."""
    if isinstance(a, Box):
        return a.entry.value
    return type(a)(map(values, a)) if type(a) in (list, tuple) else plain(a)


def entries(a: Any) -> Any:
    """The entries of traced arrays, alone or in a list: what stays as it is when a box changes in place."""
    if isinstance(a, Box):
        return a.entry
    return type(a)(map(entries, a)) if type(a) in (list, tuple) else plain(a)


def boxes(a: Any, roll: Roll) -> Any:
    """Boxes for entries, alone or in a list."""
    if isinstance(a, Entry):
        return Box(a, roll)
    return type(a)(boxes(b, roll) for b in a) if type(a) in (list, tuple) else a


def holds(a: Any) -> bool:
    """Whether an argument is a traced array or a list with one."""
    return isinstance(a, Box) or type(a) in (list, tuple) and any(isinstance(b, Box) for b in a)


def pairs(shares: Any) -> Iterator[tuple[Entry, Any]]:
    """Each entry with its share of the gradient, out of lists too."""
    for a, share in shares:
        if isinstance(a, Entry):
            if share is not None:
                yield a, share
        elif type(a) in (list, tuple) and share is not None:
            yield from ((entry, part) for entry, part in zip(a, share) if isinstance(entry, Entry) and part is not None)


def roll_of(args: tuple) -> Roll | None:
    """What the traced arrays among the arguments are recorded on; None if there are none, or recording is over."""
    roll = None
    for a in args:
        for b in (a,) if isinstance(a, Box) else a if type(a) in (list, tuple) else ():
            if isinstance(b, Box) and b.roll.active:
                if roll is not None and b.roll is not roll:
                    raise TypeError("Arrays of two traces meet: pass stop_gradient(x) for the values alone.")
                roll = b.roll
    return roll


def takes(key: Any, rules: tuple, i: int, a: Any) -> bool:
    """Whether there is a rule for a traced array, or for a list of them, as argument number i."""
    if key is np.where and i == 0:
        return True
    return i < len(rules) and rules[i] is not None and (isinstance(a, Box) or key in (np.concatenate, np.stack))


def label(key: Any) -> str:
    """How a user calls a function."""
    if isinstance(key, tuple):
        return f"{label(key[0])}.{key[1]}"
    return key if isinstance(key, str) else f"{(getattr(key, '__module__', None) or 'numpy')}.{key.__name__}"


def unbroadcast(share: Any, value: Any) -> Any:
    """Sum over what broadcasting repeated, and return to the array's shape and type."""
    shape = np.shape(value)
    if share.shape != shape:
        extra = share.ndim - len(shape)
        axes = tuple(range(extra)) + tuple(i + extra for i, n in enumerate(shape) if n == 1 and share.shape[i + extra] != 1)
        share = np.reshape(np.sum(share, axes, keepdims=True), shape) if axes else np.broadcast_to(share, shape)
    return share if share.dtype == value.dtype else share.astype(value.dtype)
