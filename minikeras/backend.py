"""`keras.backend` as a module to import from: the names of `minikeras.compat.backend`, read in when one asks for them.

>>> from minikeras.backend import epsilon
>>> epsilon()
1e-07
"""

from minikeras.compat.backend import *  # noqa: F403
from minikeras.compat.backend import __all__, __getattr__  # noqa: F401
