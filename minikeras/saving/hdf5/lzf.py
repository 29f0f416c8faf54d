"""LZF, the quick compression that h5py brings along."""

from __future__ import annotations


def unpack_lzf(data: bytes, most: int) -> bytes:
    """Undo LZF: literal runs, and copies of what came up to 8192 bytes before.

    Args:
        data: the packed bytes.
        most: the bytes that may come out.

    Raises:
        ValueError: they are cut off, refer to before the beginning, or unpack to more.

    Source: Lehmann, liblzf, http://oldhome.schmorp.de/marc/liblzf.html.

    >>> unpack_lzf(bytes([2, 97, 98, 99, 224, 0, 2]), 12)  # "abc", then 9 bytes from 3 before
    b'abcabcabcabc'
    """
    out = bytearray()
    at, end = 0, len(data)
    while at < end:
        control = data[at]
        at += 1
        if control < 32:  # a run of literals
            if at + control + 1 > end:
                raise ValueError("cut off")
            out += data[at : at + control + 1]
            at += control + 1
        else:  # a copy: length and distance
            length = control >> 5
            more = 2 if length == 7 else 1
            if at + more > end:
                raise ValueError("cut off")
            if length == 7:
                length += data[at]
            distance = ((control & 31) << 8 | data[at + more - 1]) + 1
            at += more
            length += 2
            start = len(out) - distance
            if start < 0:
                raise ValueError("a copy from before the beginning")
            piece = out[start : start + length]
            out += (piece * -(-length // len(piece)))[:length]  # a copy may reach into itself
        if len(out) > most:
            raise ValueError(f"more than {most} bytes come out")
    return bytes(out)
