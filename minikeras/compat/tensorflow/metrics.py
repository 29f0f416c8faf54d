"""`tf.metrics`: those of Keras.

>>> from minikeras.compat.tensorflow import metrics
>>> callable(metrics.get)
True
"""

from __future__ import annotations

from typing import Any

from minikeras import metrics

__all__ = sorted(metrics.__all__)


def __getattr__(name: str) -> Any:
    return getattr(metrics, name)
