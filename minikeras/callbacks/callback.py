"""The contract of a callback: methods that fit, evaluate and predict call on their way.

    on_train_begin(logs)                                        once, before the first epoch
        on_epoch_begin(epoch, logs)                             epochs count from 0
            on_train_batch_begin(batch, logs)                   batches count from 0 in every epoch
            on_train_batch_end(batch, logs)                     logs: loss and metrics of the epoch so far
            on_test_begin(logs) ... on_test_end(logs)           when there is validation data
        on_epoch_end(epoch, logs)                               logs: loss, metrics and val_* of the epoch
    on_train_end(logs)
"""

from __future__ import annotations

from typing import Any

from minikeras._core.constructors import check_call, check_kinds
from minikeras._core.origin import of_the_house


class Callback:
    """Base of all callbacks: every hook does nothing until a subclass says what.

    Attributes:
        model: the model that is trained. ``self.model.stop_training = True`` ends the training.
        params: a dict with ``"verbose"``, ``"epochs"`` and ``"steps"`` (None when the number of batches is unknown).

    The dict ``logs`` is shared by all callbacks of a list: what one adds to it in ``on_epoch_end`` the later ones see,
    ``History`` among them.

    >>> class Talk(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         print(f"epoch {epoch} of {self.params['epochs']}: {logs['loss']}")
    >>> talk = Talk(); talk.set_params({"epochs": 3}); talk.on_epoch_end(0, {"loss": 0.5})
    epoch 0 of 3: 0.5
    """

    params: dict | None = None
    validation_data: Any = None  # Keras 1 filled it; read by old code
    _model: Any = None
    _appends = False  # whether it writes on in a file that was there before
    _runs_last = False  # whether a list calls it after all others, whatever its place

    def __new__(cls, *args, **kwargs):
        """Refuse misspelt arguments of the callbacks of this library."""
        if (args or kwargs) and of_the_house(next(c for c in cls.__mro__ if "__init__" in vars(c))):
            check_call(cls, args, kwargs)
            check_kinds(cls, args, kwargs)
        return super().__new__(cls)

    def __init__(self):
        self.params = None
        self._model = None

    @property
    def model(self) -> Any:
        """The model that is trained, evaluated or asked to predict; None before."""
        return self._model

    @model.setter
    def model(self, model: Any) -> None:
        self._model = model

    def set_params(self, params: dict) -> None:
        """Be told ``verbose``, ``epochs`` and ``steps``."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Be told the model."""
        self._model = model

    def on_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """The old name of `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """The old name of `on_train_batch_end`."""

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Called before an epoch of training. ``logs`` is empty."""

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Called after an epoch of training and its validation.

        Args:
            epoch: index of the epoch, from 0.
            logs: ``{"loss": ..., "accuracy": ..., "val_loss": ...}``, Python floats.
        """

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """Called before a batch of training. ``logs`` is empty."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Called after a batch of training.

        Args:
            batch: index of the batch within the epoch, from 0.
            logs: loss and metrics over the batches of this epoch so far.
        """
        self.on_batch_end(batch, logs)

    def on_test_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """Called before a batch of evaluate(), or of the validation within fit()."""

    def on_test_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Called after a batch of evaluate(), or of the validation within fit()."""

    def on_predict_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """Called before a batch of predict()."""

    def on_predict_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Called after a batch of predict(); ``logs["outputs"]`` are its outputs."""

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Called once, before the first epoch."""

    def on_train_end(self, logs: dict | None = None) -> None:
        """Called once, after the last epoch. ``logs`` are those of the last epoch."""

    def on_test_begin(self, logs: dict | None = None) -> None:
        """Called before evaluate(), or before the validation within fit()."""

    def on_test_end(self, logs: dict | None = None) -> None:
        """Called after evaluate(), or after the validation within fit()."""

    def on_predict_begin(self, logs: dict | None = None) -> None:
        """Called before predict()."""

    def on_predict_end(self, logs: dict | None = None) -> None:
        """Called after predict()."""

    def get_state(self) -> dict | None:
        """What the callback would need to go on after the process was killed; None when there is nothing.

        `BackupAndRestore` keeps it and hands it to `set_state` after ``on_train_begin`` of the next start.

        Returns:
            A dict of numbers, strings, arrays, lists and dicts of these, or None.
        """
        return None

    def set_state(self, state: dict) -> None:
        """Take up the state that `get_state` gave before the process was killed."""

    def _meet(self, callbacks: list) -> None:
        """Be told which callbacks stand in one list with this one."""

    def _implements(self, hook: str) -> bool:
        """Whether the hook of that name does anything; the training loop calls no others."""
        return overrides(self, hook)

    def _implements_train_batch_hooks(self) -> bool:
        return self._implements("on_train_batch_begin") or self._implements("on_train_batch_end")

    def _implements_test_batch_hooks(self) -> bool:
        return self._implements("on_test_batch_begin") or self._implements("on_test_batch_end")

    def _implements_predict_batch_hooks(self) -> bool:
        return self._implements("on_predict_batch_begin") or self._implements("on_predict_batch_end")


_OLD_NAMES = {"on_train_batch_begin": "on_batch_begin", "on_train_batch_end": "on_batch_end"}


def overrides(callback: Any, hook: str) -> bool:
    """Whether a callback has its own hook of that name, from its class or set on the object.

    >>> callback = Callback(); overrides(callback, "on_train_batch_end")
    False
    >>> callback.on_batch_end = print; overrides(callback, "on_train_batch_end")
    True
    """
    for name in (hook, _OLD_NAMES.get(hook)):
        own = getattr(callback, name, None) if name else None
        if own is not None and getattr(own, "__func__", own) is not getattr(Callback, name):
            return True
    return False
