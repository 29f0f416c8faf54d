import numpy as np
import pytest

from minikeras.tensorboard.messages import record, strings, summary, tensor
from tests.tensorboard import reading


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "int64", "uint8", "bool"])
def test_tensors_come_back(dtype):
    array = np.arange(6).reshape(2, 3).astype(dtype)
    back = reading.tensor(tensor(array.T))  # not contiguous
    assert back.dtype == array.dtype and (back == array.T).all()


def test_strings_come_back():
    assert reading.tensor(strings([b"a", b"", b"bc"], (3,))) == [b"a", b"", b"bc"]


def test_what_is_no_number_is_refused():
    with pytest.raises(ValueError, match="numbers or texts, got an array of complex128"):
        tensor(np.array(1j))


def test_a_record_is_framed():
    assert list(reading.records(record(b"abc") + record(b""))) == [b"abc", b""]
    broken = bytearray(record(b"abc"))
    broken[13] ^= 1
    with pytest.raises(AssertionError):
        list(reading.records(bytes(broken)))


def test_a_description_is_kept():
    value = reading.fields(reading.fields(summary("t", tensor(np.zeros(())), "scalars", description="what"))[1][0])
    assert reading.fields(value[9][0])[3] == [b"what"]
