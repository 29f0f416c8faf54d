import gc

import numpy as np
import pytest

pytest.importorskip("numba")

from minikeras.fast import buffers


@pytest.fixture(autouse=True)
def nothing_idle():
    buffers.release()
    yield
    buffers.release()


def test_memory_is_lent_again_only_when_the_last_view_is_gone():
    first = buffers.empty((1024, 512))
    assert first.flags.carray and first.dtype == np.float32
    place, view = first.ctypes.data, first[1:, ::2].T
    del first
    assert buffers.empty((1024, 512)).ctypes.data != place
    del view
    gc.collect()
    assert buffers.empty((512, 1024)).ctypes.data in [place, *(memory.ctypes.data for memory in buffers._idle)]
    assert len(buffers._idle) == 2


def test_small_arrays_are_ordinary():
    assert buffers.empty((3, 4)).base is None


def test_what_lies_idle_is_bounded(monkeypatch):
    monkeypatch.setattr(buffers, "MOST", 3 * buffers.LARGE)
    arrays = [buffers.empty((buffers.LARGE + i,)) for i in range(5)]
    arrays.clear()
    assert [memory.size - buffers.LARGE for memory in buffers._idle] == [3, 4] or len(buffers._idle) == 2
    buffers.release()
    assert not buffers._idle
