"""Gradients of whatever a user writes with plain ``np.*``: ``vjp(f, *xs) -> value, pullback``.

Built-in layers, losses and activations have their derivatives written down; this is for everybody else's. A `Box`
stands in for an array while ``f`` runs; NumPy hands every function that meets one over to it (NEP 13, NEP 18), and the
box writes what happened on a tape. Read backwards, the tape is the chain rule. First derivatives only; ``if`` and loops
are plain Python, since a box knows its values. The rules themselves are in `trace_rules`.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from minikeras._core.trace_rules import COMPOSED, FLAT, RULES
from minikeras._core.variable import Variable

_ADVICE = (
    "Write it with other NumPy functions, take the values out of the gradient with constant(x), or give the derivative "
    "yourself: override forward and backward of a layer, value_and_grad of a loss."
)


def vjp(f: Callable, *xs: Any) -> tuple[np.ndarray, Callable]:
    """Run ``f(*xs)`` and keep the way back: the vector-Jacobian product of ``f`` at ``xs``.

    ``pullback(g)`` takes ∂L/∂y, of the shape of the value, to the tuple of ∂L/∂x, one array for each of ``xs``, of its
    shape and dtype, and zeros where nothing flows. It may be called again with another ``g``.

    Args:
        f: any function of arrays made of NumPy functions and operators. What it returns is one array.
        *xs: arrays; those of integers or booleans reach ``f`` as they are and get zeros.

    Raises:
        NotImplementedError: ``f`` changes an array in place, or uses a function that has no rule.
        TypeError: ``f`` leaves NumPy (``float(x)``, ``np.asarray(x)``, SciPy), or is itself being traced.

    >>> y, pullback = vjp(lambda x, w: np.tanh(x @ w), np.array([[0.5, 1.0]]), np.array([[0.2], [0.4]]))
    >>> y, pullback(np.ones((1, 1)))
    (array([[0.46]]), (array([[0.157, 0.315]]), array([[0.393], [0.786]])))
    """
    if any(isinstance(x, Box) for x in xs):
        raise TypeError("vjp inside of vjp: second derivatives are not supported. Pass constant(x) for the values alone.")
    xs = tuple(np.asarray(x) for x in xs)
    tape: list[Box] = []
    y = f(*(Box(x, tape) if x.dtype.kind == "f" else x for x in xs))
    if isinstance(y, Variable):
        y = y.value
    if not isinstance(y, Box):
        if holds(y) or (y := np.asarray(y)).dtype == object:
            raise TypeError(f"A traced function must return one array, got {y!r:.80}.")
        return y, lambda g: tuple(np.zeros_like(x) for x in xs)
    if y.tape is not tape:
        raise TypeError("The traced function returned an array of another trace; nested traces are not supported.")

    def pullback(g: Any) -> tuple[np.ndarray, ...]:
        grads: list[Any] = [None] * len(tape)
        grads[y.index] = start = np.asarray(g, y.value.dtype)
        if start.shape != y.shape:
            raise ValueError(f"pullback expects ∂L/∂y of the shape of y, {y.shape}, got {start.shape}.")
        with np.errstate(all="ignore"):  # a derivative may well be infinite; that is not worth more words than Keras' none
            for box in reversed(tape[: y.index + 1]):
                if box.back is not None and grads[box.index] is not None:
                    for parent, share in box.back(grads[box.index]):
                        share = unbroadcast(share, parent.value)
                        known = grads[parent.index]
                        grads[parent.index] = share if known is None else known + share  # not in place: shares may be one array
                    grads[box.index] = None
        leaves = iter(grads)
        dxs = tuple(next(leaves) if x.dtype.kind == "f" else None for x in xs)
        return tuple(np.zeros_like(x) if dx is None else np.array(dx) for x, dx in zip(xs, dxs))

    return np.asarray(y.value), pullback


class Box(NDArrayOperatorsMixin):
    """An array on a tape. ``untraced`` is its value; ``index`` its place on the tape, after all it was made of."""

    __slots__ = ("value", "tape", "back", "index")

    def __init__(self, value: Any, tape: list[Box], back: Callable | None = None):
        self.value, self.tape, self.back, self.index = value, tape, back, len(tape)
        tape.append(self)

    def __array_ufunc__(self, ufunc, method, *args, **kw):
        if any(isinstance(a, Variable) for a in args):
            return NotImplemented  # the Variable unwraps itself and asks again
        return record(ufunc if method == "__call__" else (ufunc, method), getattr(ufunc, method), args, kw)

    def __array_function__(self, func, types, args, kw):
        if any(issubclass(t, Variable) for t in types):
            return NotImplemented
        return record(func, func, args, kw)

    def __array__(self, dtype=None, copy=None):
        raise TypeError(
            "A traced array can't become a plain one (np.asarray, np.array([x, ...]), SciPy, x[i] = ...): the gradient would "
            f"be lost without a word. Use np.stack or np.concatenate to join. {_ADVICE}"
        )

    def _leave(self, *args):
        raise TypeError(f"A traced array can't become a Python number or list: the gradient would be lost. {_ADVICE}")

    __float__ = __int__ = __complex__ = item = tolist = _leave

    def __setitem__(self, key, value):
        raise NotImplementedError(f"No gradient through x[i] = ...: use np.where or np.concatenate. {_ADVICE}")

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

    def __getattr__(self, name):
        raise AttributeError(f"A traced array has no attribute {name!r}; use the function np.{name} where there is one.")

    untraced = property(lambda self: self.value, doc="The values, without the gradient.")
    shape = property(lambda self: self.value.shape, doc="As of the array.")
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
    if "out" in kw and kw["out"] is None:
        kw = {name: value for name, value in kw.items() if name != "out"}
    if "out" in kw:
        raise NotImplementedError(f"No gradient through a change in place ({label(key)} with out=, `x += y`): write x = x + y.")
    if key in FLAT:
        return func(*map(values, args), **{name: values(value) for name, value in kw.items()})
    rules = (COMPOSED[key],) if key in COMPOSED else RULES.get(key)
    if rules is None:
        raise NotImplementedError(f"No gradient through {label(key)}. {_ADVICE}")
    traced = [] if key in COMPOSED else [i for i, a in enumerate(args) if holds(a)]
    wrong = [i for i in traced if not takes(key, rules, i, args[i])]
    if kw:
        code = next(r for r in rules if r).__code__
        known = kw if code.co_flags & inspect.CO_VARKEYWORDS else code.co_varnames
        wrong += [name for name, value in kw.items() if name not in known or key in RULES and holds(value)]
    if wrong:
        raise NotImplementedError(f"No gradient through {label(key)} with such an argument {wrong[0]!r}. {_ADVICE}")
    if key in COMPOSED:
        return COMPOSED[key](*args, **kw)
    raw = [values(a) for a in args]
    y = func(*raw, **kw)
    shares = [(args[i], rules[i]) for i in traced if rules[i] is not None]
    return Box(y, tape_of(args), lambda g: pairs((a, rule(g, y, *raw, **kw)) for a, rule in shares))


def primitive(forward: Callable, *args: Any) -> Any:
    """Put a computation with a pullback of its own on the tape as one entry: a built-in layer inside traced code, say.

    Args:
        forward: takes the plain values of ``args``; returns ``(y, pullback)``, where ``pullback(g)`` gives one share for
            each of ``args``, None where nothing flows.
        *args: arrays, traced or not, or lists of them.

    >>> y, pullback = vjp(lambda x: primitive(lambda x: (x ** 3, lambda g: (g * 3 * x * x,)), x), np.array([2.0]))
    >>> y, pullback(np.ones(1))
    (array([8.]), (array([12.]),))
    """
    tape = tape_of(args)
    y, pullback = forward(*map(values, args))
    return y if tape is None else Box(y, tape, lambda g: pairs(zip(args, pullback(g))))


def on_tape(layer: Any, x: Any, training: bool = False, kind: type | None = None) -> Any:
    """Call a layer that has formulas from inside traced code: one entry on the tape, whose way back is its `backward`.

    Args:
        kind: the class whose formulas are meant, where a class of the user's stands on one of the house.
    """
    kind = kind or type(layer)
    variables = list(layer.trainable_variables)

    def forward(x, *values):
        with holding(variables, values):
            y, kept = kind.forward(layer, x, training)

        def pullback(g):
            with holding(variables, values):
                for v in variables:
                    v.grad.fill(0)  # of weights that these formulas do not know
                dx = kind.backward(layer, g, kept)
            return dx, *(v.grad.copy() for v in variables)  # the tape adds where a layer is called twice

        return y, pullback

    return primitive(forward, x, *(v.value for v in variables))


@contextlib.contextmanager
def holding(variables: Any, held: Any) -> Iterator[None]:
    """Let variables stand for other values, traced ones mostly, while the block runs. Their own arrays come back after.

    >>> w = Variable([2.0], dtype="float64")
    >>> def f(x, v):
    ...     with holding([w], [v]):
    ...         return x * w + np.square(w)
    >>> vjp(f, np.array([5.0]), w.value)[1](np.ones(1))
    (array([2.]), array([9.]))
    """
    variables = list(variables)
    own_values = [v.value for v in variables]
    try:
        for variable, value in zip(variables, held):
            variable.value = value
        yield
    finally:
        for variable, value in zip(variables, own_values):
            variable.value = value


def constant(x: Any) -> Any:
    """Return the values of a traced array, out of the reach of gradients; anything else as it is.

    >>> y, pullback = vjp(lambda x: x * constant(x), np.array([3.0]))
    >>> pullback(np.ones(1))
    (array([3.]),)
    """
    return x.value if isinstance(x, Box) else x


def values(a: Any) -> Any:
    """The plain values of an array or a list of them."""
    return a.value if isinstance(a, Box) else type(a)(map(values, a)) if type(a) in (list, tuple) else a


def holds(a: Any) -> bool:
    """Whether an argument is a traced array or a list with one."""
    return isinstance(a, Box) or type(a) in (list, tuple) and any(isinstance(b, Box) for b in a)


def pairs(shares: Any) -> Iterator[tuple[Box, Any]]:
    """Each traced array with its share of the gradient, out of lists too."""
    for a, share in shares:
        if isinstance(a, Box):
            if share is not None:
                yield a, share
        elif holds(a):
            yield from ((box, part) for box, part in zip(a, share) if isinstance(box, Box))


def tape_of(args: tuple) -> list[Box] | None:
    """The one tape that the traced arrays among the arguments are on."""
    tape = None
    for box in (b for a in args if holds(a) for b in ((a,) if isinstance(a, Box) else a) if isinstance(b, Box)):
        if tape is not None and box.tape is not tape:
            raise TypeError("Arrays of two traces meet: no vjp inside of vjp. Pass constant(x) for the values alone.")
        tape = box.tape
    return tape


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
        share = share.sum(axes, keepdims=True).reshape(shape) if axes else np.broadcast_to(share, shape)
    return share if share.dtype == value.dtype else share.astype(value.dtype)
