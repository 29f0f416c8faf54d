"""Where HDF5 keeps names and entries: heaps and B-trees, old (version 1) and new (version 2)."""

from __future__ import annotations

from collections.abc import Iterator

from minikeras.saving.hdf5.source import UNDEFINED, Cursor, Source, open_structure

DEEPEST = 16  # levels of a tree: the smallest real nodes hold far more than a model by then


def btree_1(
    source: Source, address: int, kind: int, key_size: int, what: str, level: int | None = None
) -> Iterator[tuple[bytes, int]]:
    """Walk a version 1 B-tree: (key, address) of everything at its leaves. Kind 0 is groups, 1 is chunks."""
    what = f"a table of {what}"
    head = open_structure(source, address, 24, what, b"TREE")
    found, depth, count = head.uint(1), head.uint(1), head.uint(2)
    if found != kind or depth > DEEPEST or level is not None and depth != level:
        raise source.error(f"is damaged: {what} is of kind {found} and level {depth}.")
    body = Cursor(source, source.read(address + 24, count * (key_size + 8) + key_size, what), what)
    for _ in range(count):
        key, child = body.take(key_size), body.uint(8)
        if depth:
            yield from btree_1(source, child, kind, key_size, what, depth - 1)
        else:
            yield key, child


def symbol_table(source: Source, tree: int, heap: int, what: str) -> Iterator[tuple[str, int, str]]:
    """The links of an old group: (name, address, kind of link)."""
    head = open_structure(source, heap, 32, f"the names of {what}", b"HEAP")
    head.take(4)
    size, _, start = head.uint(8), head.uint(8), head.uint(8)
    names = source.read(start, size, f"the names of {what}")
    for _, address in btree_1(source, tree, 0, 8, what):
        node = open_structure(source, address, 8, f"a table of {what}", b"SNOD")
        node.version(1)
        node.take(1)
        count = node.uint(2)
        body = Cursor(source, source.read(address + 8, count * 40, f"a table of {what}"), f"a table of {what}")
        for _ in range(count):
            at, target, cache = body.uint(8), body.uint(8), body.uint(4)
            body.take(20)
            end = names.find(b"\0", at)
            if at >= size or end < 0:
                raise source.error(f"is damaged: a name in {what} stands outside of its table.")
            yield names[at:end].decode("utf8", "replace"), target, "soft" if cache == 2 or target == UNDEFINED else "hard"


def global_heap(source: Source, address: int, index: int, what: str) -> bytes:
    """One object, such as a text, of a global heap collection."""
    if address not in source.texts:
        source.texts[address] = dict(_collection(source, address, what))
    if index not in source.texts[address]:
        raise source.error(f"is damaged: {what} is not where the file says.")
    return source.texts[address][index]


def _collection(source: Source, address: int, what: str) -> Iterator[tuple[int, bytes]]:
    head = open_structure(source, address, 16, what, b"GCOL")
    head.version(1)
    head.take(3)
    size = head.uint(8)
    heap = Cursor(source, source.read(address, size, what), what)
    heap.take(16)
    while heap.left >= 16:
        number, _, _, length = heap.uint(2), heap.uint(2), heap.uint(4), heap.uint(8)
        if number == 0:
            break
        yield number, heap.take(length)
        heap.take(min(-length % 8, heap.left))


def dense_entries(source: Source, info: bytes, optional: int, key: int, what: str) -> Iterator[bytes]:
    """The entries of a group or an object that has many of them: in a heap, with a B-tree that says where.

    Args:
        info: the message that says where heap and tree are.
        optional: bytes of the count that the message may hold before.
        key: where in a record of the tree the place in the heap stands.
        what: whose entries, for messages.
    """
    at = Cursor(source, info, f"the entries of {what}")
    at.version(0)
    at.take(optional if at.uint(1) & 1 else 0)
    heap, tree = at.uint(8), at.uint(8)
    if heap != UNDEFINED:
        packed = FractalHeap(source, heap, what)
        for record in btree_2(source, tree, what):
            yield packed.get(record[key : key + packed.id_size])


def btree_2(source: Source, address: int, what: str) -> Iterator[bytes]:
    """Walk a version 2 B-tree: all its records."""
    what = f"a table of {what}"
    head = open_structure(source, address, 38, what, b"BTHD", checked=True)
    head.version(0)
    kind, node_size, record, depth = head.uint(1), head.uint(4), head.uint(2), head.uint(2)
    head.take(2)
    root, count, total = head.uint(8), head.uint(2), head.uint(8)
    if depth > DEEPEST or not record or node_size < 10 + record:
        raise source.error(f"is damaged: {what} has depth {depth}, nodes of {node_size} and records of {record} bytes.")
    widths = [0]  # bytes of "how many records below", by level
    most = (node_size - 10) // record
    width, below = _width(most), most
    for _ in range(depth):
        pointer = 8 + width + widths[-1]
        most = (node_size - 10 - pointer) // (record + pointer)
        below = (most + 1) * below + most
        widths.append(_width(max(below, 1)))
    yielded = 0
    if total and root != UNDEFINED:
        for item in _node(source, root, count, depth, (kind, node_size, record, width, widths), what):
            yielded += 1
            if yielded > total:
                break
            yield item
    if yielded != total:
        raise source.error(f"is damaged: {what} should have {total} entries.")


