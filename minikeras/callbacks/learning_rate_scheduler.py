"""A learning rate for every epoch."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras.callbacks.callback import Callback
from minikeras.callbacks.inner_optimizers import log_rates
from minikeras.callbacks.progress import print_msg


class LearningRateScheduler(Callback):
    """Sets the learning rate before every epoch: α ← schedule(epoch, α).

    ``logs["learning_rate"]`` tells the rate of the epoch.

    Args:
        schedule: ``(epoch, learning_rate) -> float``, or ``(epoch) -> float``; epochs count from 0.
        verbose: 1 prints every rate.

    >>> from types import SimpleNamespace
    >>> from minikeras.optimizers import SGD
    >>> halve = LearningRateScheduler(lambda epoch, rate: rate / 2 if epoch else rate)
    >>> halve.set_model(SimpleNamespace(optimizer=SGD(0.1)))
    >>> for epoch in range(3): halve.on_epoch_begin(epoch)
    >>> float(halve.model.optimizer.learning_rate)
    0.025
    """

    def __init__(self, schedule: Callable, verbose: int = 0):
        super().__init__()
        if not callable(schedule):
            raise TypeError(f"Argument `schedule` of LearningRateScheduler must be a function (epoch, rate), got {schedule!r}.")
        self.schedule = schedule
        self.verbose = verbose
        self._takes_rate = _takes_two(schedule)

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Set the rate of the epoch; a `MultiOptimizer` has several."""
        for name, optimizer in self.model.optimizer.joined():
            rate = self._set_rate(optimizer, epoch)
            if self.verbose > 0:
                which = f"{name} " if name else ""
                print_msg(f"\nEpoch {epoch + 1}: LearningRateScheduler setting {which}learning rate to {rate}.")

    def _set_rate(self, optimizer: Any, epoch: int) -> float:
        rate = self.schedule(epoch, float(optimizer.learning_rate)) if self._takes_rate else self.schedule(epoch)
        if rate is None or isinstance(rate, (bool, str)) or np.ndim(rate):
            raise ValueError(f"The output of the `schedule` function should be a float, got {rate!r} for epoch {epoch}.")
        optimizer.learning_rate = float(rate)
        return float(rate)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Log the rate of the epoch."""
        if logs is not None:
            log_rates(self.model.optimizer, logs)


def _takes_two(schedule: Any) -> bool:
    """Whether a function takes the rate besides the epoch."""
    try:
        inspect.signature(schedule).bind(0, 0.1)
    except TypeError:
        return False
    except ValueError:  # a builtin that keeps its signature to itself
        return True
    return True
