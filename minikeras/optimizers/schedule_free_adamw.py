"""Schedule-free AdamW."""

from __future__ import annotations

import math

import numpy as np

from minikeras.optimizers.old_arguments import old_epsilon
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.options import Rate


class ScheduleFreeAdamW(Optimizer):
    """Adam that averages the weights in the place of lowering the learning rate.

    Gradients are taken at w = (1 − β₁) z + β₁ x. With v as in `Adam`, ηₜ = η min(t / warmup_steps, 1) and d = 1/t:
    z′ = z − ηₜ g / (√(v / (1 − β₂ᵗ)) + ε); x′ = (1 − d) x + d z′; w ← (1 − β₁) z′ + β₁ x′

    Args:
        learning_rate: η.
        beta_1: β₁, the share of the average x; above 0.
        beta_2: β₂, below 1.
        epsilon: ε.
        warmup_steps: steps over which η rises from 0.
        *options, **named: the arguments that all optimizers take, see `Optimizer`.

    Source: Defazio et al., The road less scheduled (2024), arXiv:2405.15682.

    >>> from minikeras._core.variable import Variable
    >>> w = Variable([1.0, -1.0]); optimizer = ScheduleFreeAdamW(learning_rate=0.1)
    >>> optimizer.apply([[2.0, -4.0]], [w]); w.tolist()
    [0.9, -0.9]
    """

    slots = (("momentum", "velocity"),)

    def __init__(
        self,
        learning_rate: Rate = 0.0025,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-8,
        warmup_steps: int = 0,
        *options,
        **named,
    ):
        super().__init__(learning_rate, *options, **named)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = old_epsilon(epsilon)
        self.warmup_steps = warmup_steps

    def slot_start(self, variable, name):
        """Return the first z, which is w, and the first v."""
        return variable.value if name == "momentum" else 0.0

    def prepare(self, rate, t):
        """Compute ηₜ √(1 − β₂ᵗ) and the like."""
        self.rate = rate * min(t / self.warmup_steps, 1.0) if self.warmup_steps > 0 else rate
        self.correction, self.d = 1 / math.sqrt(1 - self.beta_2**t), 1 / t

    def update(self, w, g, z, v, s, r):
        """Do one step."""
        b, d = self.beta_1, self.d
        np.square(g, out=s)
        s -= v
        s *= 1 - self.beta_2
        v += s  # v ← v + (1 − β₂)(g² − v)
        np.multiply(z, 1 - b, out=s)
        w -= s  # β₁ x = w − (1 − β₁) z
        w *= 1 - d
        np.sqrt(v, out=s)
        s *= self.correction
        s += self.epsilon
        np.multiply(g, self.rate, out=r)
        r /= s
        z -= r  # z′ = z − ηₜ g / (√v̂ + ε)
        np.multiply(z, b * d + 1 - b, out=s)
        w += s  # w ← β₁ ((1 − d) x + d z′) + (1 − β₁) z′
