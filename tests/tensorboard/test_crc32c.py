import numpy as np
import pytest

from minikeras.tensorboard.crc32c import _by_bytes, crc32c, masked
from tests.tensorboard import reading


def test_published_values():
    assert crc32c(b"") == 0
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(bytes(32)) == 0x8A9136AA  # RFC 3720, B.4
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
    assert crc32c(bytes(range(32))) == 0x46DD794E


@pytest.mark.parametrize("size", [1, 63, 4095, 4096, 4097, 10_000, 65_536, 70_001])
def test_rows_give_what_bytes_give(size):
    data = np.random.default_rng(size).bytes(size)
    assert crc32c(data) == _by_bytes(data, 0xFFFFFFFF) ^ 0xFFFFFFFF
    if size < 5000:
        assert masked(data) == reading.masked(data)
