"""Groups, datasets and attributes of an HDF5 file, read without the HDF5 library.

A damaged or hostile file can crash that library, and with it the process, or lead it to other files. This reader knows only
what model files are made of: hard links, plain numbers, texts. It runs no C code but NumPy's and zlib's, opens
nothing, and follows no link that leaves the group it stands in. Source: HDF5 File Format Specification, version 3.0.
"""

from __future__ import annotations

import math
import re
from functools import cached_property
from typing import Any, BinaryIO

import numpy as np

from minikeras.saving.hdf5 import headers as h
from minikeras.saving.hdf5.chunks import chunk_table, read_chunks
from minikeras.saving.hdf5.heaps import dense_entries, symbol_table
from minikeras.saving.hdf5.objects import Object
from minikeras.saving.hdf5.source import UNDEFINED, Cursor, Source, open_structure
from minikeras.saving.hdf5.types import (
    Layout,
    Type,
    byte_count,
    from_bfloat16,
    read_filters,
    read_layout,
    read_spaces,
    read_type,
)
from minikeras.saving.opening import SIGNATURE


def open_hdf5(file: BinaryIO, name: str, start: int = 0, size: int | None = None) -> Group:
    """Open an HDF5 file for reading and return its root group.

    Args:
        file: seekable, opened in binary mode; it stays the caller's to close.
        name: what error messages call it.
        start, size: the stretch of the file to look at, in bytes.

    Raises:
        ValueError: not an HDF5 file, damaged, cut off, or it holds what no model file needs.
    """
    source = Source(file, name, start, size)
    for offset in (0, 512, 1024, 2048):
        if source.holds(offset, 64) and source.read(offset, 8, "the signature") == SIGNATURE:
            break
    else:
        raise source.error("is not an HDF5 file, or its beginning is damaged.")
    at = Cursor(source, source.read(offset, 96 if source.holds(offset, 96) else 64, "the superblock"), "the superblock")
    at.take(8)
    version = at.version(0, 1, 2, 3)
    if version < 2:
        at.take(4)
        sizes = at.uint(1), at.uint(1)
        at.take(9 if version == 0 else 13)
        base, _, end = at.uint(8), at.uint(8), at.uint(8)
        at.take(16)
        root = at.uint(8)
    else:
        sizes = at.uint(1), at.uint(1)
        at.take(1)
        base, _, end, root = at.uint(8), at.uint(8), at.uint(8), at.uint(8)
        open_structure(source, offset, 48, "the superblock", SIGNATURE, checked=True)
    if sizes != (8, 8) or base not in (0, offset):
        raise source.error(f"can't be read: its addresses have {sizes[0]} bytes and begin at {base} (damaged, or rare).")
    if end > source.size:
        raise source.error(f"is cut off: it should have {end} bytes, got {source.size}.")
    if base:
        source = Source(file, name, start + base, source.size - base)
    return Group(source, root, "/")


class Group(Object):
    """A folder of the file. ``name in group``, ``group[name]``, ``group.names``."""

    @cached_property
    def links(self) -> dict[str, tuple[int, str]]:
        """Where each name leads: (address, "hard"), or no address and the kind of link that is never followed."""
        found: dict[str, tuple[int, str]] = {}
        for name, address, kind in self._links():
            if name in found:
                raise self.source.error(f"is damaged or hostile: {self.path!r} has the name {name!r} twice.")
            found[name] = address, kind
            self.count(found)
        return found

    @cached_property
    def names(self) -> list[str]:
        """The names of what is inside; numbers in the order of numbers."""
        return sorted(self.links, key=lambda n: (0, int(n), n) if n.isascii() and n.isdigit() and len(n) < 10 else (1, 0, n))

    @cached_property
    def numbered(self) -> dict[str, list[str]]:
        """The names by what stands before their number, in the order of numbers: "dense", "dense_1", ... under "dense"."""
        found: dict[str, list[tuple[int, str]]] = {}
        for name in self.names:
            found.setdefault(name, []).append((0, name))
            if match := re.fullmatch("(.+)_([0-9]{1,9})", name, re.DOTALL):
                found.setdefault(match[1], []).append((int(match[2]), name))
        return {kind: [name for _, name in sorted(names)] for kind, names in found.items()}

    def __contains__(self, name: str) -> bool:
        return name in self.links

    def __getitem__(self, name: str) -> Group | Dataset:
        path = f"{self.path.rstrip('/')}/{name}"
        if name not in self.links:
            raise self.source.error(f"has no {path!r}. In {self.path!r} are: {self.names[:20]}.")
        address, kind = self.links[name]
        if kind != "hard":
            text = f"is refused: {path!r} is a link ({kind.title()}Link: {kind} link), which may lead anywhere: never followed."
            raise self.source.error(text)
        found = h.messages(self.source, address, repr(path))
        kinds = {message.kind for message in found}
        made = Group if kinds & {h.SYMBOL_TABLE, h.LINK_INFO, h.LINK} else Dataset
        return made(self.source, address, path, found)

    def group(self, name: str) -> Group:
        """What stands under a name, if it is a group; read once."""
        if name not in self._groups:
            found = self[name]
            if not isinstance(found, Group):
                raise self.source.error(f"is damaged: {found.path!r} is a dataset, expected a group.")
            self._groups[name] = found
        return self._groups[name]

    @cached_property
    def _groups(self) -> dict[str, Group]:
        return {}

    def unseen(self, seen: set[int]) -> list[Group | Dataset]:
        """What is inside, without what stands at an address in ``seen``: many links to one thing are walked once."""
        found = []
        for name in self.names:
            address = self.links[name][0]
            if address not in seen:
                found.append(self[name])
                seen.add(address)
        return found

    def dataset(self, name: str) -> Dataset:
        """What stands under a path, if it is a dataset."""
        found: Any = self
        for part in name.split("/"):
            if not isinstance(found, Group):
                raise self.source.error(f"is damaged: {found.path!r} is a dataset, expected a group.")
            found = found[part]
        if not isinstance(found, Dataset):
            raise self.source.error(f"is damaged: {found.path!r} is a group, expected a dataset.")
        return found

    def _links(self):
        table = self.message(h.SYMBOL_TABLE)
        if table is not None:
            at = Cursor(self.source, table, f"the table of {self.path!r}")
            yield from symbol_table(self.source, at.uint(8), at.uint(8), repr(self.path))
            return
        for message in self.messages:
            if message.kind == h.LINK:
                yield self._link(message.data)
        info = self.message(h.LINK_INFO)
        if info is None:
            return
        for entry in dense_entries(self.source, info, 8, 4, repr(self.path)):
            yield self._link(entry)

    def _link(self, data: bytes) -> tuple[str, int, str]:
        at = Cursor(self.source, data, f"a link of {self.path!r}")
        at.version(1)
        flags = at.uint(1)
        kind = at.uint(1) if flags & 8 else 0
        at.take((8 if flags & 4 else 0) + (1 if flags & 16 else 0))
        name = at.take(at.uint(1 << (flags & 3))).decode("utf8", "replace")
        if kind == 0:
            return name, at.uint(8), "hard"
        return name, UNDEFINED, {1: "soft", 64: "external"}.get(kind, "user-defined")


