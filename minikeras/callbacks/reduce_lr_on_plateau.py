"""Take smaller steps when it gets no better."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.arguments import refuse_nan, unknown_arguments
from minikeras._core.serialize import constructor_arguments
from minikeras.callbacks.inner_optimizers import log_rates
from minikeras.callbacks.monitor_callback import MonitorCallback
from minikeras.callbacks.progress import print_msg


class ReduceLROnPlateau(MonitorCallback):
    """Multiplies the learning rate by ``factor`` when the watched value has not improved for ``patience`` epochs.

    α ← max(α · factor, min_lr). ``logs["learning_rate"]`` tells the rate that the epoch was trained with.

    Args:
        monitor: the name to watch.
        factor: below 1.
        patience: number of epochs without improvement.
        verbose: 1 says when the rate changes.
        mode: ``"min"``, ``"max"`` or ``"auto"``: told from the name.
        min_delta: the least change that counts as an improvement.
        cooldown: number of epochs after a reduction during which no epoch counts.
        min_lr: the rate never falls below.
        kwargs: ``epsilon``, the old name of ``min_delta``.

    >>> from types import SimpleNamespace
    >>> from minikeras.optimizers import SGD
    >>> plateau = ReduceLROnPlateau(patience=1, factor=0.5)
    >>> plateau.set_model(SimpleNamespace(optimizer=SGD(0.1))); plateau.on_train_begin()
    >>> for epoch, value in enumerate([0.9, 0.8, 0.8]):
    ...     plateau.on_epoch_end(epoch, {"val_loss": value})
    >>> float(plateau.model.optimizer.learning_rate)
    0.05
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str | None = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
        **kwargs: Any,
    ):
        super().__init__(monitor, mode, min_delta=kwargs.pop("epsilon", min_delta))
        unknown_arguments("ReduceLROnPlateau", kwargs, constructor_arguments(ReduceLROnPlateau))
        refuse_nan("ReduceLROnPlateau", {"factor": factor, "min_lr": min_lr})
        if factor >= 1.0:
            raise ValueError(f"ReduceLROnPlateau needs a factor below 1.0, to make the learning rate smaller, got {factor}.")
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.min_lr = min_lr
        self._reset()

    def _reset(self) -> None:
        self.best: float | None = None
        self.cooldown_counter = 0
        self.wait = 0

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Start anew, so that one object serves several fits."""
        self._reset()
        self._begin()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Count the epoch, and reduce the rate when patience is over."""
        if self.monitor_op is None:
            self._set_monitor_op()
        logs = {} if logs is None else logs
        log_rates(self.model.optimizer, logs)
        value = self._value(logs)
        if value is None and self._will_come(logs):
            return None
        if value is None:
            return self._warn_once(
                f"Learning rate reduction is conditioned on metric `{self.monitor}` which is not available. "
                f"Available metrics are: {','.join(logs)}."
            )
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._is_improvement(value, self.best):
            self.best, self.wait = value, 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and self._reduce_all(epoch):
                self.cooldown_counter, self.wait = self.cooldown, 0

    def _reduce_all(self, epoch: int) -> bool:
        """Reduce the rate, each of the rates of a `MultiOptimizer`; return whether one could be reduced."""
        return any([self._reduce(epoch, *named) for named in self.model.optimizer.joined()])

    def _reduce(self, epoch: int, name: str, optimizer: Any) -> bool:
        old = float(optimizer.learning_rate)
        if not old > float(np.float32(self.min_lr)):  # the rate is kept in float32
            return False
        new = max(old * self.factor, self.min_lr)
        optimizer.learning_rate = new
        if self.verbose > 0:
            which = f"{name} " if name else ""
            print_msg(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing {which}learning rate to {new}.")
        return True

    def in_cooldown(self) -> bool:
        """Whether the rate was reduced not long ago."""
        return self.cooldown_counter > 0

    def get_state(self) -> dict:
        """How it stands; the rate itself is the optimizer's."""
        return {"best": self.best, "wait": self.wait, "cooldown_counter": self.cooldown_counter}

    def set_state(self, state: dict) -> None:
        """Go on waiting where it stood."""
        self.best, self.wait, self.cooldown_counter = state["best"], state["wait"], state["cooldown_counter"]
