"""Memory for large arrays, used again: what a step lets go the next one takes.

To get memory from the system for each large array, page by page, costs as much as to fill it three times.
"""

from __future__ import annotations

import contextlib
import math

import numpy as np

LARGE = 1 << 18  # numbers; of less, the C library itself keeps enough (`minikeras._core.memory`)
MOST = 1 << 26  # numbers that may lie idle

_idle: list[np.ndarray] = []


class _Loan:
    """What holds the memory of an array that was lent; with the last view of it, it goes and gives the memory back."""

    __slots__ = ("memory",)

    def __init__(self, memory: np.ndarray):
        self.memory = memory

    @property
    def __array_interface__(self) -> dict:
        return self.memory.__array_interface__

    def __del__(self, idle: list = _idle) -> None:
        idle.append(self.memory)
        while idle and sum(memory.size for memory in list(idle)) > MOST:
            with contextlib.suppress(IndexError):  # another thread was here
                idle.pop(0)


def empty(shape: tuple) -> np.ndarray:
    """A new array of float32, as `np.empty` gives it.

    >>> first = empty((1024, 256)); place = first.ctypes.data; del first
    >>> empty((512, 512)).ctypes.data == place
    True
    """
    size = math.prod(shape)
    if size < LARGE:
        return np.empty(shape, np.float32)
    memory = None
    for i in range(len(_idle) - 1, -1, -1):
        try:
            if _idle[i].size == size:
                memory = _idle.pop(i)
                break
        except IndexError:  # another thread was here
            continue
    memory = np.empty(size, np.float32) if memory is None or memory.size != size else memory
    return np.asarray(_Loan(memory)).reshape(shape)


def ready(x: np.ndarray) -> np.ndarray:
    """The array itself if its rows lie one behind the other and may be written to, as kernels are compiled for; else a copy.

    >>> ready(np.ones((2, 3))[:, ::2]).flags.carray
    True
    """
    return x if x.flags.carray else np.array(x, order="C")


def release() -> None:
    """Give back to the system what lies idle."""
    _idle.clear()
