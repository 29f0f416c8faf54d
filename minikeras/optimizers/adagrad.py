"""Adagrad."""

from __future__ import annotations

import numpy as np

from minikeras._core.blas import axpy
from minikeras._core.old_arguments import callable_module
from minikeras.optimizers.old_arguments import old_epsilon
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.options import Rate


class Adagrad(Optimizer):
    """Gradients divided by the root of the sum of all their squares so far: a ← a + g²; w ← w − η g / √(a + ε)

    Args:
        learning_rate: η; the paper's form is met with 1.0.
        initial_accumulator_value: the first a; not negative.
        epsilon: ε.
        *options, **named: the arguments that all optimizers take, see `Optimizer`.

    Source: Duchi et al., Adaptive subgradient methods for online learning and stochastic optimization (2011).

    >>> from minikeras._core.variable import Variable
    >>> w = Variable([1.0, -1.0]); optimizer = Adagrad(learning_rate=0.1)
    >>> optimizer.apply([[2.0, -4.0]], [w]); w.tolist()
    [0.901, -0.900]
    """

    slots = (("accumulator",),)

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float | None = 1e-7,
        *options,
        **named,
    ):
        super().__init__(learning_rate, *options, **named)
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = old_epsilon(epsilon)

    def slot_start(self, variable, name):
        """Return the first a."""
        return self.initial_accumulator_value

    def update(self, w, g, a, s, _):
        """Do one step."""
        np.square(g, out=s)
        a += s  # a ← a + g²
        np.add(a, self.epsilon, out=s)
        np.sqrt(s, out=s)
        np.divide(g, s, out=s)
        axpy(-self.rate, s, w, s)  # w ← w − η g / √(a + ε)


callable_module(__name__, "Adagrad")  # keras.optimizers.adagrad(lr=...) of Keras 2
