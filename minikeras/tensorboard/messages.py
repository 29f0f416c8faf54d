"""The messages of an event file: an event holds a summary, a summary holds values, a value is a tensor with its metadata."""

from __future__ import annotations

import functools
import struct
from collections.abc import Sequence

import numpy as np

from minikeras.tensorboard.crc32c import masked
from minikeras.tensorboard.protobuf import block, double, integer

NUMBERS = {
    "float32": 1, "float64": 2, "int32": 3, "uint8": 4, "int16": 5, "int8": 6, "int64": 9, "bool": 10, "uint16": 17,
    "float16": 19, "uint32": 22, "uint64": 23,
}  # fmt: skip
_STRING = 7


def record(data: bytes) -> bytes:
    """A TFRecord: the length, its checksum, the data, their checksum.

    >>> len(record(b"abc"))
    19
    """
    return b"".join((_length(len(data)), data, struct.pack("<I", masked(data))))


@functools.lru_cache(4096)
def _length(n: int) -> bytes:
    length = struct.pack("<Q", n)
    return length + struct.pack("<I", masked(length))


def tensor(array: np.ndarray) -> bytes:
    """A TensorProto of numbers.

    >>> tensor(np.array(0.5, "float32")).hex()
    '0801120022040000003f'
    """
    kind = NUMBERS.get(array.dtype.name)
    if kind is None:
        raise ValueError(f"A summary holds numbers or texts, got an array of {array.dtype}.")
    return integer(1, kind) + block(2, _shape(array.shape)) + block(4, np.ascontiguousarray(array).tobytes())


def strings(values: Sequence[bytes], shape: tuple) -> bytes:
    """A TensorProto of byte strings.

    >>> strings([b"a"], ()).hex()
    '08071200420161'
    """
    return integer(1, _STRING) + block(2, _shape(shape)) + b"".join(block(8, value) for value in values)


def _shape(shape: tuple) -> bytes:
    return b"".join(block(2, integer(1, n)) for n in shape)


def summary(tag: str, content: bytes, plugin: str, data: bytes = b"", description: str | None = None) -> bytes:
    """A Summary with one value.

    Args:
        tag: the name it goes by.
        content: a TensorProto.
        plugin: which part of the page shows it.
        data: what that part wants to know besides.
        description: a text in Markdown.

    >>> b"epoch_loss" in summary("epoch_loss", tensor(np.zeros((), "float32")), "scalars")
    True
    """
    return block(1, block(1, tag) + block(8, content) + _metadata(plugin, data, description))


def _metadata(plugin: str, data: bytes, description: str | None) -> bytes:
    metadata = block(1, block(1, plugin) + (block(2, data) if data else b""))
    return block(9, metadata + block(3, description) if description else metadata)


@functools.lru_cache(4096)
def around_scalar(tag: str, description: str | None = None) -> tuple[bytes, bytes]:
    """What stands before and after the four bytes of the number in the Summary of a scalar.

    >>> before, after = around_scalar("epoch_loss")
    >>> before + bytes(4) + after == summary("epoch_loss", tensor(np.zeros((), "float32")), "scalars")
    True
    """
    after = _metadata("scalars", b"", description)
    whole = summary(tag, tensor(np.zeros((), "float32")), "scalars", b"", description)
    return whole[: -len(after) - 4], after


def event(wall_time: float, step: int, summary: bytes) -> bytes:
    """An Event with a summary.

    >>> event(0.0, 1, b"").hex()
    '09000000000000000010012a00'
    """
    return double(1, wall_time) + (integer(2, step) if step else b"") + block(5, summary)


def graph_event(wall_time: float, graph: bytes) -> bytes:
    """An Event with a GraphDef.

    >>> graph_event(0.0, b"").hex()
    '0900000000000000002200'
    """
    return double(1, wall_time) + block(4, graph)


def first_event(wall_time: float) -> bytes:
    """The Event that begins a file.

    >>> b"brain.Event:2" in first_event(0.0)
    True
    """
    return double(1, wall_time) + block(3, "brain.Event:2") + block(10, block(1, "minikeras.tensorboard.writer"))
