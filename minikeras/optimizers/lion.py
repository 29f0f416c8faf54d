"""Lion."""

from __future__ import annotations

import numpy as np

from minikeras._core.blas import axpy
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.options import Rate


class Lion(Optimizer):
    """Steps of one size for all weights, up or down: w ← w − η sign(β₁ m + (1 − β₁) g); m ← β₂ m + (1 − β₂) g

    Args:
        learning_rate: η; three to ten times smaller than Adam's.
        beta_1: β₁, above 0 and at most 1.
        beta_2: β₂, from 0 to 1.
        *options, **named: the arguments that all optimizers take, see `Optimizer`.

    Source: Chen et al., Symbolic discovery of optimization algorithms (2023), arXiv:2302.06675.

    >>> from minikeras._core.variable import Variable
    >>> w = Variable([1.0, -1.0]); optimizer = Lion(learning_rate=0.1)
    >>> optimizer.apply([[2.0, -4.0]], [w]); w.tolist()
    [0.9, -0.9]
    """

    slots = (("momentum",),)

    def __init__(self, learning_rate: Rate = 0.001, beta_1: float = 0.9, beta_2: float = 0.99, *options, **named):
        if not 0 < beta_1 <= 1:
            raise ValueError(
                "Argument `beta_1` must be in the [0, 1] range. Otherwise, the optimizer degenerates to SignSGD. "
                f"Received: beta_1={beta_1}."
            )
        super().__init__(learning_rate, *options, **named)
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def update(self, w, g, m, s, r):
        """Do one step."""
        np.multiply(m, self.beta_1, out=s)
        axpy(1 - self.beta_1, g, s, r)
        np.sign(s, out=s)
        axpy(-self.rate, s, w, s)  # w ← w − η sign(β₁ m + (1 − β₁) g)
        m *= self.beta_2
        axpy(1 - self.beta_2, g, m, s)  # m ← β₂ m + (1 − β₂) g
