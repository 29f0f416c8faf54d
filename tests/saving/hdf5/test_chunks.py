import io

import h5py
import numpy as np
import pytest

from minikeras.saving.hdf5 import open_hdf5


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
        {"maxshape": (None, None, None)},
    ],
)
def test_chunks_come_together(options):
    data = np.random.default_rng(0).standard_normal((13, 7, 3)).astype("f4")
    found = root(lambda f: f.create_dataset("0", data=data, chunks=(5, 3, 2), **options)).dataset("0")
    assert np.array_equal(found.read(), data)


def test_unknown_filters_are_refused():
    with pytest.raises(ValueError, match="filter 32000"):
        root(lambda f: f.create_dataset("0", data=np.zeros(9), compression="lzf")).dataset("0").read()


def test_missing_chunks_are_noticed():
    def make(file):
        file.create_dataset("0", (100,), "f4", chunks=(10,))[:10] = 1

    with pytest.raises(ValueError, match="has 1 of its 10 chunks"):
        root(make).dataset("0").read()


def test_bombs_are_refused_before_they_are_unpacked():
    def make(file):
        file.create_dataset("0", data=np.zeros(8_000_000, "f4"), chunks=(1_000_000,), compression="gzip")

    with pytest.raises(ValueError, match="bomb"):
        root(make).dataset("0").read()
