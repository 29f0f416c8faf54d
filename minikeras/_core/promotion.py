"""The common type of several number types, as Keras joins them.

    bool → int → int8 int16 int32 int64, uint8 uint16 uint32 uint64 → float → float16 → float32 → float64

``int`` and ``float`` are Python's own numbers: weak, they go along with whatever array they meet. Two types become the
first that both arrows lead to: int32 and uint32 make int64, int64 and float16 make float16, int32 and 1.5 make floatx.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.config import floatx

WEAK = {bool, int, float}
_known: dict[tuple, Any] = {}


def common(*dtypes: Any) -> np.dtype:
    """`result_type` for NumPy's own dtype objects (and Python's types), as it is used inside.

    >>> common(np.dtype("int64"), np.dtype("float32"))
    dtype('float32')
    """
    found = _known.get(dtypes)
    if found is None:
        found = _known[dtypes] = join(dtypes)
    return np.dtype(floatx()) if found is float else found


def join(dtypes: tuple) -> Any:
    """The common type, float where it is that of Python's numbers."""
    weak = {d for d in dtypes if d in WEAK}
    strong = {np.dtype(d) for d in dtypes if d not in WEAK}
    kinds = {d.kind for d in strong}
    if kinds - set("biuf"):
        return np.result_type(*strong)
    if floats := [d for d in strong if d.kind == "f"]:
        return np.result_type(*floats)
    if float in weak:
        return float
    signed, unsigned = (max((d.itemsize for d in strong if d.kind == kind), default=0) for kind in "iu")
    if unsigned == 8 and signed:
        return float
    if signed:
        return np.dtype(f"i{max(signed, 2 * unsigned)}")
    if unsigned:
        return np.dtype(f"u{unsigned}")
    return np.dtype("int32" if int in weak else bool)


_ARITHMETIC = {np.add, np.subtract, np.multiply, np.true_divide, np.floor_divide, np.remainder, np.power, np.matmul}
_OF_INTEGERS = {np.floor_divide, np.remainder, np.power}


def in_keras_type(y: Any, ufunc: np.ufunc, inputs: list) -> Any:
    """The result of an operator in the type that Keras gives it, where NumPy has chosen another.

    >>> one = np.array([1], "int32")
    >>> in_keras_type(one / one, np.true_divide, [one, one]).dtype
    dtype('float32')
    """
    kinds = tuple(type(x) if type(x) in WEAK else getattr(x, "dtype", None) for x in inputs)
    if ufunc not in _ARITHMETIC or any(kind is None for kind in kinds):
        return y
    wanted = common(float, *kinds) if ufunc is np.true_divide else common(*kinds)
    if wanted.kind == "b" and ufunc in _OF_INTEGERS:
        wanted = np.dtype("int32")
    return y if y.dtype == wanted else y.astype(wanted)
