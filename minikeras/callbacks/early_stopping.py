"""Stop when it gets no better."""

from __future__ import annotations

from minikeras.callbacks.monitor_callback import MonitorCallback
from minikeras.callbacks.progress import print_msg


class EarlyStopping(MonitorCallback):
    """Ends the training when the watched value has not improved for ``patience`` epochs.

    Args:
        monitor: the name to watch.
        min_delta: the least change that counts as an improvement.
        patience: number of epochs without improvement after which training stops.
        verbose: 1 says when and why.
        mode: ``"min"``, ``"max"`` or ``"auto"``: told from the name.
        baseline: a value that must be beaten too: training stops when it isn't within ``patience`` epochs.
        restore_best_weights: go back to the weights of the best epoch at the end, also when training wasn't stopped.
        start_from_epoch: number of first epochs that are not looked at.

    Attributes:
        best, best_epoch, wait, stopped_epoch: how it stands.

    >>> from types import SimpleNamespace
    >>> stop = EarlyStopping(patience=2); stop.set_model(SimpleNamespace(stop_training=False)); stop.on_train_begin()
    >>> for epoch, value in enumerate([0.9, 0.7, 0.8, 0.75]):
    ...     stop.on_epoch_end(epoch, {"val_loss": value})
    >>> stop.model.stop_training, stop.stopped_epoch, stop.best
    (True, 3, 0.7)
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str | None = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ):
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self._reset()

    def _reset(self) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best: float | None = None
        self.best_epoch = 0
        self.best_weights: list | None = None

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Start anew, so that one object serves several fits."""
        self._reset()
        self._begin()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Count the epoch, and stop when patience is over."""
        if self.monitor_op is None:
            self._set_monitor_op()
        value = self.get_monitor_value(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self.best_weights, self.best_epoch = self.model.get_weights(), epoch
        self.wait += 1
        if self._is_improvement(value, self.best):
            self.best, self.best_epoch = value, epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or self._is_improvement(value, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: dict | None = None) -> None:
        """Say so, and go back to the best weights."""
        if self.stopped_epoch > 0 and self.verbose > 0:
            print_msg(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose > 0:
                print_msg(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)

    def get_monitor_value(self, logs: dict | None) -> float | None:
        """The watched value; None, with a warning, where there is none."""
        value = self._value(logs or {})
        if value is None and not self._will_come(logs or {}):
            self._warn_once(
                f"Early stopping conditioned on metric `{self.monitor}` which is not available. "
                f"Available metrics are: {','.join(logs or ())}"
            )
        return value

    def get_state(self) -> dict:
        """How it stands, the best weights included."""
        names = ("wait", "stopped_epoch", "best", "best_epoch", "best_weights")
        return {name: getattr(self, name) for name in names}

    def set_state(self, state: dict) -> None:
        """Go on waiting where it stood."""
        self.wait, self.stopped_epoch = state["wait"], state["stopped_epoch"]
        self.best, self.best_epoch, self.best_weights = state["best"], state["best_epoch"], state["best_weights"]
