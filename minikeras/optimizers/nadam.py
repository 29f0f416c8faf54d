"""Nadam."""

from __future__ import annotations

import numpy as np

from minikeras._core.blas import axpy
from minikeras._core.old_arguments import callable_module
from minikeras._core.variable import Variable
from minikeras.optimizers.old_arguments import old_epsilon
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.options import Rate


class Nadam(Optimizer):
    """Adam that looks ahead as Nesterov's momentum does.

    With uₜ = β₁ (1 − ½ · 0.96ᵗ) and Uₜ = u₁ ⋯ uₜ, and m and v as in `Adam`:
    w ← w − η (uₜ₊₁ m / (1 − Uₜ uₜ₊₁) + (1 − uₜ) g / (1 − Uₜ)) / (√(v / (1 − β₂ᵗ)) + ε)

    Args:
        learning_rate: η.
        beta_1: β₁, below 1.
        beta_2: β₂, below 1.
        epsilon: ε.
        *options, **named: the arguments that all optimizers take, see `Optimizer`.

    Source: Dozat, Incorporating Nesterov momentum into Adam (2016).

    >>> w = Variable([1.0, -1.0]); optimizer = Nadam(learning_rate=0.1)
    >>> optimizer.apply([[2.0, -4.0]], [w]); w.tolist()
    [0.8, -0.8]
    """

    slots = (("momentum", "velocity"),)

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
        self._done = None

    def build(self, variables):
        """Make the slots and the product U."""
        variables = self._checked(variables)
        if not self._extra:
            self._u_product = Variable(1.0, dtype=variables[0].dtype if variables else None, trainable=False, name="u_product")
            self._extra.append(self._u_product)
        super().build(variables)

    def prepare(self, rate, t):
        """Compute the factors of m, g and v."""
        product = self._u_product.value
        u, u_next = self.beta_1 * (1 - 0.5 * 0.96**t), self.beta_1 * (1 - 0.5 * 0.96 ** (t + 1))
        if self._done != (t, product.item()):  # once in a step, however often its numbers are asked for
            product[()] = product.item() * u  # U ← U uₜ
            self._done = t, product.item()
        self.of_m = rate * u_next / (1 - product.item() * u_next)
        self.of_g = rate * (1 - u) / (1 - product.item())
        self.of_v = 1 / (1 - self.beta_2**t)

    def product_after(self, steps: int) -> float:
        """U after so many steps, for files that lack it."""
        t = np.arange(1.0, min(steps, 10_000) + 1)
        return float(np.prod(self.beta_1 * (1 - 0.5 * 0.96**t)))  # U = ∏ uₜ, soon 0

    def update(self, w, g, m, v, s, r):
        """Do one step."""
        np.subtract(g, m, out=s)
        axpy(1 - self.beta_1, s, m, s)  # m ← m + (1 − β₁)(g − m)
        np.square(g, out=s)
        s -= v
        axpy(1 - self.beta_2, s, v, s)  # v ← v + (1 − β₂)(g² − v)
        np.multiply(m, self.of_m, out=r)
        np.multiply(g, self.of_g, out=s)
        r += s  # η m̂
        np.multiply(v, self.of_v, out=s)
        np.sqrt(s, out=s)
        s += self.epsilon
        r /= s
        w -= r  # w ← w − η m̂ / (√v̂ + ε)


callable_module(__name__, "Nadam")  # keras.optimizers.nadam(lr=...) of Keras 2
