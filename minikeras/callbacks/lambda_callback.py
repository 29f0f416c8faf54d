"""A callback from functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minikeras._core.arguments import unknown_arguments
from minikeras._core.naming import nearest
from minikeras.callbacks.callback import Callback


class LambdaCallback(Callback):
    """A callback made of functions, for the small things.

    Args:
        on_epoch_begin, on_epoch_end: functions ``(epoch, logs)``.
        on_train_begin, on_train_end: functions ``(logs)``.
        on_train_batch_begin, on_train_batch_end: functions ``(batch, logs)``.
        kwargs: any other hook by its name; anything else becomes an attribute.

    >>> talk = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs["loss"]))
    >>> talk.on_epoch_end(0, {"loss": 0.5})
    0 0.5
    """

    def __init__(
        self,
        on_epoch_begin: Callable | None = None,
        on_epoch_end: Callable | None = None,
        on_train_begin: Callable | None = None,
        on_train_end: Callable | None = None,
        on_train_batch_begin: Callable | None = None,
        on_train_batch_end: Callable | None = None,
        **kwargs: Any,
    ):
        super().__init__()
        hooks = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
        }
        known = sorted(hook for hook in vars(Callback) if hook.startswith("on_"))
        wrong = [name for name in kwargs if name.startswith("on_") or nearest(name, known, 0.8)]
        unknown_arguments("LambdaCallback", wrong, known)
        for name, function in {**hooks, **kwargs}.items():
            if name in known and function is not None and not callable(function):
                raise TypeError(f"Argument `{name}` of LambdaCallback must be a function, got {function!r}.")
            if function is not None:
                setattr(self, name, function)
