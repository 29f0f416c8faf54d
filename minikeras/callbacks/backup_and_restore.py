"""Training that survives being killed.

What a training loop must do for the restart to be equal to the bit:

1. before ``on_train_begin``: set ``model._resume = None`` and ``model.stop_training = False``; the model is built, and
   whatever happens in the first fit only (the order of the samples that Keras draws then) has happened.
2. after it: ``model._resume`` is None, or ``{"epoch": e, "step": k}``: start with epoch e; run no epoch when
   e ≥ ``epochs``.
3. in every epoch first reset the metrics, then call ``on_epoch_begin(epoch)``, then draw the order of the samples
   (from ``np.random``), then, in epoch e, pass over the first k batches without training on them.
4. look at ``model.stop_training`` before the first of the batches that are left, too.
5. ``model.variables`` holds the weights and the state of every `SeedGenerator`; ``model.optimizer.variables``
   everything that the optimizer remembers, iterations and learning rate included.
6. for ``save_freq=int``: ``model._training_state() -> dict`` gives the sums of the epoch so far (loss and metrics) and
   ``model._set_training_state(dict)`` takes them; numbers, arrays, lists and dicts.
7. when fit ends by an exception, Ctrl-C included, ``on_train_end`` isn't called: it removes the backup.
8. the logs of batches and epochs hold the ``"loss"``: where it is NaN or infinite nothing is saved.
"""

from __future__ import annotations

import contextlib
import os
import warnings
from typing import Any

import numpy as np

from minikeras._core.files import atomic_write, sweep
from minikeras.callbacks import snapshot
from minikeras.callbacks.callback import Callback
from minikeras.callbacks.frequency import SaveFrequency
from minikeras.callbacks.terminate_on_nan import is_lost

_NAME, _PREVIOUS = "latest.npz", "latest.npz.bkp"


