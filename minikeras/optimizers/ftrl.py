"""Follow the regularized leader."""

from __future__ import annotations

import numpy as np

from minikeras._core.old_arguments import callable_module
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.options import Rate


class Ftrl(Optimizer):
    """Follow the regularized leader: sparse weights for shallow models, by an L1 penalty inside the rule.

    With p = −learning_rate_power: n′ = n + g²; z ← z + g + 2 λₛ w − (n′ᵖ − nᵖ) / η · w;
    w ← (clip(z, −λ₁, λ₁) − z) / (n′ᵖ / η + 2 λ₂ + β / η); n ← n′

    Args:
        learning_rate: η.
        learning_rate_power: −p, not positive; −0.5 divides by the root of the sum of squares, 0 leaves η as it is.
        initial_accumulator_value: the first n; not negative.
        l1_regularization_strength: λ₁; not negative.
        l2_regularization_strength: λ₂; not negative.
        l2_shrinkage_regularization_strength: λₛ, an L2 penalty on the gradient's side; not negative.
        beta: β.
        *options, **named: the arguments that all optimizers take, see `Optimizer`.

    Source: McMahan et al., Ad click prediction: a view from the trenches (2013).

    >>> from minikeras._core.variable import Variable
    >>> w = Variable([0.0, 0.0]); optimizer = Ftrl(learning_rate=0.1)
    >>> optimizer.apply([[2.0, -4.0]], [w]); w.tolist()
    [-0.0988, 0.0997]
    """

    slots = (("accumulator", "linear"),)

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        *options,
        **named,
    ):
        if learning_rate_power > 0:
            raise ValueError(
                f"`learning_rate_power` needs to be negative or zero. Received: learning_rate_power={learning_rate_power}."
            )
        for argument, value in (
            ("initial_accumulator_value", initial_accumulator_value),
            ("l1_regularization_strength", l1_regularization_strength),
            ("l2_regularization_strength", l2_regularization_strength),
            ("l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength),
        ):
            if value < 0:
                raise ValueError(f"`{argument}` needs to be positive or zero. Received: {argument}={value}.")
        super().__init__(learning_rate, *options, **named)
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta

    def slot_start(self, variable, name):
        """Return the first n and z."""
        return self.initial_accumulator_value if name == "accumulator" else 0.0

    def update(self, w, g, n, z, s, r):
        """Do one step."""
        rate, p, bound = self.rate, -self.learning_rate_power, self.l1_regularization_strength
        np.power(n, p, out=s)
        np.square(g, out=r)
        n += r  # n′ = n + g²
        np.power(n, p, out=r)
        np.subtract(r, s, out=s)
        s /= rate
        s *= w  # (n′ᵖ − nᵖ) / η · w
        z -= s
        z += g
        if self.l2_shrinkage_regularization_strength:
            np.multiply(w, 2 * self.l2_shrinkage_regularization_strength, out=s)
            z += s  # z ← z + g + 2 λₛ w − (n′ᵖ − nᵖ) / η · w
        r += self.beta
        r /= rate
        r += 2 * self.l2_regularization_strength  # (n′ᵖ + β) / η + 2 λ₂
        np.clip(z, -bound, bound, out=s)
        s -= z
        np.divide(s, r, out=w)  # w ← (clip(z, −λ₁, λ₁) − z) / ...


callable_module(__name__, "Ftrl")  # keras.optimizers.ftrl(lr=...) of Keras 2
