"""Logs that are also found under the names that older Keras gave them."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.old_arguments import hint

PAIRS = (
    ("acc", "accuracy"),
    ("lr", "learning_rate"),
    ("mae", "mean_absolute_error"),
    ("mape", "mean_absolute_percentage_error"),
    ("mse", "mean_squared_error"),
    ("msle", "mean_squared_logarithmic_error"),
)


class Logs(dict):
    """A dict of losses and metrics in which "val_acc" finds "val_accuracy" if that is there, and the other way round.

    What it holds and lists are the names of today: those that were written in ``compile(metrics=[...])``.

    >>> from minikeras import config
    >>> config.disable_hints(); logs = Logs({"val_accuracy": 0.5}); logs["val_acc"], logs.get("acc"), list(logs)
    (0.5, None, ['val_accuracy'])
    >>> config.enable_hints()
    """

    def known(self, name: Any) -> Any:
        """The name under which a value of that name, old or new, is here; the name itself where there is none.

        >>> Logs({"loss": 0.5}).known("loss"), Logs().known("acc")
        ('loss', 'acc')
        """
        other = other_name(name) if isinstance(name, str) and name not in self else None
        if other is None or other not in self:
            return name
        hint("logs", name, f"The logs have no {name!r}; it is called {other!r} here, as it was written in compile().")
        return other

    def __missing__(self, name):
        other = self.known(name)
        if other == name:
            raise KeyError(name)
        return self[other]

    def get(self, name: Any, default: Any = None) -> Any:
        """The value of a name, old or new."""
        return super().get(self.known(name), default)

    def copy(self) -> Logs:
        """The same once more."""
        return Logs(self)

    def __reduce__(self):
        return Logs, (dict(self),)


def as_number(value: Any) -> Any:
    """A value to log: a Python float, or an array where there are several numbers.

    >>> as_number(np.float32(0.5)), as_number([1, 2])
    (0.5, array([1, 2]))
    """
    if type(value) is float:
        return value
    value = np.asarray(getattr(value, "untraced", value))
    return float(value) if value.ndim == 0 else value


def other_name(name: str) -> str | None:
    """The other of the two names that Keras has had for something; None if there is only one.

    >>> other_name("val_acc"), other_name("head_accuracy"), other_name("loss")
    ('val_accuracy', 'head_acc', None)
    """
    for pair in PAIRS:
        for a, b in (pair, pair[::-1]):
            if name == a or name.endswith(f"_{a}"):
                return name[: len(name) - len(a)] + b
    return None
