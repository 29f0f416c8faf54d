"""How much memory the weights of a model may take while it is built from a file that nobody vouches for."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from contextvars import ContextVar

import numpy as np

MOST_WORK = 1 << 31  # numbers that all operations of one model may be tried on

_left: ContextVar[list | None] = ContextVar("allowance", default=None)


@contextlib.contextmanager
def allowance(size: int, source: str = "the file holds data") -> Iterator[None]:
    """Let variables made in the block take at most ``size`` bytes together; ``source`` says in messages who grants them.

    >>> with allowance(100): spend((25,), "float32")
    >>> with allowance(100): spend((10**9, 10**9), "float32")
    Traceback (most recent call last):
    ValueError: A weight of shape (1000000000, 1000000000) takes 4000000000000000000 bytes, but the file holds ...
    """
    token = _left.set([size, size, source, MOST_WORK])
    try:
        yield
    finally:
        _left.reset(token)


def spend(shape: tuple, dtype: str) -> None:
    """Count a variable that is about to be made; raises if it is more than allowed."""
    left = _left.get()
    if left is None:
        return
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size > left[0]:
        raise ValueError(
            f"A weight of shape {shape} takes {size} bytes, but {left[2]} "
            f"for at most {left[1]} bytes of weights in all."
        )
    left[0] -= size


def limited() -> bool:
    """Whether a model is being built from a file.

    >>> limited()
    False
    """
    return _left.get() is not None


def spend_work(count: int) -> None:
    """Count numbers that an operation is about to be tried on; raises if they are too many in all."""
    left = _left.get()
    if left is None:
        return
    left[3] -= count
    if left[3] < 0:
        raise ValueError(f"The operations in the config have arrays of more than {MOST_WORK} numbers in all.")
