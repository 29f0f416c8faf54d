"""`tf.strings`: functions of text, element by element.

>>> lower(["Ab", "C"]).numpy(), length("é").tolist(), split("a b c").numpy()
(array([b'ab', b'c'], dtype=object), 2, array([b'a', b'b', b'c'], dtype=object))
"""

from __future__ import annotations

import re
import string
from typing import Any

import numpy as np

from minikeras import ops
from minikeras._core.symbolic import KerasTensor
from minikeras._core.text import Text, text, to_bytes, to_str
from minikeras.compat.tensorflow._tensors import convert_to_tensor
from minikeras.compat.tensorflow._tools import absent, axes, exported, raw
from minikeras.compat.tensorflow.dtypes import as_dtype
from minikeras.compat.tensorflow.ragged import RaggedTensor
from minikeras.layers.preprocessing.fingerprints import fingerprint64


def _each(function: Any, words: Any, kind: Any = None) -> Any:
    """Apply a function to each piece of text: text, or numbers of a type."""
    if isinstance(words, RaggedTensor):
        return RaggedTensor([_each(function, row, kind) for row in words])
    if isinstance(words, KerasTensor):
        raise TypeError("tf.strings works on text, not on symbolic tensors: use a TextVectorization or StringLookup layer.")
    x = text(words).view(np.ndarray)
    y = np.empty(x.shape, kind or object)
    for i in np.ndindex(*x.shape):
        y[i] = function(x[i])
    return y.view(Text) if kind is None else ops.convert_to_tensor(y)


def lower(input: Any, encoding: str = "", name: str | None = None) -> Any:
    """In small letters; with ``encoding="utf-8"`` those that are not ASCII, too."""
    return _each(str.lower if encoding else _ascii(str.lower), input)


def upper(input: Any, encoding: str = "", name: str | None = None) -> Any:
    """In capital letters; with ``encoding="utf-8"`` those that are not ASCII, too."""
    return _each(str.upper if encoding else _ascii(str.upper), input)


def _ascii(change: Any) -> Any:
    return lambda s: "".join(change(c) if c in string.ascii_letters else c for c in s)


def strip(input: Any, name: str | None = None) -> Any:
    """Without white space at the ends."""
    return _each(lambda s: s.strip(), input)


def _python(pattern: Any) -> str:
    """A pattern of RE2 as Python writes it."""
    pattern = str(to_str(getattr(pattern, "numpy", lambda: pattern)()))
    classes = {"punct": re.escape(string.punctuation), "space": r"\s", "digit": r"\d", "alpha": "A-Za-z", "alnum": "A-Za-z0-9",
               "upper": "A-Z", "lower": "a-z", "word": r"\w"}  # fmt: skip
    return re.sub(r"\[:(\^?)(\w+):\]", lambda m: classes.get(m[2], m[0]), pattern)


def regex_replace(input: Any, pattern: Any, rewrite: Any, replace_global: bool = True, name: str | None = None) -> Any:
    """With what matches a pattern written otherwise; ``\\\\1`` stands for the first group."""
    found = re.compile(_python(pattern))
    rewrite = str(to_str(getattr(rewrite, "numpy", lambda: rewrite)()))
    parts = re.sub(r"\\(?!\d)", r"\\\\", rewrite).replace("\\0", "\\g<0>")
    return _each(lambda s: found.sub(parts, s, 0 if replace_global else 1), input)


def regex_full_match(input: Any, pattern: Any, name: str | None = None) -> Any:
    """Whether a pattern matches the whole."""
    found = re.compile(_python(pattern))
    return _each(lambda s: found.fullmatch(s) is not None, input, bool)


def split(input: Any, sep: Any = None, maxsplit: int = -1, name: str | None = None) -> Any:
    """The parts between separators, by default between white space: of several strings, rows of several lengths."""
    sep = None if sep is None else str(to_str(getattr(sep, "numpy", lambda: sep)())) or None
    x = text(input)
    if x.ndim == 0:
        return text(np.array(x.item().split(sep, maxsplit), object))
    return RaggedTensor([split(word, sep, maxsplit) for word in x])


def length(input: Any, unit: str = "BYTE", name: str | None = None) -> Any:
    """How long each is: bytes, or characters with ``unit="UTF8_CHAR"``."""
    return _each(len if unit == "UTF8_CHAR" else lambda s: len(to_bytes(s)), input, "int32")


