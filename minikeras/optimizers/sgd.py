"""Stochastic gradient descent."""

from __future__ import annotations

from minikeras._core.blas import axpy
from minikeras._core.constants import Constant
from minikeras._core.old_arguments import callable_module
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.options import Rate


class SGD(Optimizer):
    """Gradient descent, with momentum if wanted.

    w ← w − η g; with momentum μ: m ← μ m − η g and w ← w + m, or, after Nesterov, w ← w + μ m − η g.

    Args:
        learning_rate: η.
        momentum: μ, from 0 to 1.
        nesterov: whether the step looks ahead.
        *options, **named: the arguments that all optimizers take, see `Optimizer`.

    Source: Sutskever et al., On the importance of initialization and momentum in deep learning (2013).

    >>> from minikeras._core.variable import Variable
    >>> w = Variable([1.0, -1.0]); optimizer = SGD(learning_rate=0.1)
    >>> optimizer.apply([[2.0, -4.0]], [w]); w.tolist()
    [0.8, -0.6]
    """

    def __init__(self, learning_rate: Rate = 0.01, momentum: float = 0.0, nesterov: bool = False, *options, **named):
        if isinstance(momentum, (str, type(None))) or not 0 <= momentum <= 1:
            raise ValueError(f"`momentum` must be a float between [0, 1]. SGD got {momentum!r}.")
        super().__init__(learning_rate, *options, **named)
        self.momentum = float(momentum)
        self.nesterov = nesterov

    @property
    def slots(self):
        """One momentum per weight, if there is any."""
        return (("momentum",),) if self.momentum else ()

    rate, _down = 0.0, Constant(0.0)

    def prepare(self, rate, t):
        """Keep η, and −η."""
        if rate != self.rate:
            self.rate, self._down = rate, Constant(-rate)

    def update(self, w, g, *slots_and_scratch):
        """Do one step."""
        s = slots_and_scratch[-2]
        if len(slots_and_scratch) > 2:
            m = slots_and_scratch[0]
            m *= self.momentum
            axpy(self._down, g, m, s)  # m ← μ m − η g
            if self.nesterov:
                axpy(self._down, g, w, s)
                axpy(self.momentum, m, w, s)  # w ← w + μ m − η g
            else:
                w += m  # w ← w + m
        else:
            axpy(self._down, g, w, s)  # w ← w − η g


callable_module(__name__, "SGD")  # keras.optimizers.sgd(lr=...) of Keras 2
