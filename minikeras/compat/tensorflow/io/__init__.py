"""`tf.io`: files, TFRecords and the examples in them, numbers and pictures from bytes.

>>> decode_raw(b"\\x01\\x02", "uint8").numpy(), [c.numpy() for c in decode_csv("1,a", [0, ""])]
(array([1, 2], dtype=uint8), [np.int32(1), b'a'])
"""

from __future__ import annotations

import base64
import csv
import glob
import os
import zlib
from typing import Any, NamedTuple

import numpy as np

from minikeras import ops
from minikeras._core.text import Text, text, to_bytes
from minikeras.compat.tensorflow._messages import Example, SequenceExample, fields
from minikeras.compat.tensorflow._tensors import convert_to_tensor
from minikeras.compat.tensorflow._tools import absent, exported, taken
from minikeras.compat.tensorflow.dtypes import DType, as_dtype
from minikeras.compat.tensorflow.io import gfile  # noqa: F401 - tf.io.gfile
from minikeras.compat.tensorflow.sparse import SparseTensor
from minikeras.tensorboard import messages

_ALSO = "decode_image decode_jpeg decode_png decode_bmp decode_gif encode_jpeg encode_png is_jpeg"
globals().update({**taken("_image_files", _ALSO), **taken("_records", "TFRecordWriter TFRecordOptions")})


def _bytes(value: Any) -> bytes:
    value = value.numpy() if hasattr(value, "numpy") else value
    return to_bytes(value.item() if isinstance(value, np.ndarray) else value)


def _path(value: Any) -> str:
    return os.fsdecode(_bytes(value))


def read_file(filename: Any, name: str | None = None) -> Any:
    """The bytes of a file."""
    with open(_path(filename), "rb") as file:
        return text(file.read())


def write_file(filename: Any, contents: Any, name: str | None = None) -> None:
    """Write bytes into a file; its folder is made."""
    path = _path(filename)
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "wb") as file:
        file.write(_bytes(contents))


def matching_files(pattern: Any, name: str | None = None) -> Any:
    """The files that match a pattern."""
    return text(np.array(sorted(glob.glob(_path(pattern))), object))


def decode_raw(input_bytes: Any, out_type: Any, little_endian: bool = True, name: str | None = None) -> Any:
    """The numbers that bytes stand for."""
    kind = np.dtype(str(as_dtype(out_type))).newbyteorder("<" if little_endian else ">")
    words = text(input_bytes).view(np.ndarray)
    rows = [np.frombuffer(to_bytes(w), kind) for w in words.reshape(-1)]
    return ops.convert_to_tensor(np.stack(rows).reshape(*words.shape, -1).astype(kind.newbyteorder("=")))


def decode_csv(
    records: Any, record_defaults: Any, field_delim: str = ",", use_quote_delim: bool = True, na_value: str = "",
    select_cols: Any = None, name: str | None = None,
) -> list:  # fmt: skip
    """The columns of lines, each of the type of its default; a default that is a type demands a value."""
    words = text(records).view(np.ndarray)
    how = {"delimiter": field_delim, "quoting": csv.QUOTE_MINIMAL if use_quote_delim else csv.QUOTE_NONE}
    rows = list(csv.reader([str(w) for w in words.reshape(-1)], **how))
    columns = list(zip(*rows)) if select_cols is None else [[row[i] for row in rows] for i in select_cols]
    if len(columns) != len(record_defaults):
        raise ValueError(f"decode_csv: expect {len(record_defaults)} fields but have {len(columns)} in a record.")
    return [_column(c, d, na_value, words.shape, i) for i, (c, d) in enumerate(zip(columns, record_defaults))]


def _column(values: Any, default: Any, na_value: str, shape: tuple, number: int) -> Any:
    if not isinstance(default, DType) and np.size(default) == 0:  # tf.constant([], tf.int32) stands for its type
        default = as_dtype(getattr(default, "dtype", "float32"))
    needed = isinstance(default, DType)
    first = default if not needed else "" if default == "string" else np.zeros((), str(default))
    value = convert_to_tensor(first)
    words = isinstance(value, Text)
    empty = value.view(np.ndarray).reshape(-1)
    if needed and any(v == na_value for v in values):
        raise ValueError(f"decode_csv: field {number} is required but missing in a record.")
    filled = [empty[0] if v == na_value else v if words else empty.dtype.type(v) for v in values]
    return convert_to_tensor(np.array(filled, object if words else empty.dtype).reshape(shape))


class FixedLenFeature(NamedTuple):
    """A feature of a known shape."""

    shape: Any
    dtype: Any
    default_value: Any = None


class FixedLenSequenceFeature(NamedTuple):
    """A feature with as many rows as there are."""

    shape: Any
    dtype: Any
    allow_missing: bool = False
    default_value: Any = None


class VarLenFeature(NamedTuple):
    """A feature with as many values as there are: a `SparseTensor` comes out."""

    dtype: Any


def _values(feature: Any) -> list:
    if feature is None:
        return []
    return next((part.value for part in (feature.bytes_list, feature.float_list, feature.int64_list) if part.value), [])


