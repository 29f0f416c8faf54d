"""Through time and back: by the formulas of a cell that has some, else on the tape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core.nest import flatten
from minikeras._core.now import CALL, Call
from minikeras._core.tape import traced
from minikeras._core.trace import Box
from minikeras.layers.calling import call_spec
from minikeras.layers.layer import Layer
from minikeras.layers.rnn.states import pack


def sweep(cell: Any, x: np.ndarray, states: list, training: bool, holes: list | None) -> tuple:
    """Take a cell through ``x`` (steps, batch, ...).

    Returns:
        the outputs (steps, batch, ...), the flat list of last states, and what `sweep_back` needs.
    """
    if isinstance(x, Box) and not hasattr(cell, "cells"):  # for a second derivative
        return *_loop(x, states, _step_of(cell, x, states, training), holes, training), None
    x, states = _cast(cell, x, states)
    if formulas(cell):
        return cell.sweep(x, states, training, holes)
    return trace(_step_of(cell, x, states, training), x, states, training, holes)


def plain(cell: Any, x: np.ndarray, states: list, training: bool, holes: list | None) -> tuple:
    """As `sweep`, where nobody will ask for the way back: your own cells compute without a tape."""
    x, states = _cast(cell, x, states)
    if formulas(cell):
        return cell.sweep(x, states, training, holes)[:2]
    return _loop(x, states, _step_of(cell, x, states, training), holes, training)


def sweep_back(cell: Any, dys: np.ndarray, dstates: list, kept: Any, need_dx: bool = True) -> tuple:
    """Turn ∂L/∂y of the last ``len(dys)`` steps and ∂L/∂(last states) into ∂L/∂x and the list of ∂L/∂(first states)."""
    dys, dstates = _cast(cell, dys, dstates)
    if formulas(cell):
        return cell.sweep_back(dys, dstates, kept, need_dx)
    return trace_back(cell, dys, dstates, kept)


def _cast(cell: Any, x: np.ndarray, states: list) -> tuple[np.ndarray, list]:
    """Turn arrays to the number type that a cell computes in."""
    dtype = number_type(cell, x.dtype)
    if isinstance(x, Box):
        return x, states
    return x.astype(dtype, copy=False), [s.astype(dtype, copy=False) for s in states]


def number_type(cell: Any, default: Any) -> Any:
    """The number type that a cell computes in: formulas that of the weights, also where the policy is mixed.

    >>> from minikeras.layers import LSTMCell
    >>> number_type(LSTMCell(2, dtype="mixed_float16"), None)
    'float32'
    """
    dtype = getattr(cell, "compute_dtype", default)
    wide = getattr(cell, "variable_dtype", dtype)
    return wide if wide != dtype and formulas(cell) else dtype


def trace(step: Callable, x: np.ndarray, states: list, training: bool, holes: list | None) -> tuple:
    """As `sweep`, with ``step(x_t, states) -> y_t, states`` on a tape."""
    run = traced(lambda given: _loop(*given, step, holes, training), [x, list(states)])
    ys, last = run.value()
    return ys, last, (run, ys.shape, [s.shape for s in states])


def trace_back(cell: Any, dys: np.ndarray, dstates: list, kept: tuple) -> tuple:
    """The way back of `trace`; writes the gradients of the cell's weights."""
    run, shape, shapes = kept
    full = np.zeros(shape, dys.dtype)
    full[shape[0] - len(dys) :] = dys
    (dx, *dfirst), grads = run.back([full, list(dstates)])
    for variable in cell.trainable_variables if isinstance(cell, Layer) else ():
        variable.grad[...] = grads.get(id(variable), 0.0)
    return dx, [np.zeros(s, dys.dtype) if d is None else d for d, s in zip(dfirst, shapes)]


def formulas(cell: Any) -> bool:
    """Whether a cell has derivatives of its own: one of the house, and not a class of the user's with another `call`.

    >>> formulas(object())
    False
    """
    return getattr(cell, "has_formulas", False) and _same_class(cell, "sweep")


def _same_class(cell: Any, name: str) -> bool:
    """Whether the class that defines ``name`` comes before, or is, the one that defines `call` anew."""
    return next(name in vars(c) for c in type(cell).__mro__ if name in vars(c) or "call" in vars(c))


def _step_of(cell: Any, x: np.ndarray, states: list, training: bool) -> Callable:
    """Return ``f(x_t, flat states) -> y_t, flat states``."""
    if hasattr(cell, "traceable") and _same_class(cell, "step"):
        return cell.traceable(x, states, training)
    arguments = {"training": training} if call_spec(type(cell).call).takes("training") else {}

    def step(x, states):
        y, new = cell.call(x, pack(cell.state_size, states, listed=True), **arguments)
        return y, flatten(new)

    return step


def _loop(x: Any, states: list, step: Callable, holes: list | None, training: bool) -> tuple[Any, list]:
    """The loop over time, on arrays or on a tape."""
    ys: list = []
    outer = CALL.get()
    token = CALL.set(Call(training)) if outer is None else None  # for the layers in a cell of your own
    try:
        for t in range(len(x)):
            y, new = step(x[t], states)
            if holes is not None and holes[t] is not None:
                first = states[0] if np.shape(states[0]) == np.shape(y) else ys[-1] if ys else np.zeros(np.shape(y), y.dtype)
                y = np.where(_beside(holes[t], y), first, y)
                new = [np.where(_beside(holes[t], n), old, n) for old, n in zip(states, new)]
            ys.append(y)
            states = new
    finally:
        if token is not None:
            CALL.reset(token)
    return np.stack(ys), list(states)


def _beside(hole: np.ndarray, like: Any) -> np.ndarray:
    """Give (batch, 1) as many axes as an array has."""
    return hole.reshape(len(hole), *(1,) * (np.ndim(like) - 1))
