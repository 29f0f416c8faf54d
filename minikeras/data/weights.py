"""How much each sample counts: `sample_weight` checked, `class_weight` spread over the samples."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.config import floatx
from minikeras.data.convert import cast, dense


def sample_weights(value: Any, dtype: Any = None) -> np.ndarray:
    """Check `sample_weight`: numbers, one for each sample (a last axis of 1 goes) or one for each output of a sample.

    Args:
        value: shape ``(n,)``, ``(n, 1)`` or, for outputs with time steps, ``(n, steps)``.
        dtype: a float type; ``floatx()`` by default, also when an integer type is given.

    >>> sample_weights([[1], [2]]).tolist()
    [1.0, 2.0]
    """
    array = dense(value, "sample_weight")
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    return cast(array, float_type(dtype), "sample_weight")


def class_weights(y: Any, class_weight: dict, dtype: Any = None) -> np.ndarray:
    """Give each sample the weight of its class, 1 where `class_weight` knows no such class.

    Args:
        y: classes ``(n,)`` or ``(n, 1)``, rounded to integers; or one-hot rows ``(n, classes)``.
        class_weight: ``{class: weight}``.

    Raises:
        ValueError: no dict, no targets, targets that name no class.

    >>> class_weights(np.array([0, 1, 2, 1]), {1: 5.0}).tolist()
    [1.0, 5.0, 1.0, 5.0]
    >>> class_weights(np.eye(3), {2: 0.5}).tolist()
    [1.0, 1.0, 0.5]
    """
    check_class_weight(class_weight)
    if y is None:
        raise ValueError("class_weight looks up the class of each sample in y, but y is None.")
    if y.ndim > 1:
        y = y[..., 0] if y.shape[-1] == 1 else y.argmax(-1)
    if y.ndim != 1:
        raise ValueError(f"class_weight needs one class for each sample, got a y with classes of shape {y.shape}.")
    if not np.isfinite(y).all():
        raise ValueError("class_weight needs a class for each sample, got a y with NaN or infinity in it.")
    classes, position = np.unique(np.round(y).astype("int64"), return_inverse=True)
    return np.array([class_weight.get(c, 1.0) for c in classes.tolist()], float_type(dtype))[position]


def check_class_weight(class_weight: Any) -> None:
    """Raise unless it is a dict from integers to numbers.

    >>> check_class_weight([1.0, 2.0])
    Traceback (most recent call last):
    ValueError: class_weight should be a dict {class: weight}, got list. Write dict(enumerate(weights)).
    """
    if not isinstance(class_weight, dict):
        hint = " Write dict(enumerate(weights))." if isinstance(class_weight, (list, tuple, np.ndarray)) else ""
        raise ValueError(f"class_weight should be a dict {{class: weight}}, got {type(class_weight).__name__}.{hint}")
    for key, value in class_weight.items():
        if not isinstance(key, (int, float, np.number)) or not isinstance(value, (int, float, np.number)):
            raise ValueError(f"class_weight should map integer classes to numbers, got {key!r}: {value!r}.")


def float_type(dtype: Any) -> np.dtype:
    """The float type that goes with a model's input type.

    >>> float_type("int32"), float_type("float64")
    (dtype('float32'), dtype('float64'))
    """
    dtype = np.dtype(floatx() if dtype is None else dtype)
    return dtype if dtype.kind == "f" else np.dtype(floatx())
