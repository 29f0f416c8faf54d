"""Columns of a table as `tf.feature_column` describes them for `DenseFeatures`: how values become numbers for a net."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras import initializers, ops
from minikeras._core.registry import Registry
from minikeras._core.serialize import Configurable, deserialize_keras_object
from minikeras._core.trace import constant
from minikeras.layers.preprocessing.categories import as_strings
from minikeras.layers.preprocessing.fingerprints import M, fingerprint64, hash_bins, joined
from minikeras.layers.preprocessing.hashed_crossing import START

registry = Registry("keras.feature_columns")


class Column(Configurable):
    """A column: its ``name``; and ``dense(features, layer)``, an array (rows, size), or ``ids(features)``, categories.

    A category has ``num_buckets`` numbers; -1 stands for no value.
    """

    name: str

    def make(self, layer: Any) -> None:
        """Make the weights that it needs; by default none."""

    def features(self) -> dict[str, tuple[int, str]]:
        """What it reads: ``{name of a feature: (how many numbers a row, their type)}``."""
        return getattr(self, "categorical_column", getattr(self, "source_column", self)).features()

    @classmethod
    def from_config(cls, config: dict) -> Column:
        """Build a column, and those inside, from what ``get_config`` returned."""
        return cls(**{name: deserialize_keras_object(value) for name, value in config.items()})

    def _read(self, features: Any, key: str) -> Any:
        try:
            return features[key]
        except (KeyError, IndexError, TypeError) as error:
            known = sorted(features) if isinstance(features, dict) else type(features).__name__
            raise ValueError(f"Feature column {self.name!r} needs a feature {key!r} in a dict of them, got {known}.") from error

    def _values(self, features: Any, key: str) -> np.ndarray:
        values = np.asarray(constant(self._read(features, key)))
        values = values.reshape(len(values), -1)
        return as_strings(values) if values.dtype.kind in "OSU" else values


@registry.register
class NumericColumn(Column):
    """Numbers as they are, or what ``normalizer_fn`` makes of them."""

    def __init__(
        self, key: str, shape: Any = (1,), default_value: Any = None, dtype: Any = "float32", normalizer_fn: Any = None
    ):
        self.key, self.default_value, self.normalizer_fn = key, default_value, normalizer_fn
        self.shape = (shape,) if isinstance(shape, int) else tuple(shape)
        self.dtype = str(getattr(dtype, "name", dtype))
        self.name, self.size = key, math.prod(self.shape)

    def features(self) -> dict:
        """The numbers' name."""
        return {self.key: (self.size, "float32")}

    def dense(self, features: Any, layer: Any = None) -> Any:
        """The numbers."""
        x = ops.cast(self._read(features, self.key), "float32")
        x = ops.reshape(x, (-1, self.size))
        return x if self.normalizer_fn is None else self.normalizer_fn(x)


@registry.register
class BucketizedColumn(Column):
    """Which of the ranges between ``boundaries`` a number lies in: one-hot, or as a category."""

    def __init__(self, source_column: NumericColumn, boundaries: Any):
        self.source_column, self.boundaries = source_column, tuple(float(b) for b in boundaries)
        if list(self.boundaries) != sorted(set(self.boundaries)):
            raise ValueError(f"`boundaries` of a bucketized column must be sorted, each once, got {boundaries!r}.")
        self.name = f"{source_column.name}_bucketized"
        self.size = self.num_buckets = (len(self.boundaries) + 1) * source_column.size

    def ids(self, features: Any) -> np.ndarray:
        """The number of the bucket; those of the second number of a row follow those of the first."""
        x = np.asarray(constant(self.source_column.dense(features)))
        return np.searchsorted(self.boundaries, x, side="right") + np.arange(x.shape[1]) * (len(self.boundaries) + 1)

    def rows(self, features: Any) -> list[list[int]]:
        """The numbers of the buckets, row by row."""
        return self.ids(features).tolist()

    def dense(self, features: Any, layer: Any = None) -> np.ndarray:
        """One-hot, number after number."""
        return counted(self.ids(features), self.size)


