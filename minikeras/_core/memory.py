"""Keeping the memory of large arrays between the steps of training."""

from __future__ import annotations

import functools

import numpy as np


@functools.cache
def keep_freed_memory() -> None:
    """Have the C library keep freed memory for the next step instead of giving it back and asking for it anew.

    glibc hands every block above a threshold straight back to the system, and a step that asks for such blocks again pays for
    each of their pages: 800 page faults, 2 ms, in a step of an LSTM of 64 units. The threshold grows to the largest block that
    was ever freed, up to 32 MB; this frees one of nearly that size, which was never touched and so never really there. Other
    C libraries don't mind.

    >>> keep_freed_memory()
    """
    np.empty(31 << 20, np.uint8)
