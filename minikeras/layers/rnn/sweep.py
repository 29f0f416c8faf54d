"""Through time and back: by the formulas of a cell that has some, else on the tape."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.tape import vjp
from minikeras.layers.arguments import accepts
from minikeras.layers.layer import Layer
from minikeras.layers.rnn.states import flatten, pack


def sweep(cell: Any, x: np.ndarray, states: list, training: bool, holes: list | None) -> tuple:
    """Take a cell through ``x`` (steps, batch, ...).

    Returns:
        the outputs (steps, batch, ...), the flat list of last states, and what `sweep_back` needs.
    """
    if formulas(cell):
        return cell.sweep(x, states, training, holes)
    return _traced(cell, x, states, training, holes)


def sweep_back(cell: Any, dys: np.ndarray, dstates: list, kept: Any, need_dx: bool = True) -> tuple:
    """Turn ∂L/∂y of the last ``len(dys)`` steps and ∂L/∂(last states) into ∂L/∂x and the list of ∂L/∂(first states)."""
    if formulas(cell):
        return cell.sweep_back(dys, dstates, kept, need_dx)
    pullback, variables, (steps, *shape), count = kept
    full = np.zeros((steps, *shape), dys.dtype)
    full[steps - len(dys) :] = dys
    dx, *rest = pullback([full, *dstates])
    for variable, grad in zip(variables, rest[count:]):
        variable.grad[...] = grad
    return dx, list(rest[:count])


def formulas(cell: Any) -> bool:
    """Whether a cell has derivatives of its own: one of the house, and not a class of the user's with another `call`.

    >>> formulas(object())
    False
    """
    return getattr(cell, "has_formulas", False) and "sweep" in vars(_owner(type(cell), "call", "sweep"))


def _owner(cls: type, *names: str) -> type:
    """The first class in the order of inheritance that defines one of the names."""
    return next((c for c in cls.__mro__ if any(name in vars(c) for name in names)), object)


def plain(cell: Any, x: np.ndarray, states: list, training: bool, holes: list | None) -> tuple:
    """As `sweep`, when nobody will ask for the way back: your own cells compute without a tape."""
    if formulas(cell):
        return cell.sweep(x, states, training, holes)[:2]
    ys, states = _loop(x, states, _step_of(cell, x, states, training), holes)
    return np.stack(ys), states


def _traced(cell: Any, x: np.ndarray, states: list, training: bool, holes: list | None) -> tuple:
    variables = list(cell.trainable_variables) if isinstance(cell, Layer) else []
    step = _step_of(cell, x, states, training)

    def run(x, *states):
        ys, last = _loop(x, list(states), step, holes)
        return [np.stack(ys), *last]

    (ys, *last), pullback = vjp(run, x, *states, variables=variables)
    return ys, last, (pullback, variables, ys.shape, len(states))


def _loop(x: Any, states: list, step: Any, holes: list | None) -> tuple[list, list]:
    """The loop over time, on arrays or on a tape."""
    ys: list = []
    for t in range(len(x)):
        y, new = step(x[t], states)
        if holes is not None and holes[t] is not None:
            hole = holes[t]
            before = states[0] if np.shape(states[0]) == np.shape(y) else ys[-1] if ys else np.zeros(np.shape(y), y.dtype)
            y = np.where(_beside(hole, y), before, y)
            new = [np.where(_beside(hole, n), old, n) for old, n in zip(states, new)]
        ys.append(y)
        states = new
    return ys, states


def _beside(hole: np.ndarray, like: Any) -> np.ndarray:
    """Give (batch, 1) as many axes as an array has."""
    return hole.reshape(len(hole), *(1,) * (np.ndim(like) - 1))


def _step_of(cell: Any, x: np.ndarray, states: list, training: bool) -> Any:
    """Return ``f(x_t, flat states) -> y_t, flat states`` for a cell of the user's, or one of the house that has to be traced."""
    if hasattr(cell, "traceable") and "step" in vars(_owner(type(cell), "call", "step")):
        return cell.traceable(x, states, training)
    like = cell.state_size if isinstance(cell.state_size, (list, tuple)) else [cell.state_size]
    arguments = {"training": training} if accepts(cell.call, "training") else {}

    def step(x, states):
        y, new = cell.call(x, pack(like, states), **arguments)
        return y, flatten(new)

    return step