class CategoricalColumn(Column):
    """What comes as one value or several a row, and stands for a category."""

    key: str
    dtype: str | None = None

    def __init__(self, key: str):
        self.key = self.name = key

    def features(self) -> dict:
        """The values' name."""
        return {self.key: (1, self.dtype or "int64")}

    def ids(self, features: Any) -> np.ndarray:
        """The numbers of the categories, -1 where there is none."""
        values, there = self.given(features)
        return np.where(there, self.numbers(values), -1)

    def given(self, features: Any) -> tuple[np.ndarray, np.ndarray]:
        """The values, and which of them are any: "" and -1 fill up rows."""
        values = self._values(features, self.key)
        return values, values != ("" if values.dtype.kind in "OU" else -1)

    def rows(self, features: Any) -> list[list[int]]:
        """The numbers of the values that are any."""
        values, there = self.given(features)
        return [[int(n) for n, is_one in zip(*row) if is_one] for row in zip(self.numbers(values), there)]


@registry.register
class VocabularyColumn(CategoricalColumn):
    """A category for each word of a list; further ones for words that are not in it."""

    def __init__(
        self, key: str, vocabulary_list: Any, dtype: Any = None, default_value: int = -1, num_oov_buckets: int = 0
    ):
        super().__init__(key)
        plain = np.asarray(vocabulary_list)
        self.vocabulary_list = (as_strings(plain) if plain.dtype.kind in "OSU" else plain).tolist()
        of_words = plain.dtype.kind in "OSU"
        self.dtype = ("string" if of_words else "int64") if dtype is None else str(getattr(dtype, "name", dtype))
        self.default_value, self.num_oov_buckets = default_value, num_oov_buckets
        self.num_buckets = len(self.vocabulary_list) + num_oov_buckets

    def numbers(self, values: np.ndarray) -> np.ndarray:
        """The places in the list."""
        places = {word: i for i, word in enumerate(self.vocabulary_list)}
        found = np.array([places.get(v, -1) for v in values.ravel().tolist()], np.int64).reshape(values.shape)
        if self.num_oov_buckets:
            return np.where(found < 0, len(places) + hash_bins(values, self.num_oov_buckets, None), found)
        return np.where(found < 0, self.default_value, found)


@registry.register
class IdentityColumn(CategoricalColumn):
    """Integers from 0 to below ``num_buckets``, each a category."""

    def __init__(self, key: str, num_buckets: int, default_value: int | None = None):
        super().__init__(key)
        self.num_buckets, self.default_value = num_buckets, default_value

    def numbers(self, values: np.ndarray) -> np.ndarray:
        """The integers themselves."""
        wrong = (values < -1) | (values >= self.num_buckets)
        if wrong.any() and self.default_value is None:
            raise ValueError(f"Feature {self.key!r} should be from 0 to {self.num_buckets - 1}, got {values[wrong][0]}.")
        return np.where(wrong, self.default_value or 0, values).astype(np.int64)


@registry.register
class HashedColumn(CategoricalColumn):
    """Categories by a hash function, TensorFlow's."""

    def __init__(self, key: str, hash_bucket_size: int, dtype: Any = "string"):
        super().__init__(key)
        self.hash_bucket_size = self.num_buckets = hash_bucket_size
        self.dtype = str(getattr(dtype, "name", dtype))

    def numbers(self, values: np.ndarray) -> np.ndarray:
        """The bins."""
        return hash_bins(values, self.num_buckets, None)


