"""Save the model while it learns."""

from __future__ import annotations

import glob
import os
import re
from typing import Any

import numpy as np

from minikeras._core import old_paths
from minikeras._core.arguments import unknown_arguments
from minikeras._core.files import sweep
from minikeras._core.serialize import constructor_arguments
from minikeras.callbacks.frequency import SaveFrequency
from minikeras.callbacks.logs import Logs
from minikeras.callbacks.monitor_callback import MonitorCallback
from minikeras.callbacks.progress import print_msg

_FIELD = re.compile(r"{[^{}]*}")


class ModelCheckpoint(MonitorCallback):
    """Saves the model, or its weights, after every epoch or every so many batches; all of them or the best only.

    Args:
        filepath: where to. May hold ``{epoch:02d}`` (from 1), ``{batch}`` (from 1, when saving by batches) and the names
            of ``logs``: ``"{epoch:02d}-{val_loss:.2f}.keras"``. Ends in ``.keras``, ``.h5`` or ``.hdf5``; for
            weights in ``.weights.h5``, or in Keras 2's way ``.h5`` or ``.hdf5``. Folders are made. Without an ending it
            is Keras 2's checkpoint or folder: see `minikeras.saving.save_weights` and `minikeras.saving.save_model`.
        monitor: the name to watch.
        verbose: 1 says what is saved and why.
        save_best_only: save only when the watched value improves; never where there is no such value.
        save_weights_only: ``model.save_weights`` rather than ``model.save``.
        mode: ``"min"``, ``"max"`` or ``"auto"``: told from the name.
        save_freq: ``"epoch"``, or a number of batches; ``logs`` are then those of the epoch so far.
        initial_value_threshold: a value that the first save must beat.
        kwargs: ``period``, Keras 2's word for "every so many epochs".

    A save that fails or is killed leaves the file of the save before whole.

    >>> class Model:
    ...     def save(self, path, overwrite): print("saved", path)
    >>> checkpoint = ModelCheckpoint("{epoch:02d}-{val_loss:.2f}.keras", save_best_only=True)
    >>> checkpoint.set_model(Model()); checkpoint.on_train_begin()
    >>> for epoch, value in enumerate([0.5, 0.75, 0.25]):
    ...     checkpoint.on_epoch_begin(epoch); checkpoint.on_epoch_end(epoch, {"val_loss": value})
    saved 01-0.50.keras
    saved 03-0.25.keras
    """

    def __init__(
        self,
        filepath: str | os.PathLike,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str | None = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
        **kwargs: Any,
    ):
        super().__init__(monitor, mode, initial_value_threshold)
        self.period = kwargs.pop("period", 1)
        unknown_arguments("ModelCheckpoint", kwargs, constructor_arguments(ModelCheckpoint))
        self.filepath = os.fspath(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self._frequency = SaveFrequency(save_freq, "ModelCheckpoint")
        self._epochs_since_save = 0
        self._current_epoch = 0
        self._skipped = False  # whether there was nothing to compare in this training
        endings = (".weights.h5", ".h5", ".hdf5") if save_weights_only else (".keras", ".h5", ".hdf5")
        if not self.filepath.endswith(endings) and not old_paths.is_old(_FIELD.sub("0", self.filepath)):
            with_weights = " with save_weights_only=True" if save_weights_only else ""
            raise ValueError(f"The filepath of ModelCheckpoint{with_weights} must end in {endings}, got {self.filepath!r}.")

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Clear away what a killed save may have left."""
        self._begin()
        folder = os.path.dirname(self.filepath) or "."
        for path in glob.glob("*".join(glob.escape(part) for part in _FIELD.split(folder))):
            sweep(path)

    def _begin(self) -> None:
        self._warned = self._skipped = False
        if self.save_best_only:
            super()._begin()

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Remember the epoch, for the batches."""
        self._current_epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Save, when the number of batches is full."""
        if self._should_save_on_batch(batch):
            self._save_model(self._current_epoch, batch, logs or {})

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Save, with ``save_freq="epoch"``."""
        if self._frequency.every is not None:
            return
        self._epochs_since_save += 1
        if self._epochs_since_save >= self.period:
            self._epochs_since_save = 0
            self._save_model(epoch, None, logs or {})

    def _implements(self, hook: str) -> bool:
        return super()._implements(hook) and (hook != "on_train_batch_end" or self._frequency.every is not None)

    def _should_save_on_batch(self, batch: int) -> bool:
        return self._frequency.due(batch)

    def _save_model(self, epoch: int, batch: int | None, logs: dict) -> None:  # under Keras' name: subclasses build on it
        if self.save_best_only and self._value(logs) is None:
            return self._skip(epoch, logs)
        path = self._get_file_path(epoch, batch, logs)
        if not self._should_save(epoch, logs, path):
            return None
        if os.path.isdir(path) and (self.save_weights_only or not old_paths.is_old(path)):
            raise IsADirectoryError(f"ModelCheckpoint needs a filepath that is no folder, got {path!r}.")
        if os.path.dirname(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
        (self.model.save_weights if self.save_weights_only else self.model.save)(path, overwrite=True)
        if self.verbose > 0:
            print_msg(f"\nEpoch {epoch + 1}: finished saving model to {path}")
        return None

    def _skip(self, epoch: int, logs: dict) -> None:
        """There is nothing to compare: say so once, unless it is still to be expected."""
        self._skipped = True
        if self.monitor_op is None:  # raises where nothing of that name can ever come
            self._set_monitor_op()
        if not self._will_come(logs):
            self._warn_once(
                f"ModelCheckpoint(save_best_only=True) saves nothing where its monitor {self.monitor!r} is missing, as in "
                f"epoch {epoch + 1}. Available are: {', '.join(logs)}."
            )

    def on_train_end(self, logs: dict | None = None) -> None:
        """Say so if the watched value never came."""
        if self._skipped and not self._came:
            self._warn_once(f"ModelCheckpoint saved nothing: its monitor {self.monitor!r} never came.")

    def _should_save(self, epoch: int, logs: dict, path: str) -> bool:
        """Whether this is a time to save, and say so."""
        said = f"saving model to {path}"
        if self.save_best_only:
            value = Logs(logs)[self.monitor]
            best = "None" if self.best is None else f"{self.best:.5f}"
            if not self._is_improvement(value, self.best):
                if self.verbose > 0:
                    print_msg(f"\nEpoch {epoch + 1}: {self.monitor} did not improve from {best}")
                return False
            self.best = value
            said = f"{self.monitor} improved from {best} to {value:.5f}, {said}"
        if self.verbose > 0:
            print_msg(f"\nEpoch {epoch + 1}: {said}")
        return True

    def _get_file_path(self, epoch: int, batch: int | None, logs: dict) -> str:
        """Fill in the epoch, the batch and the values."""
        names = {"epoch": epoch + 1, **({} if batch is None else {"batch": batch + 1}), **logs}
        try:
            return self.filepath.format_map(Logs(names))
        except KeyError as error:
            raise KeyError(
                f"The filepath of ModelCheckpoint, {self.filepath!r}, asks for {error}, which is not among {sorted(names)}."
            ) from None
        except TypeError:  # "{val_f1:.2f}" of several values
            several = [name for name, value in names.items() if np.ndim(value) and f"{{{name}" in self.filepath]
            raise ValueError(
                f"The filepath of ModelCheckpoint, {self.filepath!r}, can't be filled in: {several or 'a value'} is no number."
            ) from None

    def get_state(self) -> dict:
        """How it stands."""
        counted = {"seen": self._frequency.seen, "last": self._frequency.last, "epochs": self._epochs_since_save}
        return {"best": self.best, **counted}

    def set_state(self, state: dict) -> None:
        """Go on where it stood."""
        self.best, self._epochs_since_save = state["best"], state["epochs"]
        self._frequency.seen, self._frequency.last = state["seen"], state["last"]
