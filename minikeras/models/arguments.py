"""Reading the arguments of fit, evaluate and predict that are not data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core import config
from minikeras.callbacks import CallbackList


def callback_list(callbacks: Any, model: Any, verbose: int, add_history: bool = False, **params) -> CallbackList:
    """The callbacks of a run as one: those given, a History if asked for, a progress bar unless silent.

    >>> [type(c).__name__ for c in callback_list(None, None, 1, add_history=True, epochs=1, steps=None)]
    ['History', 'ProgbarLogger']
    """
    if isinstance(callbacks, CallbackList):
        return callbacks
    return CallbackList(callbacks, add_history=add_history, add_progbar=verbose != 0, model=model, verbose=verbose, **params)


def verbosity(verbose: Any) -> int:
    """Check `verbose`; "auto" is a bar, or lines where interactive logging is off.

    >>> verbosity("auto"), verbosity(2), verbosity(False)
    (1, 2, 0)
    """
    if verbose == "auto":
        return 1 if config.is_interactive_logging_enabled() else 2
    if not isinstance(verbose, (bool, int, np.integer)):
        raise ValueError(f"Argument `verbose` must be 0, 1, 2 or 'auto', got {verbose!r}.")
    return int(verbose)


def whole(value: Any, argument: str) -> int:
    """Check a count of epochs.

    >>> whole(2.5, "epochs")
    Traceback (most recent call last):
    ValueError: Argument `epochs` must be a whole number, 0 or more, got 2.5.
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 0:
        raise ValueError(f"Argument `{argument}` must be a whole number, 0 or more, got {value!r}.")
    return int(value)


def due(freq: Any) -> Callable[[int], bool]:
    """Whether to validate after an epoch, counted from 1.

    >>> [epoch for epoch in range(1, 7) if due(2)(epoch)], [epoch for epoch in range(1, 7) if due([1, 5])(epoch)]
    ([2, 4, 6], [1, 5])
    """
    if isinstance(freq, (int, np.integer)) and not isinstance(freq, bool) and freq > 0:
        return lambda epoch: epoch % int(freq) == 0
    if isinstance(freq, (list, tuple, set, range, np.ndarray)):
        return set(int(epoch) for epoch in freq).__contains__
    raise ValueError(f"Argument `validation_freq` must be a positive integer or a list of epochs from 1, got {freq!r}.")
