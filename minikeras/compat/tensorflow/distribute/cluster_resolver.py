"""`tf.distribute.cluster_resolver`: the search for a TPU ends as it does on any machine without one, in a ValueError.

>>> try:
...     tpu = TPUClusterResolver()
... except ValueError:
...     strategy = distribute.get_strategy()
>>> strategy.num_replicas_in_sync
1
"""

from __future__ import annotations

from typing import Any, NoReturn

from minikeras.compat.tensorflow import distribute
from minikeras.compat.tensorflow._tools import absent, exported


class ClusterResolver:
    """None can be made: there is one machine."""

    def __init__(self, *args: Any, **kwargs: Any):
        raise ValueError(f"{type(self).__name__} finds nothing. {distribute._TPU}")

    @staticmethod
    def connect(tpu: Any = None, **kwargs: Any) -> NoReturn:
        """Raise a ValueError: there is no TPU."""
        raise ValueError(f"No TPU {tpu or ''} was found. {distribute._TPU}")


class TPUClusterResolver(ClusterResolver):
    """What notebooks ask for a TPU."""


class TFConfigClusterResolver(ClusterResolver):
    """What scripts ask for other machines."""


__all__ = exported(globals())
__getattr__ = absent("tf.distribute.cluster_resolver", globals())
