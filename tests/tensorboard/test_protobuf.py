import struct

import pytest

from minikeras.tensorboard.protobuf import block, double, integer, varint
from tests.tensorboard import reading


@pytest.mark.parametrize("n", [0, 1, 127, 128, 300, 2**31, 2**63 - 1])
def test_integers_come_back(n):
    assert reading.varint(varint(n), 0) == (n, len(varint(n)))


def test_negative_integers_are_64_bits_wide():
    assert reading.varint(varint(-2), 0)[0] == 2**64 - 2


def test_messages_come_back():
    message = integer(1, 7) + block(2, "ä") + double(3, -0.5) + block(2, b"") + integer(200, 1)
    assert reading.fields(message) == {1: [7], 2: ["ä".encode(), b""], 3: [struct.pack("<d", -0.5)], 200: [1]}
