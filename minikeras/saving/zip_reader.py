"""Zip archives, read within bounds: a handful of members, never unpacked to the disk."""

from __future__ import annotations

import zlib
from typing import BinaryIO, NamedTuple

MOST_MEMBERS = 10_000
LARGEST_DIRECTORY = 4 << 20
BEST_RATIO, FREE = 16, 8 << 20  # weights pack a few times; a bomb packs a thousand times
BLOCK = 1 << 20


class Member(NamedTuple):
    """An entry of the directory."""

    name: str
    flags: int
    method: int
    checksum: int
    packed: int
    size: int
    offset: int


class Zip:
    """A zip archive in a seekable binary file.

    Args:
        file: stays the caller's to close.
        name: what error messages call it.

    Raises:
        ValueError: not a zip archive, damaged, encrypted, with a member twice, or with names that lead out of it.

    >>> import io, zipfile
    >>> made = io.BytesIO()
    >>> with zipfile.ZipFile(made, "w") as archive: archive.writestr("a.txt", "hello")
    >>> Zip(made, "x.keras").read("a.txt", 100)
    b'hello'
    """

    def __init__(self, file: BinaryIO, name: str):
        self.file, self.name = file, name
        self.size = file.seek(0, 2)
        count, length, start = self._find_directory()
        if count > MOST_MEMBERS or length > LARGEST_DIRECTORY:
            raise ValueError(f"{name} is no model: it has {count} members, listed in {length} bytes.")
        self.members: dict[str, Member] = {}
        directory = self._bytes(start, length)
        at = 0
        for _ in range(count):
            member, at = self._entry(directory, at)
            if member.name in self.members:
                raise ValueError(f"{name} is damaged or hostile: it has {member.name!r} twice.")
            self.members[member.name] = member

    def __contains__(self, name: str) -> bool:
        return name in self.members

    def read(self, name: str, most: int) -> bytes:
        """Return the content of a member of at most ``most`` bytes, checked against its checksum."""
        member = self._member(name)
        if member.size > most:
            raise ValueError(f"{self.name}: {name!r} claims {member.size} bytes, the most allowed is {most}.")
        start = self.data_start(member)
        if member.method == 0:
            data = self._bytes(start, member.size)
        else:
            data = self._unpack(member, start)
        if zlib.crc32(data) != member.checksum:
            raise ValueError(f"{self.name} is damaged: the checksum of {name!r} is wrong.")
        return data

    def stretch(self, name: str) -> tuple[int, int] | None:
        """Where a member stored as it is stands in the file, (start, size), its checksum compared; None if it is packed."""
        member = self._member(name)
        if member.method:
            return None
        start, checksum = self.data_start(member), 0
        for at in range(0, member.size, BLOCK):
            checksum = zlib.crc32(self._bytes(start + at, min(BLOCK, member.size - at)), checksum)
        if checksum != member.checksum:
            raise ValueError(f"{self.name} is damaged: the checksum of {name!r} is wrong.")
        return start, member.size

    def data_start(self, member: Member) -> int:
        """Where the bytes of a member begin, once its own header agrees with the directory."""
        head = self._bytes(member.offset, 30)
        length, extra = _u(head, 26, 2), _u(head, 28, 2)
        name = self._bytes(member.offset + 30, length)
        if head[:4] != b"PK\x03\x04" or name.decode("utf8", "replace") != member.name or _u(head, 8, 2) != member.method:
            raise ValueError(f"{self.name} is damaged or hostile: {member.name!r} is not where the directory says.")
        return member.offset + 30 + length + extra

    def _member(self, name: str) -> Member:
        if name not in self.members:
            raise ValueError(f"{self.name} has no {name!r}; it has {sorted(self.members)[:10]}. Is it a model saved as .keras?")
        return self.members[name]

    def _unpack(self, member: Member, start: int) -> bytes:
        if member.size > FREE + BEST_RATIO * member.packed:
            raise ValueError(
                f"{self.name} is refused: {member.name!r} has {member.packed} bytes and claims to unpack to {member.size}: "
                "a zip bomb."
            )
        unpacker, pieces, got, at = zlib.decompressobj(-15), [], 0, 0
        try:
            while not unpacker.eof and (unpacker.unconsumed_tail or at < member.packed):
                feed = unpacker.unconsumed_tail
                if not feed:
                    feed = self._bytes(start + at, min(BLOCK, member.packed - at))
                    at += len(feed)
                pieces.append(unpacker.decompress(feed, BLOCK))
                got += len(pieces[-1])
                if got > member.size:
                    break
        except zlib.error as error:
            raise ValueError(f"{self.name} is damaged: {member.name!r} can't be unpacked ({error}).") from None
        if got != member.size:
            raise ValueError(f"{self.name} is damaged: {member.name!r} should unpack to {member.size} bytes, not {got}.")
        return b"".join(pieces)

    def _bytes(self, start: int, count: int) -> bytes:
        if start < 0 or count < 0 or start + count > self.size:
            raise ValueError(f"{self.name} is damaged or cut off: it ends at byte {self.size}, should have {start + count}.")
        self.file.seek(start)
        data = self.file.read(count)
        if len(data) != count:
            raise ValueError(f"{self.name} got shorter while it was read.")
        return data

    def _find_directory(self) -> tuple[int, int, int]:
        """Entries, bytes and start of the directory, from the record at the end of the file."""
        length = min(self.size, 22 + 0xFFFF)
        tail = self._bytes(self.size - length, length)
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or at + 22 > length:
            raise ValueError(f"{self.name} is cut off, or not a zip archive: the directory at its end is missing.")
        count, size, start = _u(tail, at + 10, 2), _u(tail, at + 12, 4), _u(tail, at + 16, 4)
        if count == 0xFFFF or size == 0xFFFFFFFF or start == 0xFFFFFFFF:
            locator = self._bytes(self.size - length + at - 20, 20)
            record = self._bytes(_u(locator, 8, 8), 56)
            if locator[:4] != b"PK\x06\x07" or record[:4] != b"PK\x06\x06":
                raise ValueError(f"{self.name} is damaged: the directory of a large zip archive is missing.")
            count, size, start = _u(record, 32, 8), _u(record, 40, 8), _u(record, 48, 8)
        return count, size, start

    def _entry(self, directory: bytes, at: int) -> tuple[Member, int]:
        head = directory[at : at + 46]
        if len(head) < 46 or head[:4] != b"PK\x01\x02":
            raise ValueError(f"{self.name} is damaged: the directory of the zip archive is cut off.")
        lengths = _u(head, 28, 2), _u(head, 30, 2), _u(head, 32, 2)
        end = at + 46 + sum(lengths)
        raw = directory[at + 46 : at + 46 + lengths[0]]
        extra = directory[at + 46 + lengths[0] : at + 46 + lengths[0] + lengths[1]]
        if end > len(directory):
            raise ValueError(f"{self.name} is damaged: the directory of the zip archive is cut off.")
        packed, size, offset = self._wide(extra, _u(head, 20, 4), _u(head, 24, 4), _u(head, 42, 4))
        member = Member(raw.decode("utf8", "replace"), _u(head, 8, 2), _u(head, 10, 2), _u(head, 16, 4), packed, size, offset)
        self._check(member, _u(head, 38, 4) >> 16)
        return member, end

    def _wide(self, extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int, int]:
        """Sizes beyond 4 GB stand in an extra field."""
        values = [size, packed, offset]
        if 0xFFFFFFFF in values:
            at = 0
            while at + 4 <= len(extra) and _u(extra, at, 2) != 1:
                at += 4 + _u(extra, at + 2, 2)
            at += 4
            for i, value in enumerate(values):
                if value == 0xFFFFFFFF:
                    if at + 8 > len(extra):
                        raise ValueError(f"{self.name} is damaged: a size in the zip archive's directory is missing.")
                    values[i], at = _u(extra, at, 8), at + 8
        return values[1], values[0], values[2]

    def _check(self, member: Member, mode: int) -> None:
        name = member.name
        if not name or name.startswith("/") or "\\" in name or "\0" in name or ":" in name or ".." in name.split("/"):
            raise ValueError(f"{self.name} is refused: it has a member {name!r}, a path that leads out of the archive.")
        if mode & 0o170000 not in (0, 0o100000, 0o040000):
            raise ValueError(f"{self.name} is refused: {name!r} in it is a link or device, not a file.")
        if member.flags & 0x2041:
            raise ValueError(f"{self.name} can't be read: {name!r} in it is encrypted.")
        if member.method not in (0, 8):
            raise ValueError(f"{self.name} can't be read: {name!r} is packed by method {member.method}, expected 0 or 8.")
        if member.method == 0 and member.packed != member.size or member.offset + 30 + member.packed > self.size:
            raise ValueError(f"{self.name} is damaged or hostile: {name!r} in it claims sizes that can't be.")


def _u(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")
