"""Adadelta."""

from __future__ import annotations

import numpy as np

from minikeras._core.blas import axpy
from minikeras._core.old_arguments import callable_module
from minikeras.optimizers.old_arguments import old_epsilon
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.options import Rate


class Adadelta(Optimizer):
    """Steps as large as recent steps, compared with recent gradients.

    a ← ρ a + (1 − ρ) g²; d = √(b + ε) / √(a + ε) · g; b ← ρ b + (1 − ρ) d²; w ← w − η d

    Args:
        learning_rate: η; the paper has 1.0.
        rho: ρ, from 0 to 1.
        epsilon: ε.
        *options, **named: the arguments that all optimizers take, see `Optimizer`.

    Source: Zeiler, ADADELTA: an adaptive learning rate method (2012), arXiv:1212.5701.

    >>> from minikeras._core.variable import Variable
    >>> w = Variable([1.0, -1.0]); optimizer = Adadelta(learning_rate=1.0, epsilon=1e-2)
    >>> optimizer.apply([[2.0, -4.0]], [w]); w.tolist()
    [0.564, -0.556]
    """

    slots = (("accumulated_grad", "accumulated_delta_var"),)

    def __init__(self, learning_rate: Rate = 0.001, rho: float = 0.95, epsilon: float | None = 1e-7, *options, **named):
        super().__init__(learning_rate, *options, **named)
        self.rho = rho
        self.epsilon = old_epsilon(epsilon)

    def update(self, w, g, a, b, s, r):
        """Do one step."""
        np.square(g, out=s)
        a *= self.rho
        axpy(1 - self.rho, s, a, s)  # a ← ρ a + (1 − ρ) g²
        np.add(a, self.epsilon, out=s)
        np.sqrt(s, out=s)
        np.add(b, self.epsilon, out=r)
        np.sqrt(r, out=r)
        r *= g
        r /= s  # d = √(b + ε) g / √(a + ε)
        np.square(r, out=s)
        b *= self.rho
        axpy(1 - self.rho, s, b, s)  # b ← ρ b + (1 − ρ) d²
        axpy(-self.rate, r, w, r)  # w ← w − η d


callable_module(__name__, "Adadelta")  # keras.optimizers.adadelta(lr=...) of Keras 2
