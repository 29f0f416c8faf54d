"""`tf.experimental`: little of it.

>>> from minikeras.compat.tensorflow import experimental
>>> experimental.numpy.sum([1, 2])
np.int64(3)
"""

from __future__ import annotations

import numpy as np

from minikeras.compat.tensorflow._tools import Namespace, absent

numpy = Namespace("tf.experimental.numpy", **{n: getattr(np, n) for n in np.__all__ if not n.startswith("_")})

__all__ = ["numpy"]
__getattr__ = absent("tf.experimental", globals())
