"""What fit() returns: the loss and the metrics of every epoch."""

from __future__ import annotations

from typing import Any

from minikeras.callbacks.callback import Callback
from minikeras.callbacks.logs import Logs


class History(Callback):
    """The record of a training; fit() makes one, returns it and leaves it on ``model.history``.

    Attributes:
        history: name → the values, one per epoch: ``{"loss": [0.7, 0.5], "val_loss": [0.8, 0.6]}``.
        epoch: the indices of the epochs, from 0.

    >>> history = History(); history.on_train_begin()
    >>> history.on_epoch_end(0, {"loss": 0.7}); history.on_epoch_end(1, {"loss": 0.5})
    >>> history.history, history.epoch
    ({'loss': [0.7, 0.5]}, [0, 1])
    """

    def __init__(self):
        super().__init__()
        self.history: dict[str, list] = Logs()
        self.epoch: list[int] = []

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Forget the epochs of an earlier training; the values stay."""
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Append the values of the epoch."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        if self.model is not None:
            self.model.history = self

    def plot(self, metrics: list[str] | None = None, ax: Any = None) -> Any:
        """Draw loss and metrics over the epochs, with those of the validation, by matplotlib.

        Args:
            metrics: which; all by default.
            ax: matplotlib axes, as many as there are metrics; by default a new figure.

        Returns:
            The axes, an array of them.
        """
        from minikeras.callbacks import history_plot  # only where it is drawn

        return history_plot.plot_history(self, metrics, ax)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from minikeras.callbacks import history_plot  # only in a notebook

        return history_plot.table_of(self)

    def get_state(self) -> dict:
        """All values so far."""
        return {"history": self.history, "epoch": self.epoch}

    def set_state(self, state: dict) -> None:
        """Go on after these values."""
        self.history = Logs({name: list(values) for name, values in state["history"].items()})
        self.epoch = list(state["epoch"])
