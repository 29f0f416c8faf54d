"""What libraries import from Keras' private modules, `keras.src...`, and has no place of its own here."""

from __future__ import annotations

from typing import Any

from minikeras import saving
from minikeras._core.serialize import deserialize_keras_object, serialize_keras_object

__all__ = [
    "default",
    "deserialize_keras_object",
    "is_default",
    "keras_export",
    "load_model",
    "load_weights_only",
    "save_model",
    "save_weights_only",
    "serialize_keras_object",
]


class keras_export:
    """The decorator by which Keras lists its public names; here it leaves things as they are.

    >>> @keras_export("keras.layers.Own")
    ... class Own: pass
    >>> Own.__name__
    'Own'
    """

    def __init__(self, path: Any, *args, **kwargs):
        self.path = path

    def __call__(self, symbol: Any) -> Any:
        return symbol


def default(method: Any) -> Any:
    """Mark a method as one that a subclass may override.

    >>> is_default(default(lambda self: None)), is_default(len)
    (True, False)
    """
    method._is_default = True
    return method


def is_default(method: Any) -> bool:
    """Whether a method is marked by `default`.

    >>> is_default(print)
    False
    """
    return getattr(method, "_is_default", False)


def save_model(model: Any, filepath: Any, weights_format: str = "h5", zipped: bool = True, **kwargs) -> None:
    """Write a model in the .keras format, also to an open file; as `keras.src.saving.saving_lib.save_model`.

    >>> import io, minikeras
    >>> model = minikeras.Sequential([minikeras.layers.Dense(1, input_shape=(2,))]); file = io.BytesIO()
    >>> save_model(model, file); load_model(io.BytesIO(file.getvalue())).count_params()
    3
    """
    saving.save_model(model, filepath, **kwargs)


def load_model(filepath: Any, custom_objects: dict | None = None, compile: bool = True, safe_mode: bool = True) -> Any:
    """Read a model in the .keras format, also from an open file; as `keras.src.saving.saving_lib.load_model`. See `save_model`.

    >>> load_model("nothing.keras")
    Traceback (most recent call last):
    FileNotFoundError: ...
    """
    return saving.load_model(filepath, custom_objects, compile, safe_mode)


def save_weights_only(model: Any, filepath: Any, max_shard_size: Any = None, objects_to_skip: Any = None) -> None:
    """Write the weights of a model to a ``.weights.h5`` file; `keras.src.saving.saving_lib` calls it so."""
    saving.save_weights(model, filepath, max_shard_size=max_shard_size)


def load_weights_only(model: Any, filepath: Any, skip_mismatch: bool = False, objects_to_skip: Any = None) -> None:
    """Read the weights of a model from a ``.weights.h5`` file; `keras.src.saving.saving_lib` calls it so."""
    saving.load_weights(model, filepath, skip_mismatch=skip_mismatch)
