"""Schedules that follow half a cosine wave, with a warm-up before it or with restarts."""

from __future__ import annotations

import math

import numpy as np

from minikeras.optimizers.schedules.schedule import LearningRateSchedule, check_steps


class CosineDecay(LearningRateSchedule):
    """η(t) = η₀ · ((1 − alpha) · ½ (1 + cos(π t / decay_steps)) + alpha), after a straight way up

    Without ``warmup_target``, η₀ is ``initial_learning_rate``. With it, the rate first rises in ``warmup_steps`` steps from
    ``initial_learning_rate`` to ``warmup_target``, which is then η₀, and t counts from there.

    Args:
        initial_learning_rate: η(0).
        decay_steps: steps of the way down; positive.
        alpha: the rate at the end, as a fraction of η₀.
        name: optional name.
        warmup_target: the rate at the end of the warm-up, or None for none.
        warmup_steps: steps of the warm-up.

    Source: Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts (2017), arXiv:1608.03983.

    >>> CosineDecay(0.1, decay_steps=100)([0, 50, 100, 200]).tolist()
    [0.1, 0.05, 0.0, 0.0]
    >>> CosineDecay(0.0, decay_steps=100, warmup_target=0.1, warmup_steps=10)([0, 5, 10, 60, 110]).tolist()
    [0.0, 0.05, 0.1, 0.05, 0.0]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ):
        check_steps("decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def rate(self, step):
        """Return η(step)."""
        start, top = self.initial_learning_rate, self.warmup_target
        if top is None:
            return start * self._falling(step)
        if not self.warmup_steps:
            return top * self._falling(step)
        rising = start + (top - start) * step / self.warmup_steps
        return np.where(step < self.warmup_steps, rising, top * self._falling(step - self.warmup_steps))

    def _falling(self, step):
        p = np.minimum(step / self.decay_steps, 1.0)
        return (1 - self.alpha) * 0.5 * (1 + np.cos(math.pi * p)) + self.alpha


class CosineDecayRestarts(LearningRateSchedule):
    """η(t) = η₀ · ((1 − alpha) · m_mulⁱ · ½ (1 + cos(π p)) + alpha), p ∈ [0, 1) the part done of period i

    Args:
        initial_learning_rate: η₀.
        first_decay_steps: steps of the first period; positive.
        t_mul: each period is this many times as long as the one before; at least 1.
        m_mul: each period starts this many times as high as the one before.
        alpha: the rate at the end of a period, as a fraction of η₀.
        name: optional name.

    Source: Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts (2017), arXiv:1608.03983.

    >>> CosineDecayRestarts(0.1, first_decay_steps=10, m_mul=0.5)([0, 5, 10, 20, 30]).tolist()
    [0.1, 0.05, 0.05, 0.025, 0.025]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: int,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ):
        check_steps("first_decay_steps", first_decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def rate(self, step):
        """Return η(step)."""
        i, p = self._period(step / self.first_decay_steps)
        wave = np.power(float(self.m_mul), i) * 0.5 * (1 + np.cos(math.pi * p))
        return self.initial_learning_rate * ((1 - self.alpha) * wave + self.alpha)

    def _period(self, done):
        """The period's number and the part of it done, from the time in units of the first period."""
        q = float(self.t_mul)
        if q == 1.0:
            return np.floor(done), done - np.floor(done)
        # periods 0 ... i-1 last Σ q^k = (q^i - 1) / (q - 1); the small term keeps round-off from delaying a restart
        i = np.floor(np.log(1 + done * (q - 1)) / math.log(q) + 1e-9)
        return i, np.maximum(done - (np.power(q, i) - 1) / (q - 1), 0.0) / np.power(q, i)
