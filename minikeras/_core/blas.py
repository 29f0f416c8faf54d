"""What NumPy's BLAS does beyond products of matrices: the OpenBLAS that NumPy's wheels bring along, called by name.

Where another BLAS works (Accelerate on a Mac, MKL), NumPy's own functions do the same in more passes over memory.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from minikeras._core.constants import Constant

LONG = 16_384  # numbers; a call of BLAS costs 4 µs, the pass over memory that it saves takes longer from here on


@functools.cache
def library() -> tuple | None:
    """The OpenBLAS that NumPy has loaded, and what stands before and behind the names in it; None where there is no such."""
    import ctypes  # takes 3 ms to import, and only training asks

    folder = Path(np.__file__).parent
    for path in sorted([*folder.parent.glob("numpy.libs/*openblas*"), *folder.glob(".dylibs/*openblas*")]):
        try:
            found = ctypes.PyDLL(str(path))  # for functions that are over at once: nobody else need run meanwhile
        except OSError:
            continue
        for prefix, suffix in (("scipy_", "64_"), ("", "64_"), ("scipy_", ""), ("", "")):
            if hasattr(found, f"{prefix}openblas_get_num_threads{suffix}"):
                return found, prefix, suffix
    return None


def address(name: str) -> int:
    """Where a function of it stands in memory, for compiled code to call it; 0 where it can't be found, or where it counts in
    32 bits.

    >>> address("no_such_function")
    0
    """
    import ctypes

    found = library()
    function = getattr(found[0], f"{found[1]}{name}64_", None) if found is not None and found[2] == "64_" else None
    return 0 if function is None else ctypes.cast(function, ctypes.c_void_p).value


@functools.cache
def _axpy(char: str):
    """BLAS' function for float32 or float64, which lets other threads run meanwhile; None where there is none."""
    import ctypes

    kind = {"f": ("cblas_saxpy", ctypes.c_float), "d": ("cblas_daxpy", ctypes.c_double)}.get(char)
    place = kind and address(kind[0])
    if not place:
        return None
    number, array = ctypes.c_int64, ctypes.c_void_p
    return ctypes.CFUNCTYPE(None, number, kind[1], array, number, array, number)(place)


def axpy(a: float | Constant, x: np.ndarray, y: np.ndarray, scratch: np.ndarray) -> None:
    """y ← a x + y, for long arrays in one pass over memory.

    Args:
        a: a number; as a `Constant`, if it comes again and again.
        x, y: arrays of one shape and float type.
        scratch: another such; x itself, if x is no longer needed.

    >>> y = np.ones(3); axpy(0.5, np.arange(3.0), y, np.empty(3)); y.tolist()
    [1.0, 1.5, 2.0]
    """
    again = type(a) is Constant
    if y.size >= LONG and x.size == y.size and x.dtype is y.dtype and x.ndim == y.ndim == 1 and x.flags.forc and y.flags.forc:
        call = _axpy(y.dtype.char)
        if call is not None:
            return call(y.size, a.value if again else a, x.ctypes.data, 1, y.ctypes.data, 1)
    np.multiply(x, a[y.dtype.char] if again else a, scratch)
    y += scratch
