"""Lamb."""

from __future__ import annotations

import numpy as np

from minikeras.optimizers.clipping import norm
from minikeras.optimizers.old_arguments import old_epsilon
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.options import Rate


class Lamb(Optimizer):
    """Adam whose step is scaled to the size of each variable: for training with large batches.

    m and v as in `Adam`; d = (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε); w ← w − η ‖w‖ / ‖d‖ · d
    (the ratio is 1 where a norm is 0).

    Args:
        learning_rate: η.
        beta_1: β₁, below 1.
        beta_2: β₂, below 1.
        epsilon: ε.
        *options, **named: the arguments that all optimizers take, see `Optimizer`.

    Source: You et al., Large batch optimization for deep learning (2020), arXiv:1904.00962.

    >>> from minikeras._core.variable import Variable
    >>> w = Variable([1.0, -1.0]); optimizer = Lamb(learning_rate=0.1)
    >>> optimizer.apply([[2.0, -4.0]], [w]); w.tolist()
    [0.9, -0.9]
    """

    slots = (("momentum", "velocity"),)
    whole = True

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-7,
        *options,
        **named,
    ):
        super().__init__(learning_rate, *options, **named)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = old_epsilon(epsilon)

    def prepare(self, rate, t):
        """Compute the corrections of the bias."""
        self.rate = rate
        self.of_m, self.of_v = 1 / (1 - self.power(self.beta_1, t)), 1 / (1 - self.power(self.beta_2, t))

    def update(self, w, g, m, v, s, r):
        """Do one step."""
        np.subtract(g, m, out=s)
        s *= 1 - self.beta_1
        m += s  # m ← m + (1 − β₁)(g − m)
        np.square(g, out=s)
        s -= v
        s *= 1 - self.beta_2
        v += s  # v ← v + (1 − β₂)(g² − v)
        np.multiply(v, self.of_v, out=s)
        np.sqrt(s, out=s)
        s += self.epsilon
        np.multiply(m, self.of_m, out=r)
        r /= s  # d = m̂ / (√v̂ + ε)
        size, length = norm(w), norm(r)
        r *= self.rate * (size / length if size > 0 and length > 0 else 1.0)
        w -= r  # w ← w − η ‖w‖ / ‖d‖ · d
