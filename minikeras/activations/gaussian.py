"""GELU and the Gaussian distribution function it needs; NumPy has none."""

from __future__ import annotations

import math

import numpy as np

from minikeras._core.normal import upper_tail
from minikeras.activations.table import above, activation


def density(z: np.ndarray) -> np.ndarray:
    """p(z) = exp(-z²/2) / √(2π)

    >>> density(np.array([0.0, 1.0])).round(4)
    array([0.3989, 0.242 ])
    """
    p = np.minimum(np.abs(z), 40.0)
    p *= p
    p *= -0.5
    np.exp(p, out=p)
    p *= 1.0 / math.sqrt(2.0 * math.pi)
    return p


def gelu_rule(dy, z, y, approximate=False):
    """φ′ = Φ(z) + z p(z); of the approximation: (1 + t)/2 + z (1 - t²)/2 · √(2/π) (1 + 3 · 0.044715 z²)"""
    if approximate:
        t = np.tanh(inner(z))
        return ((1.0 + t) * 0.5 + z * (1.0 - t * t) * (math.sqrt(0.5 / math.pi) * (1.0 + 0.134145 * z * z))) * dy
    tail = upper_tail(np.abs(z))
    np.subtract(1.0, tail, out=tail, where=z > 0.0)  # Φ(z) = 1 - Q(z), and Q(-z) left of 0
    tail += z * density(z)
    tail *= dy
    return tail


def inner(x):
    """√(2/π) (x + 0.044715 x³), what the tanh of the approximation is taken of."""
    return math.sqrt(2.0 / math.pi) * x * (1.0 + 0.044715 * x * x)


@activation(gelu_rule)
def gelu(x, approximate=False):
    """Gaussian error linear unit: y = x · Φ(x), the input times the chance that a standard normal number is below it.

    Args:
        x: array of any shape.
        approximate: take y = x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))) instead.

    References: Hendrycks and Gimpel, Gaussian error linear units, arXiv:1606.08415 (2016).

    >>> gelu([-1.0, 0.0, 2.0]).round(4), gelu([-1.0, 0.0, 2.0], approximate=True).round(4)
    (array([-0.1587,  0.    ,  1.9545], dtype=float32), array([-0.1588,  0.    ,  1.9546], dtype=float32))
    """
    if approximate:
        y = np.tanh(inner(x))
        y += 1.0
        y *= x
        y *= 0.5
        return y
    a = np.minimum(np.abs(x), 40.0)  # from where on Q is 0, and ∞ · 0 would be no number
    y = upper_tail(a)
    y *= a
    return np.subtract(x * above(x, 0.0), y, out=y)  # x Φ(x) = max(x, 0) - |x| Q(|x|)
