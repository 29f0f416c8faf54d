"""`tf.initializers`: those of Keras.

>>> from minikeras.compat.tensorflow import initializers
>>> callable(initializers.get)
True
"""

from __future__ import annotations

from typing import Any

from minikeras import initializers

__all__ = sorted(initializers.__all__)


def __getattr__(name: str) -> Any:
    return getattr(initializers, name)
