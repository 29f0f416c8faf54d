"""Smooth activations of one number: sigmoid and tanh, soft forms of ReLU, gates by sigmoid and by the Gaussian."""

from __future__ import annotations

import math

import numpy as np

from minikeras._core.constants import ONE, Constant
from minikeras.activations.table import above, activation

HIGHEST = {char: Constant(x)[char] for char, x in zip("efdg", (11.0, 88.0, 709.0, 709.0))}  # exp of more is no such float
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805  # mean 0, variance 1 is their fixed point


@activation(lambda dy, z, y: y * (1.0 - y) * dy)  # φ′ = y (1 - y)
def sigmoid(x):
    """Logistic function: y = 1 / (1 + exp(-x)) = exp(x) / (1 + exp(x)), from 0 to 1. For probabilities of yes.

    Args:
        x: array of any shape.

    >>> sigmoid([-2.0, 0.0, 1.0]).round(4)
    array([0.1192, 0.5   , 0.7311], dtype=float32)
    """
    char = x.dtype.char
    y = np.minimum(x, HIGHEST[char])
    np.exp(y, out=y)
    y /= y + ONE[char]  # right in both tails, where (1 + tanh(x/2)) / 2 rounds to 0
    return y


@activation(lambda dy, z, y: (1.0 - y * y) * dy)  # φ′ = 1 - y²
def tanh(x):
    """Hyperbolic tangent: y = (exp(x) - exp(-x)) / (exp(x) + exp(-x)) = 2 · sigmoid(2x) - 1, from -1 to 1.

    Args:
        x: array of any shape.

    >>> tanh([-1.0, 0.0, 20.0]).round(4)
    array([-0.7616,  0.    ,  1.    ], dtype=float32)
    """
    return np.tanh(x)


@activation(lambda dy, z, y: np.tanh(z) ** 2 * dy)  # φ′ = tanh² z
def tanh_shrink(x):
    """What tanh leaves: y = x - tanh(x).

    Args:
        x: array of any shape.

    >>> tanh_shrink([0.0, 1.0, 10.0]).round(4)
    array([0.    , 0.2384, 9.    ], dtype=float32)
    """
    y = np.tanh(x)
    return np.subtract(x, y, out=y)


def softsign_rule(dy, z, y):
    """φ′ = 1 / (1 + |z|)²"""
    slope = np.abs(z)
    slope += 1.0
    np.reciprocal(slope, out=slope)
    slope *= slope
    slope *= dy
    return slope


@activation(softsign_rule)
def softsign(x):
    """Like tanh, but slow to saturate: y = x / (1 + |x|).

    Args:
        x: array of any shape.

    >>> softsign([-1.0, 0.0, 3.0])
    array([-0.5 ,  0.  ,  0.75], dtype=float32)
    """
    y = np.abs(x)
    y += 1.0
    return np.divide(x, y, out=y)


def exponential_rule(dy, z, y):
    """φ′ = y"""
    with np.errstate(over="ignore", invalid="ignore"):
        return y * dy


@activation(exponential_rule)
def exponential(x):
    """y = exp(x); infinite where a float can't hold it (above 88 in float32).

    Args:
        x: array of any shape.

    >>> exponential([-1.0, 0.0, 1.0]).round(4)
    array([0.3679, 1.    , 2.7183], dtype=float32)
    """
    with np.errstate(over="ignore"):
        return np.exp(x)


@activation(lambda dy, z, y: np.expm1(-y) * -dy)  # φ′ = σ(z) = 1 - exp(-y)
def softplus(x):
    """A smooth ReLU: y = log(1 + exp(x)).

    Args:
        x: array of any shape.

    >>> softplus([-2.0, 0.0, 20.0]).round(4)
    array([ 0.1269,  0.6931, 20.    ], dtype=float32)
    """
    y = np.abs(x)
    np.negative(y, out=y)
    np.exp(y, out=y)
    y = log1p(y)
    y += np.maximum(x, 0.0)  # log(1 + eˣ) = max(x, 0) + log(1 + e^-|x|)
    return y


@activation(lambda dy, z, y: np.expm1(y) * -dy)  # φ′ = 1 - σ(z) = 1 - exp(y)
def log_sigmoid(x):
    """Logarithm of the sigmoid: y = -log(1 + exp(-x)) = -softplus(-x).

    Args:
        x: array of any shape.

    >>> log_sigmoid([-10.0, 0.0, 3.0]).round(4)
    array([-10.    ,  -0.6931,  -0.0486], dtype=float32)
    """
    y = softplus(-x)
    return np.negative(y, out=y)


@activation(lambda dy, z, y, b=4: y / np.hypot(z, math.sqrt(b)) * dy)  # φ′ = (1 + z/√(z² + b)) / 2
def squareplus(x, b=4):
    """A smooth ReLU without exponentials: y = (x + √(x² + b)) / 2.

    Args:
        x: array of any shape.
        b: how smooth, above 0; b → 0 gives ReLU.

    References: Barron, Squareplus: a softplus-like algebraic rectifier, arXiv:2112.11687 (2021).

    >>> squareplus([-3.0, 0.0, 3.0]).round(4)
    array([0.3028, 1.    , 3.3028], dtype=float32)
    """
    y = np.hypot(x, math.sqrt(b))
    y += np.abs(x)
    y *= 0.5
    return np.divide(b / 4.0, y, out=y, where=x < 0.0)  # left of 0 by (√ + x)(√ - x) = b: nothing cancels


