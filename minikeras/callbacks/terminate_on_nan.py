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
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(f"NaN or Inf loss encountered at batch {batch}: {loss}. Training is terminated.")
        print_msg(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
