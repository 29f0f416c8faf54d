"""`keras.mixed_precision` as a module to import from: the names of `minikeras.compat.mixed_precision`.

>>> from minikeras.mixed_precision import Policy
>>> Policy("mixed_float16").compute_dtype
'float16'
"""

from minikeras.compat.mixed_precision import *  # noqa: F403
from minikeras.compat.mixed_precision import __all__, __getattr__  # noqa: F401