class Dataset(Object):
    """An array of numbers: ``shape``, ``dtype`` and ``nbytes`` cost nothing, ``read()`` checks the storage and reads."""

    @cached_property
    def type(self) -> Type:
        """The number type."""
        found, _ = read_type(self.source, self.message(h.DATATYPE, needed=True), repr(self.path))
        if found.kind in ("text", "texts"):
            raise self.source.error(f"can't be read: {self.path!r} holds text, expected numbers.")
        if found.kind == "opaque2":
            if _decoded(self.attribute("dtype")) != "bfloat16":
                raise self.source.error(f"can't be read: {self.path!r} is of opaque type, expected numbers.")
            return Type("bfloat16", 2, found.dtype)
        return found

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """The shape."""
        return self._spaces[0]

    @cached_property
    def _spaces(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The shape, and the largest that it may grow to."""
        spaces = read_spaces(self.source, self.message(h.SPACE, needed=True), repr(self.path))
        if spaces is None:
            raise self.source.error(f"is damaged: {self.path!r} has no numbers.")
        return spaces

    @property
    def dtype(self) -> np.dtype:
        """The number type of what ``read`` returns."""
        return np.dtype("float32") if self.type.kind == "bfloat16" else self.type.dtype.newbyteorder("=")

    @property
    def nbytes(self) -> int:
        """Bytes of the whole array."""
        return byte_count(self.source, self.shape, self.type, repr(self.path))

    def read(self) -> np.ndarray:
        """Return the array, once its storage is known to be there."""
        layout, filters = self._storage
        what = repr(self.path)
        if layout.kind == "chunked":
            array = read_chunks(self.source, layout, self.shape, self._spaces[1], self.type.dtype, filters, what)
        else:
            array = np.frombuffer(self._stored(layout), self.type.dtype).reshape(self.shape)
        if self.type.kind == "bfloat16":
            return from_bfloat16(array)
        if self.type.dtype == bool:
            return array.view(np.uint8) != 0
        return array.astype(self.dtype, copy=False)

    def claims(self) -> tuple[int, int, int]:
        """Bytes that the array claims to have as they are, packed, and those that the packed ones take in the file."""
        layout, filters = self._storage
        if layout.kind != "chunked":
            return self.nbytes, 0, 0
        item = self.type.dtype.itemsize
        table = chunk_table(self.source, layout, self.shape, self._spaces[1], item, bool(filters), repr(self.path))
        return 0, self.nbytes, sum(chunk.length for chunk in table.values())

    @cached_property
    def _storage(self) -> tuple[Layout, list]:
        what = repr(self.path)
        if self.message(h.EXTERNAL) is not None:
            raise self.source.error(f"is refused: the numbers of {what} stand in another file, which is never opened.")
        layout = read_layout(self.source, self.message(h.LAYOUT, needed=True), what)
        packed = self.message(h.FILTERS)
        filters = read_filters(self.source, packed, what) if packed is not None else []
        if filters and layout.kind != "chunked":
            raise self.source.error(f"is damaged: {what} is packed, but not in chunks.")
        return layout, filters

    def _stored(self, layout: Layout) -> bytes:
        count = self.nbytes
        if not math.prod(self.shape):
            return b""
        if layout.kind == "compact":
            if layout.size < count:
                raise self.source.error(f"is damaged: {self.path!r} should have {count} bytes, got {layout.size}.")
            return layout.data[:count]
        if layout.address == UNDEFINED or layout.size < count or not self.source.holds(layout.address, count):
            raise self.source.error(
                f"is damaged or cut off: {self.path!r} of shape {self.shape} claims {count} bytes that the file does not hold."
            )
        return self.source.read_data(layout.address, count, repr(self.path))


def _decoded(value: Any) -> Any:
    return value.decode("utf8", "replace") if isinstance(value, bytes) else value
