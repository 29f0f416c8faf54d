import io

import h5py
import numpy as np
import pytest

from minikeras.saving.hdf5 import open_hdf5
from minikeras.saving.hdf5.chunk_index import Chunk
from minikeras.saving.hdf5.chunks import _plain_edge


def root(change):
    made = io.BytesIO()
    with h5py.File(made, "w", libver=("earliest", "v108")) as file:
        change(file)
    return open_hdf5(made, "x.h5")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"compression": "gzip"},
        {"compression": "gzip", "shuffle": True, "fletcher32": True},
        {"shuffle": True},
        {"compression": "lzf"},
        {"compression": "lzf", "shuffle": True, "fletcher32": True},
        {"maxshape": (None, None, None)},
    ],
)
def test_chunks_come_together(options):
    data = np.random.default_rng(0).standard_normal((13, 7, 3)).astype("f4")
    found = root(lambda f: f.create_dataset("0", data=data, chunks=(5, 3, 2), **options)).dataset("0")
    assert np.array_equal(found.read(), data)


def test_edges_without_filters():
    """As `H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS` has it, which h5py can't set."""
    whole, edge = (_plain_edge(place, Chunk(1, 2, 0), (5, 3), (13, 6)) for place in ((1, 1), (2, 1)))
    assert whole == (1, 2, 0) and edge == (1, 2, 0xFFFFFFFF)


def test_unknown_filters_are_refused():
    with pytest.raises(ValueError, match="filter 6; gzip, shuffle, fletcher32 and lzf are known"):
        root(lambda f: f.create_dataset("0", data=np.zeros(9), chunks=(9,), scaleoffset=2)).dataset("0").read()


def test_missing_chunks_are_noticed():
    def make(file):
        file.create_dataset("0", (100,), "f4", chunks=(10,))[:10] = 1

    with pytest.raises(ValueError, match="has 1 of its 10 chunks"):
        root(make).dataset("0").read()


@pytest.mark.parametrize("libver", [("earliest", "v108"), "latest"])
@pytest.mark.parametrize("compression", ["gzip", "lzf"])
def test_bombs_are_refused_before_they_are_unpacked(compression, libver):
    made = io.BytesIO()
    with h5py.File(made, "w", libver=libver) as file:
        file.create_dataset("0", data=np.zeros(8_000_000, "f4"), chunks=(1_000_000,), compression=compression)
    with pytest.raises(ValueError, match="bomb"):
        open_hdf5(made, "x.h5").dataset("0").read()


@pytest.mark.parametrize(
    "options",
    [
        {"fletcher32": True},
        {"compression": "gzip"},
        {"compression": "gzip", "fletcher32": True},
        {"compression": "lzf", "fletcher32": True},
    ],
)
@pytest.mark.parametrize("size", [7, 1000, 40_000])
def test_a_flipped_bit_in_a_checked_chunk_is_noticed(options, size):
    made = io.BytesIO()
    with h5py.File(made, "w") as file:
        data = file.create_dataset("0", data=np.random.default_rng(0).integers(0, 256, size, "u1"), chunks=(size,), **options)
        start, length = (getattr(data.id.get_chunk_info(0), key) for key in ("byte_offset", "size"))
    open_hdf5(made, "x.h5").dataset("0").read()
    for at in (2, length // 2, length - 1):
        spoilt = bytearray(made.getvalue())
        spoilt[start + at] ^= 4
        with pytest.raises(ValueError, match="x.h5 is damaged"):
            open_hdf5(io.BytesIO(spoilt), "x.h5").dataset("0").read()


def test_the_checksum_of_zeros_and_of_ones():
    for value in (0, 255):
        data = np.full(70_001, value, "u1")
        found = root(lambda f, d=data: f.create_dataset("0", data=d, chunks=d.shape, fletcher32=True)).dataset("0")
        assert np.array_equal(found.read(), data)
