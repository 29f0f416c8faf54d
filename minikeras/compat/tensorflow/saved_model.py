"""`tf.saved_model`: what to use in its place.

>>> save(None, "folder")
Traceback (most recent call last):
NotImplementedError: ...
"""

from __future__ import annotations

import os
from typing import Any

from minikeras.compat.tensorflow._tools import Namespace, absent, exported

_TEXT = (
    "minikeras neither writes nor reads TensorFlow's SavedModel folders. {}model.save('model.keras') and "
    "keras.models.load_model('model.keras') keep a model; model.export('model.onnx', format='onnx') is for other programs."
)


def save(obj: Any, export_dir: Any, signatures: Any = None, options: Any = None) -> None:
    """Say what to use: a ``.keras`` file, or ONNX."""
    raise NotImplementedError(_TEXT.format(""))


def load(export_dir: Any, tags: Any = None, options: Any = None) -> Any:
    """Say what to use."""
    raise NotImplementedError(_TEXT.format(f"{export_dir!r} must be saved anew where TensorFlow is: "))


def contains_saved_model(export_dir: Any) -> bool:
    """Whether a folder has a SavedModel."""
    return os.path.exists(os.path.join(str(export_dir), "saved_model.pb"))


SaveOptions = LoadOptions = lambda *args, **kwargs: Namespace("options")

__all__ = exported(globals(), "SaveOptions LoadOptions")
__getattr__ = absent("tf.saved_model", globals())
