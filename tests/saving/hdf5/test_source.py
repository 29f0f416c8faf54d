import io

import pytest

from minikeras.saving.hdf5 import source as module
from minikeras.saving.hdf5.source import Cursor, Source, lookup3


def test_nothing_outside_of_the_stretch_is_read():
    source = Source(io.BytesIO(bytes(100)), "x", start=10, size=20)
    assert len(source.read(0, 20, "it")) == 20
    for address, count in ((0, 21), (20, 1), (2**63, 8), (-1, 1), (0, -1)):
        with pytest.raises(ValueError, match="x is damaged"):
            source.read(address, count, "it")


def test_the_same_bytes_are_not_read_as_data_again_and_again():
    source = Source(io.BytesIO(bytes(10_000)), "x")
    with pytest.raises(ValueError, match="many times over"):
        for _ in range(4):
            source.read_data(0, 10_000, "it")


def test_loops_end(monkeypatch):
    monkeypatch.setattr(module, "MOST_STRUCTURES", 5)
    source = Source(io.BytesIO(bytes(10)), "x")
    with pytest.raises(ValueError, match="circles"):
        for _ in range(6):
            source.read(0, 1, "it")


def test_a_cursor_does_not_pass_the_end():
    cursor = Cursor(Source(io.BytesIO(b""), "x"), b"abc", "table")
    assert cursor.take(3) == b"abc"
    with pytest.raises(ValueError, match="x is damaged: table ends too early"):
        cursor.uint(1)


@pytest.mark.parametrize("text, value", [(b"", 0xDEADBEEF), (b"Four score and seven years ago", 0x17770551)])
def test_lookup3_by_its_authors_examples(text, value):
    assert lookup3(text) == value
