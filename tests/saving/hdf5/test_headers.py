import io

import h5py
import pytest

from minikeras.saving.hdf5 import headers, open_hdf5
from minikeras.saving.hdf5.source import Source


def made(libver):
    file = io.BytesIO()
    with h5py.File(file, "w", libver=libver) as root:
        for i in range(7):
            root.attrs[f"a{i}"] = "x" * 500  # too much for one piece of a header
    return file


@pytest.mark.parametrize("libver", ["earliest", "v108"])
def test_headers_in_pieces(libver):
    file = made(libver)
    root = open_hdf5(file, "x.h5")
    kinds = [m.kind for m in headers.messages(Source(file, "x.h5"), root.address, "it")]
    assert kinds.count(headers.ATTRIBUTE) == 7 and headers.CONTINUATION in kinds


def test_a_header_that_goes_on_in_itself_ends():
    data = bytearray(made("earliest").getvalue())
    root = open_hdf5(io.BytesIO(data), "x.h5")
    at = data.find((16).to_bytes(2, "little") + (16).to_bytes(2, "little"), root.address)
    data[at + 8 : at + 16] = (root.address + 16).to_bytes(8, "little")
    with pytest.raises(ValueError, match="x.h5 is damaged"):
        open_hdf5(io.BytesIO(data), "x.h5").attrs  # noqa: B018
