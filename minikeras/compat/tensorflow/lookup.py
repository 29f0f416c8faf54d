"""`tf.lookup`: tables from words to numbers.

>>> table = StaticHashTable(KeyValueTensorInitializer(["a", "b"], [1, 2]), default_value=-1)
>>> table.lookup(["b", "c"]).numpy()
array([ 2, -1], dtype=int32)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.text import text, to_bytes
from minikeras.compat.tensorflow._tensors import convert_to_tensor
from minikeras.compat.tensorflow._tools import absent, exported
from minikeras.compat.tensorflow.dtypes import as_dtype, of
from minikeras.layers.preprocessing.fingerprints import fingerprint64


class KeyValueTensorInitializer:
    """Keys and their values."""

    def __init__(self, keys: Any, values: Any, key_dtype: Any = None, value_dtype: Any = None, name: str | None = None):
        self.keys, self.values = convert_to_tensor(keys, key_dtype), convert_to_tensor(values, value_dtype)
        self.key_dtype, self.value_dtype = as_dtype(of(self.keys)), as_dtype(of(self.values))


class TextFileInitializer(KeyValueTensorInitializer):
    """The lines of a file as keys, their numbers as values."""

    def __init__(self, filename: Any, key_dtype: Any = "string", key_index: int = -2, value_dtype: Any = "int64",
                 value_index: int = -1, vocab_size: int | None = None, **kwargs: Any):  # fmt: skip
        with open(str(filename), encoding="utf-8") as file:
            lines = [line.rstrip("\n") for line in file][:vocab_size]
        numbers = np.arange(len(lines))
        words = np.array(lines, object)
        keys, values = (words, numbers) if value_index == -1 else (numbers, words)
        super().__init__(keys, values, key_dtype, value_dtype)


class TextFileIndex:
    """What of a line is meant."""

    WHOLE_LINE, LINE_NUMBER = -2, -1


def _items(x: Any) -> list:
    return convert_to_tensor(x).view(np.ndarray).reshape(-1).tolist()


class StaticHashTable:
    """A table from keys to values, with a value for those it has not."""

    def __init__(self, initializer: Any, default_value: Any, name: str | None = None, **kwargs: Any):
        self._known = dict(zip(_items(initializer.keys), _items(initializer.values)))
        self.key_dtype, self.value_dtype = initializer.key_dtype, initializer.value_dtype
        self._default = default_value

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The values of keys."""
        keys = convert_to_tensor(keys)
        found = [self._value(k) for k in keys.view(np.ndarray).reshape(-1).tolist()]
        kind = object if self.value_dtype == "string" else str(self.value_dtype)
        return convert_to_tensor(np.array(found, kind).reshape(keys.shape))

    __getitem__ = lookup

    def _value(self, key: Any) -> Any:
        return self._known.get(key, self._default)

    def size(self, name: str | None = None) -> Any:
        """How many keys there are."""
        return convert_to_tensor(np.int64(len(self._known)))

    def export(self, name: str | None = None) -> tuple:
        """Keys and values."""
        return tuple(text(np.array(x, object)) if x and isinstance(x[0], str) else convert_to_tensor(x)
                     for x in (list(self._known), list(self._known.values())))  # fmt: skip


class MutableHashTable(StaticHashTable):
    """A table that grows."""

    def __init__(self, key_dtype: Any, value_dtype: Any, default_value: Any, name: str | None = None, **kwargs: Any):
        self._known: dict = {}
        self.key_dtype, self.value_dtype, self._default = as_dtype(key_dtype), as_dtype(value_dtype), default_value

    def insert(self, keys: Any, values: Any, name: str | None = None) -> None:
        """Put in keys with values."""
        self._known.update(zip(_items(keys), _items(values)))

    def remove(self, keys: Any, name: str | None = None) -> None:
        """Take keys out."""
        for key in _items(keys):
            self._known.pop(key, None)


class StaticVocabularyTable(StaticHashTable):
    """A table from words to numbers, with a few numbers more for words that it has not, by their hash."""

    def __init__(self, initializer: Any, num_oov_buckets: int, lookup_key_dtype: Any = None, name: str | None = None, **kwargs):
        super().__init__(initializer, None)
        self._buckets = int(num_oov_buckets)

    def _value(self, key: Any) -> int:
        if key in self._known:
            return self._known[key]
        return len(self._known) + fingerprint64(to_bytes(key)) % self._buckets

    def size(self, name: str | None = None) -> Any:
        """How many numbers there are."""
        return convert_to_tensor(np.int64(len(self._known) + self._buckets))


__all__ = exported(globals())
__getattr__ = absent("tf.lookup", globals())
