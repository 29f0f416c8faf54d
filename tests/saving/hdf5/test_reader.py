"""The reader against h5py: all that h5py writes as groups, attributes and plain datasets comes back the same."""

import io
import warnings

import h5py
import numpy as np
import pytest

from minikeras.saving.hdf5 import Group, open_hdf5
from tests.pace import some_quick


def same(ours, theirs):
    """Compare two groups all the way down; returns the number of datasets."""
    assert sorted(ours.names) == sorted(theirs)
    assert set(ours.attrs) == set(theirs.attrs)
    for name, value in theirs.attrs.items():
        assert text(ours.attrs[name]) == text(value)
    count = 0
    for name in theirs:
        if isinstance(theirs[name], h5py.Group):
            assert isinstance(ours[name], Group)
            count += same(ours[name], theirs[name])
            continue
        count += 1
        found, expected = ours[name], theirs[name]
        array = found.read()
        assert found.shape == array.shape == expected.shape
        assert found.dtype == array.dtype == expected.dtype.newbyteorder("=")
        assert np.array_equal(array, expected[()])
    return count


def text(value):
    value = value.tolist() if isinstance(value, np.ndarray) else value
    if isinstance(value, list):
        return [text(item) for item in value]
    return value.decode() if isinstance(value, bytes) else value


def written(change, **options):
    made = io.BytesIO()
    with h5py.File(made, "w", **options) as file:
        change(file)
    return made


def opened(made):
    return open_hdf5(made, "x.h5")


def everything(file):
    rng = np.random.default_rng(0)
    for i in range(40):
        group = file.create_group(f"layers/dense_{i}")
        group.attrs["name"] = f"é{i}"
        group["0"] = rng.standard_normal((3, i % 5)).astype("f4")
    for dtype in ("f2", "f4", ">f4", "f8", ">f8", "i1", "u1", "<i2", ">i4", "u4", "i8", "u8", "bool"):
        file[f"types/{dtype}"] = np.arange(4).astype(dtype)
    file["scalar"] = np.int64(-3)
    for i in range(30):
        file.attrs[f"text{i}"] = "x" * (i * 50)
        file.attrs[f"texts{i}"] = ["a", "b" * i]
        file.attrs[f"numbers{i}"] = np.arange(i, dtype="f8")
    file.attrs["fixed"], file.attrs["bytes"] = np.array([b"abc", b"d"]), np.bytes_(b"hello")
    file.attrs["long"] = "y" * 300_000
    many = file.create_group("many")
    for i in range(400):  # test_heaps has tables of all sizes
        many.create_group("n" * (i % 40) + str(i))


@pytest.mark.parametrize("libver", some_quick(["earliest", "v108", "v110", "latest"], ["earliest", "latest"]))
def test_all_generations_of_the_format(libver, tmp_path):
    for block in (0, 512):
        path = tmp_path / f"{block}.h5"
        with h5py.File(path, "w", libver=libver, userblock_size=block, track_order=bool(block)) as file:
            everything(file)
        with open(path, "rb") as stream, h5py.File(path) as file:
            assert same(open_hdf5(stream, "x.h5"), file) == 54


def test_a_stretch_inside_another_file():
    data = written(everything).getvalue()
    root = open_hdf5(io.BytesIO(b"#" * 777 + data + b"#" * 99), "x.keras", 777, len(data))
    with h5py.File(io.BytesIO(data)) as file:
        assert same(root, file) == 54


def test_numbers_are_sorted_as_numbers():
    root = opened(written(lambda f: [f.create_group(str(n)) for n in (10, 2, 0, 1)]))
    assert root.names == ["0", "1", "2", "10"]


def test_bfloat16_is_widened():
    def make(file):
        data = np.array([0x3F80, 0xC000], "<u2").view("V2")
        file.create_dataset("0", data=data).attrs["dtype"] = "bfloat16"

    found = opened(written(make)).dataset("0")
    assert found.dtype == "float32" and found.read().tolist() == [1.0, -2.0]


def refused(change, match, path="0", **options):
    root = opened(written(change, **options))
    with pytest.raises(ValueError, match=match):
        root.dataset(path).read()


def test_links_are_never_followed(tmp_path):
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["0"] = np.arange(3.0)
    for libver in ("earliest", "latest"):
        refused(lambda f: f.__setitem__("0", h5py.ExternalLink(str(secret), "0")), "external link", libver=libver)
        refused(lambda f: f.__setitem__("0", h5py.SoftLink("/x")), "soft link", libver=libver)


def test_virtual_and_external_storage_is_never_opened(tmp_path):
    def virtual(file):
        layout = h5py.VirtualLayout((3,), "f8")
        layout[...] = h5py.VirtualSource(".", "0", (3,))
        file.create_virtual_dataset("0", layout)

    refused(virtual, "virtual dataset")
    (tmp_path / "secret").write_bytes(bytes(24))
    refused(lambda f: f.create_dataset("0", (3,), "f8", external=[(str(tmp_path / "secret"), 0, 24)]), "in another file")


@pytest.mark.parametrize("dtype", [[("a", "f4")], h5py.string_dtype(), h5py.vlen_dtype("f4"), h5py.ref_dtype, "S8", "V9", "c8"])
def test_other_types_than_numbers_are_refused(dtype):
    refused(lambda f: f.create_dataset("0", (3,), dtype), "can't be read")


def test_committed_types_are_refused():
    def make(file):
        file["t"] = np.dtype("f4")
        file.create_dataset("0", (3,), file["t"])

    refused(make, "elsewhere")


def test_a_huge_shape_without_data_is_refused_at_once():
    refused(lambda f: f.create_dataset("0", (2**31, 2**31), "f4", chunks=(64, 64)), "chunks")
    refused(lambda f: f.create_dataset("0", (10**9,), "f4"), "does not hold")


def test_a_name_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(ValueError, match=r"x.h5 has no '/b'. In '/' are: \['a'\]"):
        opened(written(lambda f: f.create_group("a"))).group("b")


def test_every_cut_is_noticed():
    data = written(lambda f: f.create_dataset("a/0", data=np.arange(64.0))).getvalue()
    for size in range(0, len(data) - 1, 97):
        with pytest.raises(ValueError, match="x.h5"):
            open_hdf5(io.BytesIO(data[:size]), "x.h5").dataset("a/0").read()


def test_flipped_bits_end_in_a_value_error_or_in_numbers():
    rng = np.random.default_rng(0)
    for libver in ("earliest", "v108"):
        data = written(
            lambda f: f.create_dataset("a/0", data=np.arange(9.0)).attrs.__setitem__("x", "y"), libver=libver
        ).getvalue()
        for _ in range(400):
            changed = bytearray(data)
            changed[rng.integers(len(data))] ^= 1 << rng.integers(8)
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    found = open_hdf5(io.BytesIO(changed), "x.h5").dataset("a/0")
                    found.attrs, found.read()
            except ValueError as error:
                assert str(error).startswith("x.h5")
