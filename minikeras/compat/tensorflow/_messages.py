"""Messages of TFRecord files: `tf.train.Example` and its parts, as bytes.

>>> example = Example(Features({"n": Feature(int64_list=Int64List([1, -2]))}))
>>> Example.FromString(example.SerializeToString()).features.feature["n"].int64_list.value
[1, -2]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minikeras._core.text import to_bytes
from minikeras.tensorboard.messages import NUMBERS, strings, tensor
from minikeras.tensorboard.protobuf import block, varint


def fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """The fields of a message: number and value (an integer, or bytes).

    >>> list(fields(block(2, "ab")))
    [(2, b'ab')]
    """
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = read_varint(data, at)
        else:
            size, at = read_varint(data, at) if kind == 2 else ({1: 8, 5: 4}[kind], at)
            value, at = data[at : at + size], at + size
        yield key >> 3, value


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """An integer in groups of 7 bits, and where the next thing begins.

    >>> read_varint(varint(300), 0)
    (300, 2)
    """
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


class Message:
    """A message that can be written and read. A subclass says how: ``encode`` and ``read(data)``."""

    def SerializeToString(self) -> bytes:  # noqa: N802 - as protocol buffers call it
        """The message as bytes."""
        return self.encode()

    @classmethod
    def FromString(cls, data: Any) -> Any:  # noqa: N802
        """The message that bytes stand for."""
        message = cls()
        message.read(to_bytes(getattr(data, "numpy", lambda: data)()))
        return message

    def ParseFromString(self, data: Any) -> int:  # noqa: N802
        """Fill this message from bytes."""
        data = to_bytes(getattr(data, "numpy", lambda: data)())
        self.read(data)
        return len(data)

    def __eq__(self, other):
        return type(self) is type(other) and self.encode() == other.encode()

    __hash__ = None

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in vars(self).items())})"


class _Values(Message):
    def __init__(self, value: Any = ()):
        self.value = [self.one(v) for v in value]


class BytesList(_Values):
    """A list of bytes."""

    one = staticmethod(lambda v: to_bytes(getattr(v, "numpy", lambda: v)()))

    def encode(self) -> bytes:
        """As bytes."""
        return b"".join(block(1, v) for v in self.value)

    def read(self, data: bytes) -> None:
        """From bytes."""
        self.value = [v for _, v in fields(data)]


class FloatList(_Values):
    """A list of float32 numbers."""

    one = float

    def encode(self) -> bytes:
        """As bytes."""
        return block(1, np.asarray(self.value, "<f4").tobytes()) if self.value else b""

    def read(self, data: bytes) -> None:
        """From bytes."""
        self.value = [float(x) for _, v in fields(data) for x in np.frombuffer(v, "<f4")]


class Int64List(_Values):
    """A list of integers."""

    one = int

    def encode(self) -> bytes:
        """As bytes."""
        return block(1, b"".join(map(varint, self.value))) if self.value else b""

    def read(self, data: bytes) -> None:
        """From bytes."""
        self.value = []
        for _, v in fields(data):
            at = 0
            while not isinstance(v, int) and at < len(v):
                number, at = read_varint(v, at)
                self.value.append(number - (number >> 63 << 64))
            if isinstance(v, int):
                self.value.append(v - (v >> 63 << 64))


_KINDS = {1: ("bytes_list", BytesList), 2: ("float_list", FloatList), 3: ("int64_list", Int64List)}


class Feature(Message):
    """One of three lists."""

    def __init__(self, bytes_list: Any = None, float_list: Any = None, int64_list: Any = None):
        self.bytes_list, self.float_list, self.int64_list = bytes_list, float_list, int64_list
        self._fill()

    def _fill(self) -> None:
        self.kind = next((n for n, _ in _KINDS.values() if getattr(self, n) is not None), None)
        for name, cls in _KINDS.values():
            if getattr(self, name) is None:
                setattr(self, name, cls())

    def WhichOneof(self, name: str) -> str | None:  # noqa: N802
        """Which list is set."""
        return self.kind

    def encode(self) -> bytes:
        """As bytes."""
        lists = {i: getattr(self, name) for i, (name, _) in _KINDS.items() if getattr(self, name).value or name == self.kind}
        return b"".join(block(i, values.encode()) for i, values in lists.items())

    def read(self, data: bytes) -> None:
        """From bytes."""
        self.bytes_list = self.float_list = self.int64_list = None
        for number, value in fields(data):
            name, cls = _KINDS[number]
            setattr(self, name, cls.FromString(value))
        self._fill()


class _Map(Message):
    attribute, kind = "feature", Feature

    def encode(self) -> bytes:
        """As bytes."""
        pairs = sorted(getattr(self, self.attribute).items())
        return b"".join(block(1, block(1, name) + block(2, value.encode())) for name, value in pairs)

    def read(self, data: bytes) -> None:
        """From bytes."""
        found = getattr(self, self.attribute)
        found.clear()
        for _, entry in fields(data):
            parts = dict(fields(entry))
            found[parts[1].decode()] = self.kind.FromString(parts.get(2, b""))


class Features(_Map):
    """Features by name."""

    def __init__(self, feature: Any = None):
        self.feature = dict(feature or {})


class FeatureList(Message):
    """Features, one for each step."""

    def __init__(self, feature: Any = ()):
        self.feature = list(feature)

    def encode(self) -> bytes:
        """As bytes."""
        return b"".join(block(1, f.encode()) for f in self.feature)

    def read(self, data: bytes) -> None:
        """From bytes."""
        self.feature = [Feature.FromString(value) for _, value in fields(data)]


class FeatureLists(_Map):
    """Lists of features by name."""

    attribute, kind = "feature_list", FeatureList

    def __init__(self, feature_list: Any = None):
        self.feature_list = dict(feature_list or {})


class Example(Message):
    """A sample: features by name."""

    def __init__(self, features: Any = None):
        self.features = Features() if features is None else features

    def encode(self) -> bytes:
        """As bytes."""
        return block(1, self.features.encode())

    def read(self, data: bytes) -> None:
        """From bytes."""
        self.features = Features.FromString(dict(fields(data)).get(1, b""))


class SequenceExample(Message):
    """A sample of steps: features of the whole, and lists of features."""

    def __init__(self, context: Any = None, feature_lists: Any = None):
        self.context = Features() if context is None else context
        self.feature_lists = FeatureLists() if feature_lists is None else feature_lists

    def encode(self) -> bytes:
        """As bytes."""
        return block(1, self.context.encode()) + block(2, self.feature_lists.encode())

    def read(self, data: bytes) -> None:
        """From bytes."""
        parts = dict(fields(data))
        self.context = Features.FromString(parts.get(1, b""))
        self.feature_lists = FeatureLists.FromString(parts.get(2, b""))


class TensorProto(Message):
    """An array as a message."""

    def __init__(self, array: Any = ()):
        self.array = np.asarray(array)

    def encode(self) -> bytes:
        """As bytes."""
        return tensor(self.array) if self.array.dtype.kind not in "OSU" else strings(
            [to_bytes(word) for word in self.array.reshape(-1)], self.array.shape
        )  # fmt: skip

    def read(self, data: bytes) -> None:
        """From bytes."""
        parts: dict = {}
        for number, value in fields(data):
            parts.setdefault(number, []).append(value)
        shape = [dict(fields(size)).get(1, 0) for number, size in fields(parts.get(2, [b""])[0]) if number == 2]
        dtype = next((name for name, number in NUMBERS.items() if number == parts.get(1, [0])[0]), None)
        if 8 in parts:
            self.array = np.array(parts[8], object).reshape(shape)
        elif dtype == "float32" and 5 in parts:
            self.array = np.broadcast_to(np.frombuffer(b"".join(parts[5]), "<f4"), shape or (1,)).reshape(shape)
        elif dtype and 4 in parts:
            self.array = np.frombuffer(parts[4][0], dtype).reshape(shape)
        elif dtype and not set(parts) - {1, 2, 3}:
            self.array = np.zeros(shape, dtype)  # zeros are left out
        else:
            raise ValueError(f"A TensorProto holds content, float32 numbers or texts here; got the fields {sorted(parts)}.")


def make_tensor_proto(values: Any, dtype: Any = None, shape: Any = None, **kwargs: Any) -> TensorProto:
    """An array as a message."""
    array = np.asarray(values, None if dtype is None else str(dtype))
    array = array.astype("float32") if array.dtype == "float64" and not hasattr(values, "dtype") else array
    return TensorProto(array if shape is None else np.broadcast_to(array, tuple(shape)))


def make_ndarray(tensor: TensorProto) -> np.ndarray:
    """The array of such a message."""
    return tensor.array


class SummaryMetadata(Message):
    """Which part of TensorBoard's page shows a summary: kept as it came."""

    def __init__(self):
        self.data = b""

    def encode(self) -> bytes:
        """As bytes."""
        return self.data

    def read(self, data: bytes) -> None:
        """From bytes."""
        self.data = bytes(data)


class _SummaryValues(list):
    def add(self, tag: str = "", metadata: Any = None, tensor: Any = None) -> None:
        """Add one value."""
        self.append((tag, metadata, tensor))


class Summary(Message):
    """What is noted at one step; `tensorboard.plugins.hparams` puts it together.

    >>> summary = Summary(); summary.value.add(tag="a", tensor=make_tensor_proto(0.0)); len(summary.SerializeToString())
    17
    """

    def __init__(self):
        self.value = _SummaryValues()

    def encode(self) -> bytes:
        """As bytes."""
        parts = [(block(1, tag), *((8, tensor), (9, metadata))) for tag, metadata, tensor in self.value]
        return b"".join(
            block(1, tag + b"".join(block(number, m.encode()) for number, m in more if m is not None)) for tag, *more in parts
        )