@registry.register
class CrossedColumn(Column):
    """A category for each combination of values of several features, by a hash function."""

    def __init__(self, keys: Any, hash_bucket_size: int, hash_key: int | None = None):
        self.keys, self.hash_bucket_size, self.hash_key = tuple(keys), hash_bucket_size, hash_key
        self.num_buckets = hash_bucket_size
        self.name = "_X_".join(sorted(key if isinstance(key, str) else key.name for key in self.keys))

    def features(self) -> dict:
        """The names of all; a plain key is taken to be one of words, unless another column knows better."""
        found = [{key: (1, "string")} if isinstance(key, str) else key.features() for key in self.keys]
        return {name: one for part in found for name, one in part.items()}

    def ids(self, features: Any) -> np.ndarray:
        """The bins: of each pair of values where a row has several."""
        columns = [self._numbers(key, features) for key in self.keys]
        rows = [self._bins(row) for row in zip(*columns)]
        width = max(map(len, rows), default=0)
        return np.array([row + [-1] * (width - len(row)) for row in rows], np.int64).reshape(len(rows), width)

    def _numbers(self, key: Any, features: Any) -> list[list[int]]:
        if not isinstance(key, str):
            return key.rows(features)
        values = self._values(features, key)
        number = (lambda v: fingerprint64(v.encode())) if values.dtype.kind in "OU" else int
        return [[number(v) for v in row] for row in values.tolist()]

    def _bins(self, row: tuple) -> list[int]:
        hashes = [START if self.hash_key is None else self.hash_key]
        for values in row:
            hashes = [joined(h, v & M) for h in hashes for v in values]
        return [h % self.num_buckets for h in hashes]


@registry.register
class IndicatorColumn(Column):
    """How often each category stands in a row."""

    def __init__(self, categorical_column: Any):
        self.categorical_column = categorical_column
        self.name, self.size = f"{categorical_column.name}_indicator", categorical_column.num_buckets

    def dense(self, features: Any, layer: Any = None) -> np.ndarray:
        """The counts."""
        ids = self.categorical_column.ids(features)
        return counted(ids, self.size)


@registry.register
class EmbeddingColumn(Column):
    """A trained vector for each category; of several in a row the mean, the sum, or the sum divided by √n."""

    def __init__(
        self, categorical_column: Any, dimension: int, combiner: str = "mean", initializer: Any = None, trainable: bool = True
    ):
        if combiner not in ("mean", "sqrtn", "sum"):
            raise ValueError(f"`combiner` of an embedding column is 'mean', 'sqrtn' or 'sum', got {combiner!r}.")
        self.categorical_column, self.dimension, self.combiner = categorical_column, dimension, combiner
        self.initializer, self.trainable = initializers.get(initializer), trainable
        self.name, self.size = f"{categorical_column.name}_embedding", dimension

    def make(self, layer: Any) -> None:
        """Make the table of vectors."""
        start = self.initializer or initializers.TruncatedNormal(0.0, 1.0 / math.sqrt(self.dimension))
        shape = (self.categorical_column.num_buckets, self.dimension)
        table = layer.add_weight(shape=shape, initializer=start, trainable=self.trainable, name=f"{self.name}_weights")
        layer.tables[self.name] = table

    def dense(self, features: Any, layer: Any) -> Any:
        """The vectors: Σ v / n, Σ v, or Σ v / √n."""
        ids = self.categorical_column.ids(features)
        there = (ids >= 0).astype("float32")
        n = np.maximum(there.sum(1, keepdims=True), 1.0)
        shares = there / {"mean": n, "sum": 1.0, "sqrtn": np.sqrt(n)}[self.combiner]
        rows = ops.take(layer.tables[self.name], np.maximum(ids, 0), axis=0)
        return ops.sum(rows * shares[..., None], axis=1)


def counted(ids: np.ndarray, size: int) -> np.ndarray:
    """How often each number stands in a row; -1 is passed over.

    >>> counted(np.array([[0, 2, 2], [1, -1, -1]]), 3).tolist()
    [[1.0, 0.0, 2.0], [0.0, 1.0, 0.0]]
    """
    y = np.zeros((len(ids), size), "float32")
    row, column = np.nonzero(ids >= 0)
    np.add.at(y, (row, ids[row, column]), 1.0)
    return y
