"""`x += y` in traced code, where x is a plain array that nobody else holds: the name may as well stand for a new array."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

_least: list[int] = []  # how many hold an array in `x += y` of which only x knows, as counted at the place that asks


def only_this_name(array: np.ndarray, holders: int, traced: Any) -> bool:
    """Whether the statement that runs is ``x += y`` (or -=, *=, ...) and nothing but x would show a change of the array.

    Args:
        array: what x stands for; a view is not alone unless its base is.
        holders: the count of references to it where this is asked.
        traced: y.
    """
    if not _least:
        _least.append(-1)
        x = np.zeros(traced.shape)
        x += traced  # comes here again
    if _least[0] < 0:
        _least[0] = holders
        return True
    alone = holders <= _least[0] and (array.base is None or sys.getrefcount(array.base) <= 2)
    return alone and _is_augmented(sys._getframe(1))


def _is_augmented(frame: Any) -> bool:
    """Whether the first code outside of the tape's runs an instruction such as ``+=``."""
    while frame is not None and frame.f_globals.get("__name__", "").startswith("minikeras._core.trace"):
        frame = frame.f_back
    if frame is None:
        return False
    from opcode import opname

    code, at = frame.f_code.co_code, frame.f_lasti
    name = opname[code[at]]
    return name.startswith("INPLACE_") or name == "BINARY_OP" and code[at + 1] >= _NB_INPLACE_ADD


_NB_INPLACE_ADD = 13  # the first of the arguments of BINARY_OP that stand for +=, &=, ..., since Python 3.11
