"""`tf.optimizers`: those of Keras.

>>> from minikeras.compat.tensorflow import optimizers
>>> callable(optimizers.get)
True
"""

from __future__ import annotations

from typing import Any

from minikeras import optimizers

__all__ = sorted(optimizers.__all__)


def __getattr__(name: str) -> Any:
    return getattr(optimizers, name)
