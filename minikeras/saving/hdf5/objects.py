"""What groups and datasets have in common: a path, messages, attributes."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from minikeras.saving.hdf5 import headers as h
from minikeras.saving.hdf5.heaps import dense_entries, global_heap
from minikeras.saving.hdf5.source import Cursor, Source
from minikeras.saving.hdf5.types import byte_count, read_space, read_type

MOST_ENTRIES = 100_000
LARGEST_ATTRIBUTE = 16 << 20


class Object:
    """What a group and a dataset have in common: a path and attributes."""

    def __init__(self, source: Source, address: int, path: str, found: list | None = None):
        self.source, self.address, self.path = source, address, path
        self.messages = h.messages(source, address, repr(path)) if found is None else found

    def __repr__(self):
        return f"<{type(self).__name__} {self.path!r} of {self.source.name}>"

    def message(self, kind: int, needed: bool = False) -> bytes | None:
        """The first message of a kind."""
        for message in self.messages:
            if message.kind == kind:
                if message.flags & h.SHARED:
                    raise self.source.error(f"is refused: {self.path!r} refers to a description elsewhere. Save plain arrays.")
                return message.data
        if needed:
            raise self.source.error(f"is damaged: {self.path!r} is not what it should be (no message {kind:#x}).")
        return None

    @cached_property
    def attrs(self) -> dict[str, Any]:
        """The attributes: texts, lists of texts, arrays of numbers."""
        return {name: self._value(*rest) for name, rest in self._attributes.items()}

    @property
    def attribute_names(self) -> list[str]:
        """The names of the attributes."""
        return list(self._attributes)

    def attribute(self, name: str) -> Any:
        """One attribute, or None."""
        return self._value(*self._attributes[name]) if name in self._attributes else None

    @cached_property
    def _attributes(self) -> dict[str, tuple]:
        found = [m.data for m in self.messages if m.kind == h.ATTRIBUTE and not m.flags & h.SHARED]
        info = self.message(h.ATTRIBUTE_INFO)
        if info is not None:
            for entry in dense_entries(self.source, info, 2, 0, repr(self.path)):
                found.append(entry)
                self.count(found)
        named = {}
        for data in found:
            name, *rest = self._attribute(data)
            named[name] = rest
        return named

    def _attribute(self, data: bytes) -> tuple[str, bytes, bytes, bytes]:
        at = Cursor(self.source, data, f"an attribute of {self.path!r}")
        version = at.version(1, 2, 3)
        if at.uint(1) and version > 1:
            raise self.source.error(f"is refused: an attribute of {self.path!r} refers to a shared number type.")
        sizes = at.uint(2), at.uint(2), at.uint(2)
        at.take(1 if version == 3 else 0)
        name, kind, space = (at.take(n + (-n % 8 if version == 1 else 0))[:n] for n in sizes)
        return name.split(b"\0")[0].decode("utf8", "replace"), kind, space, at.take(at.left)

    def _value(self, kind: bytes, space: bytes, data: bytes) -> Any:
        what = f"an attribute of {self.path!r}"
        found, _ = read_type(self.source, kind, what)
        shape = read_space(self.source, space, what)
        if shape is None:
            return None
        count = byte_count(self.source, shape, found, what)
        if count > len(data):
            raise self.source.error(f"is damaged: {what} should have {count} bytes, got {len(data)}.")
        if found.kind == "texts":
            if sum(int.from_bytes(data[i : i + 4], "little") for i in range(0, count, 16)) > LARGEST_ATTRIBUTE:
                raise self.source.error(f"is damaged or hostile: {what} claims more than {LARGEST_ATTRIBUTE} bytes of text.")
            texts = [self._text(data[i : i + 16]) for i in range(0, count, 16)]
            return texts if shape else texts[0]
        array = np.frombuffer(data[:count], found.dtype).reshape(shape)
        if found.kind == "text":
            return array.tolist() if shape else array.item()
        return array.copy()

    def _text(self, reference: bytes) -> bytes:
        length, address, index = (int.from_bytes(reference[i:j], "little") for i, j in ((0, 4), (4, 12), (12, 16)))
        if not length:
            return b""
        data = global_heap(self.source, address, index, f"a text of {self.path!r}")
        if length > len(data):
            raise self.source.error(f"is damaged: a text of {self.path!r} should have {length} bytes, got {len(data)}.")
        return data[:length]

    def count(self, found) -> None:
        """Raise if a list has grown beyond all measure."""
        if len(found) > MOST_ENTRIES:
            raise self.source.error(f"is damaged or hostile: {self.path!r} has more than {MOST_ENTRIES} entries.")
