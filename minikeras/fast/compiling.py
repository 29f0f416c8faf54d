"""How functions become machine code: numba's settings, once for all, and BLAS by its address."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

# sums may be taken in another order and a·b + c at once; NaN and infinity stay what they are
MATH = {"reassoc", "contract", "arcp", "nsz"}


if numba.config.DISABLE_JIT:
    raise ImportError("NUMBA_DISABLE_JIT is set")
SOURCES = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))).hexdigest()


def kernel(function: Callable, math: Any = frozenset(MATH)) -> Callable:
    """Decorate a function of arrays and numbers: compiled at its first call, kept on disk, free of Python's lock.

    What is kept holds as long as all files here are what they were: functions of one call those of others, and numba itself
    looks at the file of a function alone.
    """
    how = {"nogil": True, "error_model": "numpy", "fastmath": set(math)}
    try:
        made = numba.njit(cache=True, **how)(function)
    except RuntimeError:  # no folder can be written to: compiled anew in each process
        return numba.njit(**how)(function)
    kept = made._cache._cache_file
    kept._source_stamp = kept._source_stamp, SOURCES
    return made


def kept(function: Any) -> bool:
    """Whether compiled code of a kernel lies on disk."""
    file = getattr(function._cache, "_cache_file", None)
    return file is not None and bool(file._load_index())


@intrinsic
def _sgemm(context, address, flip_a, flip_b, m, n, k, a, lda, b, ldb, beta, c, ldc):
    """Call cblas_sgemm at an address: C ← A B + β C, rows one behind the other, A or B flipped where 112 says so."""
    signature = types.void(*[types.int64] * 6, a, types.int64, b, types.int64, types.float32, c, types.int64)

    def generate(context, builder, signature, values):
        address, flip_a, flip_b, m, n, k, a, lda, b, ldb, beta, c, ldc = values
        code, size, real = ir.IntType(32), ir.IntType(64), ir.FloatType()
        array = real.as_pointer()
        kinds = [code, code, code, size, size, size, real, array, size, array, size, real, array, size]
        function = builder.inttoptr(address, ir.FunctionType(ir.VoidType(), kinds).as_pointer())

        def start(value, kind):
            return context.make_array(kind)(context, builder, value).data

        flips = [builder.trunc(flip, code) for flip in (flip_a, flip_b)]
        a, b, c = (start(v, signature.args[i]) for v, i in ((a, 6), (b, 8), (c, 11)))
        by_rows, one = ir.Constant(code, 101), ir.Constant(real, 1.0)
        builder.call(function, [by_rows, *flips, m, n, k, one, a, lda, b, ldb, beta, c, ldc])
        return context.get_dummy_value()

    return signature, generate


@kernel
def times(blas: int, a: np.ndarray, b: np.ndarray, out: np.ndarray, more: bool = False) -> None:
    """A B, or with `more` that much more, of matrices whose rows lie one behind the other.

    `blas` is the address of cblas_sgemm, 0 where there is none.
    """
    (m, k), n = a.shape, b.shape[1]
    if blas:
        _sgemm(blas, 111, 111, m, n, k, a, k, b, n, np.float32(more), out, n)
        return
    for i in range(m):
        for j in range(n):
            out[i, j] = out[i, j] if more else np.float32(0)
        for l in range(k):
            for j in range(n):
                out[i, j] += a[i, l] * b[l, j]


@kernel
def flipped_times(blas: int, a: np.ndarray, first: int, b: np.ndarray, out: np.ndarray) -> None:
    """As many rows of Aᵀ B as `out` has, from the first on."""
    (k, all_of_them), (m, n) = a.shape, out.shape
    if blas:
        _sgemm(blas, 112, 111, m, n, k, a.reshape(-1)[first:], all_of_them, b, n, np.float32(0), out, n)
        return
    for i in range(m):
        for j in range(n):
            out[i, j] = 0
    for l in range(k):
        for i in range(m):
            for j in range(n):
                out[i, j] += a[l, first + i] * b[l, j]


@kernel
def times_flipped(blas: int, a: np.ndarray, b: np.ndarray, out: np.ndarray, more: bool = False) -> None:
    """A Bᵀ, or with `more` that much more."""
    (m, k), n = a.shape, len(b)
    if blas:
        _sgemm(blas, 111, 112, m, n, k, a, k, b, k, np.float32(more), out, n)
        return
    for i in range(m):
        for j in range(n):
            total = out[i, j] if more else np.float32(0)
            for l in range(k):
                total += a[i, l] * b[j, l]
            out[i, j] = total
