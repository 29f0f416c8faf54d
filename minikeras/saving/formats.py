"""The readers and writers of all formats in one place, to be imported when the first file is met: they are a fifth of what
the whole library takes to import.
"""

from minikeras.saving.hdf5 import Group, open_hdf5
from minikeras.saving.keras_zip import KERAS_VERSION, read_keras, weights_in, write_keras
from minikeras.saving.legacy_h5 import (
    is_legacy_weights,
    plan_legacy_optimizer,
    plan_legacy_weights,
    read_h5,
    write_h5,
    write_h5_weights,
)
from minikeras.saving.weights_h5 import is_weights, plan_optimizer_weights, plan_weights, write_weights
from minikeras.saving.zip_reader import Zip

__all__ = [
    "Group",
    "KERAS_VERSION",
    "Zip",
    "is_legacy_weights",
    "is_weights",
    "open_hdf5",
    "plan_legacy_optimizer",
    "plan_legacy_weights",
    "plan_optimizer_weights",
    "plan_weights",
    "read_h5",
    "read_keras",
    "weights_in",
    "write_h5",
    "write_h5_weights",
    "write_keras",
    "write_weights",
]
