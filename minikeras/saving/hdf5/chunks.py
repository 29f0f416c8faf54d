"""Datasets in chunks: found by an index, unpacked within bounds."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator

import numpy as np

from minikeras.saving.hdf5.chunk_index import Chunk, Places, find_chunks
from minikeras.saving.hdf5.heaps import btree_1
from minikeras.saving.hdf5.lzf import unpack_lzf
from minikeras.saving.hdf5.source import UNDEFINED, Cursor, Source
from minikeras.saving.hdf5.types import Layout

DEFLATE, SHUFFLE, FLETCHER32, LZF = 1, 2, 3, 32000
MOST_CHUNKS = 200_000
WORDS = 1 << 16  # bytes that a checksum takes at a time


def read_chunks(
    source: Source, layout: Layout, shape: tuple, largest: tuple, dtype: np.dtype, filters: list, what: str
) -> np.ndarray:
    """Put an array together from its chunks; all of them have to be there.

    Args:
        layout: what is in chunks, and where their index is.
        largest: the shape that the dataset may grow to.
    """
    check_filters(source, filters, what)
    found = chunk_table(source, layout, shape, largest, dtype.itemsize, bool(filters), what)
    chunk, item = layout.chunk[:-1], layout.chunk[-1]
    size = math.prod(chunk) * item
    source.unpack(len(found) * size, what)
    array = np.empty(shape, dtype)
    for index, (where, length, mask) in found.items():
        data = unpack(source, source.read_data(where, length, what), size, item, filters, mask, what)
        region = tuple(slice(n * c, min(n * c + c, end)) for n, c, end in zip(index, chunk, shape, strict=True))
        part = np.frombuffer(data, dtype).reshape(chunk)
        array[region] = part[tuple(slice(r.stop - r.start) for r in region)]
    return array


def chunk_table(
    source: Source, layout: Layout, shape: tuple, largest: tuple, item: int, packed: bool, what: str
) -> dict[tuple, Chunk]:
    """Where the chunks are: place in the grid -> chunk, once all are known to be there."""
    chunk = layout.chunk
    if not chunk or chunk[-1] != item or len(chunk) != len(shape) + 1 or min(chunk) < 1:
        raise source.error(
            f"is damaged: {what} of shape {shape} has chunks of shape {chunk[:-1]} and {chunk[-1:]} bytes an element."
        )
    chunk = chunk[:-1]
    grid = tuple(-(-n // c) for n, c in zip(shape, chunk, strict=True))
    wanted = math.prod(grid)
    if wanted > MOST_CHUNKS:
        raise source.error(f"is damaged: {what} claims {wanted} chunks.")
    found: dict[tuple, Chunk] = {}
    if wanted and layout.index:
        limits = tuple(None if n == UNDEFINED else -(-n // c) for n, c in zip(largest, chunk, strict=True))
        if any(limit is not None and limit < g for limit, g in zip(limits, grid, strict=True)):
            raise source.error(f"is damaged: {what} of shape {shape} can be of shape {largest} at most.")
        places = Places(grid, limits, math.prod(chunk) * item, packed)
        found = find_chunks(source, layout.index, layout.address, places, layout.single, what)
        if not layout.whole_edges:
            found = {place: _plain_edge(place, c, chunk, shape) for place, c in found.items()}
    elif wanted and layout.address != UNDEFINED:
        found = dict(_old_table(source, layout.address, chunk, grid, what))
    if len(found) != wanted:
        raise source.error(f"is damaged: {what} has {len(found)} of its {wanted} chunks.")
    if not all(source.holds(c.address, c.length) for c in found.values()):
        raise source.error(f"is damaged or cut off: a chunk of {what} lies outside of the file.")
    return found


def _old_table(source: Source, address: int, chunk: tuple, grid: tuple, what: str) -> Iterator[tuple[tuple, Chunk]]:
    """The B-tree of version 1, whose keys are places in elements."""
    for key, where in btree_1(source, address, 1, 8 * (len(grid) + 1) + 8, what):
        at = Cursor(source, key, what)
        length, mask = at.uint(4), at.uint(4)
        index = tuple(divmod(at.uint(8), c) for c in chunk)
        if any(rest or n >= g for (n, rest), g in zip(index, grid, strict=True)):
            raise source.error(f"is damaged: a chunk of {what} lies outside of its shape.")
        yield tuple(n for n, _ in index), Chunk(where, length, mask)


def _plain_edge(place: tuple, found: Chunk, chunk: tuple, shape: tuple) -> Chunk:
    """A chunk that reaches beyond the shape has no filters where the file says so."""
    beyond = any((n + 1) * c > end for n, c, end in zip(place, chunk, shape, strict=True))
    return found._replace(mask=0xFFFFFFFF) if beyond else found


def check_filters(source: Source, filters: list, what: str) -> None:
    """Refuse filters other than those that h5py itself has: nothing is ever loaded to undo one."""
    for number, _ in filters:
        if number not in (DEFLATE, SHUFFLE, FLETCHER32, LZF):
            known = "gzip, shuffle, fletcher32 and lzf are known"
            raise source.error(f"can't be read: {what} is packed by filter {number}; {known}.")
    if len({number for number, _ in filters}) != len(filters):
        raise source.error(f"is refused: {what} is packed more than once by one filter.")


def unpack(source: Source, data: bytes, size: int, item: int, filters: list, mask: int, what: str) -> bytes:
    """Undo the filters of one chunk, last one first; never more than ``size`` bytes come out."""
    for position, (number, _) in reversed(list(enumerate(filters))):
        if mask >> position & 1:
            continue
        if number == FLETCHER32:
            data, checksum = data[:-4], data[-4:]
            if fletcher32(data) != int.from_bytes(checksum, "little"):
                raise source.error(f"is damaged: the checksum of a chunk of {what} is wrong.")
        elif number == DEFLATE:
            unpacker = zlib.decompressobj()
            try:
                data = unpacker.decompress(data, size + 5)  # the most a checksum adds, and one to see the end
            except zlib.error as error:
                raise source.error(f"is damaged: a chunk of {what} can't be unpacked ({error}).") from None
            if not unpacker.eof:
                raise source.error(f"is damaged: a chunk of {what} is cut off, or unpacks to more than {size} bytes.")
        elif number == LZF:
            try:
                data = unpack_lzf(data, size + 4)  # the most a checksum adds
            except ValueError as error:
                raise source.error(f"is damaged: a chunk of {what} can't be unpacked ({error}).") from None
        elif number == SHUFFLE:
            whole = len(data) // item * item
            data = np.frombuffer(data[:whole], np.uint8).reshape(item, -1).T.tobytes() + data[whole:]
    if len(data) != size:
        raise source.error(f"is damaged: a chunk of {what} has {len(data)} bytes, should have {size}.")
    return data


def fletcher32(data: bytes) -> int:
    """Fletcher's checksum as HDF5 takes it: sums of 16-bit words, high byte first, modulo 65535.

    Source: Fletcher, An arithmetic checksum for serial transmissions, 1982.

    >>> hex(fletcher32(bytes([1, 2, 3, 4])))
    '0x5080406'
    """
    low = high = 0
    for at in range(0, len(data), WORDS):
        piece = data[at : at + WORDS]
        words = np.frombuffer(piece + b"\0" * (len(piece) % 2), ">u2").astype(np.int64)
        high += len(words) * low + int(np.sum(words * np.arange(len(words), 0, -1)))
        low += int(np.sum(words))
    low, high = (n % 65535 or 65535 * bool(n) for n in (low, high))
    return high << 16 | low
