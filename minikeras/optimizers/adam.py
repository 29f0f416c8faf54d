"""Adam."""

from __future__ import annotations

import math

import numpy as np

from minikeras._core.blas import axpy
from minikeras._core.constants import constant
from minikeras._core.old_arguments import callable_module
from minikeras.optimizers.old_arguments import old_epsilon
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.options import Rate


class Adam(Optimizer):
    """Steps scaled by running means of the gradient and of its square, freed from their bias towards 0.

    m ← m + (1 − β₁)(g − m); v ← v + (1 − β₂)(g² − v); w ← w − η √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε)

    Args:
        learning_rate: η.
        beta_1: β₁, below 1.
        beta_2: β₂, below 1.
        epsilon: ε (the ε̂ of the paper's end of section 2).
        amsgrad: whether the largest v so far stands in the place of v.
        *options, **named: the arguments that all optimizers take, see `Optimizer`.

    Sources: Kingma and Ba, Adam: a method for stochastic optimization (2015), arXiv:1412.6980; Reddi et al., On the
    convergence of Adam and beyond (2018), for amsgrad.

    >>> from minikeras._core.variable import Variable
    >>> w = Variable([1.0, -1.0]); optimizer = Adam(learning_rate=0.1)
    >>> optimizer.apply([[2.0, -4.0]], [w]); w.tolist()
    [0.9, -0.9]
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-7,
        amsgrad: bool = False,
        *options,
        **named,
    ):
        super().__init__(learning_rate, *options, **named)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = old_epsilon(epsilon)
        self.amsgrad = amsgrad

    @property
    def slots(self):
        """Momentum and velocity per weight, and with amsgrad the largest velocity."""
        return (("momentum", "velocity"), ("velocity_hat",)) if self.amsgrad else (("momentum", "velocity"),)

    def prepare(self, rate, t):
        """Compute η √(1 − β₂ᵗ) / (1 − β₁ᵗ)."""
        self.rate = rate * math.sqrt(1 - self.power(self.beta_2, t)) / (1 - self.power(self.beta_1, t))

    def update(self, w, g, m, v, *largest_and_scratch):
        """Do one step."""
        *largest, s, _ = largest_and_scratch
        np.subtract(g, m, s)
        axpy(constant(float(1 - self.beta_1)), s, m, s)  # m ← m + (1 − β₁)(g − m)
        np.square(g, s)
        s -= v
        axpy(constant(float(1 - self.beta_2)), s, v, s)  # v ← v + (1 − β₂)(g² − v)
        if largest:
            v = np.maximum(largest[0], v, out=largest[0])  # v̂ ← max(v̂, v)
        np.sqrt(v, s)
        s += constant(float(self.epsilon))[w.dtype.char]
        np.divide(m, s, s)
        axpy(-self.rate, s, w, s)  # w ← w − η̂ m / (√v + ε)



callable_module(__name__, "Adam")  # keras.optimizers.adam(lr=...) of Keras 2
