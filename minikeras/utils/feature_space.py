"""Columns of a table, each prepared in its own way, joined to one input for a model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from minikeras._core.config import floatx
from minikeras._core.naming import auto_name
from minikeras._core.registry import Registry
from minikeras._core.serialize import Configurable, deserialize_keras_object, serialize_keras_object
from minikeras._core.symbolic import KerasTensor
from minikeras.data.dataset import Dataset
from minikeras.layers.input_layer import Input
from minikeras.layers.preprocessing.categories import encode
from minikeras.layers.preprocessing.category_encoding import CategoryEncoding
from minikeras.layers.preprocessing.discretization import Discretization
from minikeras.layers.preprocessing.hashed_crossing import HashedCrossing
from minikeras.layers.preprocessing.hashing import Hashing
from minikeras.layers.preprocessing.integer_lookup import IntegerLookup
from minikeras.layers.preprocessing.normalization import Normalization
from minikeras.layers.preprocessing.rescaling import Rescaling
from minikeras.layers.preprocessing.string_lookup import StringLookup
from minikeras.saving import save_model

registry = Registry("keras.utils")


@registry.register
class Cross(Configurable):
    """A combination of columns as a category of its own; made by `FeatureSpace.cross`.

    >>> Cross(("age", "city"), 32).name
    'age_X_city'
    """

    def __init__(self, feature_names: Any, crossing_dim: int, output_mode: str = "one_hot"):
        if output_mode not in ("int", "one_hot"):
            raise ValueError(f"`output_mode` of a cross must be 'int' or 'one_hot', got {output_mode!r}.")
        self.feature_names, self.crossing_dim, self.output_mode = tuple(feature_names), crossing_dim, output_mode

    @property
    def name(self) -> str:
        """The names of the columns, joined."""
        return "_X_".join(self.feature_names)


@registry.register
class Feature(Configurable):
    """A column and the layer that prepares it; made by `FeatureSpace.float` and its like.

    >>> Feature("float32", Rescaling(2.0), "float").output_mode
    'float'
    """

    def __init__(self, dtype: str, preprocessor: Any, output_mode: str):
        if output_mode not in ("int", "one_hot", "float"):
            raise ValueError(f"`output_mode` of a feature must be 'int', 'one_hot' or 'float', got {output_mode!r}.")
        self.dtype, self.output_mode = dtype, output_mode
        self.preprocessor = deserialize_keras_object(preprocessor) if isinstance(preprocessor, dict) else preprocessor


@registry.register
class FeatureSpace(Configurable):
    """Prepares a table, column by column: numbers are scaled, categories become one-hot, and all is joined.

    Args:
        features: ``{column: what it is}``: "float", "float_normalized", "float_rescaled", "float_discretized",
            "integer_categorical", "string_categorical", "integer_hashed", "string_hashed", or what one of the methods
            of these names returns.
        output_mode: "concat" for one array, or "dict".
        crosses: pairs of columns whose combinations count, too, as tuples of names.
        crossing_dim, hashing_dim: bins of crosses and of hashed columns.
        num_discretization_bins: bins of "float_discretized".
        name: as of a layer.

    >>> space = FeatureSpace({"age": "float_normalized", "city": "string_categorical"})
    >>> space.adapt({"age": [10.0, 20.0, 30.0], "city": ["Bonn", "Ulm", "Bonn"]})
    >>> space({"age": [20.0], "city": ["Ulm"]}).tolist()
    [[0.0, 0.0, 0.0, 1.0]]
    """

    def __init__(
        self,
        features: dict[str, Any],
        output_mode: str = "concat",
        crosses: Any = None,
        crossing_dim: int = 32,
        hashing_dim: int = 32,
        num_discretization_bins: int = 32,
        name: str | None = None,
    ):
        if not features:
            raise ValueError("The `features` of a FeatureSpace cannot be None or empty.")
        if output_mode not in ("dict", "concat"):
            raise ValueError(f"`output_mode` of FeatureSpace must be 'dict' or 'concat', got {output_mode!r}.")
        self.name = name or auto_name("FeatureSpace")
        self.output_mode, self.crossing_dim, self.hashing_dim = output_mode, crossing_dim, hashing_dim
        self.num_discretization_bins = num_discretization_bins
        self.features = {key: self._feature(key, value) for key, value in features.items()}
        self.crosses = [self._cross(c) for c in crosses or ()]
        self.preprocessors = {key: feature.preprocessor for key, feature in self.features.items()}
        self.crossers = {c.name: HashedCrossing(c.crossing_dim, name=c.name) for c in self.crosses}
        self.inputs = {key: Input(shape=(1,), dtype=f.dtype, name=key) for key, f in self.features.items()}
        self._encoded: Any = None
        self._is_adapted = False

    # -- what a column can be ----------------------------------------------------------------------------------------

    @classmethod
    def cross(cls, feature_names: Any, crossing_dim: int, output_mode: str = "one_hot") -> Cross:
        """A combination of columns."""
        return Cross(feature_names, crossing_dim, output_mode)

    @classmethod
    def feature(cls, dtype: str, preprocessor: Any, output_mode: str) -> Feature:
        """A column with a layer of one's own: "int", "one_hot" or "float" is what it gives."""
        return Feature(dtype, preprocessor, output_mode)

    @classmethod
    def float(cls, name: str | None = None) -> Feature:
        """A number as it is."""
        return Feature("float32", Rescaling(1.0, name=_named(name, "float")), "float")

    @classmethod
    def float_rescaled(cls, scale: Any = 1.0, offset: Any = 0.0, name: str | None = None) -> Feature:
        """A number times ``scale`` plus ``offset``."""
        return Feature("float32", Rescaling(scale, offset, name=_named(name, "float_rescaled")), "float")

    @classmethod
    def float_normalized(cls, name: str | None = None) -> Feature:
        """A number brought to mean 0 and variance 1."""
        return Feature("float32", Normalization(name=_named(name, "float_normalized")), "float")

    @classmethod
    def float_discretized(
        cls, num_bins: int | None, bin_boundaries: Any = None, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """A number put into one of ``num_bins`` bins."""
        layer = Discretization(bin_boundaries, num_bins, name=_named(name, "float_discretized"))
        return Feature("float32", layer, output_mode)

    @classmethod
    def integer_categorical(
        cls, max_tokens: int | None = None, num_oov_indices: int = 1, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """An integer that stands for a category."""
        layer = IntegerLookup(max_tokens, num_oov_indices, name=_named(name, "integer_categorical"))
        return Feature("int32", layer, output_mode)

    @classmethod
    def string_categorical(
        cls, max_tokens: int | None = None, num_oov_indices: int = 1, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """A string that stands for a category."""
        layer = StringLookup(max_tokens, num_oov_indices, name=_named(name, "string_categorical"))
        return Feature("string", layer, output_mode)

    @classmethod
    def string_hashed(cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None) -> Feature:
        """A string put into a bin by hashing."""
        return Feature("string", Hashing(num_bins, name=_named(name, "string_hashed")), output_mode)

    @classmethod
    def integer_hashed(cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None) -> Feature:
        """An integer put into a bin by hashing."""
        return Feature("int32", Hashing(num_bins, name=_named(name, "integer_hashed")), output_mode)

    # -- learning and computing --------------------------------------------------------------------------------------

    def adapt(self, dataset: Any) -> None:
        """Learn means, boundaries and vocabularies.

        Args:
            dataset: ``{column: values}``, or a `Dataset` of such dicts, single ones or batches.
        """
        if isinstance(dataset, dict):
            dataset = Dataset.from_tensor_slices({key: _values(value) for key, value in dataset.items()}).batch(1024)
        if not isinstance(dataset, Iterable):
            raise ValueError(f"FeatureSpace.adapt() takes a dict of arrays or a Dataset, got {type(dataset).__name__}.")
        for key in self._adaptable():
            column = [_column(batch[key]) for batch in dataset]
            if not column:
                raise ValueError("FeatureSpace.adapt() got no data.")
            self.preprocessors[key].adapt(iter(column))
        self._is_adapted = True

    def __call__(self, data: dict) -> Any:
        """Prepare a dict of columns, or of single values."""
        self._check()
        if not isinstance(data, dict):
            raise ValueError(f"A FeatureSpace can only be called with a dict, got {type(data).__name__}.")
        values = {key: data[key] for key in self.features}
        if any(isinstance(v, KerasTensor) for v in values.values()):
            return self._encode(values)
        single = any(np.ndim(v) == 0 for v in values.values())
        y = self._encode({key: _column(_values(v)) for key, v in values.items()})
        if not single:
            return y
        return {key: v[0] for key, v in y.items()} if self.output_mode == "dict" else y[0]

    def get_inputs(self) -> dict[str, KerasTensor]:
        """Return the columns as inputs of a model."""
        self._check()
        return self.inputs

    def get_encoded_features(self) -> Any:
        """Return the prepared columns as symbolic tensors, for a model from `get_inputs`."""
        self._check()
        if self._encoded is None:
            self._encoded = self._encode(self.inputs)
        return self._encoded

    def get_config(self) -> dict:
        """Return the arguments that rebuild this space; what was learned is not among them, `save` keeps it."""
        names = ("output_mode", "crossing_dim", "hashing_dim", "num_discretization_bins")
        parts = {key: serialize_keras_object(getattr(self, key)) for key in ("features", "crosses")}
        return {**parts, **{n: getattr(self, n) for n in names}, "name": self.name}

    def get_build_config(self) -> dict:
        """Return what the layers of the columns were built for."""
        return {key: layer.get_build_config() for key, layer in self.preprocessors.items()}

    def build_from_config(self, config: dict) -> None:
        """Build the layers of the columns for what `get_build_config` returned."""
        for key, shapes in config.items():
            if shapes and key in self.preprocessors:
                self.preprocessors[key].build_from_config(shapes)
        self._is_adapted = True

    saved_alone = True  # `load_model` gives it back
    weights: list = []  # of its own

    def save(self, filepath: Any) -> None:
        """Write it with all that was learned to a `.keras` file; `keras.models.load_model` reads it."""
        self._check()
        save_model(self, filepath)

    def _encode(self, columns: dict) -> Any:
        numbers = {key: self.preprocessors[key](columns[key]) for key in self.features}
        crossed = {c.name: self.crossers[c.name]([numbers[n] for n in c.feature_names]) for c in self.crosses}
        modes = {**{k: f.output_mode for k, f in self.features.items()}, **{c.name: c.output_mode for c in self.crosses}}
        everything = {key: numbers[key] for key in sorted(numbers)} | {key: crossed[key] for key in sorted(crossed)}
        result = {key: self._one_hot(key, v) if modes[key] == "one_hot" else v for key, v in everything.items()}
        if self.output_mode == "dict":
            return result
        for key, value in result.items():
            if not str(value.dtype).startswith("float"):
                raise ValueError(
                    f"Feature {key!r} has not been encoded (it has dtype {value.dtype}), so it can't be joined with others. "
                    "Use output_mode='one_hot' for it, or output_mode='dict' for the FeatureSpace."
                )
        return np.concatenate(list(result.values()), axis=-1)

    def _one_hot(self, key: str, numbers: Any) -> Any:
        layer = self.crossers.get(key) or self.preprocessors[key]
        size = getattr(layer, "num_bins", None) or getattr(layer, "num_tokens", None)
        if isinstance(layer, Discretization):  # as many bins as were asked for, though the data may fill fewer
            size = layer.num_bins or len(layer.bin_boundaries) + 1
        elif hasattr(layer, "vocabulary_size"):
            size = layer.vocabulary_size()
        if size is None:
            raise ValueError(
                f"Feature {key!r} has output_mode='one_hot', but the number of its categories is not known: its layer is "
                f"{type(layer).__name__}. Use output_mode='int' or 'float'."
            )
        if isinstance(numbers, KerasTensor):
            return CategoryEncoding(size, output_mode="multi_hot")(numbers)
        return encode(np.asarray(numbers), "multi_hot", size, floatx())

    def _adaptable(self) -> list[str]:
        found = []
        for key, layer in self.preprocessors.items():
            lookup = getattr(layer, "_lookup_layer", layer)  # of a TextVectorization
            known = getattr(layer, "input_mean", None) is not None or getattr(lookup, "_given", False)
            known = known or isinstance(layer, Discretization) and layer.num_bins is None
            if hasattr(layer, "adapt") and not known:
                found.append(key)
        return found

    def _check(self) -> None:
        if not self._is_adapted and self._adaptable():
            raise ValueError(f"Call FeatureSpace.adapt(data) before you use it: {self._adaptable()} have to learn from data.")

    def _feature(self, name: str, value: Any) -> Feature:
        if isinstance(value, dict):
            value = deserialize_keras_object(value)
        if isinstance(value, Feature):
            return value
        makers = {
            "float": lambda: self.float(name),
            "float_normalized": lambda: self.float_normalized(name),
            "float_rescaled": lambda: self.float_rescaled(name=name),
            "float_discretized": lambda: self.float_discretized(self.num_discretization_bins, name=name),
            "integer_categorical": lambda: self.integer_categorical(name=name),
            "string_categorical": lambda: self.string_categorical(name=name),
            "integer_hashed": lambda: self.integer_hashed(self.hashing_dim, name=name),
            "string_hashed": lambda: self.string_hashed(self.hashing_dim, name=name),
        }
        if not isinstance(value, str) or value not in makers:
            known = f"one of {sorted(makers)}, or a Feature"
            raise ValueError(f"Invalid feature type {value!r} of column {name!r}. Expected {known}.")
        return makers[value]()

    def _cross(self, value: Any) -> Cross:
        if isinstance(value, dict):
            value = deserialize_keras_object(value)
        cross = value if isinstance(value, Cross) else Cross(value, self.crossing_dim)
        unknown = [n for n in cross.feature_names if n not in self.features]
        if unknown:
            raise ValueError(f"All columns of `crosses` should be in `features`; unknown: {unknown}.")
        return cross


def _named(name: str | None, kind: str) -> str:
    return f"{name or auto_name(kind)}_preprocessor"


def _values(value: Any) -> Any:
    return value.to_numpy() if hasattr(value, "to_numpy") else np.asarray(value)


def _column(value: Any) -> np.ndarray:
    value = np.asarray(value)
    return value.reshape(1, 1) if value.ndim == 0 else value[:, None] if value.ndim == 1 else value
