import io

import h5py
import numpy as np
import pytest

from minikeras.saving.hdf5 import open_hdf5


def root(libver, **attributes):
    file = io.BytesIO()
    with h5py.File(file, "w", libver=libver) as made:
        for name, value in attributes.items():
            made.attrs[name] = value
    return open_hdf5(file, "x.h5")


@pytest.mark.parametrize("libver", ["earliest", "v108", "latest"])
def test_attributes_of_every_kind(libver):
    values = {"text": "é" * 9, "bytes": np.bytes_(b"ab"), "list": ["a", "", "ccc"], "fixed": np.array([b"x", b"yy"])}
    values.update(number=np.float64(0.5), numbers=np.arange(3, dtype=">i4"), nothing=np.array([]), flag=True)
    found = root(libver, **values)
    assert found.attribute("text").decode() == "é" * 9 and found.attribute("bytes") == b"ab"
    assert found.attribute("list") == [b"a", b"", b"ccc"] and found.attribute("fixed") == [b"x", b"yy"]
    assert found.attribute("number") == 0.5 and found.attribute("numbers").tolist() == [0, 1, 2]
    assert found.attribute("nothing").shape == (0,) and bool(found.attribute("flag")) and found.attribute("other") is None
    assert set(found.attrs) == set(values)


def test_references_are_not_followed():
    file = io.BytesIO()
    with h5py.File(file, "w") as made:
        made.attrs["ref"], made.attrs["fine"] = made.ref, 1
    found = open_hdf5(file, "x.h5")
    with pytest.raises(ValueError, match="of type reference"):
        found.attribute("ref")
    assert found.attribute("fine") == 1


def test_texts_that_would_fill_the_memory_are_refused():
    file = io.BytesIO()
    with h5py.File(file, "w", libver="earliest") as made:
        made.attrs.create("texts", ["x" * 40_000] * 2000, dtype=h5py.string_dtype())
    with pytest.raises(ValueError, match="more than 16777216 bytes of text"):
        open_hdf5(file, "x.h5").attribute("texts")
