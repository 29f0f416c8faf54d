"""Muon."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from minikeras._core.variable import Variable
from minikeras.optimizers.clipping import norm
from minikeras.optimizers.old_arguments import old_epsilon
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.options import Rate


class Muon(Optimizer):
    """Momentum made orthogonal, for matrices; AdamW for all else.

    For a matrix: m ← μ m + g; G = g + μ m (Nesterov) or m; w ← w − η rms_rate √max(rows, columns) · O(G), where O(G) is
    close to the nearest orthogonal matrix: X = G / ‖G‖, then X ← a X + (b A + c A²) X with A = X Xᵀ, a few times.

    Args:
        learning_rate: η.
        adam_beta_1: β₁ of Adam.
        adam_beta_2: β₂ of Adam.
        adam_weight_decay: weight decay where Adam is at work.
        epsilon: ε of Adam.
        weight_decay: weight decay where it is not.
        exclude_layers: regular expressions; matrices whose path holds a match go to Adam.
        exclude_embeddings: whether matrices with "embedding" in their path go to Adam.
        muon_a: a.
        muon_b: b.
        muon_c: c.
        adam_lr_ratio: Adam's learning rate, as a multiple of η.
        momentum: μ.
        ns_steps: how many times.
        nesterov: whether to look ahead.
        rms_rate: scale of the step, None for 1 whatever the shape.
        clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor,
            gradient_accumulation_steps, name: see `Optimizer`.

    Sources: Jordan, Muon: an optimizer for hidden layers (2024); Liu et al., Muon is scalable for LLM training (2025),
    arXiv:2502.16982.

    >>> w = Variable(np.eye(2)); optimizer = Muon(learning_rate=0.1, weight_decay=None)
    >>> optimizer.apply([[[3.0, 0.0], [0.0, 3.0]]], [w]); w.tolist()
    [[0.9687, 0.0], [0.0, 0.9687]]
    """

    slots = (("momentum", "velocity"),)
    whole = True

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float | None = 1e-7,
        weight_decay: float | None = 0.004,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        exclude_layers: Sequence[str] | None = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.7750,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
        **old,
    ):
        clipping = clipnorm, clipvalue, global_clipnorm
        averaging = use_ema, ema_momentum, ema_overwrite_frequency
        super().__init__(
            learning_rate, weight_decay, *clipping, *averaging, loss_scale_factor, gradient_accumulation_steps, name, **old
        )
        self.adam_beta_1 = adam_beta_1
        self.adam_beta_2 = adam_beta_2
        self.adam_weight_decay = adam_weight_decay
        self.epsilon = old_epsilon(epsilon)
        self.exclude_layers = list(exclude_layers or [])
        self.exclude_embeddings = exclude_embeddings
        self.muon_a = muon_a
        self.muon_b = muon_b
        self.muon_c = muon_c
        self.adam_lr_ratio = adam_lr_ratio
        self.momentum = momentum
        self.ns_steps = ns_steps
        self.nesterov = nesterov
        self.rms_rate = rms_rate

    def uses_adam(self, variable: Variable) -> bool:
        """Return whether a variable goes to Adam."""
        return (
            variable.ndim != 2
            or (self.exclude_embeddings and "embedding" in variable.path.lower())
            or any(re.search(keyword, variable.path) for keyword in self.exclude_layers)
        )

    def slot_start(self, variable, name):
        """Momentum for all, velocity for Adam's share."""
        return 0.0 if name == "momentum" or self.uses_adam(variable) else None

    def decay_of(self, variable):
        """Return the weight decay of a variable, which depends on who treats it."""
        decay = self.adam_weight_decay if self.uses_adam(variable) else self.weight_decay
        return decay if self._use_weight_decay(variable) else None

    def prepare(self, rate, t):
        """Compute η and Adam's share of it, freed from bias."""
        correction = math.sqrt(1 - self.power(self.adam_beta_2, t)) / (1 - self.power(self.adam_beta_1, t))
        self.rate, self.adam_rate = rate, rate * self.adam_lr_ratio * correction

    def update(self, w, g, m, *velocity_and_scratch):
        """Do one step."""
        *velocity, s, r = velocity_and_scratch
        if velocity:
            self._adam(w, g, m, velocity[0], s, r)
            return
        m *= self.momentum
        m += g  # m ← μ m + g
        if self.nesterov:
            np.multiply(m, self.momentum, out=s)
            s += g
        x = self.orthogonal(s if self.nesterov else m)
        scale = 1.0 if self.rms_rate is None else self.rms_rate * math.sqrt(max(w.shape))
        np.multiply(x, self.rate * scale, out=r)
        w -= r  # w ← w − η rms_rate √max(rows, columns) · O(G)

    def _adam(self, w, g, m, v, s, r):
        np.subtract(g, m, out=s)
        s *= 1 - self.adam_beta_1
        m += s  # m ← m + (1 − β₁)(g − m)
        np.square(g, out=s)
        s -= v
        s *= 1 - self.adam_beta_2
        v += s  # v ← v + (1 − β₂)(g² − v)
        np.sqrt(v, out=s)
        s += self.epsilon
        np.multiply(m, self.adam_rate, out=r)
        r /= s
        w -= r  # w ← w − η̂ m / (√v + ε)

    def orthogonal(self, g: np.ndarray) -> np.ndarray:
        """Return a matrix close to U Vᵀ, where g = U S Vᵀ: its singular values are near 1.

        >>> x = Muon().orthogonal(np.diag([5.0, 0.5])); bool((np.abs(np.diag(x) - 1) < 0.4).all())
        True
        """
        tall = g.shape[0] > g.shape[1]
        x = (g.T if tall else g) / (norm(g) + 1e-7)
        for _ in range(self.ns_steps):
            a = x @ x.T
            x = self.muon_a * x + (self.muon_b * a + self.muon_c * (a @ a)) @ x  # X ← a X + (b A + c A²) X
        return x.T if tall else x
