"""Numbers from strings, the same ones as TensorFlow's: FarmHash for speed, SipHash with a key.

References: Pike and Alakuijala, FarmHash, 2014; Aumasson and Bernstein, SipHash: a fast short-input PRF, 2012.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

M = (1 << 64) - 1  # all arithmetic is that of 64 bits
K0, K1, K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F


def _read(s: bytes, at: int) -> int:
    return int.from_bytes(s[at : at + 8], "little")


def _rotate(x: int, n: int) -> int:
    return x >> n | (x << (64 - n)) & M


def _mixed(x: int) -> int:
    return x ^ x >> 47


def _pair(u: int, v: int, mul: int) -> int:
    a = _mixed((u ^ v) * mul & M)
    return _mixed((v ^ a) * mul & M) * mul & M


@lru_cache(maxsize=1 << 16)
def fingerprint64(text: bytes) -> int:
    """FarmHash's 64-bit fingerprint of a string of bytes.

    >>> fingerprint64(b"omar") % 2, fingerprint64(b"marlo") % 2
    (0, 1)
    """
    n = len(text)
    if n <= 16:
        return _short(text, n)
    if n <= 32:
        return _middle(text, n)
    return _half(text, n) if n <= 64 else _long(text, n)


def _short(s: bytes, n: int) -> int:
    if n >= 8:
        mul = (K2 + n * 2) & M
        a, b = (_read(s, 0) + K2) & M, _read(s, n - 8)
        return _pair((_rotate(b, 37) * mul + a) & M, (_rotate(a, 25) + b) * mul & M, mul)
    if n >= 4:
        a, b = int.from_bytes(s[:4], "little"), int.from_bytes(s[n - 4 :], "little")
        return _pair((n + (a << 3)) & M, b, (K2 + n * 2) & M)
    if n > 0:
        y, z = s[0] + (s[n >> 1] << 8), n + (s[n - 1] << 2)
        return _mixed(y * K2 & M ^ z * K0 & M) * K2 & M
    return K2


def _middle(s: bytes, n: int) -> int:
    mul = (K2 + n * 2) & M
    a, b = _read(s, 0) * K1 & M, _read(s, 8)
    c, d = _read(s, n - 8) * mul & M, _read(s, n - 16) * K2 & M
    u = (_rotate((a + b) & M, 43) + _rotate(c, 30) + d) & M
    return _pair(u, (a + _rotate((b + K2) & M, 18) + c) & M, mul)


def _half(s: bytes, n: int) -> int:
    mul = (K2 + n * 2) & M
    a, b = _read(s, 0) * K2 & M, _read(s, 8)
    c, d = _read(s, n - 8) * mul & M, _read(s, n - 16) * K2 & M
    y = (_rotate((a + b) & M, 43) + _rotate(c, 30) + d) & M
    z = _pair(y, (a + _rotate((b + K2) & M, 18) + c) & M, mul)
    e, f = _read(s, 16) * mul & M, _read(s, 24)
    g, h = (y + _read(s, n - 32)) * mul & M, (z + _read(s, n - 24)) * mul & M
    u = (_rotate((e + f) & M, 43) + _rotate(g, 30) + h) & M
    return _pair(u, (e + _rotate((f + a) & M, 18) + g) & M, mul)


def _weak(s: bytes, at: int, a: int, b: int) -> tuple[int, int]:
    w, x, y, z = (_read(s, at + i) for i in (0, 8, 16, 24))
    a = (a + w) & M
    b = _rotate((b + a + z) & M, 21)
    c = a
    a = (a + x + y) & M
    return (a + z) & M, (b + _rotate(a, 44) + c) & M


def _block(s: bytes, at: int, state: tuple, mul: int, times: int) -> tuple:
    """Mix 64 bytes into the state (x, y, z, v, w)."""
    x, y, z, v, w = state
    x = _rotate((x + y + v[0] + _read(s, at + 8)) & M, 37) * mul & M
    y = _rotate((y + v[1] + _read(s, at + 48)) & M, 42) * mul & M
    x ^= w[1] * times & M
    y = (y + v[0] * times + _read(s, at + 40)) & M
    z = _rotate((z + w[0]) & M, 33) * mul & M
    v = _weak(s, at, v[1] * mul & M, (x + w[0]) & M)
    w = _weak(s, at + 32, (z + w[1]) & M, (y + _read(s, at + 16)) & M)
    return z, y, x, v, w


def _long(s: bytes, n: int) -> int:
    seed = 81
    y = (seed * K1 + 113) & M
    z = _mixed((y * K2 + 113) & M) * K2 & M
    state = ((seed * K2 + _read(s, 0)) & M, y, z, (0, 0), (0, 0))
    end = (n - 1) // 64 * 64
    for at in range(0, end, 64):
        state = _block(s, at, state, K1, 1)
    x, y, z, v, w = state
    mul = (K1 + ((z & 0xFF) << 1)) & M
    w = (w[0] + (n - 1 & 63)) & M, w[1]
    v = (v[0] + w[0]) & M, v[1]
    w = (w[0] + v[0]) & M, w[1]
    x, y, z, v, w = _block(s, n - 64, (x, y, z, v, w), mul, 9)
    first = (_pair(v[0], w[0], mul) + _mixed(y) * K0 + z) & M
    return _pair(first, (_pair(v[1], w[1], mul) + x) & M, mul)


def joined(a: int, b: int) -> int:
    """One fingerprint of two, as TensorFlow joins them.

    >>> joined(1, 2) == joined(2, 1)
    False
    """
    mul = 0xC6A4A7935BD1E995
    x = a ^ mul ^ _mixed(b * mul & M) * mul & M
    return _mixed(_mixed(x * mul & M) * mul & M)


@lru_cache(maxsize=1 << 16)
def siphash(text: bytes, k0: int, k1: int) -> int:
    """SipHash-2-4 of a string of bytes, with a key of two numbers.

    >>> siphash(b"omar", 133, 137) % 2, siphash(b"stringer", 133, 137) % 2
    (0, 1)
    """
    k0, k1 = k0 & M, k1 & M
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]
    whole = len(text) // 8 * 8
    words = [_read(text, at) for at in range(0, whole, 8)]
    words.append(int.from_bytes(text[whole:], "little") | (len(text) & 0xFF) << 56)
    for word in words:
        v[3] ^= word
        _sip_rounds(v, 2)
        v[0] ^= word
    v[2] ^= 0xFF
    _sip_rounds(v, 4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def _sip_rounds(v: list[int], n: int) -> None:
    a, b, c, d = v
    for _ in range(n):
        a, c = (a + b) & M, (c + d) & M
        b, d = _rotate(b, 51) ^ a, _rotate(d, 48) ^ c
        a = _rotate(a, 32)
        c, a = (c + b) & M, (a + d) & M
        b, d = _rotate(b, 47) ^ c, _rotate(d, 43) ^ a
        c = _rotate(c, 32)
    v[:] = a, b, c, d


def hash_bins(values: np.ndarray, bins: int, salt: Any = None) -> np.ndarray:
    """The bin, from 0 to ``bins - 1``, that each string or integer falls into; each one is hashed once.

    >>> hash_bins(np.array(["omar", "marlo", "omar"]), 2).tolist()
    [0, 1, 0]
    """
    table = {}
    for value in set(values.ravel().tolist()):
        text = value if isinstance(value, bytes) else str(value).encode()
        table[value] = (fingerprint64(text) if salt is None else siphash(text, *salt)) % bins
    return np.array([table[v] for v in values.ravel().tolist()], np.int64).reshape(values.shape)
