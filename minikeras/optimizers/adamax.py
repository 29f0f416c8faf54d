"""Adamax."""

from __future__ import annotations

import numpy as np

from minikeras._core.blas import axpy
from minikeras._core.old_arguments import callable_module
from minikeras.optimizers.old_arguments import old_epsilon
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.options import Rate


class Adamax(Optimizer):
    """Adam with the largest recent gradient in the place of the mean square.

    m ← m + (1 − β₁)(g − m); u ← max(β₂ u, |g|); w ← w − η / (1 − β₁ᵗ) · m / (u + ε)

    Args:
        learning_rate: η.
        beta_1: β₁, below 1.
        beta_2: β₂, below 1.
        epsilon: ε.
        *options, **named: the arguments that all optimizers take, see `Optimizer`.

    Source: Kingma and Ba, Adam: a method for stochastic optimization (2015), arXiv:1412.6980, section 7.1.

    >>> from minikeras._core.variable import Variable
    >>> w = Variable([1.0, -1.0]); optimizer = Adamax(learning_rate=0.1)
    >>> optimizer.apply([[2.0, -4.0]], [w]); w.tolist()
    [0.9, -0.9]
    """

    slots = (("momentum", "norm"),)

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
        """Compute η / (1 − β₁ᵗ)."""
        self.rate = rate / (1 - self.beta_1**t)

    def update(self, w, g, m, u, s, _):
        """Do one step."""
        np.subtract(g, m, out=s)
        axpy(1 - self.beta_1, s, m, s)  # m ← m + (1 − β₁)(g − m)
        np.abs(g, out=s)
        u *= self.beta_2
        np.maximum(u, s, out=u)  # u ← max(β₂ u, |g|)
        np.add(u, self.epsilon, out=s)
        np.divide(m, s, out=s)
        axpy(-self.rate, s, w, s)  # w ← w − η̂ m / (u + ε)


callable_module(__name__, "Adamax")  # keras.optimizers.adamax(lr=...) of Keras 2
