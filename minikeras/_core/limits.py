"""A short run of a long script, to see whether it works: at most so many epochs, and steps in each."""

from __future__ import annotations

import os
import warnings


def _from_environment(name: str) -> int | None:
    value = os.environ.get(name, "")
    return int(value) if value.isdigit() and int(value) else None


_limits = {
    "max_epochs": _from_environment("KERAS_MAX_EPOCHS"),
    "max_steps_per_epoch": _from_environment("KERAS_MAX_STEPS_PER_EPOCH"),
}


def max_epochs() -> int | None:
    """Return how many epochs `fit` trains at most; None: as many as it is told.

    >>> max_epochs() is None
    True
    """
    return _limits["max_epochs"]


def set_max_epochs(max_epochs: int | None) -> None:
    """Let `fit` train at most so many epochs, in the whole process; None lifts the limit.

    The environment variable ``KERAS_MAX_EPOCHS`` does the same for a script that is not to be edited.

    >>> set_max_epochs(2); cap_epochs(100)
    2
    >>> set_max_epochs(None)
    """
    _limits["max_epochs"] = max_epochs


def max_steps_per_epoch() -> int | None:
    """Return how many batches `fit`, `evaluate` and `predict` take at most; None: as many as they are told.

    >>> max_steps_per_epoch() is None
    True
    """
    return _limits["max_steps_per_epoch"]


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    """Let `fit`, `evaluate` and `predict` take at most so many batches, in the whole process; None lifts the limit.

    The environment variable ``KERAS_MAX_STEPS_PER_EPOCH`` does the same for a script that is not to be edited.

    >>> set_max_steps_per_epoch(3); set_max_steps_per_epoch(None)
    """
    _limits["max_steps_per_epoch"] = max_steps_per_epoch


def cap_epochs(epochs: int) -> int:
    """The number of epochs under the limit.

    >>> cap_epochs(7)
    7
    """
    limit = _limits["max_epochs"]
    return epochs if not limit else min(epochs, limit)


def cap_steps(steps: int | None) -> int | None:
    """The number of batches under the limit, which is said when it takes effect.

    >>> cap_steps(None) is None, cap_steps(7)
    (True, 7)
    """
    limit = _limits["max_steps_per_epoch"]
    if not limit or steps is not None and steps <= limit:
        return steps
    warnings.warn(f"Limiting steps_per_epoch to {limit}", UserWarning, stacklevel=2)
    return limit
