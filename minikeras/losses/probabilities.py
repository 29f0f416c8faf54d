"""What the losses of probabilities share: keeping them within [ε, 1 − ε], one-hot targets, label smoothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.config import epsilon
from minikeras.losses.targets import convert, one_hot_targets


def one_hot_pair(y_true: Any, y_pred: Any, axis: int, loss: str) -> tuple[Any, Any]:
    """Convert one-hot targets and predictions to arrays of one float type and one shape."""
    if isinstance(axis, bool):
        raise ValueError(f"Argument `axis` of {loss} must be an integer, got {axis!r}.")
    y_pred = convert(y_pred)
    return one_hot_targets(y_true, y_pred.shape, y_pred.dtype, loss, axis), y_pred


def smooth(y: Any, label_smoothing: float, classes: int) -> Any:
    """Draw targets towards equal probabilities: y (1 − s) + s/classes."""
    return y * (1.0 - label_smoothing) + label_smoothing / classes if label_smoothing else y


def normalize(p: Any, axis: int) -> Any:
    """Divide by the sum: p / Σp. All zeros give NaN, as in Keras, without a warning."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return p / p.sum(axis=axis, keepdims=True)


def clip(p: Any) -> Any:
    """Keep probabilities within [ε, 1 − ε]."""
    return np.minimum(np.maximum(p, epsilon()), 1.0 - epsilon())


def inside(p: np.ndarray) -> np.ndarray:
    """Where `clip` changes nothing; elsewhere its derivative is 0."""
    return (p > epsilon()) & (p < 1.0 - epsilon())
