"""Operations number by number: arithmetic, comparisons, truth values, activations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from minikeras.saving.onnx_export.functions import FUNCTIONS
from minikeras.saving.onnx_export.graph import Graph, Tensor, cast, clip, op, single, where


class To(NamedTuple):
    """What comes out of an operation: in which graph, of which number type, of which shape (those of the first result)."""

    graph: Graph
    dtype: np.dtype
    shape: tuple

    def lift(self, value: Any, dtype: Any = None) -> Tensor:
        """A tensor of the graph, of the result's number type or another."""
        dtype = self.dtype if dtype is None else np.dtype(dtype)
        return cast(value, dtype) if isinstance(value, Tensor) else self.graph.constant(value, dtype)


def one(kind: str) -> Callable:
    """The rule of an operator of one tensor."""
    return lambda to, x: op(kind, to.lift(x))


def narrow(kind: str) -> Callable:
    """The same for one that ONNX Runtime has for float32 only."""

    def rule(to, x):
        if not single(x := to.lift(x)):
            raise ValueError(f"ONNX Runtime has no {kind} for float64")
        return op(kind, x)

    return rule


def of(formula: Callable) -> Callable:
    """The rule of a formula of tensors in the number type of the result."""
    return lambda to, *given: formula(*map(to.lift, given))


def compare(kind: str, inverse: bool = False) -> Callable:
    """The rule of a comparison."""

    def rule(to, x1, x2):
        common = np.result_type(*(t.dtype if isinstance(t, Tensor) else t for t in (x1, x2)))
        if common.kind == "b" and kind != "Equal":
            common = np.dtype(np.int32)
        y = op(kind, to.lift(x1, common), to.lift(x2, common), dtype=bool)
        return ~y if inverse else y

    return rule


def logical(kind: str) -> Callable:
    """The rule of an operator of truth values."""

    def rule(to, *given):
        if to.dtype.kind != "b":
            raise ValueError(f"bits of {to.dtype}")
        return op(kind, *(truth(to, x) for x in given))

    return rule


def truth(to, x):
    """x ≠ 0"""
    if not isinstance(x, Tensor):
        return to.graph.constant(np.asarray(x) != 0, bool)
    return x if x.dtype == bool else ~op("Equal", x, 0, dtype=bool)


def activation(f: Callable) -> Callable:
    """The rule of an activation: its arguments have the same names."""
    return lambda to, x, *more: FUNCTIONS[f](to.lift(x), *more)


def floor_divide(to, x1, x2):
    """⌊a / b⌋"""
    a, b = to.lift(x1), to.lift(x2)
    return op("Floor", a / b) if to.dtype.kind == "f" else (a - op("Mod", a, b)) / b


def mod(to, x1, x2):
    """a - ⌊a / b⌋ b"""
    a, b = to.lift(x1), to.lift(x2)
    return a - op("Floor", a / b) * b if to.dtype.kind == "f" else op("Mod", a, b)


def expm1(x):
    """exp(x) - 1, near 0 without cancelling: 2t / (1 - t), t = tanh(x/2)"""
    t = op("Tanh", clip(x, -1.0, 1.0) * 0.5)
    return where(op("Abs", x) < 1.0, 2.0 * t / (1.0 - t), op("Exp", x) - 1.0, x)


def log1p(x):
    """log(1 + x), near 0 without cancelling: x log(u) / (u - 1), u = 1 + x"""
    u = 1.0 + x
    flat = op("Equal", u, 1.0, dtype=bool)
    return where(flat, x, op("Log", u) * (x / where(flat, 1.0, u - 1.0, x)), x)


def logaddexp(a, b):
    """log(exp(a) + exp(b)) = max(a, b) + log(1 + exp(-|a - b|))"""
    return op("Max", a, b) + log1p(op("Exp", -op("Abs", a - b)))


def clip_between(to, x, x_min, x_max):
    """min(max(x, low), high)"""
    return clip(to.lift(x), to.lift(x_min), to.lift(x_max))


def round_to(to, x, decimals=0):
    """The nearest number with so many decimals"""
    scale = 10.0**decimals
    return op("Round", to.lift(x)) if not decimals else op("Round", to.lift(x) * scale) / scale


def choose(to, condition, x1=None, x2=None):
    """x1 where the condition holds, else x2"""
    if x1 is None or x2 is None:
        raise ValueError("where(condition) alone gives as many places as there are")
    c, a, b = truth(to, condition), to.lift(x1), to.lift(x2)
    return (c & a) | (~c & b) if to.dtype.kind == "b" else where(c, a, b, a)


def nan_to_num(to, x, nan=0.0, posinf=None, neginf=None):
    """Numbers in the place of NaN and of infinities"""
    x, limits = to.lift(x), np.finfo(to.dtype)
    high, low = (limits.max if posinf is None else posinf), (limits.min if neginf is None else neginf)
    y = where(op("IsNaN", x, dtype=bool), nan, x, x)
    y = where(op("Equal", x, np.inf, dtype=bool), high, y, x)
    return where(op("Equal", x, -np.inf, dtype=bool), low, y, x)


def same(to, x, *arguments):
    """x in the number type of the result"""
    return to.lift(x)
