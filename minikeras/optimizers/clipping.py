"""Keeping gradients within bounds, in place: by value, by the norm of each variable, by the norm of all."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np


def norm(g: np.ndarray) -> float:
    """Return ‖g‖₂ as a Python float.

    >>> norm(np.array([3.0, 4.0]))
    5.0
    """
    flat = g.reshape(-1)
    return math.sqrt(np.dot(flat, flat))


def unscaling(grads: list[np.ndarray], factor: float) -> Callable[[], None]:
    """The part of a step that takes the loss scale out again: g ← g / factor.

    >>> g = np.array([2.0]); unscaling([g], 2.0)(); g.tolist()
    [1.0]
    """

    def unscale():
        for g in grads:
            g /= factor

    return unscale


def by_value(grads: list[np.ndarray], bound: float) -> Callable[[], None]:
    """g ← min(max(g, −bound), bound)

    >>> g = np.array([-3.0, 0.5]); by_value([g], 1.0)(); g.tolist()
    [-1.0, 0.5]
    """

    def clip():
        for g in grads:
            np.minimum(g, bound, out=g)
            np.maximum(g, -bound, out=g)

    return clip


def by_norm(grads: list[np.ndarray], bound: float) -> Callable[[], None]:
    """g ← g · bound / max(‖g‖, bound), for each variable's gradient on its own

    >>> g = np.array([3.0, 4.0]); by_norm([g], 1.0)(); g.tolist()
    [0.6, 0.8]
    """

    def clip():
        for g in grads:
            length = norm(g)
            if not length <= bound:  # also when it is NaN, which then spreads, as it should
                g *= bound / length

    return clip


def by_global_norm(grads: list[np.ndarray], bound: float) -> Callable[[], None]:
    """g ← g · bound / max(n, bound), n = √Σ‖g‖² over all gradients; all NaN when n is not finite

    >>> g = [np.array([3.0]), np.array([4.0])]; by_global_norm(g, 1.0)(); [float(i[0]) for i in g]
    [0.6, 0.8]
    """

    def clip():
        length = math.sqrt(math.fsum(float(np.dot(g, g)) for g in grads))
        if not length <= bound:
            scale = bound / length if math.isfinite(length) else math.nan
            for g in grads:
                g *= scale

    return clip