class BackupAndRestore(Callback):
    """Saves the state of the training, so that the same script, started again after a kill, goes on and ends equal.

    Kept are weights, optimizer, random generators, the history, what the other callbacks of the list remember, and the
    epoch and batch. The file is replaced whole: a kill at any moment leaves the state before or the state after.
    The callback is called after all others of its list, whatever its place. Once the loss is NaN or infinite nothing is saved
    any more, and the backup before stays when training ends, by `TerminateOnNaN` or at its last epoch.

    Arrays and a `PyDataset` go on where they were; a Python generator or iterator starts anew from its beginning. Within an
    epoch (``save_freq`` a number) what a `PyDataset` draws at random in ``__getitem__`` isn't repeated to the bit.

    Args:
        backup_dir: a folder for the backup alone, not shared with another training.
        save_freq: ``"epoch"``, or a number of batches.
        double_checkpoint: keep the backup before the last too, against damage to the disk.
        delete_checkpoint: remove the backup when training has come to its end.

    >>> import tempfile
    >>> from minikeras import Sequential, layers
    >>> model = Sequential([layers.Dense(1, use_bias=False, input_shape=(2,))]); model.compile("sgd", "mse")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     backup = BackupAndRestore(folder, delete_checkpoint=False); backup.set_model(model); backup.on_train_begin()
    ...     model.set_weights([[[7], [7]]]); backup.on_epoch_begin(4); backup.on_epoch_end(4)
    ...     model.set_weights([[[0], [0]]]); backup.on_train_begin()
    >>> model.get_weights()[0].tolist(), model._resume
    ([[7.0], [7.0]], {'epoch': 5, 'step': 0})
    """

    _runs_last = True

    def __init__(
        self,
        backup_dir: str | os.PathLike,
        save_freq: str | int = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ):
        super().__init__()
        if not backup_dir:
            raise ValueError(f"Empty `backup_dir` argument passed: BackupAndRestore wants a folder's name, got {backup_dir!r}.")
        self.backup_dir = os.fspath(backup_dir)
        self.save_freq = save_freq
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self._frequency = SaveFrequency(save_freq, "BackupAndRestore")
        self._path = os.path.join(self.backup_dir, _NAME)
        self._previous = os.path.join(self.backup_dir, _PREVIOUS)
        self._companions: list = []  # the callbacks of the list, given by it
        self._epoch = 0
        self._lost = False  # whether the loss was NaN or infinite at last
        self._resumed: dict | None = None  # the state of a half-finished epoch that is gone on with
        self._random_then: dict | None = None  # what was random at the start of the epoch
        self._random_after: dict | None = None  # what to go on with once the order of the samples is drawn

    # -- when ----------------------------------------------------------------------------------------------------------

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Go back to the last backup, if there is one.

        Raises:
            ValueError: the model isn't built, or the backup is of another model.
            OSError: the backup is damaged, and there is no other.
        """
        self._resumed = self._random_then = self._random_after = None
        self._lost = False
        self._frequency.reset()
        for name in (_NAME, _PREVIOUS):
            sweep(self.backup_dir, name)
        if not self.model.built:
            raise ValueError(
                f"BackupAndRestore needs a model that is built, and {self.model.name!r} isn't: "
                "give its first layer an input_shape, or call it on a batch."
            )
        state = self._load()
        if state is None:
            self._mark()
        else:
            self._apply(state)
            over = state["stop_training"] and not state["step"]  # it had been stopped: no epoch is left
            epoch = max(state["epoch"], (self.params or {}).get("epochs") or 0) if over else state["epoch"]
            self.model._resume = {"epoch": epoch, "step": state["step"]}
            self._resumed = state if state["step"] else None

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Note what is random now: the order of the samples comes from it."""
        self._epoch = epoch
        if self._resumed is not None:  # all callbacks began the epoch again; put back what they did in its first half
            state, self._resumed = self._resumed, None
            self._apply(state)
            self._random_after = state["random"]
            self._random_then = state["random_at_epoch_start"]
            snapshot.set_random_state(self._random_then)
        elif self._frequency.every is not None:
            self._random_then = snapshot.random_state()

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """After a restart within an epoch: the order of the samples is drawn, go on with what was random then."""
        self._catch_up()

    def on_test_begin(self, logs: dict | None = None) -> None:
        """The same, when no batch was left."""
        self._catch_up()

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Save, when the number of batches is full."""
        self._lost = is_lost(logs)
        if self._frequency.due(batch) and not self._lost:
            self._save(self._epoch, batch + 1)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Save, with ``save_freq="epoch"``."""
        self._catch_up()
        self._lost = is_lost(logs)
        if self._frequency.every is None and not self._lost:
            self._save(epoch + 1, 0)

    def on_train_end(self, logs: dict | None = None) -> None:
        """Remove the backup, and its folder when nothing else is in it; unless the loss was lost: it is all there is left."""
        if self.delete_checkpoint and not self._lost:
            for path in (self._path, self._previous):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(path)
            with contextlib.suppress(OSError):
                os.rmdir(self.backup_dir)

    def _meet(self, callbacks: list) -> None:
        self._companions = callbacks

    def _implements(self, hook: str) -> bool:
        if hook == "on_train_batch_begin":
            return self._resumed is not None
        return super()._implements(hook) and (hook != "on_train_batch_end" or self._frequency.every is not None)

    def _catch_up(self) -> None:
        if self._random_after is not None:
            snapshot.set_random_state(self._random_after)
            self._random_after = None

    # -- what ----------------------------------------------------------------------------------------------------------

    def _save(self, epoch: int, step: int) -> None:
        """Save the state in which batch ``step`` of ``epoch`` comes next."""
        model = self.model
        state = {
            "format": 1,
            "epoch": epoch,
            "step": step,
            "batches": self._frequency.seen,
            "stop_training": bool(model.stop_training),
            "variables": [v.numpy() for v in _variables(model)],
            "training": model._training_state() if step else None,
            "random": snapshot.random_state(),
            "random_at_epoch_start": self._random_then if step else None,
            "callbacks": {name: callback.get_state() for name, callback in self._others()},
        }
        os.makedirs(self.backup_dir, exist_ok=True)
        if self.double_checkpoint and os.path.exists(self._path):
            with open(self._path, "rb") as last, atomic_write(self._previous) as file:
                file.write(last.read())
        snapshot.write(self._path, state)

    def _mark(self) -> None:
        """Before the first epoch: how long the files are that callbacks append to. The rest begins anew by itself."""
        states = {name: callback.get_state() for name, callback in self._others() if callback._appends}
        if states:
            empty = dict.fromkeys(("variables", "training", "random", "random_at_epoch_start"))
            os.makedirs(self.backup_dir, exist_ok=True)
            start = {"format": 1, "epoch": 0, "step": 0, "batches": 0, "stop_training": False}
            snapshot.write(self._path, {**start, **empty, "callbacks": states})

    def _load(self) -> dict | None:
        """The last backup that can be read."""
        paths = [path for path in (self._path, self._previous) if os.path.exists(path)]
        for path in paths:
            try:
                return snapshot.read(path)
            except OSError as error:
                if path == paths[-1]:
                    raise OSError(f"{error} Remove the folder {self.backup_dir!r} to start training anew.") from error
                warnings.warn(f"{error} Going on from the backup before it.", stacklevel=4)
        return None

    def _apply(self, state: dict) -> None:
        """Go back to a state; nothing is changed when it doesn't fit."""
        if state["variables"] is not None:
            self._apply_to_model(state)
        for name, callback in self._others():
            if state["callbacks"].get(name) is not None:
                callback.set_state(state["callbacks"][name])
        self._frequency.seen, self._frequency.last = state["batches"], state["step"] - 1
        if state["random"] is not None:
            snapshot.set_random_state(state["random"])

    def _apply_to_model(self, state: dict) -> None:
        model = self.model
        if not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)
        variables = _variables(model)
        kept = state["variables"]
        if [(np.shape(v), str(v.dtype)) for v in variables] != [(v.shape, str(v.dtype)) for v in kept]:
            raise ValueError(
                f"The backup in {self.backup_dir!r} is of another model or optimizer: it has {len(kept)} variables, "
                f"{sum(v.size for v in kept):,} numbers in all; this one has {len(variables)} and "
                f"{sum(int(np.prod(np.shape(v))) for v in variables):,}. Remove the folder to start training anew."
            )
        for variable, value in zip(variables, kept, strict=True):
            variable.value[...] = value
        if state["training"] is not None:
            model._set_training_state(state["training"])
        model.stop_training = state["stop_training"]

    def _others(self) -> list[tuple[str, Any]]:
        """The other callbacks of the list, each under its class and number."""
        named: dict[str, Any] = {}
        for callback in self._companions:
            if callback is not self and isinstance(callback, Callback):
                kind = type(callback).__name__
                named[f"{kind}_{sum(name.rpartition('_')[0] == kind for name in named)}"] = callback
        return list(named.items())


def _variables(model: Any) -> list:
    """Everything that training changes but sums, each once: of the model and of its optimizer."""
    return list({id(v): v for v in [*model.variables, *model.optimizer.variables]}.values())
