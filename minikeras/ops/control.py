"""Branches and loops as functions; here they are Python's own."""

from __future__ import annotations

import numpy as np

from minikeras._core.nest import flatten, map_structure
from minikeras._core.now import TRIAL
from minikeras.ops.dtypes import array
from minikeras.ops.operation import operation


@operation
def cond(pred, true_fn, false_fn):
    """The result of one of two functions.

    >>> cond(True, lambda: 1, lambda: 2)
    1
    """
    return true_fn() if bool(array(pred)) else false_fn()


@operation(data="operands")
def switch(index, branches, *operands):
    """The result of one of several functions of the operands; an index beyond them is the nearest.

    >>> switch(1, [lambda x: x, lambda x: -x], 3)
    -3
    """
    return branches[min(max(int(array(index)), 0), len(branches) - 1)](*operands)


@operation(settings="cond")
def while_loop(cond, body, loop_vars, maximum_iterations=None):
    """Replace the variables by ``body(*loop_vars)`` as long as ``cond(*loop_vars)`` holds.

    >>> int(while_loop(lambda i: i < 10, lambda i: i * 2, 1))
    16
    """
    several = isinstance(loop_vars, (tuple, list))
    state, count = map_structure(array, tuple(loop_vars) if several else (loop_vars,)), 0
    most = 1 if TRIAL.get() is not None else maximum_iterations  # zeros that only try a loop out may never end it
    while (most is None or count < most) and bool(cond(*state)):
        state = body(*state)
        state = tuple(state) if isinstance(state, (tuple, list)) else (state,)
        count += 1
    return (list(state) if type(loop_vars) is list else state) if several else state[0]


@operation
def fori_loop(lower, upper, body_fun, init_val):
    """Replace the value by ``body_fun(i, value)`` for i from lower to upper - 1.

    >>> int(fori_loop(0, 4, lambda i, value: value + i, 0))
    6
    """
    value = map_structure(array, init_val)
    for i in range(int(array(lower)), int(array(upper))):
        value = body_fun(i, value)
    return value


def rows(nest):
    """The number of rows that all arrays of a nest have."""
    sizes = {np.shape(a)[0] for a in flatten(nest)}
    if len(sizes) != 1:
        raise ValueError(f"All arrays must have the same length along axis 0, got {sorted(sizes)}.")
    return sizes.pop()


def stacked(results):
    """One nest of arrays out of many nests of rows."""
    return map_structure(lambda *parts: np.stack([array(p) for p in parts]), *results)


@operation
def map(f, xs):
    """``f`` of each row, stacked.

    >>> map(lambda x: x * x, np.array([1.0, 2.0, 3.0]))
    array([1., 4., 9.])
    """
    xs = map_structure(array, xs)
    return stacked([f(map_structure(lambda x, i=i: x[i], xs)) for i in range(rows(xs))])


@operation
def vectorized_map(function, elements):
    """``function`` of each row, stacked.

    >>> vectorized_map(lambda x: x.sum(), np.ones((2, 3)))
    array([3., 3.])
    """
    elements = map_structure(array, elements)
    return stacked([function(map_structure(lambda x, i=i: x[i], elements)) for i in range(rows(elements))])


@operation
def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    """Carry a value over the rows: ``carry, y = f(carry, x)``. Returns the last carry and all y, stacked.

    Args:
        f: function of the carried value and a row.
        init: the first carried value.
        xs: arrays of rows; None calls ``f(carry, None)``.
        length: the number of rows, needed if there is no ``xs``.
        reverse: from the last row to the first.
        unroll: kept for Keras' sake.

    >>> scan(lambda total, x: (total + x, total), np.array(0.0), np.array([1.0, 2.0, 3.0]))
    (array(6.), array([0., 1., 3.]))
    """
    if not callable(f):
        raise TypeError(f"`f` should be a callable. Received: f={f!r}")
    if not isinstance(unroll, bool) and (not isinstance(unroll, int) or unroll < 1):
        raise ValueError(f"`unroll` must be an positive integer or boolean. Received: unroll={unroll!r}")
    if xs is None and length is None:
        raise ValueError("Got no `xs` to scan over and `length` not provided.")
    xs = None if xs is None else map_structure(array, xs)
    n = rows(xs) if xs is not None else int(length)
    if length is not None and n != int(length):
        raise ValueError(f"scan got length={length}, but xs of {n} rows.")
    carry, ys = init, []
    for i in reversed(range(n)) if reverse else range(n):
        carry, y = f(carry, None if xs is None else map_structure(lambda x, i=i: x[i], xs))
        ys.append(y)
    ys = ys[::-1] if reverse else ys
    return carry, (stacked(ys) if ys and any(y is not None for y in flatten(ys[0])) else None)


@operation
def associative_scan(f, elems, reverse=False, axis=0):
    """All the running results of an operation whose order of brackets does not matter: x₀, f(x₀, x₁), f(f(x₀, x₁), x₂), ...

    Args:
        f: takes two nests of arrays and joins them element by element along the axis.
        elems: array or a nest of them.
        reverse: from the last to the first.
        axis: the axis to go along.

    >>> associative_scan(lambda a, b: a + b, np.array([1.0, 2.0, 3.0]))
    array([1., 3., 6.])
    """
    if not callable(f):
        raise TypeError(f"`f` should be a callable. Received: f={f!r}")
    turn = (lambda x: np.flip(x, axis)) if reverse else (lambda x: x)
    y = map_structure(lambda x: turn(array(x)), elems)
    n, step = {np.shape(a)[axis] for a in flatten(y)}, 1
    if len(n) != 1:
        raise ValueError(f"Array inputs to associative_scan must have the same size along axis {axis}, got {sorted(n)}.")
    n = n.pop()
    while step < n:  # after each round an element knows twice as many predecessors
        joined = f(part(y, 0, n - step, axis), part(y, step, n, axis))
        y = map_structure(lambda a, b: np.concatenate([a, b], axis), part(y, 0, step, axis), joined)
        step *= 2
    return map_structure(turn, y)


def part(nest, start, stop, axis):
    """A range along an axis of all arrays."""
    return map_structure(lambda x: x[(slice(None),) * (axis % x.ndim) + (slice(start, stop),)], nest)
