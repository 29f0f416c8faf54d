"""Protocol buffers by hand: a message is its fields in a row, each a key (number · 8 + kind) and a value.

Kinds: 0 an integer in groups of 7 bits, 1 eight bytes, 2 a length and that many bytes, 5 four bytes.
"""

from __future__ import annotations

import struct


def varint(n: int) -> bytes:
    """An integer in groups of 7 bits, the lowest first; negative ones as their 64-bit complement.

    >>> varint(300).hex(), len(varint(-1))
    ('ac02', 10)
    """
    n &= 0xFFFFFFFFFFFFFFFF
    if n < 0x80:
        return bytes((n,))
    groups = bytearray()
    while n >= 0x80:
        groups.append(n & 0x7F | 0x80)
        n >>= 7
    groups.append(n)
    return bytes(groups)


def integer(number: int, value: int) -> bytes:
    """An integer field.

    >>> integer(1, 150).hex()
    '089601'
    """
    return varint(number << 3) + varint(value)


def double(number: int, value: float) -> bytes:
    """A field of eight bytes.

    >>> double(1, 1.0).hex()
    '09000000000000f03f'
    """
    return varint(number << 3 | 1) + struct.pack("<d", value)


def block(number: int, value: bytes | str) -> bytes:
    """A field of bytes, a text or a message.

    >>> block(2, "ab").hex()
    '12026162'
    """
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value
