"""The bytes of a file that nobody vouches for: every read is bounded, every structure is counted."""

from __future__ import annotations

from typing import BinaryIO

UNDEFINED = 0xFFFFFFFFFFFFFFFF  # HDF5's address of what was never written
LARGEST_STRUCTURE = 16 << 20  # bytes: no table of names or header of a model file comes near
MOST_STRUCTURES = 400_000  # reads: ends every loop that a damaged file may lead into
BEST_RATIO, FREE = 16, 8 << 20  # numbers pack a few times; a bomb packs a thousand times


class Source:
    """A stretch of a seekable binary file, read by address.

    Args:
        file: opened in binary mode.
        name: what error messages call it.
        start: where the stretch begins in the file, in bytes.
        size: its length in bytes; to the end of the file by default.

    >>> import io
    >>> Source(io.BytesIO(b"abcdef"), "x.h5", start=2).read(1, 2, "name")
    b'de'
    >>> Source(io.BytesIO(b"abcdef"), "x.h5").read(4, 9, "name")
    Traceback (most recent call last):
    ValueError: x.h5 is damaged or cut off: name at byte 4 should have 9 bytes, but the file ends at byte 6.
    """

    def __init__(self, file: BinaryIO, name: str, start: int = 0, size: int | None = None):
        self.file, self.name, self.start = file, name, start
        end = file.seek(0, 2)
        self.size = end - start if size is None else min(size, end - start)
        self.reads = 0
        self.structures_left = 4 * self.size + (64 << 20)
        self.data_left = 2 * self.size + 4096  # the data of a file is read once, not as often as its tables say
        self.unpacked_left = BEST_RATIO * self.size + FREE
        self.texts: dict[int, dict[int, bytes]] = {}  # collections of texts met so far

    def error(self, text: str) -> ValueError:
        """Make the exception that says what is wrong with this file."""
        return ValueError(f"{self.name} {text}")

    def read(self, address: int, count: int, what: str) -> bytes:
        """Return ``count`` bytes of a structure."""
        self.reads += 1
        self.structures_left -= count
        if self.reads > MOST_STRUCTURES or self.structures_left < 0:
            raise self.error("is damaged: its tables lead in circles, or name more than a model can hold.")
        if count > LARGEST_STRUCTURE:
            raise self.error(f"is damaged: {what} claims {count} bytes, the most allowed is {LARGEST_STRUCTURE}.")
        return self._read(address, count, what)

    def read_data(self, address: int, count: int, what: str) -> bytes:
        """Return ``count`` bytes of numbers; all such reads together stay below twice the size of the file."""
        self.data_left -= count
        if self.data_left < 0:
            raise self.error(f"is damaged or hostile: {what} and others claim the same bytes many times over.")
        return self._read(address, count, what)

    def unpack(self, count: int, what: str) -> None:
        """Count bytes that are about to be unpacked; all of them together stay below a small multiple of the file."""
        self.unpacked_left -= count
        if self.unpacked_left < 0:
            raise self.error(f"is refused: {what} and others claim to unpack to far more than the file can hold, a bomb.")

    def holds(self, address: int, count: int) -> bool:
        """Whether that stretch lies inside the file."""
        return 0 <= address and 0 <= count and address + count <= self.size

    def _read(self, address: int, count: int, what: str) -> bytes:
        if not self.holds(address, count):
            raise self.error(
                f"is damaged or cut off: {what} at byte {address} should have {count} bytes, "
                f"but the file ends at byte {self.size}."
            )
        self.file.seek(self.start + address)
        data = self.file.read(count)
        if len(data) != count:
            raise self.error(f"got shorter while it was read: {what} should have {count} bytes, got {len(data)}.")
        return data


