import io
import os
import pickle
import pickletools

import numpy as np
import pytest

from minikeras.datasets.unpickling import load_npz, unpickle
from tests.datasets import files


def read(data, **options):
    return unpickle(io.BytesIO(data), **options)


@pytest.mark.parametrize("dtype", ["uint8", "int64", ">i4", "float32", "bool", "float64"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_come_back(dtype, order):
    array = np.asarray(np.arange(12).reshape(3, 4), dtype, order=order)
    back = read(pickle.dumps(array, 3))
    assert back.dtype == array.dtype and (back == array).all() and back.flags.writeable


def test_lists_within_arrays_come_back():
    array = np.empty((2, 2), object)
    array[0, 0], array[0, 1], array[1, 0], array[1, 1] = [1, 2], [3], [], "text"
    assert read(pickle.dumps(array, 4)).tolist() == array.tolist()


def test_python_2_strings_are_bytes():
    batch = {"data": np.arange(4, dtype="uint8"), "labels": [1, 2]}
    back = read(b"\x80\x02" + files.python2(batch) + b".", encoding="bytes")
    assert back[b"data"].tolist() == [0, 1, 2, 3] and back[b"labels"] == [1, 2]


class Call:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize(
    "call",
    [
        Call(os.system, "true"),
        Call(eval, "1"),
        Call(np.load, "x"),
        Call(getattr, 1, "real"),
        Call(np.fromfile, "/etc/passwd"),
        Call(__import__, "os"),
    ],
)
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_other_functions_are_refused(call, protocol):
    for value in (call, [call], {"x": (call,)}):
        with pytest.raises(ValueError, match="wants to run"):
            read(pickle.dumps(value, protocol))


def ill(*parts):
    return b"\x80\x02" + b"".join(parts) + b"."


ARRAY = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nI0\nI0\ntR"
TYPE = b"cnumpy\ndtype\n(VO8\nI0\nI1\ntR"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        pickle.dumps([1, 2])[:-3],
        ill(b"cnumpy\ndtype\n(VV8\ntR"),  # a type of raw bytes
        ill(b"cnumpy\ndtype\n(VO8\ntR"),  # a type alone
        ill(b"cnumpy\nndarray\n(I3\ntR"),
        ill(b"cnumpy\nndarray\n"),
        ill(ARRAY),  # an array without content
        ill(ARRAY, b"(I1\n(I1000000\nt", TYPE, b"I00\n]tb"),  # fewer objects than its shape says
        ill(ARRAY, b"(I1\n(I-1\nt", TYPE, b"I00\n]tb"),
        ill(ARRAY, b"(I1\n(I1\nt", TYPE, b"I00\nC\x01atb"),  # objects from bytes: pointers
        ill(ARRAY, b"(I1\n(I4\ntcnumpy\ndtype\n(Vi4\ntRI00\nC\x01atb"),  # bytes too few
        ill(ARRAY, b"(I1\n(I1\nt", TYPE, b"I00\n](", ARRAY, b"etb"),  # an unfinished array within
        ill(ARRAY, b"Nb"),
        ill(TYPE, b"I1\nb"),
        ill(b"I1\nI2\na"),
        ill(b"P1\n"),  # a persistent object
        ill(b"\x82\x01"),  # an extension
    ],
)
def test_ill_pickles(data):
    with pytest.raises(ValueError):
        read(data)


def test_many_random_changes_never_do_anything_else():
    array = np.empty(3, object)
    array[:] = [[1, 2, 3], [4], []]
    base = pickle.dumps({"x": array, "y": np.arange(5)}, 2)
    assert len(list(pickletools.genops(base))) > 40
    rng = np.random.default_rng(0)
    for _ in range(3000):
        data = bytearray(base)
        for at in rng.integers(0, len(data), rng.integers(1, 4)):
            data[at] = rng.integers(0, 256)
        try:
            read(bytes(data))
        except (ValueError, MemoryError):
            pass


def test_npz(tmp_path):
    texts = np.empty(2, object)
    texts[:] = [[1], [2, 3]]
    path = tmp_path / "a.npz"
    path.write_bytes(files.npz(x=texts, y=np.float32([1, 2])))
    back = load_npz(str(path))
    assert back["x"].tolist() == [[1], [2, 3]] and back["y"].dtype == "float32"
    for spoilt in (path.read_bytes()[:-30], b"", b"text"):
        path.write_bytes(spoilt)
        with pytest.raises(ValueError, match="damaged"):
            load_npz(str(path))
