"""The base of all learning-rate schedules: a function of the number of steps done."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras._core.config import floatx
from minikeras._core.serialize import Configurable
from minikeras._core.tensor import tensor

NOT_NEGATIVE = "initial_learning_rate end_learning_rate decay_rate alpha warmup_target t_mul m_mul power"


class LearningRateSchedule(Configurable):
    """A learning rate η(t) that follows from the number t of steps done.

    Give one to any optimizer as its ``learning_rate``. To write your own, override ``__call__(step)``; it may return a
    float or a scalar array. Keep the constructor's arguments under their own names and it can be saved, too.

    >>> class Halving(LearningRateSchedule):
    ...     def __init__(self, start, every):
    ...         self.start, self.every = start, every
    ...     def __call__(self, step):
    ...         return self.start * 0.5 ** (step // self.every)
    >>> schedule = Halving(0.8, every=10)
    >>> schedule(0), schedule(25), schedule.get_config()
    (0.8, 0.2, {'start': 0.8, 'every': 10})
    """

    takes_nan = ()
    ranges = dict.fromkeys(NOT_NEGATIVE.split(), (0, math.inf))

    def __call__(self, step: Any):
        """Return the rate after ``step`` steps, in the default float type; an array of steps gives an array of rates."""
        return tensor(np.asarray(self.rate(np.asarray(step, float)), floatx()))

    @classmethod
    def from_config(cls, config: dict):
        """Build a schedule from what ``get_config`` returned."""
        return cls(**config)

    def rate(self, step: np.ndarray):
        """Return the rate after ``step`` steps (float64): the formula, which the built-in schedules override."""
        raise NotImplementedError(f"Learning rate schedule {type(self).__name__!r} must override `__call__(self, step)`.")


def check_steps(name: str, steps: float) -> None:
    """Refuse a number of steps that is not positive.

    >>> check_steps("decay_steps", 0)
    Traceback (most recent call last):
    ValueError: Argument `decay_steps` must be > 0, got 0.
    """
    if not steps > 0:
        raise ValueError(f"Argument `{name}` must be > 0, got {steps}.")
