"""Activations inside a time loop: written into a given array, and their derivatives φ′ as arrays of their own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from minikeras import activations
from minikeras.activations.table import DERIVATIVES, bare

#: What works on each number alone, so that φ′ is an array of the shape of z; softmax and its kind are not among them.
ELEMENTWISE = {f for f in DERIVATIVES if not f.__module__.endswith("vectors")}


def elementwise(activation: Callable) -> bool:
    """Whether an activation is built in and looks at each number alone.

    >>> elementwise(activations.tanh), elementwise(activations.softmax), elementwise(np.sin)
    (True, False, False)
    """
    try:
        return activation in ELEMENTWISE
    except TypeError:  # an object without a hash
        return False


def mixes(activation: Callable) -> bool:
    """Whether a built-in activation lets numbers of a vector act on each other.

    >>> mixes(activations.softmax), mixes(activations.tanh), mixes(np.sin)
    (True, False, False)
    """
    return getattr(activation, "__module__", None) == activations.softmax.__module__


def into(activation: Callable) -> Callable:
    """Return ``f(z, out)``, which writes φ(z) into an array.

    >>> y = np.empty(2); _ = into(activations.sigmoid)(np.array([0.0, 800.0]), y); y
    array([0.5, 1. ])
    """
    if activation is activations.tanh:
        return np.tanh
    if activation is activations.sigmoid:
        return _sigmoid_into
    formula = bare(activation)
    return lambda z, out: np.copyto(out, formula(z))


def _sigmoid_into(z: np.ndarray, out: np.ndarray) -> None:
    np.negative(z, out)
    with np.errstate(over="ignore"):
        np.exp(out, out)
    np.add(out, 1.0, out)
    np.reciprocal(out, out)  # σ(z) = 1 / (1 + exp(-z))


def slope(activation: Callable, z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return φ′ at z, where y = φ(z), as a new array.

    >>> slope(activations.relu, np.array([-1.0, 2.0]), np.array([0.0, 2.0]))
    array([0., 1.])
    """
    if activation is activations.tanh:
        d = y * y
        return np.subtract(1.0, d, out=d)  # φ′ = 1 - y²
    if activation is activations.sigmoid:
        d = y * y
        return np.subtract(y, d, out=d)  # φ′ = y - y²
    d = activations.derivative(activation)(np.ones_like(z), z, y)
    return d if d is not z and d is not y else d.copy()
