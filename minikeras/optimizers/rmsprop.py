"""RMSprop."""

from __future__ import annotations

import numpy as np

from minikeras._core.blas import axpy
from minikeras._core.old_arguments import callable_module
from minikeras.optimizers.old_arguments import old_epsilon
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.options import Rate


class RMSprop(Optimizer):
    """Gradients divided by the root of their running mean square.

    v ← ρ v + (1 − ρ) g²; w ← w − η g / √(v + ε). With momentum μ: m ← μ m + η g / √(v + ε) and w ← w − m.
    Centered: v − a² in the place of v, with a ← ρ a + (1 − ρ) g.

    Args:
        learning_rate: η.
        rho: ρ, from 0 to 1.
        momentum: μ, from 0 to 1.
        epsilon: ε.
        centered: whether the variance of the gradient is used, not the mean square.
        *options, **named: the arguments that all optimizers take, see `Optimizer`.

    Source: Tieleman and Hinton, Neural networks for machine learning, lecture 6.5 (2012).

    >>> from minikeras._core.variable import Variable
    >>> w = Variable([1.0, -1.0]); optimizer = RMSprop(learning_rate=0.1)
    >>> optimizer.apply([[2.0, -4.0]], [w]); w.tolist()
    [0.684, -0.684]
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float | None = 1e-7,
        centered: bool = False,
        *options,
        **named,
    ):
        super().__init__(learning_rate, *options, **named)
        self.rho = rho
        self.momentum = momentum
        self.epsilon = old_epsilon(epsilon)
        self.centered = centered

    @property
    def slots(self):
        """Velocity per weight; momentum and mean gradient if wanted."""
        momentum = (("momentum",),) if self.momentum > 0 else ()
        return (("velocity",), *momentum, *((("average_gradient",),) if self.centered else ()))

    def update(self, w, g, v, *others):
        """Do one step."""
        *others, s, r = others
        np.square(g, out=s)
        v *= self.rho
        axpy(1 - self.rho, s, v, s)  # v ← ρ v + (1 − ρ) g²
        if self.centered:
            a = others[-1]
            a *= self.rho
            axpy(1 - self.rho, g, a, s)  # a ← ρ a + (1 − ρ) g
            np.square(a, out=r)
            np.subtract(v, r, out=s)
            s += self.epsilon  # v − a² + ε
        else:
            np.add(v, self.epsilon, out=s)
        np.sqrt(s, out=s)
        np.divide(g, s, out=s)  # d = g / √(v + ε)
        if self.momentum > 0:
            m = others[0]
            m *= self.momentum
            axpy(self.rate, s, m, s)  # m ← μ m + η d
            w -= m
        else:
            axpy(-self.rate, s, w, s)  # w ← w − η d


callable_module(__name__, "RMSprop")  # keras.optimizers.rmsprop(lr=...) of Keras 2
