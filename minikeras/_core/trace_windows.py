"""Convolution and pooling for traced arrays: each with its rule, which is one of them again."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core import convolve as formulas
from minikeras._core import pool
from minikeras._core.trace_table import own, rule


@own
def convolve(x: Any, kernel: Any, strides: Any, padding: Any, dilation: Any, groups: int) -> Any:
    """`convolve.convolve`, channels last.

    >>> convolve(np.ones((1, 3, 1)), np.ones((2, 1, 1)), 1, "valid", 1, 1).ravel()
    array([2., 2.])
    """
    return formulas.convolve(x, kernel, strides, padding, dilation, groups)


@own
def convolve_transpose(dy: Any, kernel: Any, sizes: tuple, strides: Any, padding: Any, dilation: Any, groups: int) -> Any:
    """`convolve.convolve_transpose`, channels last.

    >>> convolve_transpose(np.ones((1, 2, 1)), np.ones((2, 1, 1)), (3,), 1, "valid", 1, 1).ravel()
    array([1., 2., 1.])
    """
    return formulas.convolve_transpose(dy, kernel, sizes, strides, padding, dilation, groups)


@own
def convolve_kernel(x: Any, dy: Any, window: tuple, strides: Any, padding: Any, dilation: Any, groups: int) -> Any:
    """`convolve.convolve_kernel`, channels last.

    >>> convolve_kernel(np.ones((1, 3, 1)), np.ones((1, 2, 1)), (2,), 1, "valid", 1, 1).ravel()
    array([2., 2.])
    """
    return formulas.convolve_kernel(x, dy, window, strides, padding, dilation, groups)


rule(
    convolve,
    lambda g, y, x, w, *how: convolve_transpose(g, w, x.shape[1:-1], *how),
    lambda g, y, x, w, *how: convolve_kernel(x, g, w.shape[:-2], *how),
)
rule(
    convolve_transpose,
    lambda g, y, dy, w, sizes, *how: convolve(g, w, *how),
    lambda g, y, dy, w, sizes, *how: convolve_kernel(g, dy, w.shape[:-2], *how),
)
rule(
    convolve_kernel,
    lambda g, y, x, dy, window, *how: convolve_transpose(dy, g, x.shape[1:-1], *how),
    lambda g, y, x, dy, window, *how: convolve(x, g, *how),
)


@own
def max_pool(x: Any, plan: list) -> Any:
    """The greatest of each window.

    >>> max_pool(np.array([3.0, 1.0, 4.0, 1.0]), [(0, pool.windows(4, 2, 2, "valid"))])
    array([3., 4.])
    """
    return pool.max_pool(x, plan)[0]


@own
def spread_max(dy: Any, x: Any, plan: list) -> Any:
    """Each number of dy where the greatest of its window was in x."""
    return pool.max_pool_back(dy, plan, pool.max_pool(x, plan, True)[1])


@own
def pick_max(z: Any, x: Any, plan: list) -> Any:
    """The number of z where the greatest of each window was in x: `spread_max` the other way around."""
    for (axis, along), place in zip(plan, pool.max_pool(x, plan, True)[1]):
        y = np.zeros(place.shape, z.dtype)
        for out, at, n in along.pieces:
            to, of = ((slice(None),) * axis + (s,) for s in (out, at))
            y[to] += z[of] * np.equal(place[to], n)
        z = y
    return z


@own
def average_pool(x: Any, plan: list) -> Any:
    """The mean of each window.

    >>> average_pool(np.array([3.0, 1.0, 4.0, 2.0]), [(0, pool.windows(4, 2, 2, "valid"))])
    array([2., 3.])
    """
    return pool.average_pool(x, plan)


@own
def spread_average(dy: Any, plan: list) -> Any:
    """Each number of dy in equal parts to its window."""
    return pool.average_pool_back(dy, plan)


rule(max_pool, lambda g, y, x, plan: spread_max(g, x, plan))
rule(spread_max, lambda g, y, dy, x, plan: pick_max(g, x, plan), lambda g, y, dy, x, plan: x * 0.0)
rule(pick_max, lambda g, y, z, x, plan: spread_max(g, x, plan), lambda g, y, z, x, plan: x * 0.0)
rule(average_pool, lambda g, y, x, plan: spread_average(g, plan))
rule(spread_average, lambda g, y, dy, plan: average_pool(g, plan))
