"""`tf.losses`: those of Keras.

>>> from minikeras.compat.tensorflow import losses
>>> callable(losses.get)
True
"""

from __future__ import annotations

from typing import Any

from minikeras import losses

__all__ = sorted(losses.__all__)


def __getattr__(name: str) -> Any:
    return getattr(losses, name)
