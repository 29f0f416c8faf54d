"""Files: whole models and weights in Keras' formats, and configs.

Loading is safe whoever made the file: nothing in it is run or imported, and it can't crash the process or take more
memory than it holds data.
"""

from typing import TYPE_CHECKING

from minikeras._core.custom import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from minikeras._core.lazy import lazily
from minikeras._core.serialize import deserialize_keras_object, serialize_keras_object

if TYPE_CHECKING:  # for editors
    from minikeras.saving.api import load_model, load_weights, save_model, save_weights
    from minikeras.saving.file_editor import KerasFileEditor

__getattr__ = lazily(__name__, {"api": "load_model load_weights save_model save_weights", "file_editor": "KerasFileEditor"}, {})

__all__ = [
    "CustomObjectScope",
    "KerasFileEditor",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "load_weights",
    "register_keras_serializable",
    "save_model",
    "save_weights",
    "serialize_keras_object",
]


def __dir__() -> list[str]:
    return __all__