def _node(source: Source, address: int, count: int, depth: int, layout: tuple, what: str) -> Iterator[bytes]:
    kind, node_size, record, width, widths = layout
    pointer = 8 + width + (widths[depth - 1] if depth > 1 else 0) if depth else 0
    size = 6 + count * record + (count + 1) * pointer + 4
    if size > node_size:
        raise source.error(f"is damaged: a node of {what} claims {count} records, more than fit.")
    node = open_structure(source, address, size, what, b"BTIN" if depth else b"BTLF", checked=True)
    node.version(0)
    if node.uint(1) != kind:
        raise source.error(f"is damaged: a node of {what} is of another kind.")
    yield from (node.take(record) for _ in range(count))
    for _ in range(count + 1 if depth else 0):
        child, below = node.uint(8), node.uint(width)
        node.take(pointer - 8 - width)
        yield from _node(source, child, below, depth - 1, layout, what)


def _width(number: int) -> int:
    return (number.bit_length() + 7) // 8


class FractalHeap:
    """The heap of new groups with many links or attributes: objects by their identifiers."""

    def __init__(self, source: Source, address: int, what: str):
        self.source, self.what = source, f"the heap of {what}"
        head = open_structure(source, address, 146, self.what, b"FRHP", checked=False)
        head.version(0)
        self.id_size, filters, flags, self.largest = head.uint(2), head.uint(2), head.uint(1), head.uint(4)
        head.take(12 * 8)
        self.columns, self.start, self.largest_direct = head.uint(2), head.uint(8), head.uint(8)
        self.bits = head.uint(2)
        head.take(2)
        self.root, self.rows = head.uint(8), head.uint(2)
        if filters:
            raise source.error(f"can't be read: {self.what} is compressed.")
        open_structure(source, address, 146, self.what, b"FRHP", checked=True)
        self.checksummed = bool(flags & 2)
        self.offset_size = (self.bits + 7) // 8
        self.length_size = min(_width(self.largest_direct), _width(self.largest))
        if not self.columns or not self.start or self.bits > 64 or not self.largest_direct:
            raise source.error(f"is damaged: {self.what} has impossible sizes.")
        self.blocks: dict[int, bytes] = {}

    def get(self, identifier: bytes) -> bytes:
        """The object of that identifier."""
        at = Cursor(self.source, identifier, self.what)
        kind = at.uint(1) >> 4 & 3
        if kind == 2:
            return at.take((identifier[0] & 15) + 1)
        if kind:
            raise self.source.error(f"can't be read: {self.what} holds an entry larger than 64 kB outside of it.")
        offset, length = at.uint(self.offset_size), at.uint(self.length_size)
        address, rows, base, size = self.root, self.rows, 0, self.start
        for _ in range(DEEPEST):
            if not rows:
                return self._cut(address, offset - base, size, length)
            address, rows, base, size = self._child(address, rows, base, offset)
        raise self.source.error(f"is damaged: {self.what} is nested too deep.")

    def _child(self, address: int, rows: int, base: int, offset: int) -> tuple[int, int, int, int]:
        """Where, below an indirect block, an offset lies: rows double in size from the second on."""
        if self.source.read(address, 4, self.what) != b"FHIB":
            raise self.source.error(f"is damaged: {self.what} has no index where it should.")
        for row in range(min(rows, 64)):
            size = self.start << max(0, row - 1)
            column = (offset - base) // size
            if column < self.columns:
                slot = address + 13 + self.offset_size + 8 * (row * self.columns + column)
                child = int.from_bytes(self.source.read(slot, 8, self.what), "little")
                below = 0 if size <= self.largest_direct else _rows(size, self.start, self.columns)
                return child, below, base + column * size, size
            base += size * self.columns
        raise self.source.error(f"is damaged: an entry lies outside of {self.what}.")

    def _cut(self, address: int, at: int, size: int, length: int) -> bytes:
        if address not in self.blocks:
            self.blocks[address] = open_structure(self.source, address, size, self.what, b"FHDB").data
        data = self.blocks[address][at : at + length]
        if len(data) != length or at < 13 + self.offset_size:
            raise self.source.error(f"is damaged: an entry lies outside of {self.what}.")
        return data


def _rows(size: int, start: int, columns: int) -> int:
    """Rows of an indirect block that covers ``size`` bytes: size = start · columns · 2**(rows - 1)."""
    return max(1, (size // (start * columns)).bit_length())
