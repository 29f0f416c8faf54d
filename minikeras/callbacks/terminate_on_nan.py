"""Stop when the loss is lost."""

from __future__ import annotations

import math

from minikeras.callbacks.callback import Callback
from minikeras.callbacks.progress import print_msg


class TerminateOnNaN(Callback):
    """Ends the training at the first batch after which the loss is NaN or infinite.

    Args:
        raise_error: raise a RuntimeError instead of ending in good order.

    >>> from types import SimpleNamespace
    >>> stop = TerminateOnNaN(); stop.set_model(SimpleNamespace(stop_training=False))
    >>> stop.on_train_batch_end(7, {"loss": float("nan")}); stop.model.stop_training
    Batch 7: Invalid loss, terminating training
    True
    """

    def __init__(self, raise_error: bool = False):
        super().__init__()
        self.raise_error = raise_error

    def on_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Look at the loss.

        Raises:
            RuntimeError: it is not finite, and ``raise_error`` is set.
        """
        if is_lost(logs):
            self._end(batch, logs["loss"])

    def _end(self, batch: int, loss: float) -> None:
        if self.raise_error:
            raise RuntimeError(f"NaN or Inf loss encountered at batch {batch}: {loss}. Training is terminated.")
        print_msg(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True


def is_lost(logs: dict | None) -> bool:
    """Whether the loss in the logs is NaN or infinite: there is nothing worth keeping any more.

    >>> is_lost({"loss": float("nan")}), is_lost({"loss": 0.5}), is_lost(None)
    (True, False, False)
    """
    loss = (logs or {}).get("loss")
    return loss is not None and not math.isfinite(loss)