class Cursor:
    """Walks through the bytes of one structure, little-endian, and never past its end.

    >>> import io
    >>> c = Cursor(Source(io.BytesIO(b""), "x.h5"), b"AB" + bytes([1, 2, 0]), "table"); c.expect(b"AB"); c.uint(1), c.uint(2)
    (1, 2)
    """

    def __init__(self, source: Source, data: bytes, what: str):
        self.source, self.data, self.what, self.at = source, data, what, 0

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        end = self.at + count
        if count < 0 or end > len(self.data):
            raise self.source.error(f"is damaged: {self.what} ends too early.")
        piece, self.at = self.data[self.at : end], end
        return piece

    def uint(self, size: int) -> int:
        """The next unsigned integer of ``size`` bytes."""
        return int.from_bytes(self.take(size), "little")

    def expect(self, signature: bytes) -> None:
        """Step over a signature that has to stand here."""
        found = self.take(len(signature))
        if found != signature:
            raise self.source.error(f"is damaged: {self.what} should begin with {signature!r}, found {found!r}.")

    def version(self, *known: int) -> int:
        """The next byte, a version number that has to be one of those known."""
        found = self.uint(1)
        if found not in known:
            raise self.source.error(f"can't be read: {self.what} is of version {found}, known: {known} (damaged, or too new).")
        return found

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return len(self.data) - self.at


def open_structure(source: Source, address: int, count: int, what: str, signature: bytes, checked: bool = False) -> Cursor:
    """Read a structure, step over its signature, and compare the checksum in its last four bytes."""
    data = source.read(address, count, what)
    cursor = Cursor(source, data, what)
    cursor.expect(signature)
    if checked:
        verify(source, data, what)
    return cursor


def verify(source: Source, data: bytes, what: str) -> None:
    """Compare the last four bytes with the checksum of all before."""
    if lookup3(data[:-4]) != int.from_bytes(data[-4:], "little"):
        raise source.error(f"is damaged: the checksum of {what} is wrong.")


def lookup3(data: bytes) -> int:
    """Bob Jenkins' lookup3 hash, the checksum of HDF5's structures.

    Source: Jenkins, http://burtleburtle.net/bob/c/lookup3.c, 2006.

    >>> hex(lookup3(b"Four score and seven years ago"))
    '0x17770551'
    """
    m = 0xFFFFFFFF
    a = b = c = (0xDEADBEEF + len(data)) & m
    at, left = 0, len(data)
    word = int.from_bytes
    while left > 12:
        a = (a + word(data[at : at + 4], "little")) & m
        b = (b + word(data[at + 4 : at + 8], "little")) & m
        c = (c + word(data[at + 8 : at + 12], "little")) & m
        a = ((a - c) & m) ^ ((c << 4 | c >> 28) & m)
        c = (c + b) & m
        b = ((b - a) & m) ^ ((a << 6 | a >> 26) & m)
        a = (a + c) & m
        c = ((c - b) & m) ^ ((b << 8 | b >> 24) & m)
        b = (b + a) & m
        a = ((a - c) & m) ^ ((c << 16 | c >> 16) & m)
        c = (c + b) & m
        b = ((b - a) & m) ^ ((a << 19 | a >> 13) & m)
        a = (a + c) & m
        c = ((c - b) & m) ^ ((b << 4 | b >> 28) & m)
        b = (b + a) & m
        at, left = at + 12, left - 12
    if not left:
        return c
    a = (a + word(data[at : at + 4], "little")) & m
    b = (b + word(data[at + 4 : at + 8], "little")) & m
    c = (c + word(data[at + 8 : at + 12], "little")) & m
    c = ((c ^ b) - ((b << 14 | b >> 18) & m)) & m
    a = ((a ^ c) - ((c << 11 | c >> 21) & m)) & m
    b = ((b ^ a) - ((a << 25 | a >> 7) & m)) & m
    c = ((c ^ b) - ((b << 16 | b >> 16) & m)) & m
    a = ((a ^ c) - ((c << 4 | c >> 28) & m)) & m
    b = ((b ^ a) - ((a << 14 | a >> 18) & m)) & m
    return ((c ^ b) - ((b << 24 | b >> 8) & m)) & m
