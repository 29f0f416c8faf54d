"""`DenseFeatures` of Keras 2: the first layer of a net on tables, told by feature columns what to make of each feature."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import ops
from minikeras._core.serialize import deserialize_keras_object
from minikeras._core.text import is_text
from minikeras._core.variable import untraced
from minikeras.layers.input_layer import Input
from minikeras.layers.layer import Layer
from minikeras.layers.preprocessing.categories import as_strings


class DenseFeatures(Layer):
    """Turn a dict of features into one array, by feature columns in the order of their names.

    Args:
        feature_columns: what `tf.feature_column.numeric_column`, `indicator_column`, `embedding_column` and so on make; one or
            a list.

    Input a dict of arrays of one row each; output (rows, sum of the columns' sizes).

    >>> from minikeras.layers.legacy.feature_columns import BucketizedColumn, NumericColumn
    >>> age = NumericColumn("age")
    >>> DenseFeatures([age, BucketizedColumn(age, [18, 65])])({"age": [10.0, 70.0]}).tolist()
    [[10.0, 1.0, 0.0, 0.0], [70.0, 0.0, 0.0, 1.0]]
    """

    float_inputs = casts_inputs = False

    def __init__(self, feature_columns: Any, trainable: bool = True, name: str | None = None, **kwargs):
        super().__init__(trainable=trainable, name=name, **kwargs)
        columns = list(feature_columns) if isinstance(feature_columns, (list, tuple, set)) else [feature_columns]
        wrong = [column for column in columns if not hasattr(column, "dense")]
        if wrong:
            raise ValueError(
                f"DenseFeatures takes dense columns, got {getattr(wrong[0], 'name', wrong[0])!r}: put a categorical column "
                "into indicator_column or embedding_column."
            )
        self.feature_columns = sorted(columns, key=lambda column: column.name)
        self.tables: dict = {}

    def symbolic_inputs(self) -> dict[str, Any]:
        """What a Sequential begins with: a symbolic tensor for each feature that a column reads."""
        found: dict = {}
        for column in sorted(self.feature_columns, key=lambda column: hasattr(column, "categorical_column")):
            for name, kind in column.features().items():
                found.setdefault(name, kind)
        return {name: Input(batch_shape=(None, size), dtype=dtype, name=name) for name, (size, dtype) in found.items()}

    def build(self, input_shape: Any) -> None:
        """Make the weights of embeddings."""
        for column in self.feature_columns:
            column.make(self)

    def convert(self, inputs: Any) -> np.ndarray:
        """Turn a feature into an array of numbers or strings."""
        x = np.asarray(untraced(inputs))
        return as_strings(x) if x.dtype.kind in "OSU" and is_text(x) else x

    def call(self, features: Any) -> Any:
        """Put the columns side by side."""
        return ops.concatenate([column.dense(features, self) for column in self.feature_columns], axis=-1)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Return (rows, size)."""
        return (None, sum(column.size for column in self.feature_columns))

    @classmethod
    def from_config(cls, config: dict) -> DenseFeatures:
        """Build a layer from what ``get_config`` returned."""
        columns = [deserialize_keras_object(column) for column in config["feature_columns"]]
        return cls(**{**config, "feature_columns": columns})
