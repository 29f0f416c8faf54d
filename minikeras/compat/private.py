"""What libraries import from Keras' private modules, `keras.src...`, and has no place of its own here."""

from __future__ import annotations

from typing import Any

from minikeras import saving
from minikeras._core import serialize
from minikeras._core.custom import find_custom, get_registered_name, scope
from minikeras._core.symbolic import symbolic_leaves

__all__ = [
    "any_symbolic_tensors",
    "default",
    "deserialize_keras_object",
    "in_grain_data_pipeline",
    "in_tf_graph",
    "is_default",
    "keras_export",
    "load_model",
    "load_weights_only",
    "no_automatic_dependency_tracking",
    "save_model",
    "save_weights_only",
    "serialize_keras_object",
]


def serialize_keras_object(instance: Any) -> Any:
    """Describe an object as Keras 2 did: by its class' name and its config, or by its own name.

    >>> from minikeras.layers import Flatten
    >>> serialize_keras_object(Flatten(name="f"))["class_name"], serialize_keras_object(len)
    ('Flatten', 'len')
    """
    if instance is None:
        return None
    if hasattr(instance, "get_config"):
        config = serialize.serialize_keras_object(instance.get_config())
        return {"class_name": get_registered_name(type(instance)), "config": config}
    if hasattr(instance, "__name__"):
        return get_registered_name(instance)
    raise ValueError(f"Cannot serialize {instance!r} because it doesn't implement get_config().")


def deserialize_keras_object(
    identifier: Any,
    module_objects: dict | None = None,
    custom_objects: dict | None = None,
    printable_module_name: str = "object",
) -> Any:
    """Build what Keras 2's `serialize_keras_object` described, from the classes and functions in ``module_objects``.

    >>> from minikeras.layers import Flatten
    >>> deserialize_keras_object({"class_name": "Flatten", "config": {"name": "f"}}, {"Flatten": Flatten}).name
    'f'
    """
    if module_objects is None or identifier is None:
        return None if identifier is None else serialize.deserialize_keras_object(identifier, custom_objects)
    if not isinstance(identifier, (str, dict)):
        return identifier
    name = identifier if isinstance(identifier, str) else identifier.get("class_name")
    found = find_custom(name, custom_objects)
    found = module_objects.get(name) if found is None else found
    if found is None:
        raise ValueError(f"Unknown {printable_module_name}: {name!r}. Pass it in custom_objects={{name: object}}.")
    if isinstance(identifier, str):
        return found() if isinstance(found, type) else found
    config = identifier.get("config") or {}
    if not hasattr(found, "from_config"):
        return found(**config)
    with scope(custom_objects):
        return found.from_config(dict(config))


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


def any_symbolic_tensors(args: Any = None, kwargs: Any = None) -> bool:
    """Whether there are symbolic tensors among the arguments of a function.

    >>> any_symbolic_tensors((1, [2]))
    False
    """
    return bool(symbolic_leaves((args or (), kwargs or {})))


def in_tf_graph() -> bool:
    """False: there are no graphs of TensorFlow.

    >>> in_tf_graph()
    False
    """
    return False


in_grain_data_pipeline = in_tf_graph


def no_automatic_dependency_tracking(method: Any) -> Any:
    """The method as it is: what a layer holds is found when it is asked for.

    >>> no_automatic_dependency_tracking(len) is len
    True
    """
    return method


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