def substr(input: Any, pos: Any, len: Any, unit: str = "BYTE", name: str | None = None) -> Any:
    """A part of each."""
    pos, size = int(pos), int(len)

    def part(s):
        whole = s if unit == "UTF8_CHAR" else to_bytes(s)
        start = pos + whole.__len__() if pos < 0 else pos
        if start > whole.__len__() or start < 0:
            raise ValueError(f"tf.strings.substr: pos {pos} out of range for string {s!r}.")
        return to_str(whole[start : start + size])

    return _each(part, input)


def join(inputs: Any, separator: Any = "", name: str | None = None) -> Any:
    """Strings side by side, one of each."""
    parts = np.broadcast_arrays(*(text(x).view(np.ndarray) for x in inputs))
    y = np.empty(parts[0].shape, object)
    for i in np.ndindex(*y.shape):
        y[i] = separator.join(str(part[i]) for part in parts)
    return y.view(Text)


def reduce_join(inputs: Any, axis: Any = None, keepdims: bool = False, separator: str = "", name: str | None = None) -> Any:
    """Strings of an array in a row, along an axis, or all of them."""
    if isinstance(inputs, RaggedTensor):
        rows = [reduce_join(row, separator=separator) for row in inputs]
        return reduce_join(text([str(row) for row in rows]), separator=separator) if axis is None else text(rows)
    x = text(inputs).view(np.ndarray)
    if axis is None:
        return text(separator.join(x.reshape(-1).tolist()))
    return text(np.apply_along_axis(lambda row: np.array(separator.join(row), object), axes(axis), x))


def as_string(input: Any, precision: int = -1, **kwargs: Any) -> Any:
    """Numbers as text."""
    x = raw(input)
    y = np.empty(x.shape, object)
    for i in np.ndindex(*x.shape):
        v = x[i]
        if x.dtype.kind == "b":
            y[i] = str(bool(v)).lower()
        elif x.dtype.kind == "f":
            y[i] = f"{float(v):.{precision if precision >= 0 else 6}f}"
        else:
            y[i] = str(v)
    return y.view(Text)


def to_number(input: Any, out_type: Any = "float32", name: str | None = None) -> Any:
    """Text as numbers."""
    kind = np.dtype(str(as_dtype(out_type)))
    return _each(float if kind.kind == "f" else int, input, kind)


def to_hash_bucket_fast(input: Any, num_buckets: int, name: str | None = None) -> Any:
    """A number below ``num_buckets`` for each, always the same: TensorFlow's."""
    return _each(lambda s: fingerprint64(to_bytes(s)) % int(num_buckets), input, "int64")


to_hash_bucket = to_hash_bucket_fast


def bytes_split(input: Any, name: str | None = None) -> Any:
    """The bytes of each."""
    x = text(input)
    if x.ndim == 0:
        whole = to_bytes(x.item())
        return text(np.array([whole[i : i + 1] for i in range(len(whole))], object))
    return RaggedTensor([bytes_split(word) for word in x])


def unicode_split(input: Any, input_encoding: str = "UTF-8", **kwargs: Any) -> Any:
    """The characters of each."""
    x = text(input)
    return text(np.array(list(x.item()), object)) if x.ndim == 0 else RaggedTensor([unicode_split(word) for word in x])


def unicode_decode(input: Any, input_encoding: str = "UTF-8", **kwargs: Any) -> Any:
    """The numbers of the characters of each."""
    x = text(input)
    if x.ndim == 0:
        return convert_to_tensor(np.array([ord(c) for c in x.item()], "int32"))
    return RaggedTensor([unicode_decode(word) for word in x])


def unicode_encode(input: Any, output_encoding: str = "UTF-8", **kwargs: Any) -> Any:
    """Text from the numbers of characters."""
    if isinstance(input, RaggedTensor):
        return text(np.array([unicode_encode(row).item() for row in input], object))
    x = raw(input)
    return text("".join(map(chr, x.tolist()))) if x.ndim == 1 else text(np.array([unicode_encode(r).item() for r in x], object))


def format(template: str, inputs: Any, placeholder: str = "{}", summarize: int = 3, name: str | None = None) -> Any:
    """A text with tensors in it."""
    parts = inputs if isinstance(inputs, (list, tuple)) else [inputs]
    for part in parts:
        template = template.replace(placeholder, str(part), 1)
    return text(template)


__all__ = exported(globals(), "to_hash_bucket")
__getattr__ = absent("tf.strings", globals())
