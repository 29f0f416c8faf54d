"""Metrics beside a loss with ``from_logits=True``: their thresholds and logarithms are made for probabilities."""

from __future__ import annotations

from typing import Any

from minikeras.metrics.accuracy import BinaryAccuracy
from minikeras.metrics.confusion import first
from minikeras.metrics.f_score import FBetaScore
from minikeras.metrics.iou import BinaryIoU
from minikeras.metrics.probabilistic import KLDivergence
from minikeras.metrics.thresholds import Counter

_SQUASH = "put a sigmoid (or softmax) layer last and leave from_logits=True out"


def arguments_for_logits(cls: type) -> dict[str, Any]:
    """What "accuracy" and "crossentropy" are made with where predictions are logits: z > 0 is p > 1/2.

    >>> arguments_for_logits(BinaryAccuracy)
    {'threshold': 0.0}
    """
    if cls is BinaryAccuracy:
        return {"threshold": 0.0}
    return {"from_logits": True} if cls.__name__.endswith("Crossentropy") else {}


def remedy(metric: Any) -> str | None:
    """What a metric made for probabilities wants where predictions are logits; None if it is right as it is.

    >>> remedy(BinaryAccuracy()), remedy(BinaryAccuracy(threshold=0.0))
    ('write BinaryAccuracy(threshold=0.0)', None)
    """
    name = type(metric).__name__
    if isinstance(metric, (BinaryAccuracy, BinaryIoU)):
        return f"write {name}(threshold=0.0)" if metric.threshold else None
    if hasattr(metric, "from_logits"):  # AUC and the cross-entropies
        return None if metric.from_logits else f"write {name}(from_logits=True)"
    if isinstance(metric, FBetaScore):
        return None if metric.threshold is None else _SQUASH
    if isinstance(metric, KLDivergence):
        return _SQUASH
    if isinstance(metric, Counter) and metric.top_k is None:
        if not hasattr(metric, "init_thresholds"):  # the best point of a curve
            return _SQUASH
        return f"write {name}(thresholds=0)" if first(metric.thresholds) else None
    return None


def hint(metric: Any) -> str | None:
    """The words for a metric that takes logits for probabilities; None if it is right as it is.

    >>> from minikeras.metrics import AUC
    >>> hint(AUC())
    'The loss has from_logits=True, and metric AUC takes the logits for probabilities: write AUC(from_logits=True).'
    """
    better = remedy(metric)
    name = type(metric).__name__
    return better and f"The loss has from_logits=True, and metric {name} takes the logits for probabilities: {better}."
