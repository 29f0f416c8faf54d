"""What a model's optimizer consists of, for callbacks that change or log its learning rate."""

from __future__ import annotations

from typing import Any


def inner_optimizers(optimizer: Any) -> list[tuple[str, Any]]:
    """Pairs of a name and an optimizer with a learning rate: the optimizer itself, unnamed, or those that it joins.

    >>> from minikeras.optimizers import SGD, MultiOptimizer, OptimizerMap
    >>> optimizer = SGD(); inner_optimizers(optimizer) == [("", optimizer)]
    True
    >>> [name for name, _ in inner_optimizers(MultiOptimizer(OptimizerMap(SGD(name="slow"), {"top": SGD(name="fast")})))]
    ['fast', 'slow']
    """
    if hasattr(optimizer, "optimizers"):
        return [(inner.name, inner) for inner in optimizer.optimizers]
    return [("", optimizer)]


def log_rates(optimizer: Any, logs: dict) -> None:
    """Put the learning rate into the logs as "learning_rate", or "learning_rate_<name>" for each one that is joined.

    >>> from minikeras.optimizers import SGD
    >>> logs = {}; log_rates(SGD(0.5), logs); logs
    {'learning_rate': 0.5}
    """
    for name, inner in inner_optimizers(optimizer):
        logs[f"learning_rate_{name}" if name else "learning_rate"] = float(inner.learning_rate)
