"""`keras.preprocessing` as modules to import from: the names of `minikeras.legacy.preprocessing`.

>>> from minikeras.preprocessing.sequence import pad_sequences
>>> pad_sequences([[1], [2, 3]]).tolist()
[[0, 1], [2, 3]]
"""

import sys

from minikeras.legacy.preprocessing import *  # noqa: F403
from minikeras.legacy.preprocessing import __all__, image, sequence, text  # noqa: F401

__path__: list[str] = []  # a package, whose modules are those:
sys.modules |= {f"{__name__}.{module.__name__.rpartition('.')[2]}": module for module in (image, sequence, text)}
