"""`tf.distribute.experimental`: the same.

>>> CentralStorageStrategy().num_replicas_in_sync
1
"""

from __future__ import annotations

from minikeras.compat.tensorflow import distribute
from minikeras.compat.tensorflow._tools import absent, exported


class CentralStorageStrategy(distribute.Strategy):
    """One machine."""


class MultiWorkerMirroredStrategy(distribute.Strategy):
    """Several machines elsewhere; here one."""


_GONE = dict.fromkeys(["TPUStrategy", "ParameterServerStrategy"], distribute._TPU)
__all__ = exported(globals())
__getattr__ = absent("tf.distribute.experimental", globals(), _GONE)
