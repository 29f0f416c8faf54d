"""Many callbacks called as one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from minikeras.callbacks.callback import Callback, overrides
from minikeras.callbacks.history import History
from minikeras.callbacks.logs import Logs
from minikeras.callbacks.progbar_logger import ProgbarLogger


class CallbackList(Callback):
    """A list of callbacks with the hooks of one: each hook calls that of all, in order, with the same ``logs``.

    Args:
        callbacks: a callback, or callbacks in lists within lists.
        add_history: append a `History` unless there is one.
        add_progbar: append a `ProgbarLogger` unless there is one.
        model: handed to every callback.
        params: ``verbose``, ``epochs``, ``steps``, handed to every callback.

    Attributes:
        callbacks: the list.
        progress: the `ProgbarLogger`, or None. A training loop that uses the lists below asks it once per batch:
            ``if progress and progress.due(): progress.update(step, logs)``.
        train_batch_begin_hooks, train_batch_end_hooks: the bound methods of those callbacks that do anything then,
            in order, without the progress bar; so for ``test_`` and ``predict_``. They are found at construction and
            anew in ``on_train_begin``, ``on_test_begin`` and ``on_predict_begin``.

    A loop of your own needs neither: ``on_train_batch_end(batch, logs)`` calls everything.

    >>> import numpy as np
    >>> class Talk(Callback):
    ...     def on_batch_end(self, batch, logs=None): print(batch, logs)
    >>> callbacks = CallbackList([Talk(), [Callback()]], epochs=1, steps=3)
    >>> callbacks.on_train_batch_end(2, {"loss": np.float32(0.5)})
    2 {'loss': 0.5}
    >>> len(callbacks.callbacks), len(callbacks.train_batch_begin_hooks), len(callbacks.train_batch_end_hooks)
    (2, 0, 1)
    """

    def __init__(
        self, callbacks: Any = None, add_history: bool = False, add_progbar: bool = False, model: Any = None, **params
    ):
        self.callbacks = list(_flatten(callbacks))
        for callback in self.callbacks:
            _check(callback)
        self._history = _last(self.callbacks, History)
        self._progbar = _last(self.callbacks, ProgbarLogger)
        if self._history is None and add_history:
            self._history = History()
            self.callbacks.append(self._history)
        if self._progbar is None and add_progbar:
            self._progbar = ProgbarLogger()
            self.callbacks.append(self._progbar)
        self.set_model(model)
        self.set_params(params)
        self._resolve()

    def append(self, callback: Callback) -> None:
        """Add a callback at the end."""
        _check(callback)
        self.callbacks.append(callback)
        if self.model is not None:
            callback.set_model(self.model)
        if self.params:
            callback.set_params(self.params)
        self._resolve()

    def __iter__(self) -> Iterator[Callback]:
        return iter(self.callbacks)

    def __len__(self) -> int:
        return len(self.callbacks)

    def __bool__(self) -> bool:
        return True

    def set_params(self, params: dict) -> None:
        """Hand ``params`` to every callback."""
        self.params = params
        if params:
            for callback in self.callbacks:
                callback.set_params(params)

    def set_model(self, model: Any) -> None:
        """Hand the model to every callback, and the `History` to the model."""
        if model is None:
            return
        self._model = model
        if self._history is not None:
            model.history = self._history
        for callback in self.callbacks:
            callback.set_model(model)

    # -- what a fast loop reads --------------------------------------------------------------------------------------

    def _resolve(self) -> None:
        """Find out who has anything to do per batch."""
        for callback in self.callbacks:
            if isinstance(callback, Callback):
                callback._meet(self.callbacks)
        bar = self._progbar
        if bar is not None and (not bar.verbose or not bar._is_plain()):
            bar = None
        self.progress = bar
        self.train_batch_begin_hooks = self._hooks("on_train_batch_begin")
        self.train_batch_end_hooks = self._hooks("on_train_batch_end")
        self.test_batch_begin_hooks = self._hooks("on_test_batch_begin")
        self.test_batch_end_hooks = self._hooks("on_test_batch_end")
        self.predict_batch_begin_hooks = self._hooks("on_predict_batch_begin")
        self.predict_batch_end_hooks = self._hooks("on_predict_batch_end")

    def _hooks(self, hook: str) -> list[Callable]:
        plain = self._progbar if self._progbar is not None and self._progbar._is_plain() else None
        return [getattr(c, hook) for c in self._in_order() if c is not plain and _implements(c, hook)]

    def _in_order(self) -> list[Callback]:
        """The callbacks as they are called: in their order, but what runs last, such as a backup, at the end."""
        return sorted(self.callbacks, key=lambda c: getattr(c, "_runs_last", False))

    def _call(self, hook: str, *args) -> None:
        for callback in self._in_order():
            getattr(callback, hook)(*args)

    # -- the hooks ---------------------------------------------------------------------------------------------------

    def on_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """Call that of all."""
        self._call("on_batch_begin", batch, to_python(logs))

    def on_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Call that of all."""
        self._call("on_batch_end", batch, to_python(logs))

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Call that of all."""
        self._call("on_epoch_begin", epoch, to_python(logs))

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Call that of all."""
        self._call("on_epoch_end", epoch, to_python(logs))

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """Call that of all."""
        self._call("on_train_batch_begin", batch, to_python(logs))

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Call that of all."""
        self._call("on_train_batch_end", batch, to_python(logs))

    def on_test_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """Call that of all."""
        self._call("on_test_batch_begin", batch, to_python(logs))

    def on_test_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Call that of all."""
        self._call("on_test_batch_end", batch, to_python(logs))

    def on_predict_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """Call that of all."""
        self._call("on_predict_batch_begin", batch, to_python(logs))

    def on_predict_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Call that of all."""
        self._call("on_predict_batch_end", batch, to_python(logs))

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Call that of all, then find out who has anything to do per batch."""
        self._call("on_train_begin", to_python(logs))
        self._resolve()

    def on_train_end(self, logs: dict | None = None) -> None:
        """Call that of all."""
        self._call("on_train_end", to_python(logs))

    def on_test_begin(self, logs: dict | None = None) -> None:
        """Call that of all, then find out who has anything to do per batch."""
        self._call("on_test_begin", to_python(logs))
        self._resolve()

    def on_test_end(self, logs: dict | None = None) -> None:
        """Call that of all."""
        self._call("on_test_end", to_python(logs))

    def on_predict_begin(self, logs: dict | None = None) -> None:
        """Call that of all, then find out who has anything to do per batch."""
        self._call("on_predict_begin", to_python(logs))
        self._resolve()

    def on_predict_end(self, logs: dict | None = None) -> None:
        """Call that of all."""
        self._call("on_predict_end", to_python(logs))


