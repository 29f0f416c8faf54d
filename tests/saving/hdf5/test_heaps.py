import io

import h5py
import pytest

from minikeras.saving.hdf5 import open_hdf5


def made(count, libver):
    file = io.BytesIO()
    with h5py.File(file, "w", libver=libver) as root:
        for i in range(count):
            root.create_group(f"name{i}")
        for i in range(min(count, 600)):
            root.attrs[f"a{i}"] = i
    return file


@pytest.mark.parametrize("libver", ["earliest", "v108"])
@pytest.mark.parametrize("count", [0, 1, 8, 9, 600, pytest.param(6000, marks=pytest.mark.slow)])
def test_tables_of_all_sizes(libver, count):
    root = open_hdf5(made(count, libver), "x.h5")
    assert sorted(root.names) == sorted(f"name{i}" for i in range(count))
    assert {name: int(value) for name, value in root.attrs.items()} == {f"a{i}": i for i in range(min(count, 600))}


def test_a_tree_that_leads_back_to_itself_ends():
    data = bytearray(made(600, "earliest").getvalue())
    at = data.find(b"TREE")
    data[at + 5] = 3  # one more level
    data[at + 32 : at + 40] = at.to_bytes(8, "little")  # the first child is the tree itself
    with pytest.raises(ValueError, match="x.h5 is damaged"):
        open_hdf5(io.BytesIO(data), "x.h5").links  # noqa: B018


def test_a_wrong_checksum_is_noticed():
    for signature in (b"FRHP", b"BTHD", b"BTLF"):
        data = bytearray(made(600, "v108").getvalue())
        data[data.find(signature) + 7] ^= 1
        with pytest.raises(ValueError, match="x.h5"):
            root = open_hdf5(io.BytesIO(data), "x.h5")
            root.links, root.attrs  # noqa: B018
