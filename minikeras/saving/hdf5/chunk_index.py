"""Where the chunks of a dataset are: the indexes of HDF5 1.10 and later, each looked up place by place.

single chunk    one address, in the layout message
implicit        all chunks one after the other
fixed array     a table of all places                                            for datasets of a fixed largest shape
extensible      tables that double in size, so that one axis can grow            for one unlimited axis
B-tree          version 2: records of (address, place)                           for several unlimited axes
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

from minikeras.saving.hdf5.heaps import btree_2
from minikeras.saving.hdf5.source import UNDEFINED, Source, open_structure, verify

SINGLE, IMPLICIT, FIXED, EXTENSIBLE, BTREE = 1, 2, 3, 4, 5
MASK = 4  # bytes of "which filters are left out"


class Chunk(NamedTuple):
    """Where a chunk is: its address, its bytes in the file, and which filters are left out."""

    address: int
    length: int
    mask: int


class Places(NamedTuple):
    """The grid of chunks, and what is needed to number its places.

    Args:
        grid: chunks along each axis.
        largest: chunks along each axis of the largest shape; None where it is unlimited.
        size: bytes of a chunk, unpacked.
        packed: whether chunks have filters.
    """

    grid: tuple[int, ...]
    largest: tuple[int | None, ...]
    size: int
    packed: bool

    def all(self) -> Iterator[tuple[int, ...]]:
        """All places, the last axis fastest."""
        for number in range(math.prod(self.grid)):
            place = []
            for count in reversed(self.grid):
                number, rest = divmod(number, count)
                place.append(rest)
            yield tuple(reversed(place))

    def number(self, place: tuple[int, ...]) -> int:
        """The number of a place: in the grid of the largest shape, an unlimited axis slowest."""
        pairs = list(zip(place, self.largest))
        pairs.sort(key=lambda pair: pair[1] is not None)  # stable
        number = 0
        for at, count in pairs:
            number = number * (count or 1) + at
        return number


def find_chunks(source: Source, kind: int, address: int, places: Places, given: tuple, what: str) -> dict[tuple, Chunk]:
    """Return place -> chunk for all chunks that were ever written.

    Args:
        kind: of index.
        address: of the index, or of the chunks themselves.
        given: the packed size and the mask of a single chunk.
    """
    if address == UNDEFINED:
        return {}
    if kind == SINGLE:
        length, mask = given or (places.size, 0)
        return {place: Chunk(address, length, mask) for place in places.all()}
    if kind == IMPLICIT:
        return {p: Chunk(address + places.number(p) * places.size, places.size, 0) for p in places.all()}
    if kind == BTREE:
        return dict(_btree(source, address, places, what))
    element = (fixed_array if kind == FIXED else extensible_array)(source, address, places, what)
    found = {place: element(places.number(place)) for place in places.all()}
    return {place: chunk for place, chunk in found.items() if chunk is not None}


def _entry(source: Source, data: bytes, places: Places, what: str) -> Chunk | None:
    """Read an address, and for packed chunks the size and the mask; None for what was never written."""
    width = len(data) - 8 - MASK if places.packed else 0
    if len(data) < 8 or places.packed and not 1 <= width <= 8 or not places.packed and len(data) != 8:
        raise source.error(f"is damaged: an entry in the index of {what} has {len(data)} bytes.")
    address = int.from_bytes(data[:8], "little")
    if address == UNDEFINED:
        return None
    if not places.packed:
        return Chunk(address, places.size, 0)
    return Chunk(address, int.from_bytes(data[8 : 8 + width], "little"), int.from_bytes(data[-MASK:], "little"))


def _btree(source: Source, address: int, places: Places, what: str) -> Iterator[tuple[tuple, Chunk]]:
    axes = len(places.grid)
    for record in btree_2(source, address, what):
        cut = len(record) - 8 * axes
        chunk = _entry(source, record[: max(cut, 0)], places, what)
        place = tuple(int.from_bytes(record[i : i + 8], "little") for i in range(cut, len(record), 8))
        if any(n >= count for n, count in zip(place, places.grid)):
            raise source.error(f"is damaged: a chunk of {what} lies outside of its shape.")
        if chunk is not None:
            yield place, chunk


class _Pages:
    """The elements of data blocks, read page by page as they are asked for."""

    def __init__(self, source: Source, entry: int, per_page: int, what: str):
        self.source, self.entry, self.per_page, self.what = source, entry, per_page, what
        self.read: dict[int, bytes] = {}

    def element(self, start: int, n: int, count: int) -> bytes:
        """Element ``n`` of the page at ``start``, which has ``count`` and a checksum behind them."""
        if start not in self.read:
            data = self.source.read(start, count * self.entry + 4, self.what)
            verify(self.source, data, self.what)
            self.read[start] = data
        return self.read[start][n * self.entry : (n + 1) * self.entry]


def fixed_array(source: Source, address: int, places: Places, what: str) -> Callable[[int], Chunk | None]:
    """Return the function from a chunk's number to the chunk: a header, a block, its elements in pages if there are many."""
    named = f"the index of {what}"
    head = open_structure(source, address, 28, named, b"FAHD", checked=True)
    head.version(0)
    client, entry, bits, count, block = head.uint(1), head.uint(1), head.uint(1), head.uint(8), head.uint(8)
    _check(source, client, places, named)
    if block == UNDEFINED:
        return lambda number: None
    per_page = 1 << min(bits, 63)
    pages = -(-count // per_page) if count > per_page else 0
    bitmap = (pages + 7) // 8
    prefix = 14 + bitmap  # signature, version, client, address of the header
    whole = prefix + 4 + (0 if pages else count * entry)
    body = open_structure(source, block, whole, named, b"FADB", checked=True)
    body.version(0)
    paged = _Pages(source, entry, per_page, named)

    def element(number: int) -> Chunk | None:
        if number >= count:
            raise source.error(f"is damaged: {named} has {count} places, fewer than chunks.")
        if not pages:
            return _entry(source, body.data[prefix + number * entry :][:entry], places, what)
        page, n = divmod(number, per_page)
        if not body.data[14 + page // 8] & 0x80 >> page % 8:
            return None
        start = block + prefix + 4 + page * (per_page * entry + 4)
        return _entry(source, paged.element(start, n, min(per_page, count - page * per_page)), places, what)

    return element


def extensible_array(source: Source, address: int, places: Places, what: str) -> Callable[[int], Chunk | None]:
    """Return the function from a chunk's number to the chunk.

    The first elements stand in the index block; then come data blocks of min, min, 2 min, 2 min, ... elements in groups
    u = 0, 1, 2, ...: 2^⌊u/2⌋ blocks of min · 2^⌈u/2⌉. The index block knows the blocks of the first groups, and a secondary
    block for each of the others.
    """
    array = _Extensible(source, address, places, what)
    return lambda number: _entry(source, array.element(number), places, what)


class _Extensible:
    def __init__(self, source: Source, address: int, places: Places, what: str):
        self.source, self.what = source, f"the index of {what}"
        head = open_structure(source, address, 72, self.what, b"EAHD", checked=True)
        head.version(0)
        client, self.entry, self.bits, self.direct, self.least, pointers, page_bits = (head.uint(1) for _ in range(7))
        head.take(48)
        block = head.uint(8)
        _check(source, client, places, self.what)
        powers = self.least, pointers
        if any(n < 1 or n & (n - 1) for n in powers) or self.bits > 64 or 1 << self.bits < self.least or page_bits > 32:
            raise source.error(f"is damaged: {self.what} has impossible sizes.")
        self.offset = (self.bits + 7) // 8
        self.per_page = 1 << page_bits
        self.groups = 2 * (pointers.bit_length() - 1)  # whose data blocks the index block knows itself
        blocks, others = 2 * (pointers - 1), 1 + self.bits - (self.least.bit_length() - 1) - self.groups
        self.nothing = b"\xff" * 8 + bytes(self.entry - 8 if self.entry > 8 else 0)
        self.index = b""
        if block != UNDEFINED:
            size = 14 + self.direct * self.entry + 8 * (blocks + max(others, 0)) + 4
            self.index = open_structure(source, block, size, self.what, b"EAIB", checked=True).data
        self.after = 14 + self.direct * self.entry
        self.secondary_at = self.after + 8 * blocks
        self.pages = _Pages(source, self.entry, self.per_page, self.what)
        self.blocks: dict[int, bytes] = {}

    def element(self, number: int) -> bytes:
        """The bytes of an element."""
        if not self.index:
            return self.nothing
        if number < self.direct:
            return self.index[14 + number * self.entry :][: self.entry]
        group = ((number - self.direct) // self.least + 1).bit_length() - 1
        number -= self.direct + self.least * ((1 << group) - 1)
        size = self.least << (group + 1) // 2
        n, place = divmod(number, size)
        if group < self.groups:
            before = sum(1 << u // 2 for u in range(group))
            return self._in_block(self._address(self.index, self.after + 8 * (before + n)), place, size)
        at = self.secondary_at + 8 * (group - self.groups)
        if at + 8 > len(self.index) - 4:
            raise self.source.error(f"is damaged: {self.what} is too small for its chunks.")
        return self._in_group(self._address(self.index, at), n, place, size, 1 << group // 2)

    def _in_group(self, secondary: int, n: int, place: int, size: int, blocks: int) -> bytes:
        """An element of block ``n`` of the group that a secondary block tells of; large blocks have pages."""
        if secondary == UNDEFINED:
            return self.nothing
        pages = size // self.per_page if size > self.per_page else 0
        bitmap = (pages + 7) // 8
        start = 14 + self.offset + blocks * bitmap
        data = self._block(secondary, start + 8 * blocks + 4, b"EASB")
        address = self._address(data, start + 8 * n)
        if not pages or address == UNDEFINED:
            return self._in_block(address, place, size)
        page, place = divmod(place, self.per_page)
        bit = n * pages + page  # the bits of all blocks stand one after the other
        if not data[14 + self.offset + bit // 8] & 0x80 >> bit % 8:
            return self.nothing
        first = address + 14 + self.offset + 4
        return self.pages.element(first + page * (self.per_page * self.entry + 4), place, self.per_page)

    def _in_block(self, address: int, place: int, size: int) -> bytes:
        if address == UNDEFINED:
            return self.nothing
        start = 14 + self.offset
        data = self._block(address, start + size * self.entry + 4, b"EADB")
        return data[start + place * self.entry :][: self.entry]

    def _block(self, address: int, size: int, signature: bytes) -> bytes:
        if address not in self.blocks:
            self.blocks[address] = open_structure(self.source, address, size, self.what, signature, checked=True).data
        data = self.blocks[address]
        if len(data) != size or data[:4] != signature:
            raise self.source.error(f"is damaged: two parts of {self.what} stand at one address.")
        return data

    def _address(self, data: bytes, at: int) -> int:
        return int.from_bytes(data[at : at + 8], "little")


def _check(source: Source, client: int, places: Places, what: str) -> None:
    if client != int(places.packed):
        kinds = "packed" if client else "plain"
        raise source.error(f"is damaged: {what} is for {kinds} chunks (kind {client}), and they are not.")