def to_python(logs: dict | None) -> dict:
    """A copy of ``logs``, flat and sorted by name as Keras lists them, with Python floats where the values are numbers.

    >>> import numpy as np
    >>> to_python({"loss": np.float32(0.5), "acc": {"top": 1, "all": [1, 2]}})
    {'all': [1, 2], 'top': 1.0, 'loss': 0.5}
    """
    result = Logs()
    for name, value in sorted((logs or {}).items()):
        if isinstance(value, dict):
            result.update(to_python(value))
            continue
        try:
            result[name] = float(value)
        except (TypeError, ValueError):
            result[name] = value
    return result


def _flatten(callbacks: Any) -> Iterator[Any]:
    if isinstance(callbacks, dict):
        callbacks = list(callbacks.values())
    if isinstance(callbacks, (list, tuple, set, CallbackList)):
        for callback in callbacks:
            yield from _flatten(callback)
    elif callbacks is not None:
        yield callbacks


def _check(callback: Any) -> None:
    if isinstance(callback, type):
        raise TypeError(f"callbacks takes objects, got the class {callback.__name__}: write {callback.__name__}(...).")
    if not hasattr(callback, "set_model") or not hasattr(callback, "on_epoch_end"):
        raise TypeError(f"callbacks takes Callback objects, got {callback!r} of type {type(callback).__name__}.")


def _implements(callback: Any, hook: str) -> bool:
    """Also for callbacks of another house, such as those written for tf.keras."""
    return callback._implements(hook) if isinstance(callback, Callback) else overrides(callback, hook)


def _last(callbacks: list, kind: type) -> Any:
    return next((c for c in reversed(callbacks) if isinstance(c, kind)), None)
