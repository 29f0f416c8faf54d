"""Adafactor."""

from __future__ import annotations

import math

import numpy as np

from minikeras._core.variable import Variable
from minikeras.optimizers.clipping import norm
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.options import Rate


class Adafactor(Optimizer):
    """Adam without momentum whose mean squares are kept as one row and one column per matrix.

    b = 1 − t^beta_2_decay; r ← b r + (1 − b) mean_cols(g² + ε₁); c ← b c + (1 − b) mean_rows(g² + ε₁);
    v = r cᵀ / mean(r); u = g / √v; w ← w − max(ε₂, rms(w)) · min(η, 1/√t) · u / max(1, rms(u) / d).
    For vectors v ← b v + (1 − b)(g² + ε₁).

    Args:
        learning_rate: η.
        beta_2_decay: exponent of the decay, negative.
        epsilon_1: ε₁.
        epsilon_2: ε₂, the least size of w that is reckoned with.
        clip_threshold: d, the largest root mean square of u.
        relative_step: kept for Keras' sake; η never exceeds 1/√t either way, as in Keras.
        *options, **named: the arguments that all optimizers take, see `Optimizer`.

    Source: Shazeer and Stern, Adafactor: adaptive learning rates with sublinear memory cost (2018), arXiv:1804.04235.

    >>> w = Variable([1.0, -1.0]); optimizer = Adafactor(learning_rate=0.1)
    >>> optimizer.apply([[2.0, -4.0]], [w]); w.tolist()
    [0.9, -0.9]
    """

    slots = (("r", "c", "velocity"),)
    whole = True

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
        *options,
        **named,
    ):
        super().__init__(learning_rate, *options, **named)
        self.beta_2_decay = beta_2_decay
        self.epsilon_1 = epsilon_1
        self.epsilon_2 = epsilon_2
        self.clip_threshold = clip_threshold
        self.relative_step = relative_step

    def make_slot(self, variable, name):
        """Make r, c (for vectors, integers that only stand in their places in files) and v."""
        if name == "velocity":
            return super().make_slot(variable, name)
        if variable.ndim < 2:
            return Variable(0, dtype="int32", trainable=False, name=variable.name)
        shape = variable.shape[:-1] if name == "r" else (*variable.shape[:-2], variable.shape[-1])
        return self._own(Variable(np.zeros(shape), dtype=variable.dtype, trainable=False, name=variable.name))

    def prepare(self, rate, t):
        """Compute min(η, 1/√t) and b."""
        self.rate, self.b = min(rate, 1 / math.sqrt(t)), 1 - t**self.beta_2_decay

    def update(self, w, g, r, c, v, s, u):
        """Do one step."""
        b = self.b
        np.square(g, out=s)
        s += self.epsilon_1  # g² + ε₁
        if w.ndim >= 2:
            r *= b
            r += (1 - b) * s.mean(axis=-1)  # r ← b r + (1 − b) mean_cols(g² + ε₁)
            c *= b
            c += (1 - b) * s.mean(axis=-2)  # c ← b c + (1 − b) mean_rows(g² + ε₁)
            np.multiply((r / r.mean(axis=-1, keepdims=True))[..., None], c[..., None, :], out=v)  # v = r cᵀ / mean(r)
        else:
            s *= 1 - b
            v *= b
            v += s  # v ← b v + (1 − b)(g² + ε₁)
        np.sqrt(v, out=s)
        np.divide(g, s, out=u)
        alpha = self.rate * max(self.epsilon_2, rms(w))
        u *= alpha / max(1.0, rms(u) / self.clip_threshold)
        w -= u


def rms(x: np.ndarray) -> float:
    """Return the root of the mean square of all elements.

    >>> rms(np.array([3.0, -3.0]))
    3.0
    """
    return norm(x) / math.sqrt(x.size)
