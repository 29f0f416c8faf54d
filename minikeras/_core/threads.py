"""How many threads NumPy's BLAS takes while a model learns: one, unless its products are large enough to share.

A second thread helps from about 2e7 multiply-adds in one product on; below, waiting for each other costs more than it saves,
and
on a machine whose cores are busy many times more. OpenBLAS, which NumPy's wheels bring along, is asked directly; where another
BLAS works (Accelerate on a Mac, MKL), nothing is done.
"""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

LARGE = 2e7  # multiply-adds of one product; from here on it is shared among threads
_setting: list[Any] = ["auto"]
_lock = threading.Lock()
_running: list[int] = []  # how many threads there were before, for each block that limits them now


@functools.cache
def _openblas() -> tuple | None:
    """The functions (get, set) of the OpenBLAS that NumPy has loaded; None where there is no such."""
    import ctypes  # takes 3 ms to import, and only training asks

    folder = Path(np.__file__).parent
    for path in sorted([*folder.parent.glob("numpy.libs/*openblas*"), *folder.glob(".dylibs/*openblas*")]):
        try:
            library = ctypes.CDLL(str(path))
        except OSError:
            continue
        for prefix, suffix in (("scipy_", "64_"), ("", "64_"), ("scipy_", ""), ("", "")):
            get = getattr(library, f"{prefix}openblas_get_num_threads{suffix}", None)
            put = getattr(library, f"{prefix}openblas_set_num_threads{suffix}", None)
            if get is not None and put is not None:
                return get, put
    return None


def blas_threads() -> Any:
    """How many threads NumPy's matrix products take in `fit`, `evaluate` and `predict`: a number, "auto", or None.

    >>> blas_threads()
    'auto'
    """
    return _setting[0]


def set_blas_threads(threads: Any) -> None:
    """Say how many threads matrix products may take in `fit`, `evaluate` and `predict`.

    Args:
        threads: a number; "auto", the default: one for models whose products are small, else as many as NumPy takes;
            None: leave it alone.

    >>> set_blas_threads(1); blas_threads()
    1
    >>> set_blas_threads("auto")
    """
    whole = isinstance(threads, int) and not isinstance(threads, bool) and threads > 0
    if threads not in ("auto", None) and not whole:
        raise ValueError(f"Argument `threads` of set_blas_threads must be a positive integer, 'auto' or None, got {threads!r}.")
    _setting[0] = threads


@contextlib.contextmanager
def limited(largest_product: float) -> Iterator[None]:
    """Limit BLAS' threads in the block to what a model needs whose largest product has so many multiply-adds.

    Blocks in blocks, and in other threads, leave the limit of the first one; with the last the old number is back.
    """
    wanted = _setting[0]
    if wanted == "auto":
        wanted = 1 if largest_product < LARGE else None
    library = _openblas() if wanted is not None else None
    if library is None:
        yield
        return
    get, put = library
    with _lock:
        if not _running:
            _running.append(int(get()))
            put(wanted)
        else:
            _running.append(_running[0])
    try:
        yield
    finally:
        with _lock:
            before = _running.pop()
            if not _running:
                put(before)


def largest_product(model: Any, rows: int) -> float:
    """The multiply-adds of the largest matrix product in a step of a model, for a batch of so many rows."""
    most = 0.0
    for layer in [model, *model._inner_layers()]:
        for v in layer._weights:
            if v.ndim >= 2:
                places = _places(layer) if v.ndim > 2 else 1
                most = max(most, min(float(rows) * places * v.size, BLOCK * v.shape[-1] if v.ndim > 2 else float("inf")))
    return most


BLOCK = 1 << 20  # numbers in a block of columns that a convolution multiplies at once


def _places(layer: Any) -> int:
    """The number of places at which the kernel of a convolution is applied."""
    shape = getattr(layer, "_output_shape", None)
    sizes = [n for n in shape[1:-1] if isinstance(n, int)] if isinstance(shape, tuple) else []
    return int(np.prod(sizes, dtype=np.int64)) if sizes else 1
