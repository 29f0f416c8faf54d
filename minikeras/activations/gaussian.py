"""GELU and the Gaussian distribution function it needs; NumPy has none."""

from __future__ import annotations

import math

import numpy as np

from minikeras.activations.table import above, activation

# Chebyshev interpolants, as polynomials in s, of exp(w²) erfc(w) (2 + w) / 2, where t = 2 / (2 + w) for w from 0 to `far`
# is mapped onto -1 ≤ s ≤ 1: relative error below 2e-7 and 2e-14, that of the arithmetic. Highest power first.
_SINGLE = (
    "7.103646893824589e-06 -5.2971665641621255e-05 3.722103263470443e-06 0.0005847695054310266 -0.0006189306472125234 "
    "-0.006150094773913217 0.0059626140892637125 0.10202927959579086 0.3262225164090409 0.5720119858113863"
)
_DOUBLE = (
    "3.6892765240616885e-09 8.884670337605266e-09 -5.4568855952883055e-08 -1.3406144775767672e-08 3.102730408923187e-07 "
    "-3.6631664127948186e-07 -7.284583920364887e-07 2.8805848874608748e-06 -1.9159002318562913e-06 -1.089199054439864e-05 "
    "2.897812754941851e-05 1.397547639711656e-05 -0.00019022315252700554 0.00015082479931310773 0.0011273037104546635 "
    "-0.0018441526276218713 -0.008918529337700988 0.012424668635335314 0.12479239461530095 0.3383417599453982 "
    "0.5340837670170371"
)
_FITS = {4: (10.0, [float(c) for c in _SINGLE.split()]), 8: (28.3, [float(c) for c in _DOUBLE.split()])}


def upper_tail(a: np.ndarray) -> np.ndarray:
    """Q(a) = ½ erfc(a/√2), the chance that a standard normal number exceeds a ≥ 0; to the precision of a's dtype.

    >>> upper_tail(np.array([0.0, 1.0, 1.959963984540054, 3.0])).round(4)
    array([0.5   , 0.1587, 0.025 , 0.0013])
    """
    far, (first, *rest) = _FITS[8 if a.dtype.itemsize > 4 else 4]
    w = np.minimum(a, far * math.sqrt(2.0))
    w *= math.sqrt(0.5)
    t = 2.0 / (w + 2.0)
    nearest = 2.0 / (2.0 + far)
    s = (t - nearest) * (2.0 / (1.0 - nearest)) - 1.0
    q = np.full_like(s, first)
    for c in rest:
        q *= s
        q += c
    w *= w
    q *= np.exp(-w)
    q *= t
    q *= 0.5
    return q


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
    a = np.abs(x)
    y = upper_tail(a)
    y *= a
    return np.subtract(x * above(x, 0.0), y, out=y)  # x Φ(x) = max(x, 0) - |x| Q(|x|)
