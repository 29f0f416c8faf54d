"""The learning rates of a model's optimizer, for callbacks that log them."""

from __future__ import annotations

from typing import Any


def log_rates(optimizer: Any, logs: dict) -> None:
    """Put the learning rate into the logs as "learning_rate", or "learning_rate_<name>" for each one that is joined.

    >>> from minikeras.optimizers import SGD
    >>> logs = {}; log_rates(SGD(0.5), logs); logs
    {'learning_rate': 0.5}
    """
    for name, inner in optimizer.joined():
        logs[f"learning_rate_{name}" if name else "learning_rate"] = float(inner.learning_rate)
