"""Object headers: the list of messages that makes an HDF5 object a group or a dataset."""

from __future__ import annotations

from typing import NamedTuple

from minikeras.saving.hdf5.source import Cursor, Source, open_structure, verify

SPACE, LINK_INFO, DATATYPE, LINK, EXTERNAL, LAYOUT, FILTERS, ATTRIBUTE, CONTINUATION, SYMBOL_TABLE, ATTRIBUTE_INFO = (
    0x01, 0x02, 0x03, 0x06, 0x07, 0x08, 0x0B, 0x0C, 0x10, 0x11, 0x15,
)  # fmt: skip
SHARED = 0x02  # flag: the message stands elsewhere
MOST_BLOCKS = 65536


class Message(NamedTuple):
    """One entry of an object header."""

    kind: int
    flags: int
    data: bytes


def messages(source: Source, address: int, what: str) -> list[Message]:
    """Read all messages of the object header at an address."""
    if source.read(address, 4, f"the header of {what}") == b"OHDR":
        return _version_2(source, address, what)
    return _version_1(source, address, what)


def _version_1(source: Source, address: int, what: str) -> list[Message]:
    what = f"the header of {what}"
    head = Cursor(source, source.read(address, 16, what), what)
    head.version(1)
    head.take(1)
    count, _, size = head.uint(2), head.uint(4), head.uint(4)
    found: list[Message] = []
    blocks = [(address + 16, size)]
    for n, (start, length) in enumerate(blocks):
        if n == MOST_BLOCKS:
            raise source.error(f"is damaged: {what} is in more than {MOST_BLOCKS} pieces.")
        block = Cursor(source, source.read(start, length, what), what)
        while block.left >= 8 and len(found) < count:
            kind, length, flags = block.uint(2), block.uint(2), block.uint(1)
            block.take(3)
            _keep(source, found, blocks, Message(kind, flags, block.take(length)), what)
    if len(found) != count:
        raise source.error(f"is damaged: {what} has {len(found)} entries, should have {count}.")
    return found


def _version_2(source: Source, address: int, what: str) -> list[Message]:
    what = f"the header of {what}"
    fixed = Cursor(source, source.read(address, 6, what), what)
    fixed.expect(b"OHDR")
    fixed.version(2)
    flags = fixed.uint(1)
    extra = (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
    width = 1 << (flags & 3)
    size = int.from_bytes(source.read(address + 6 + extra, width, what), "little")
    start = 6 + extra + width
    data = source.read(address, start + size + 4, what)
    verify(source, data, what)
    found: list[Message] = []
    blocks: list[tuple[int, int]] = []
    _entries(source, data[start:-4], flags, found, blocks, what)
    for n, (start, length) in enumerate(blocks):
        if n == MOST_BLOCKS:
            raise source.error(f"is damaged: {what} is in more than {MOST_BLOCKS} pieces.")
        block = open_structure(source, start, length, what, b"OCHK", checked=True)
        _entries(source, block.data[4:-4], flags, found, blocks, what)
    return found


def _entries(source: Source, data: bytes, flags: int, found: list, blocks: list, what: str) -> None:
    head = 6 if flags & 0x04 else 4
    block = Cursor(source, data, what)
    while block.left >= head:
        kind, length, own = block.uint(1), block.uint(2), block.uint(1)
        block.take(head - 4)
        _keep(source, found, blocks, Message(kind, own, block.take(length)), what)


def _keep(source: Source, found: list, blocks: list, message: Message, what: str) -> None:
    if message.kind == CONTINUATION:
        at = Cursor(source, message.data, what)
        blocks.append((at.uint(8), at.uint(8)))
    found.append(message)
