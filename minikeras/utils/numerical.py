"""Classes to one-hot rows, and vectors to length one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core.old_arguments import hint
from minikeras._core.tape import boxed_inputs
from minikeras._core.trace import Box


def _with_old_names(function: Callable) -> Callable:
    """Let a function take the argument names of Keras 1 and 2, too."""

    @functools.wraps(function)
    def taught(*args: Any, **kwargs: Any) -> np.ndarray:
        for old, new in {"y": "x", "nb_classes": "num_classes"}.items():
            if old in kwargs and new not in kwargs:
                kwargs[new] = kwargs.pop(old)
                name = function.__name__
                hint(name, old, f"Argument `{old}` of {name} still works; it is called `{new}` now.")
        return function(*args, **kwargs)

    return taught


@_with_old_names
def to_categorical(x: Any, num_classes: int | None = None, dtype: Any = "float64") -> np.ndarray:
    """Turn class numbers into one-hot rows: 1 at the class, 0 elsewhere.

    Args:
        x: integers from 0 to ``num_classes - 1``, any shape; a last axis of 1 goes.
        num_classes: ``max(x) + 1`` by default.
        dtype: the type of the numbers, as in Keras 2.

    Returns:
        An array of shape ``x.shape + (num_classes,)``.

    Raises:
        IndexError: a class below 0 or beyond the last.
        ValueError: text, NaN or infinity instead of class numbers.

    >>> to_categorical([0, 2, 1])
    array([[1., 0., 0.],
           [0., 0., 1.],
           [0., 1., 0.]])
    """
    raw = np.asarray(x)
    if raw.dtype.kind == "f" and not np.isfinite(raw).all():
        raise ValueError("to_categorical needs a class number for each sample, got NaN or infinity in x.")
    try:
        classes = raw.astype("int64")
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"to_categorical takes class numbers, got such as {raw.flat[0]!r} ({error}). "
            "Number the classes first: np.unique(x, return_inverse=True)[1]."
        ) from error
    shape = classes.shape[:-1] if classes.ndim > 1 and classes.shape[-1] == 1 else classes.shape
    if classes.size == 0 and not num_classes:
        raise ValueError("to_categorical can't tell the number of classes from an empty x; pass num_classes.")
    num_classes = int(num_classes or classes.max() + 1)
    if classes.size and not 0 <= classes.min() <= classes.max() < num_classes:
        wrong = classes.min() if classes.min() < 0 else classes.max()
        raise IndexError(
            f"to_categorical with num_classes={num_classes} takes classes from 0 to {num_classes - 1}, got {wrong}. "
            "Number the classes first: np.unique(x, return_inverse=True)[1]."
        )
    rows = np.zeros((classes.size, num_classes), dtype)
    rows[np.arange(classes.size), classes.reshape(-1)] = 1
    return rows.reshape(*shape, num_classes)


def normalize(x: Any, axis: int | None = -1, order: Any = 2) -> np.ndarray:
    """Divide by the norm along an axis: x / ‖x‖. What is all zeros stays so; a single vector becomes a row, as in Keras.

    Args:
        x: numbers.
        axis: the axis of the vectors; None takes the whole array as one.
        order: which norm, as ``np.linalg.norm`` takes it: 2, 1, ``np.inf``, ...

    >>> normalize([[3.0, 4.0], [0.0, 0.0]])
    array([[0.6, 0.8],
           [0. , 0. ]])
    """
    x = boxed_inputs(x)
    x = x if isinstance(x, Box) else np.asarray(x)
    norm = np.linalg.norm(x, order, axis, keepdims=True)
    return np.atleast_2d(x / np.where(norm == 0, norm.dtype.type(1), norm))