def _parsed(name: str, found: list, spec: Any) -> Any:
    kind = as_dtype(spec.dtype)
    if isinstance(spec, VarLenFeature):
        values = text(np.array(found, object)) if kind == "string" else np.array(found, str(kind))
        return SparseTensor(np.arange(len(found))[:, None], values, [len(found)])
    shape = (-1, *spec.shape) if isinstance(spec, FixedLenSequenceFeature) else tuple(spec.shape)
    if not found and spec.default_value is not None:
        return ops.broadcast_to(convert_to_tensor(spec.default_value, kind), shape)
    if not found and not isinstance(spec, FixedLenSequenceFeature):
        raise ValueError(f"Feature: {name} (data type: {kind}) is required but could not be found.")
    values = np.empty(len(found), object) if kind == "string" else np.array(found, str(kind))
    if kind == "string":
        values[:] = found
    try:
        return convert_to_tensor(values.reshape(shape))
    except ValueError:
        raise ValueError(f"Feature {name}: {len(found)} values do not fit the shape {tuple(spec.shape)}.") from None


def parse_single_example(serialized: Any, features: dict, example_names: Any = None, name: str | None = None) -> dict:
    """The features of a `tf.train.Example`, by a dict of their specs."""
    found = Example.FromString(_bytes(serialized)).features.feature
    return {key: _parsed(key, _values(found.get(key)), spec) for key, spec in features.items()}


def parse_example(serialized: Any, features: dict, example_names: Any = None, name: str | None = None) -> dict:
    """The same of several at once."""
    words = text(serialized).view(np.ndarray)
    if words.ndim == 0:
        return parse_single_example(serialized, features)
    rows = [parse_single_example(w, features) for w in words]
    return {key: _joined([row[key] for row in rows]) for key in features}


def _joined(parts: list) -> Any:
    if not isinstance(parts[0], SparseTensor):
        return convert_to_tensor(np.stack([p.view(np.ndarray) for p in parts]))
    where = [(i, j) for i, p in enumerate(parts) for j in range(len(p.values))]
    values = np.concatenate([p.values.view(np.ndarray) for p in parts])
    return SparseTensor(np.array(where).reshape(-1, 2), values, [len(parts), max(p.shape[0] for p in parts)])


def parse_single_sequence_example(
    serialized: Any, context_features: Any = None, sequence_features: Any = None, example_name: Any = None, name: Any = None
) -> tuple[dict, dict]:
    """The features of the whole and of the steps of a `tf.train.SequenceExample`."""
    example = SequenceExample.FromString(_bytes(serialized))
    context = {k: _parsed(k, _values(example.context.feature.get(k)), s) for k, s in (context_features or {}).items()}
    steps = {}
    for key, spec in (sequence_features or {}).items():
        found = example.feature_lists.feature_list.get(key)
        values = [v for f in (found.feature if found else ()) for v in _values(f)]
        steps[key] = _parsed(key, values, spec)
    return context, steps


def serialize_tensor(tensor: Any, name: str | None = None) -> Any:
    """A tensor as bytes."""
    x = convert_to_tensor(tensor)
    if isinstance(x, Text):
        return text(messages.strings([to_bytes(w) for w in x.view(np.ndarray).reshape(-1)], tuple(x.shape)))
    return text(messages.tensor(np.asarray(x)))


_TYPES = {1: "float32", 2: "float64", 3: "int32", 4: "uint8", 5: "int16", 6: "int8", 9: "int64", 10: "bool", 17: "uint16",
          19: "float16", 22: "uint32", 23: "uint64"}  # fmt: skip


def parse_tensor(serialized: Any, out_type: Any, name: str | None = None) -> Any:
    """The tensor that bytes of `serialize_tensor` stand for."""
    kind, shape, content, words = "string", [], b"", []
    for number, value in fields(_bytes(serialized)):
        if number == 1:
            kind = _TYPES.get(value, "string")
        elif number == 2:
            shape = [dict(fields(dim)).get(1, 0) for n, dim in fields(value) if n == 2]
        elif number == 4:
            content = value
        elif number == 8:
            words.append(value)
    if kind == "string":
        return text(np.array(words, object).reshape(shape))
    return ops.convert_to_tensor(np.frombuffer(content, kind).reshape(shape).copy())


def decode_base64(input: Any, name: str | None = None) -> Any:
    """The bytes of web-safe base64."""
    data = _bytes(input)
    return text(base64.urlsafe_b64decode(data + b"=" * (-len(data) % 4)))


def encode_base64(input: Any, pad: bool = False, name: str | None = None) -> Any:
    """Bytes as web-safe base64."""
    data = base64.urlsafe_b64encode(_bytes(input))
    return text(data if pad else data.rstrip(b"="))


def decode_compressed(bytes: Any, compression_type: str = "", name: str | None = None) -> Any:
    """What was compressed with zlib or gzip."""
    return text(zlib.decompress(_bytes(bytes), 47) if compression_type else _bytes(bytes))


__all__ = exported(globals(), f"{_ALSO} TFRecordWriter TFRecordOptions gfile")
__getattr__ = absent("tf.io", globals())
