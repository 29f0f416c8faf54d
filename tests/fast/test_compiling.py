"""Products by BLAS' address and by loops; what is kept of compiled code on disk."""

import numpy as np
import pytest

pytest.importorskip("numba")

from minikeras._core import blas
from minikeras.fast import activations, compiling, epoch, losses, optimizers
from minikeras.fast.compiling import SOURCES, flipped_times, times, times_flipped

A = np.arange(15, dtype=np.float32).reshape(5, 3)
B = np.cos(np.arange(12, dtype=np.float32)).reshape(3, 4)
C = A @ B


@pytest.mark.parametrize("place", [0, blas.address("cblas_sgemm")], ids=["loops", "blas"])
def test_products(place):
    out = np.full((5, 4), np.nan, np.float32)
    times(place, A, B, out)
    np.testing.assert_allclose(out, C, rtol=1e-6)
    out = np.full((3, 4), np.nan, np.float32)
    flipped_times(place, A, 0, C, out)
    np.testing.assert_allclose(out, A.T @ C, rtol=1e-5)
    flipped_times(place, A, 1, C, out[:2])
    np.testing.assert_allclose(out[:2], A.T[1:] @ C, rtol=1e-5)
    out = np.full((5, 3), np.nan, np.float32)
    times_flipped(place, C, B, out)
    np.testing.assert_allclose(out, C @ B.T, rtol=1e-5)


def test_all_that_is_compiled_is_kept_by_all_the_sources():
    modules = (activations, compiling, epoch, losses, optimizers)
    found = [f for module in modules for f in vars(module).values() if hasattr(f, "_cache")]
    assert len(found) > 20
    assert all(f._cache._cache_file._source_stamp[1] == SOURCES for f in found)


def test_kept_code_is_not_taken_for_that_of_other_sources():
    times(0, A, B, np.empty((5, 4), np.float32))
    kept = times._cache._cache_file
    stamp = kept._source_stamp
    try:
        assert kept._load_index() and compiling.kept(times)
        kept._source_stamp = stamp[0], "other"
        assert not kept._load_index() and not compiling.kept(times)
    finally:
        kept._source_stamp = stamp
