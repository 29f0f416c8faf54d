"""How much each sample counts: `sample_weight` checked, `class_weight` spread over the samples."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras._core.config import floatx
from minikeras._core.naming import shorten
from minikeras.data.convert import dense


def sample_weights(value: Any, name: str = "sample_weight") -> np.ndarray:
    """Check `sample_weight`: numbers from 0, one for each sample (a last axis of 1 goes) or one for each output of a sample.

    Args:
        value: shape ``(n,)``, ``(n, 1)`` or, for outputs with time steps, ``(n, steps)``.
        name: what error messages call it.

    >>> sample_weights([[1], [2]]).tolist()
    [1, 2]
    >>> sample_weights([1.0, -1.0])
    Traceback (most recent call last):
    ValueError: sample_weight should hold finite numbers, 0 or more, got -1.0 at [1].
    """
    array = dense(value, name)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if not (np.minimum.reduce(array, None) >= 0 and np.maximum.reduce(array, None) < math.inf):  # NaN is neither
        at = np.argwhere(~np.isfinite(array) | (array < 0))[0].tolist()
        raise ValueError(f"{name} should hold finite numbers, 0 or more, got {array[tuple(at)]} at {at}.")
    return array


def class_weights(
    y: Any,
    class_weight: dict,
    dtype: Any = None,
    classes: int | None = None,
    one_hot: bool | None = None,
    whole: bool = False,
) -> np.ndarray:
    """Give each sample the weight of its class, 1 where `class_weight` knows no such class.

    Args:
        y: classes ``(n,)`` or ``(n, 1)``, rounded to integers; one-hot rows ``(n, classes)``; or with further axes
            before the last, one for each step, then there is a weight for each step.
        class_weight: ``{class: weight}``.
        dtype: a float type; ``floatx()`` by default, also when an integer type is given.
        classes: how many there are, where that is known.
        one_hot: whether the last axis of y is that of the classes; None: every row must then look like it.
        whole: whether all labels are in y.

    Raises:
        ValueError: no dict, no targets, targets that name no class, a key that no label can have.

    >>> class_weights(np.array([0, 1, 2, 1]), {1: 5.0}).tolist()
    [1.0, 5.0, 1.0, 5.0]
    >>> class_weights(np.eye(3), {2: 0.5}).tolist()
    [1.0, 1.0, 0.5]
    """
    check_class_weight(class_weight)
    labels, columns = _labels(y, one_hot)
    present, position = np.unique(labels, return_inverse=True)
    present = present.tolist()
    _check_keys(class_weight, present, columns or classes, whole)
    values = np.array([class_weight.get(c, 1.0) for c in present], float_type(dtype))
    return values[position].reshape(labels.shape)  # positions are flat in NumPy 1


def check_class_weight(class_weight: Any) -> None:
    """Raise unless it is a dict from integers to finite numbers, 0 or more.

    >>> check_class_weight([1.0, 2.0])
    Traceback (most recent call last):
    ValueError: class_weight should be a dict {class: weight}, got list. Write dict(enumerate(weights)).
    """
    if not isinstance(class_weight, dict):
        hint = " Write dict(enumerate(weights))." if isinstance(class_weight, (list, tuple, np.ndarray)) else ""
        raise ValueError(f"class_weight should be a dict {{class: weight}}, got {type(class_weight).__name__}.{hint}")
    for key, value in class_weight.items():
        numbers = isinstance(key, (int, float, np.number)) and isinstance(value, (int, float, np.number))
        if not numbers or key != key // 1:
            raise ValueError(f"class_weight should map integer classes to numbers, got {key!r}: {value!r}.")
        if not 0 <= value < math.inf:
            raise ValueError(f"class_weight should map classes to finite numbers, 0 or more, got {key!r}: {value!r}.")


def float_type(dtype: Any) -> np.dtype:
    """The float type that goes with a model's input type.

    >>> float_type("int32"), float_type("float64")
    (dtype('float32'), dtype('float64'))
    """
    dtype = np.dtype(floatx() if dtype is None else dtype)
    return dtype if dtype.kind == "f" else np.dtype(floatx())


def _labels(y, one_hot):
    """The class of each sample, or of each step, and how many columns they were told from."""
    if y is None:
        raise ValueError("class_weight looks up the class of each sample in y, but y is None.")
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        raise ValueError("class_weight needs a class for each sample, got a y with NaN or infinity in it.")
    columns = None
    if y.ndim > 1 and y.shape[-1] == 1:
        y = y[..., 0]
    elif y.ndim > 1 and one_hot is not False:
        _check_rows(y)
        y, columns = y.argmax(-1), y.shape[-1]
    return np.round(y).astype("int64"), columns


def _check_rows(y):
    """Each row is to name one class: by a 1 among zeros, by shares of 1, or by a 1 among -1."""
    shares = (y >= 0).all(-1) & (abs(y.sum(-1, dtype="float64") - 1) < 0.01)
    signs = ((y == 1) | (y == -1)).all(-1) & ((y == 1).sum(-1) == 1)
    wrong = np.argwhere(~(shares | signs))
    if len(wrong):
        at = tuple(wrong[0].tolist())
        raise ValueError(
            f"class_weight needs one class for each sample, but y[{', '.join(map(str, at))}] is "
            f"{shorten(y[at].tolist(), 60)}, no one-hot row. If these are several classes of one sample, pass sample_weight "
            "instead; if they are the classes of several steps, give y a last axis of 1: y[..., None]."
        )


def _check_keys(class_weight, present, classes, whole):
    """A class is among the labels, or among those counted, or it would be the next after those known."""
    for key in class_weight:
        if key in present or not whole and classes is None:
            continue
        if classes is not None:
            possible, known = 0 <= key < classes, f"there are {classes} classes, from 0 to {classes - 1}"
        else:
            below = sum(0 <= c < key for c in {*present, *class_weight})
            possible, known = 0 <= key == below, f"the labels in y go from {present[0]} to {present[-1]}"
        if not possible:
            raise ValueError(f"class_weight has the key {key!r}, which no label can have: {known}.")
