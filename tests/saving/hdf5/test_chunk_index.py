"""The indexes of HDF5 1.10 and later against h5py."""

import h5py
import numpy as np
import pytest

from minikeras.saving.hdf5 import open_hdf5
from minikeras.saving.hdf5.chunk_index import Places, extensible_array
from minikeras.saving.hdf5.source import lookup3
from tests.pace import some_quick

NEW = ["v110", "v112", "v114", "latest"]
FILTERS = [
    {},
    {"compression": "lzf"},
    {"compression": "gzip", "shuffle": True, "fletcher32": True},
    {"compression": "lzf", "shuffle": True, "fletcher32": True},
]
KINDS = {  # shape, chunks, maxshape
    "single": ((7, 3), (7, 3), None),
    "fixed": ((13, 7, 3), (5, 3, 2), None),
    "fixed, larger": ((13, 7, 3), (5, 3, 2), (20, 12, 9)),
    "fixed, in pages": ((1100,), (1,), None),
    "extensible, first axis": ((13, 7, 3), (5, 3, 2), (None, 9, 3)),
    "extensible, middle axis": ((13, 7, 3), (5, 3, 2), (20, None, 3)),
    "extensible, secondary blocks": ((400,), (1,), (None,)),
    "tree": ((13, 7, 3), (5, 3, 2), (None, 7, None)),
    "tree with levels": ((20, 15), (1, 1), (None, None)),
    "nothing": ((0, 3), (2, 3), (None, 3)),
}


def made(path, libver, kind, **options):
    shape, chunks, maxshape = KINDS[kind]
    data = np.random.default_rng(0).integers(0, 40, shape).astype("f4")
    with h5py.File(path, "w", libver=libver) as file:
        file.create_dataset("0", data=data, chunks=chunks, maxshape=maxshape, **options)
    return data


def read(path):
    with open(path, "rb") as file:
        found = open_hdf5(file, "x.h5").dataset("0")
        return found.read(), found.claims()


@pytest.mark.parametrize("libver", some_quick(NEW, NEW[-1:]))
@pytest.mark.parametrize("options", FILTERS, ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_chunks_come_together(tmp_path, libver, options, kind):
    data = made(tmp_path / "x.h5", libver, kind, **options)
    found, claims = read(tmp_path / "x.h5")
    assert np.array_equal(found, data) and found.dtype == data.dtype
    assert claims[:2] == (0, data.nbytes) and (claims[2] > 0) == (data.size > 0)


@pytest.mark.parametrize("largest", [None, (20, 9, 3)])
def test_implicit_index(tmp_path, largest):
    data = np.random.default_rng(0).standard_normal((13, 7, 3)).astype("f4")
    with h5py.File(tmp_path / "x.h5", "w", libver="latest") as file:
        how = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        how.set_chunk((5, 3, 2))
        how.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        space = h5py.h5s.create_simple(data.shape, largest)
        h5py.Dataset(h5py.h5d.create(file.id, b"0", h5py.h5t.IEEE_F32LE, space, how))[...] = data
    assert np.array_equal(read(tmp_path / "x.h5")[0], data)


def test_pages_of_an_extensible_array(tmp_path):
    """From element 131,060 on, blocks are large enough to have pages."""
    written = [3, 4, 20, 700, 131_059, 131_060, 132_084, 133_108, 139_999]
    with h5py.File(tmp_path / "x.h5", "w", libver="latest") as file:
        data = file.create_dataset("0", (140_000,), "u1", chunks=(1,), maxshape=(None,))
        for i in written:
            data[i] = 1
        where = {i: data.id.get_chunk_info_by_coord((i,)).byte_offset for i in written}
    with open(tmp_path / "x.h5", "rb") as stream:
        found = open_hdf5(stream, "x.h5").dataset("0")
        places = Places((140_000,), (None,), 1, False)
        element = extensible_array(found.source, found._storage[0].address, places, "it")
        assert {i: element(i).address for i in written} == where
        assert [element(i) for i in (5, 21, 131_061 + 5000, 130_000)] == [None] * 4


@pytest.mark.parametrize("kind", ["fixed", "extensible, first axis", "tree"])
def test_missing_chunks_are_noticed(tmp_path, kind):
    shape, chunks, maxshape = KINDS[kind]
    with h5py.File(tmp_path / "x.h5", "w", libver="latest") as file:
        file.create_dataset("0", shape, "f4", chunks=chunks, maxshape=maxshape)[:5, :3, :2] = 1
    with pytest.raises(ValueError, match="has 1 of its 18 chunks"):
        read(tmp_path / "x.h5")


@pytest.mark.parametrize("options", some_quick([{}, {"compression": "lzf"}], [{"compression": "lzf"}]), ids=str)
@pytest.mark.parametrize("kind", ["fixed", "extensible, first axis", "tree"])
def test_damage_behind_a_right_checksum(tmp_path, kind, options):
    """Each byte of each header and of the beginning of each block, spoilt and sealed again: an error or the right numbers."""
    data = made(tmp_path / "x.h5", "latest", kind, **options)
    content = (tmp_path / "x.h5").read_bytes()
    sizes = {b"FAHD": 28, b"EAHD": 72, b"BTHD": 38}
    tried = 0
    for signature, size in sizes.items():
        at = content.find(signature)
        if at < 0:
            continue
        for i in range(4, size - 4):
            for value in (0, 7, 255):
                spoilt = bytearray(content)
                spoilt[at + i] = value
                spoilt[at + size - 4 : at + size] = lookup3(bytes(spoilt[at : at + size - 4])).to_bytes(4, "little")
                (tmp_path / "spoilt.h5").write_bytes(spoilt)
                tried += 1
                try:
                    found = read(tmp_path / "spoilt.h5")[0]
                except ValueError as error:
                    assert "x.h5" in str(error)
                else:
                    assert np.array_equal(found, data)
    assert tried >= 20 * 3


def test_a_flipped_bit_anywhere_in_an_index_is_noticed(tmp_path):
    for kind in ("fixed", "fixed, in pages", "extensible, secondary blocks", "tree with levels"):
        made(tmp_path / "x.h5", "latest", kind)
        content = (tmp_path / "x.h5").read_bytes()
        for signature in (b"FAHD", b"FADB", b"EAHD", b"EAIB", b"EASB", b"EADB", b"BTHD", b"BTLF"):
            at = content.find(signature)
            if at >= 0:
                for i in (0, 4, 5, 14, 17):
                    spoilt = bytearray(content)
                    spoilt[at + i] ^= 2
                    (tmp_path / "spoilt.h5").write_bytes(spoilt)
                    with pytest.raises(ValueError, match="x.h5 (is damaged|can't be read)"):
                        read(tmp_path / "spoilt.h5")
