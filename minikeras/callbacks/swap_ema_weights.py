"""Evaluate with averaged weights."""

from __future__ import annotations

from typing import Any

from minikeras.callbacks.callback import Callback


class SwapEMAWeights(Callback):
    """Puts the moving average of the weights into the model for evaluation and prediction, and takes it out again.

    For optimizers with ``use_ema=True``, which keep the average beside the weights.

    Args:
        swap_on_epoch: swap at the end of every epoch too, and back at the begin of the next: what
            `ModelCheckpoint`, placed after this callback, saves is then the average.

    >>> SwapEMAWeights(swap_on_epoch=True).swap_on_epoch
    True
    """

    def __init__(self, swap_on_epoch: bool = False):
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._ema_weights_in_model = False

    def _averages(self) -> list[tuple[Any, Any]]:
        """Pairs of a weight and the variable that holds its average."""
        averages = self.model.optimizer.averages()
        if not averages:
            raise ValueError(
                "SwapEMAWeights must be used when `use_ema=True` is set on the optimizer, "
                f"got {type(self.model.optimizer).__name__} with use_ema=False."
            )
        return averages

    def _swap(self, averages_in: bool) -> None:
        if averages_in != self._ema_weights_in_model:
            for weight, average in self._averages():
                kept = weight.numpy()
                weight.assign(average)
                average.assign(kept)
            self._ema_weights_in_model = averages_in

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Back to the weights that are trained."""
        if self.swap_on_epoch:
            self._swap(False)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """The average in."""
        if self.swap_on_epoch:
            self._swap(True)
            if epoch == (self.params or {}).get("epochs", 0) - 1:  # fit ends by writing the average into the weights
                for weight, average in self._averages():
                    average.assign(weight)

    def on_test_begin(self, logs: dict | None = None) -> None:
        """The average in."""
        self._swap(True)

    def on_test_end(self, logs: dict | None = None) -> None:
        """Back to the weights that are trained."""
        self._swap(False)

    def on_predict_begin(self, logs: dict | None = None) -> None:
        """The average in."""
        self._swap(True)

    def on_predict_end(self, logs: dict | None = None) -> None:
        """Back to the weights that are trained."""
        self._swap(False)

    def get_state(self) -> dict:
        """Whether the average is in."""
        return {"in_model": self._ema_weights_in_model}

    def set_state(self, state: dict) -> None:
        """Remember whether the average is in."""
        self._ema_weights_in_model = state["in_model"]
