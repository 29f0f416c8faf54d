"""Numbers of a formula as arrays without axes.

Where an array meets a Python float, NumPy first asks which type the float shall have and makes an array of it, 0.35 µs each
time: as long as the work itself on a small batch. Looked up here it takes 0.1.
"""

from __future__ import annotations

import functools

import numpy as np


class Constant(dict):
    """A number, as an array without axes of the float type of what it meets: ``TWO[x.dtype.char]``. Read only.

    >>> half = Constant(0.5); x = np.ones(2, np.float32)
    >>> x * half[x.dtype.char]
    array([0.5, 0.5], dtype=float32)
    """

    __slots__ = ("value",)

    def __init__(self, value: float):
        self.value = value

    def __missing__(self, char: str) -> np.ndarray:
        number = self[char] = np.array(self.value, char if char in "efdg" else "d")
        number.flags.writeable = False
        return number


@functools.lru_cache(256)
def constant(value: float) -> Constant:
    """The `Constant` of a number that comes again and again, such as 1/n.

    >>> constant(0.25) is constant(0.25)
    True
    """
    return Constant(value)


ZERO, ONE, TWO, MINUS_ONE = Constant(0.0), Constant(1.0), Constant(2.0), Constant(-1.0)
_WIDE = 2**18  # zeros, at most; what is only read of them takes no memory
_rows: dict[str, np.ndarray] = {}


def zeros_beside(x: np.ndarray) -> np.ndarray:
    """Zeros for ``np.maximum(x, zeros)``, read only: if x is large a whole row of them, which takes NumPy half as long as a
    single number.

    >>> zeros_beside(np.ones((2, 3))).shape, zeros_beside(np.ones((50, 8, 100), np.float32)).shape
    ((), (8, 100))
    """
    char, width, axis = x.dtype.char, 1, x.ndim
    if x.size < 4096 or char not in "fd":
        return ZERO[char]
    while axis and width < 512 and width * x.shape[axis - 1] <= _WIDE:
        axis -= 1
        width *= x.shape[axis]
    if width < 128:
        return ZERO[char]
    if char not in _rows:
        zeros = np.zeros(_WIDE, char)
        zeros.flags.writeable = False
        _rows[char] = zeros
    return _rows[char][:width].reshape(x.shape[axis:])
