"""Choices and loops in keras.backend: by a condition, by the phase, over steps, over elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core.now import CALL
from minikeras._core.symbolic import KerasTensor, symbolic_leaves
from minikeras.compat.backend.settings import LearningPhase, learning_phase
from minikeras.compat.backend.whole import whole


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """One value or the other, for a condition of one element or of several; both may be functions of no arguments.

    >>> switch(True, 1.0, 2.0), switch(np.array([True, False]), np.array([1.0, 1.0]), np.array([2.0, 2.0])).tolist()
    (1.0, [1.0, 2.0])
    """
    single = not isinstance(condition, KerasTensor) and np.ndim(getattr(condition, "untraced", condition)) == 0
    if single:
        chosen = then_expression if bool(getattr(condition, "untraced", condition)) else else_expression
        return chosen() if callable(chosen) and not hasattr(chosen, "shape") else chosen
    both = [e() if callable(e) and not hasattr(e, "shape") else e for e in (then_expression, else_expression)]
    return _chosen(condition, *both)


@whole
def _chosen(condition, a, b):
    condition = np.asarray(getattr(condition, "untraced", condition)).astype(bool)
    rank = max(np.ndim(a), np.ndim(b))
    return np.where(np.reshape(condition, (*condition.shape, *(1,) * (rank - condition.ndim))), a, b)


def in_train_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """``x`` in training, ``alt`` in prediction; both may be functions of no arguments.

    >>> in_train_phase(1.0, 2.0), in_train_phase(1.0, 2.0, training=True)
    (2.0, 1.0)
    """
    if isinstance(training, LearningPhase) or training is None:
        if CALL.get() is None and symbolic_leaves((x, alt)):
            return _by_phase(*(e() if callable(e) and not hasattr(e, "shape") else e for e in (x, alt)))
        training = learning_phase()
    return switch(bool(training), x, alt)


def in_test_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """``x`` in prediction, ``alt`` in training.

    >>> in_test_phase(1.0, 2.0)
    1.0
    """
    return in_train_phase(alt, x, training)


@whole
def _by_phase(x, alt):
    return (x if learning_phase() else alt) * 1


_by_phase.asks_training = True


def rnn(
    step_function: Callable,
    inputs: Any,
    initial_states: Any,
    go_backwards: bool = False,
    mask: Any = None,
    constants: Any = None,
    unroll: bool = False,
    input_length: Any = None,
    time_major: bool = False,
    zero_output_for_mask: bool = False,
    return_all_outputs: bool = True,
) -> tuple:
    """Go through the steps of sequences.

    Args:
        step_function: ``(input of a step, states) -> (output, new states)``.
        inputs: (batch, steps, ...).
        initial_states: a list of arrays.
        go_backwards, mask, constants, time_major, zero_output_for_mask, return_all_outputs: as their names say; constants
            stand behind the states that the function gets.
        unroll, input_length: kept for Keras' sake.

    Returns:
        The last output, the outputs of all steps, the last states.

    >>> last, outputs, states = rnn(lambda x, s: (x + s[0], [x + s[0]]), np.ones((1, 3, 1)), [np.zeros((1, 1))])
    >>> outputs.ravel().tolist()
    [1.0, 2.0, 3.0]
    """
    more = (go_backwards, mask, constants, time_major, zero_output_for_mask, return_all_outputs)
    return tuple(_loop(step_function, inputs, list(initial_states), *more))


@whole
def _loop(step_function, inputs, states, go_backwards, mask, constants, time_major, zero_output, return_all):
    if not time_major:
        inputs, mask = np.swapaxes(inputs, 0, 1), None if mask is None else np.swapaxes(mask, 0, 1)
    steps, outputs, previous = range(np.shape(inputs)[0]), [], None
    for t in reversed(steps) if go_backwards else steps:
        output, new = step_function(inputs[t], [*states, *(constants or ())])
        if mask is not None:
            goes = np.asarray(getattr(mask, "untraced", mask))[t].astype(bool)
            goes = goes.reshape(len(goes), *(1,) * (np.ndim(output) - 1))
            before = output * 0 if previous is None or zero_output else previous
            output, new = np.where(goes, output, before), [np.where(goes, n, s) for n, s in zip(new, states)]
        outputs.append(output)
        previous, states = output, list(new)
    every = np.stack(outputs if return_all else outputs[-1:], 0 if time_major else 1)
    return [outputs[-1], every, states]


def map_fn(fn: Callable, elems: Any, name: str | None = None, dtype: Any = None) -> Any:
    """Apply a function to each row.

    >>> map_fn(lambda x: x * 2, np.array([1.0, 2.0])).tolist()
    [2.0, 4.0]
    """
    return _mapped(fn, elems)


@whole
def _mapped(fn, elems):
    several = isinstance(elems, (list, tuple))
    n = len(elems[0]) if several else np.shape(elems)[0]
    return np.stack([fn(tuple(e[i] for e in elems) if several else elems[i]) for i in range(n)])


def foldl(fn: Callable, elems: Any, initializer: Any = None, name: str | None = None) -> Any:
    """Join rows to one, from the first to the last: acc ← fn(acc, row).

    >>> float(foldl(lambda acc, x: acc - x, np.array([5.0, 1.0, 2.0])))
    2.0
    """
    return _folded(fn, elems, initializer, False)


def foldr(fn: Callable, elems: Any, initializer: Any = None, name: str | None = None) -> Any:
    """Join rows to one, from the last to the first: acc ← fn(acc, row).

    >>> float(foldr(lambda acc, x: acc - x, np.array([5.0, 1.0, 9.0])))
    3.0
    """
    return _folded(fn, elems, initializer, True)


@whole
def _folded(fn, elems, initializer, backwards):
    rows = [elems[i] for i in range(np.shape(elems)[0])]
    rows = rows[::-1] if backwards else rows
    if initializer is None:
        initializer, rows = rows[0], rows[1:]
    for row in rows:
        initializer = fn(initializer, row)
    return initializer
