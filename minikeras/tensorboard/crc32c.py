"""CRC-32C (Castagnoli), the checksum of TFRecord files.

The remainder of the data, read as a polynomial over GF(2), by x^32 + x^28 + x^27 + ... + 1, bit-reversed. Short data go
byte by byte through a table. Long data are cut into rows that go through it side by side; since a CRC is linear,
crc(a ++ b) = advance(crc(a), len(b)) xor crc(b), where advancing over zeros is linear, too.
"""

from __future__ import annotations

import numpy as np

_POLYNOMIAL = 0x82F63B78
_ROW_FROM = 4096  # bytes from which on rows are faster than a loop


def _make_table() -> list[int]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (_POLYNOMIAL if byte & 1 else 0)
        table.append(byte)
    return table


_TABLE = _make_table()
_ARRAY = np.array(_TABLE, "uint32")


def crc32c(data: bytes) -> int:
    """Return the CRC-32C of ``data``.

    >>> hex(crc32c(b"123456789"))
    '0xe3069283'
    """
    if len(data) >= _ROW_FROM:
        return _by_rows(data)
    return _by_bytes(data, 0xFFFFFFFF) ^ 0xFFFFFFFF


def masked(data: bytes) -> int:
    """Return the CRC-32C as TFRecord files hold it: turned by 15 bits, plus a constant.

    >>> hex(masked(b"123456789"))
    '0xc78ab0e5'
    """
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _by_bytes(data: bytes, crc: int) -> int:
    table = _TABLE
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc


def _by_rows(data: bytes) -> int:
    width = max(64, int(len(data) ** 0.5))
    height = len(data) // width
    columns = np.frombuffer(data, "uint8", height * width).reshape(height, width).T
    crcs = np.zeros(height + 32, "uint32")  # of the rows, and of each single bit advanced over the length of a row
    crcs[height:] = np.uint32(1) << np.arange(32, dtype="uint32")
    for column in columns:
        low = crcs & np.uint32(0xFF)
        low[:height] ^= column
        crcs >>= np.uint32(8)
        crcs ^= _ARRAY[low]
    rows, bits = crcs[:height].tolist(), crcs[height:].tolist()
    crc = 0xFFFFFFFF
    for row in rows:
        for i, bit in enumerate(bits):
            if crc >> i & 1:
                row ^= bit
        crc = row
    return _by_bytes(data[height * width :], crc) ^ 0xFFFFFFFF