def elu_rule(dy, z, y, alpha=1.0):
    """φ′ = 1 if z > 0, else alpha · exp(z)"""
    slope = np.minimum(z, 0.0)
    np.exp(slope, out=slope)
    if alpha != 1.0:
        slope *= alpha
        slope += (1.0 - alpha) * above(z, 0.0)  # right of 0 the two sum up to 1
    slope *= dy
    return slope


@activation(elu_rule)
def elu(x, alpha=1.0):
    """Exponential linear unit: y = x if x > 0, else alpha · (exp(x) - 1).

    Args:
        x: array of any shape.
        alpha: -alpha is the lowest output.

    References: Clevert, Unterthiner and Hochreiter, Fast and accurate deep network learning by exponential linear units,
    ICLR 2016.

    >>> elu([-1.0, 0.0, 2.0]).round(4)
    array([-0.6321,  0.    ,  2.    ], dtype=float32)
    """
    y = np.minimum(x, 0.0)
    np.expm1(y, out=y)
    if alpha != 1.0:
        y *= alpha
    y += np.maximum(x, 0.0)
    return y


@activation(lambda dy, z, y: elu_rule(dy, z, y, SELU_ALPHA) * SELU_SCALE)  # φ′ = scale · elu′
def selu(x):
    """Scaled ELU: y = 1.0507 · elu(x, 1.6733). Deep nets of it keep mean 0 and variance 1 (with ``lecun_normal``).

    Args:
        x: array of any shape.

    References: Klambauer et al., Self-normalizing neural networks, NeurIPS 2017.

    >>> selu([-1.0, 0.0, 2.0]).round(4)
    array([-1.1113,  0.    ,  2.1014], dtype=float32)
    """
    y = elu(x, SELU_ALPHA)
    y *= SELU_SCALE
    return y


@activation(lambda dy, z, y, alpha=1.0: np.exp(np.minimum(z, 0.0) / alpha) * dy)  # φ′ = exp(min(z, 0) / alpha)
def celu(x, alpha=1.0):
    """ELU with a continuous slope: y = max(x, 0) + alpha · (exp(min(x, 0) / alpha) - 1).

    Args:
        x: array of any shape.
        alpha: -alpha is the lowest output; above 0.

    References: Barron, Continuously differentiable exponential linear units, arXiv:1704.07483 (2017).

    >>> celu([-1.0, 0.0, 2.0], alpha=2.0).round(4)
    array([-0.7869,  0.    ,  2.    ], dtype=float32)
    """
    y = np.minimum(x, 0.0)
    y /= alpha
    np.expm1(y, out=y)
    y *= alpha
    y += np.maximum(x, 0.0)
    return y


def silu_rule(dy, z, y):
    """φ′ = σ + y (1 - σ)"""
    s = sigmoid(z)
    return (s + y * (1.0 - s)) * dy


@activation(silu_rule)
def silu(x):
    """The input gated by its sigmoid, also ``swish``: y = x · sigmoid(x).

    Args:
        x: array of any shape.

    References: Ramachandran, Zoph and Le, Searching for activation functions, arXiv:1710.05941 (2017).

    >>> silu([-1.0, 0.0, 2.0]).round(4)
    array([-0.2689,  0.    ,  1.7616], dtype=float32)
    """
    y = sigmoid(x)
    y *= x
    return y


def mish_rule(dy, z, y):
    """φ′ = t + z (1 - t²) σ(z), t = tanh(softplus(z))"""
    t = np.tanh(softplus(z))
    return (t + z * (1.0 - t * t) * sigmoid(z)) * dy


@activation(mish_rule)
def mish(x):
    """y = x · tanh(softplus(x)).

    Args:
        x: array of any shape.

    References: Misra, Mish: a self regularized non-monotonic activation function, BMVC 2020.

    >>> mish([-1.0, 0.0, 2.0]).round(4)
    array([-0.3034,  0.    ,  1.944 ], dtype=float32)
    """
    y = softplus(x)
    np.tanh(y, out=y)
    y *= x
    return y


def log1p(u):
    """log(1 + u) of numbers from 0 to 1, written over them; for many floats of 32 bits in a fourth of NumPy's time.

    With w = 1 + u, rounded, and what the rounding has cost: log(1 + u) = log w + (u − (w − 1)) / w.

    >>> u = np.array([0.0, 1e-9, 1.0], np.float32); log1p(np.tile(u, 1000))[:3].tolist() == np.log1p(u).tolist()
    True
    """
    if u.size < 2048 or u.dtype.char != "f" or type(u) is not np.ndarray:
        return np.log1p(u, out=u)
    w = u + 1.0
    u -= w - 1.0
    u /= w
    u += np.log(w, out=w)
    return u
