"""Number types, shapes and storage: what the messages of a dataset say."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from minikeras.saving.hdf5.source import UNDEFINED, Cursor, Source

CLASSES = "integer float time string bitfield opaque compound reference enum variable-length array complex".split()
_FLOATS = {(2, 10, 5): "f2", (4, 23, 8): "f4", (8, 52, 11): "f8", (2, 7, 8): "bfloat16"}  # (bytes, mantissa, exponent bits)
MOST_AXES = 32


class Type(NamedTuple):
    """A number type: how many bytes an element has in the file, and how NumPy reads them."""

    kind: str  # "number", "bfloat16", "opaque2", "text" (fixed length), "texts" (variable length)
    size: int
    dtype: Any


class Layout(NamedTuple):
    """Where the elements of a dataset stand."""

    kind: str  # "compact", "contiguous", "chunked"
    address: int
    size: int = 0
    data: bytes = b""
    chunk: tuple = ()  # the shape of a chunk and the size of an element
    index: int = 0  # how chunks are found: 0 by a B-tree of version 1, else as `chunk_index` has it
    single: tuple = ()  # the packed size and the mask of a single chunk
    whole_edges: bool = True  # whether chunks that reach beyond the shape are packed as the others


def read_type(source: Source, data: bytes, what: str) -> tuple[Type, int]:
    """Read a datatype message: the type, and how many bytes described it."""
    at = Cursor(source, data, f"the number type of {what}")
    head, flags, size = at.uint(1), at.uint(3), at.uint(4)
    kind = head & 15
    order = ">" if flags & 1 else "<"
    if kind == 0 and size in (1, 2, 4, 8):
        shift, bits = at.uint(2), at.uint(2)
        if (shift, bits) == (0, 8 * size):
            return Type("number", size, np.dtype(f"{order}{'i' if flags & 8 else 'u'}{size}")), at.at
    elif kind == 1:
        at.take(5)
        exponent = at.uint(1)
        at.take(1)
        mantissa = at.uint(1)
        at.take(4)
        name = _FLOATS.get((size, mantissa, exponent))
        if name == "bfloat16":
            return Type("bfloat16", 2, np.dtype(f"{order}u2")), at.at
        if name:
            return Type("number", size, np.dtype(order + name)), at.at
    elif kind == 3 and 0 < size <= 1 << 20:
        return Type("text", size, np.dtype(f"S{size}")), at.at
    elif kind == 5 and size == 2:
        return Type("opaque2", 2, np.dtype("<u2")), len(data)
    elif kind == 8 and size == 1:  # h5py's bool: an enum of int8
        return Type("number", 1, np.dtype("bool")), len(data)
    elif kind == 9 and flags & 15 == 1 and size == 16:
        return Type("texts", 16, None), len(data)
    name = CLASSES[kind] if kind < len(CLASSES) else f"class {kind}"
    raise source.error(f"can't be read: {what} is of type {name} with {size} bytes; expected plain numbers.")


def read_space(source: Source, data: bytes, what: str) -> tuple[int, ...] | None:
    """Read a dataspace message: the shape, or None for "nothing at all"."""
    spaces = read_spaces(source, data, what)
    return None if spaces is None else spaces[0]


def read_spaces(source: Source, data: bytes, what: str) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Read a dataspace message: the shape, and the largest that it may grow to, `UNDEFINED` where there is no limit."""
    at = Cursor(source, data, f"the shape of {what}")
    version, axes, flags = at.version(1, 2), at.uint(1), at.uint(1)
    if version == 1:
        at.take(5)
    elif at.uint(1) == 2:
        return None
    if axes > MOST_AXES:
        raise source.error(f"is damaged: {what} claims {axes} axes.")
    shape = tuple(at.uint(8) for _ in range(axes))
    return shape, tuple(at.uint(8) for _ in range(axes)) if flags & 1 else shape


def read_layout(source: Source, data: bytes, what: str) -> Layout:
    """Read a layout message. Numbers that stand in other files, or are put together from other datasets, are refused."""
    at = Cursor(source, data, f"the storage of {what}")
    version, kind = at.version(3, 4, 5), at.uint(1)
    if kind == 0:
        size = at.uint(2)
        return Layout("compact", 0, size, at.take(size))
    if kind == 1:
        return Layout("contiguous", at.uint(8), at.uint(8))
    if kind == 2 and version == 3:
        axes = at.uint(1)
        address = at.uint(8)
        return Layout("chunked", address, chunk=tuple(at.uint(4) for _ in range(axes)))
    if kind == 2:
        return _new_chunks(source, at, what)
    if kind == 3:
        raise source.error(f"is refused: {what} is a virtual dataset, put together from others. Save plain arrays.")
    raise source.error(f"can't be read: {what} is stored in an unknown way (layout {kind}, version {version}).")


def _new_chunks(source: Source, at: Cursor, what: str) -> Layout:
    """Chunks as HDF5 1.10 and later find them."""
    flags, axes, width = at.uint(1), at.uint(1), at.uint(1)
    if not 1 <= width <= 8 or axes > MOST_AXES + 1:
        raise source.error(f"is damaged: the chunks of {what} have {axes} axes, each told in {width} bytes.")
    chunk = tuple(at.uint(width) for _ in range(axes))
    index = at.uint(1)
    if index not in _INDEX_BYTES:
        raise source.error(f"can't be read: the chunks of {what} are found by an index of kind {index} (damaged, or too new).")
    single = (at.uint(8), at.uint(4)) if index == 1 and flags & 2 else ()
    at.take(_INDEX_BYTES[index])  # how the index is built: its own header says it again
    return Layout("chunked", at.uint(8), chunk=chunk, index=index, single=single, whole_edges=not flags & 1)


_INDEX_BYTES = {1: 0, 2: 0, 3: 1, 4: 5, 5: 6}  # bytes of the layout message about each kind of index


def read_filters(source: Source, data: bytes, what: str) -> list[tuple[int, list[int]]]:
    """Read a filter message: (number of the filter, its arguments), in the order of writing."""
    at = Cursor(source, data, f"the filters of {what}")
    version, count = at.version(1, 2), at.uint(1)
    if version == 1:
        at.take(6)
    found = []
    for _ in range(count):
        number = at.uint(2)
        length = at.uint(2) if version == 1 or number >= 256 else 0
        at.take(2)
        values = at.uint(2)
        at.take(length + (-length % 8 if version == 1 else 0))
        found.append((number, [at.uint(4) for _ in range(values)]))
        if version == 1 and values % 2:
            at.take(4)
    return found


def byte_count(source: Source, shape: tuple, kind: Type, what: str) -> int:
    """Bytes of an array of that shape."""
    count = math.prod(shape) * kind.size
    if count >= UNDEFINED >> 2:
        raise source.error(f"is damaged: {what} claims the shape {shape}.")
    return count


def from_bfloat16(bits: np.ndarray) -> np.ndarray:
    """Widen bfloat16, given as 16-bit integers, to float32.

    >>> from_bfloat16(np.array([0x3F80, 0xC000], "u2"))
    array([ 1., -2.], dtype=float32)
    """
    return (bits.astype(np.uint32) << 16).view(np.float32)
