"""`tf.version`.

>>> VERSION
'2.19.0'
"""

from __future__ import annotations

from minikeras.compat.tensorflow import __version__
from minikeras.compat.tensorflow._tools import absent

VERSION = __version__
GIT_VERSION, COMPILER_VERSION, GRAPH_DEF_VERSION = "minikeras", "none", 0

__all__ = ["COMPILER_VERSION", "GIT_VERSION", "GRAPH_DEF_VERSION", "VERSION"]
__getattr__ = absent("tf.version", globals())
