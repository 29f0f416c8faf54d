"""Helpers around models: labels, sequences, datasets, seeds, and the registry of one's own classes."""

from typing import TYPE_CHECKING

from minikeras._core.config import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
    standardize_dtype,
)
from minikeras._core.custom import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from minikeras._core.lazy import lazily
from minikeras._core.random import set_random_seed
from minikeras._core.serialize import deserialize_keras_object, serialize_keras_object
from minikeras.callbacks.progress import Progbar
from minikeras.data.packing import pack_x_y_sample_weight, unpack_x_y_sample_weight
from minikeras.data.py_dataset import PyDataset
from minikeras.utils.numerical import normalize, to_categorical
from minikeras.utils.sequences import pad_sequences, timeseries_dataset_from_array
from minikeras.utils.session import clear_session
from minikeras.utils.splitting import split_dataset

if TYPE_CHECKING:  # for editors
    from minikeras.utils.audio_dataset_utils import audio_dataset_from_directory
    from minikeras.utils.feature_space import FeatureSpace
    from minikeras.utils.file_utils import get_file
    from minikeras.utils.image_dataset_utils import image_dataset_from_directory
    from minikeras.utils.image_utils import array_to_img, img_to_array, load_img, save_img
    from minikeras.utils.model_visualization import model_to_dot, plot_model
    from minikeras.utils.plots import plot_decision_surface, plot_weights
    from minikeras.utils.settings import Config
    from minikeras.utils.symbolic import get_source_inputs, is_keras_tensor
    from minikeras.utils.text_dataset_utils import text_dataset_from_directory

_LATER = {
    "audio_dataset_utils": "audio_dataset_from_directory",
    "feature_space": "FeatureSpace",
    "file_utils": "get_file",
    "image_dataset_utils": "image_dataset_from_directory",
    "settings": "Config",
    "model_visualization": "model_to_dot plot_model",
    "plots": "plot_decision_surface plot_weights",
    "symbolic": "get_source_inputs is_keras_tensor",
    "image_utils": "array_to_img img_to_array load_img save_img",
    "text_dataset_utils": "text_dataset_from_directory",
}
__getattr__ = lazily(__name__, _LATER, {})

Sequence = PyDataset  # its name in Keras 2, still known in Keras 3

__all__ = [
    "Config",
    "CustomObjectScope",
    "FeatureSpace",
    "Progbar",
    "PyDataset",
    "Sequence",
    "array_to_img",
    "audio_dataset_from_directory",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "disable_interactive_logging",
    "enable_interactive_logging",
    "get_custom_objects",
    "get_file",
    "get_registered_name",
    "get_registered_object",
    "get_source_inputs",
    "image_dataset_from_directory",
    "img_to_array",
    "is_interactive_logging_enabled",
    "is_keras_tensor",
    "load_img",
    "model_to_dot",
    "normalize",
    "pack_x_y_sample_weight",
    "pad_sequences",
    "plot_decision_surface",
    "plot_model",
    "plot_weights",
    "register_keras_serializable",
    "save_img",
    "serialize_keras_object",
    "set_random_seed",
    "split_dataset",
    "standardize_dtype",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
    "to_categorical",
    "unpack_x_y_sample_weight",
]


def __dir__() -> list[str]:
    return __all__
