"""Images as the models want them, and the names of ImageNet's 1000 classes."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from minikeras import ops
from minikeras._core.config import floatx, image_data_format
from minikeras._core.symbolic import KerasTensor
from minikeras.applications.plan import fetched

CLASS_INDEX = "https://storage.googleapis.com/download.tensorflow.org/data/imagenet_class_index.json"
_MEANS = {"caffe": (103.939, 116.779, 123.68), "torch": (0.485, 0.456, 0.406)}  # of the pixels of ImageNet, by channel
_DEVIATIONS = (0.229, 0.224, 0.225)


def preprocess_input(x: Any, data_format: str | None = None, mode: str = "caffe") -> Any:
    """Scale images with values from 0 to 255 as a model was trained. The array given stays as it is.

    Args:
        x: an image or a batch of them, 3 channels; an array or a symbolic tensor.
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.
        mode: ``"caffe"``: from RGB to BGR, less the mean of ImageNet; ``"tf"``: to [-1, 1]; ``"torch"``: to [0, 1], then mean 0
            and deviation 1 over ImageNet.

    >>> preprocess_input(np.array([[[0, 255, 51]]]), mode="tf").tolist()
    [[[-1.0, 1.0, -0.6]]]
    >>> preprocess_input(np.array([[[0.0, 255.0, 51.0]]])).round(1).tolist()
    [[[-52.9, 138.2, -123.7]]]
    """
    if mode not in ("caffe", "tf", "torch"):
        raise ValueError(f"`mode` should be 'caffe', 'tf' or 'torch', got {mode!r}.")
    data_format = image_data_format() if data_format is None else data_format
    if data_format not in ("channels_first", "channels_last"):
        raise ValueError(f"`data_format` should be 'channels_first' or 'channels_last', got {data_format!r}.")
    if isinstance(x, KerasTensor):
        return _symbolic(x, data_format, mode)
    x = np.asarray(x)
    x = x if x.dtype.kind == "f" else x.astype(floatx())
    if mode == "tf":
        return x / 127.5 - 1.0
    axis = x.ndim - 3 if data_format == "channels_first" else x.ndim - 1
    across = (3, 1, 1) if data_format == "channels_first" else (3,)
    mean = np.array(_MEANS[mode], x.dtype).reshape(across)
    if mode == "caffe":
        return np.flip(x, axis) - mean
    return (x / 255.0 - mean) / np.array(_DEVIATIONS, x.dtype).reshape(across)


def _symbolic(x: KerasTensor, data_format: str, mode: str) -> KerasTensor:
    """The same as operations of a model, those that Keras' files have."""
    if mode == "tf":
        return x / 127.5 - 1.0
    ndim, first = len(x.shape), data_format == "channels_first"
    axis = (0 if ndim == 3 else 1) if first else -1
    if mode == "torch":
        x = x / 255.0
    else:
        before = (slice(None),) * axis if first else (Ellipsis,)
        x = ops.stack([x[(*before, i)] for i in (2, 1, 0)], axis=axis)
    across = ((3, 1, 1) if ndim == 3 else (1, 3) + (1,) * (ndim - 2)) if first else (1,) * (ndim - 1) + (3,)
    x = x + np.array([-m for m in _MEANS[mode]], x.dtype).reshape(across)
    if mode == "torch":
        x = x / np.array(_DEVIATIONS, x.dtype).reshape((-1, 1, 1) if first else (-1,))
    return x


def preprocessing(mode: str | None) -> Callable:
    """The ``preprocess_input`` of one model."""

    def preprocess_input(x: Any, data_format: str | None = None) -> Any:
        return x if mode is None else globals()["preprocess_input"](x, data_format, mode)

    meaning = {
        None: "Return images as they are: this model scales them itself.",
        "caffe": "Turn images from RGB to BGR and take the mean of ImageNet's away, without scaling.",
        "tf": "Scale images from [0, 255] to [-1, 1].",
        "torch": "Scale images from [0, 255] to [0, 1], then to mean 0 and deviation 1 over ImageNet.",
    }
    preprocess_input.__doc__ = f"{meaning[mode]} The array given stays as it is."
    return preprocess_input


@functools.cache
def _classes(path: str) -> dict:
    return json.loads(Path(path).read_text(encoding="utf-8"))


def decode_predictions(preds: Any, top: int = 5) -> list:
    """Name the likeliest of ImageNet's classes.

    Args:
        preds: probabilities of shape (samples, 1000).
        top: how many to name.

    Returns:
        For each sample a list of tuples (identifier, name, probability), the likeliest first.
    """
    shape = tuple(np.shape(preds))
    if len(shape) != 2 or shape[1] != 1000:
        raise ValueError(f"decode_predictions expects predictions of shape (samples, 1000), got {shape}.")
    classes = _classes(fetched(CLASS_INDEX, "c2c37ea517e94d9795004a39431a14cb"))
    best = [(row, np.argsort(row)[-top:][::-1]) for row in np.asarray(preds)]
    return [[(*classes[str(i)], row[i]) for i in found] for row, found in best]
