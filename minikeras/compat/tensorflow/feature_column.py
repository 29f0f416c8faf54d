"""`tf.feature_column`: what `keras.layers.DenseFeatures` takes. Newer code uses `keras.utils.FeatureSpace`.

>>> age = bucketized_column(numeric_column("age"), boundaries=[18, 65])
>>> from minikeras.layers import DenseFeatures
>>> DenseFeatures([age])({"age": [10.0, 70.0]}).tolist()
[[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
"""

from __future__ import annotations

from typing import Any

from minikeras.compat.tensorflow._tools import absent
from minikeras.layers.legacy.feature_columns import (
    BucketizedColumn,
    CrossedColumn,
    EmbeddingColumn,
    HashedColumn,
    IdentityColumn,
    IndicatorColumn,
    NumericColumn,
    VocabularyColumn,
)

numeric_column, bucketized_column, crossed_column = NumericColumn, BucketizedColumn, CrossedColumn
indicator_column = IndicatorColumn
categorical_column_with_vocabulary_list = VocabularyColumn
categorical_column_with_identity = IdentityColumn
categorical_column_with_hash_bucket = HashedColumn


def categorical_column_with_vocabulary_file(
    key: str, vocabulary_file: Any, vocabulary_size: int | None = None, dtype: Any = "string", default_value: int | None = None,
    num_oov_buckets: int = 0, file_format: str | None = None,
) -> VocabularyColumn:  # fmt: skip
    """A category for each line of a text file, or for its first ``vocabulary_size`` lines.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "words.txt"); _ = path.write_text("a\\nb\\n")
    ...     column = categorical_column_with_vocabulary_file("word", path)
    >>> column.vocabulary_list, column.num_buckets
    (['a', 'b'], 2)
    """
    with open(vocabulary_file, encoding="utf-8") as file:
        lines = file.read().splitlines()[:vocabulary_size]
    return VocabularyColumn(key, lines, dtype, -1 if default_value is None else default_value, num_oov_buckets)


def embedding_column(
    categorical_column: Any, dimension: int, combiner: str = "mean", initializer: Any = None, ckpt_to_load_from: Any = None,
    tensor_name_in_ckpt: Any = None, max_norm: float | None = None, trainable: bool = True,
    use_safe_embedding_lookup: bool = True,
) -> EmbeddingColumn:  # fmt: skip
    """A trained vector for each category.

    >>> embedding_column(categorical_column_with_identity("day", 7), 2).name
    'day_embedding'
    """
    if ckpt_to_load_from is not None or max_norm is not None:
        raise ValueError("embedding_column() takes neither `ckpt_to_load_from` nor `max_norm` here.")
    return EmbeddingColumn(categorical_column, dimension, combiner, initializer, trainable)


_GONE = {"make_parse_example_spec": "There are no tf.Example protocol buffers to parse."}
__all__ = [
    "bucketized_column", "categorical_column_with_hash_bucket", "categorical_column_with_identity",
    "categorical_column_with_vocabulary_file", "categorical_column_with_vocabulary_list", "crossed_column", "embedding_column",
    "indicator_column", "numeric_column",
]  # fmt: skip
__getattr__ = absent("tf.feature_column", globals(), _GONE)
