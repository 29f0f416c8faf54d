"""The progress bar of fit, evaluate and predict."""

from __future__ import annotations

from time import perf_counter

from minikeras._core import config
from minikeras.callbacks.callback import Callback
from minikeras.callbacks.progress import Progbar, print_msg

_INTERVAL = 0.1  # seconds: at most 10 drawings each


class ProgbarLogger(Callback):
    """Prints the metrics: a bar for ``verbose=1``, one line per epoch for ``verbose=2``. fit() adds one.

    A fast loop asks ``due()`` once per batch and calls ``update(step, logs)`` when it says so; a loop of your own
    calls ``on_train_batch_end(batch, logs)``. Validation within fit() is silent.

    >>> logger = ProgbarLogger(); logger.set_params({"verbose": 2, "epochs": 3, "steps": 16})
    >>> logger.on_epoch_begin(0); logger.on_epoch_end(0, {"loss": 0.5})
    Epoch 1/3
    16/16 - 0s - .../step - loss: 0.5000
    """

    def __init__(self):
        super().__init__()
        self.seen = 0
        self.progbar: Progbar | None = None
        self.target: int | None = None
        self.verbose = 1
        self.epochs = 1
        self._called_in_fit = False
        self._paused = False

    def set_params(self, params: dict) -> None:
        """Take ``verbose`` (0, 1, 2 or "auto"), ``epochs`` and ``steps`` (None when unknown)."""
        self.params = params
        verbose = params.get("verbose", 1)
        if verbose == "auto":
            verbose = 1 if config.is_interactive_logging_enabled() else 2
        self.verbose = int(verbose)
        self.epochs = params.get("epochs", 1)
        self.target = params.get("steps")

    def due(self, now: float | None = None) -> bool:
        """Count a step, and say whether it is time to draw.

        Args:
            now: ``time.perf_counter()``, where the caller has it anyway.
        """
        if self._paused:
            return False
        self.seen += 1
        return (perf_counter() if now is None else now) >= self._bar().due_at

    def update(self, step: int, logs: dict | None = None) -> None:
        """Draw: ``step`` is the index of the step just done, from 0."""
        self.seen = step + 1
        if self.verbose == 1:
            self._bar().update(self.seen, (logs or {}).items(), finalize=False)

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Be silent in the validations to come."""
        self._called_in_fit = True

    def on_train_end(self, logs: dict | None = None) -> None:
        """Be ready for evaluate() and predict()."""
        self._called_in_fit = False

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Print "Epoch 1/3" and start the clock."""
        self._reset()
        if self.verbose and self.epochs > 1:
            print_msg(f"Epoch {epoch + 1}/{self.epochs}")

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Print the finished line."""
        self._finalize(logs)

    def on_test_begin(self, logs: dict | None = None) -> None:
        """Start the clock of evaluate()."""
        self._paused = self._called_in_fit
        if not self._paused:
            self._reset()

    def on_test_end(self, logs: dict | None = None) -> None:
        """Print the finished line of evaluate()."""
        if not self._paused:
            self._finalize(logs)
        self._paused = False

    def on_predict_begin(self, logs: dict | None = None) -> None:
        """Start the clock of predict()."""
        self._reset()

    def on_predict_end(self, logs: dict | None = None) -> None:
        """Print the finished line of predict()."""
        self._finalize(None)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Draw, if it is time to."""
        self.update(batch, logs)

    def on_test_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Draw, if it is time to."""
        if not self._paused:
            self.update(batch, logs)

    def on_predict_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Draw, if it is time to."""
        self.update(batch)

    def _is_plain(self) -> bool:
        """Whether the hooks per batch are those above, which ``due`` and ``update`` stand for."""
        return type(self).on_train_batch_end is ProgbarLogger.on_train_batch_end

    def _bar(self) -> Progbar:
        if self.progbar is None:
            self.progbar = Progbar(self.target, verbose=self.verbose, interval=_INTERVAL, stateless_metrics=())
        return self.progbar

    def _reset(self) -> None:
        before = self.progbar
        self.seen, self.progbar = 0, None
        bar = self._bar()
        if before is not None and before.drawn:  # short epochs share the 10 drawings a second; each still gets its last
            bar.due_at = before.due_at

    def _finalize(self, logs: dict | None) -> None:
        bar = self._bar()
        if self.target is None:
            self.target = bar.target = self.seen  # from now on the number of steps is known
        bar.update(self.target, (logs or {}).items(), finalize=True)
