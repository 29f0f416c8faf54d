"""Schedules that go down by a power, a root, a fraction or in stairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from minikeras.optimizers.schedules.schedule import LearningRateSchedule, check_steps


class ExponentialDecay(LearningRateSchedule):
    """η(t) = initial_learning_rate · decay_rate ^ (t / decay_steps)

    Args:
        initial_learning_rate: η(0).
        decay_steps: steps between two multiplications by ``decay_rate``; positive.
        decay_rate: the factor.
        staircase: whether t / decay_steps is rounded down, so that the rate falls in stairs.
        name: optional name.

    >>> schedule = ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5)
    >>> schedule([0, 5, 10, 20]).tolist()
    [0.1, 0.0707, 0.05, 0.025]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ):
        check_steps("decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def rate(self, step):
        """Return η(step)."""
        p = step / self.decay_steps
        return self.initial_learning_rate * np.power(float(self.decay_rate), np.floor(p) if self.staircase else p)


class InverseTimeDecay(LearningRateSchedule):
    """η(t) = initial_learning_rate / (1 + decay_rate · t / decay_steps)

    Args:
        initial_learning_rate: η(0).
        decay_steps: steps after which the denominator has grown by ``decay_rate``; positive.
        decay_rate: how fast the rate falls.
        staircase: whether t / decay_steps is rounded down.
        name: optional name.

    >>> InverseTimeDecay(0.1, decay_steps=10, decay_rate=1.0)([0, 10, 30]).tolist()
    [0.1, 0.05, 0.025]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ):
        check_steps("decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def rate(self, step):
        """Return η(step)."""
        p = step / self.decay_steps
        return self.initial_learning_rate / (1 + self.decay_rate * (np.floor(p) if self.staircase else p))


class PolynomialDecay(LearningRateSchedule):
    """η(t) = (initial_learning_rate − end_learning_rate) · (1 − t / T) ^ power + end_learning_rate

    T is ``decay_steps``, and t stops there; with ``cycle``, T is instead the next multiple of ``decay_steps``.

    Args:
        initial_learning_rate: η(0).
        decay_steps: steps until the end; positive.
        end_learning_rate: η at the end.
        power: 1 for a straight line.
        cycle: whether to rise again after every ``decay_steps``, each time less high.
        name: optional name.

    >>> PolynomialDecay(0.1, decay_steps=100, end_learning_rate=0.0, power=2.0)([0, 50, 100, 150]).tolist()
    [0.1, 0.025, 0.0, 0.0]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ):
        check_steps("decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def rate(self, step):
        """Return η(step)."""
        end = float(self.decay_steps)
        if self.cycle:
            end *= np.maximum(np.ceil(step / end), 1)
        else:
            step = np.minimum(step, end)
        height = self.initial_learning_rate - self.end_learning_rate
        return height * np.power(1 - step / end, float(self.power)) + self.end_learning_rate


class PiecewiseConstantDecay(LearningRateSchedule):
    """η(t) = values[i] for boundaries[i−1] < t ≤ boundaries[i]

    Args:
        boundaries: steps in rising order; up to and including ``boundaries[0]`` the first value holds.
        values: rates, one more than ``boundaries``.
        name: optional name.

    Raises:
        ValueError: the lengths do not fit.

    >>> PiecewiseConstantDecay([100, 200], [1.0, 0.5, 0.1])([0, 100, 101, 200, 201]).tolist()
    [1.0, 1.0, 0.5, 0.5, 0.1]
    """

    def __init__(self, boundaries: Sequence[float], values: Sequence[float], name: str = "PiecewiseConstant"):
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                f"`boundaries` must be one shorter than `values`, got {len(boundaries)} boundaries {boundaries} "
                f"and {len(values)} values {values}."
            )
        self.boundaries = boundaries
        self.values = values
        self.name = name

    def rate(self, step):
        """Return η(step)."""
        return np.asarray(self.values, float)[np.searchsorted(np.asarray(self.boundaries, float), step, side="left")]
