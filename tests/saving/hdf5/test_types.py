import io

import numpy as np
import pytest

from minikeras.saving.hdf5.source import Source
from minikeras.saving.hdf5.types import byte_count, from_bfloat16, read_filters, read_layout, read_space, read_spaces, read_type

SOURCE = Source(io.BytesIO(b""), "x.h5")


def test_number_types():
    import h5py

    for name in ("<f4", ">f8", "<i2", ">u4", "<f2"):
        described = h5py.h5t.py_create(np.dtype(name)).encode()[2:]  # after the encoding's own two bytes
        found, _ = read_type(SOURCE, described, "it")
        assert found.dtype == np.dtype(name) and found.size == np.dtype(name).itemsize


def test_shapes():
    assert read_space(SOURCE, bytes([2, 2, 0, 1]) + (3).to_bytes(8, "little") + (4).to_bytes(8, "little"), "it") == (3, 4)
    assert read_space(SOURCE, bytes([2, 0, 0, 0]), "it") == ()
    assert read_space(SOURCE, bytes([2, 0, 0, 2]), "it") is None
    with pytest.raises(ValueError, match="99 axes"):
        read_space(SOURCE, bytes([2, 99, 0, 1]), "it")
    with pytest.raises(ValueError, match="claims the shape"):
        byte_count(SOURCE, (2**40, 2**40), read_type(SOURCE, bytes([0x10, 8, 0, 0, 8, 0, 0, 0, 0, 0, 64, 0]), "it")[0], "it")


def test_layouts():
    assert read_layout(SOURCE, bytes([3, 0, 2, 0, 7, 8]), "it").data == b"\x07\x08"
    with pytest.raises(ValueError, match="virtual"):
        read_layout(SOURCE, bytes([4, 3]) + bytes(20), "it")
    with pytest.raises(ValueError, match="layout 7, version 4"):
        read_layout(SOURCE, bytes([4, 7]) + bytes(20), "it")


def test_layouts_of_new_chunks():
    address = (99).to_bytes(8, "little")
    found = read_layout(SOURCE, bytes([4, 2, 0, 2, 1, 5, 8, 3, 10]) + address, "it")  # a fixed array, pages of 2¹⁰
    assert (found.chunk, found.index, found.address, found.single, found.whole_edges) == ((5, 8), 3, 99, (), True)
    packed = (40).to_bytes(8, "little") + (6).to_bytes(4, "little")
    found = read_layout(SOURCE, bytes([4, 2, 3, 2, 1, 5, 8, 1]) + packed + address, "it")
    assert (found.index, found.address, found.single, found.whole_edges) == (1, 99, (40, 6), False)
    refused = ([2, 0, 5, 8, 3], "each told in 0 bytes"), ([40, 1], "40 axes"), ([2, 1, 5, 8, 9], "index of kind 9")
    for wrong, message in refused:
        with pytest.raises(ValueError, match=message):
            read_layout(SOURCE, bytes([4, 2, 0, *wrong]) + bytes(60), "it")


def test_spaces():
    sizes = b"".join(n.to_bytes(8, "little") for n in (3, 4, 9, 2**64 - 1))
    assert read_spaces(SOURCE, bytes([2, 2, 1, 1]) + sizes, "it") == ((3, 4), (9, 2**64 - 1))
    assert read_spaces(SOURCE, bytes([2, 2, 0, 1]) + sizes[:16], "it") == ((3, 4), (3, 4))


def test_filters():
    assert read_filters(SOURCE, bytes([2, 1, 1, 0, 0, 0, 1, 0, 4, 0, 0, 0]), "it") == [(1, [4])]


def test_bfloat16():
    assert from_bfloat16(np.array([0x4049], "u2")).tolist() == [3.140625]
