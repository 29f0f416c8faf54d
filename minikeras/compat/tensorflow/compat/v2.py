"""`tf.compat.v2`: TensorFlow 2, as it stands in ``tf``.

>>> from minikeras.compat.tensorflow.compat import v2
>>> v2.constant(1).numpy().item()
1
"""

from __future__ import annotations

from typing import Any

from minikeras.compat import tensorflow

__all__ = [n for n in tensorflow.__all__ if n != "compat"]


def __getattr__(name: str) -> Any:
    return getattr(tensorflow, name)
