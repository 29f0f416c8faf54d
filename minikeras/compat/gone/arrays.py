"""Parts of arrays, and classes from probabilities: of `keras.utils.np_utils`, `.generic_utils` and `keras.engine.training`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = [
    "accuracy",
    "batch_shuffle",
    "categorical_probas_to_classes",
    "has_arg",
    "make_batches",
    "make_tuple",
    "probas_to_classes",
    "slice_X",
    "slice_arrays",
    "to_list",
    "unpack_singleton",
]


def probas_to_classes(y_pred: Any) -> np.ndarray:
    """The likeliest class of each row; of a single column whether it is above 1/2.

    >>> probas_to_classes([[0.2, 0.8], [0.9, 0.1]]).tolist(), probas_to_classes([[0.7], [0.2]]).tolist()
    ([1, 0], [1, 0])
    """
    y_pred = np.asarray(y_pred)
    if y_pred.ndim > 1 and y_pred.shape[1] > 1:
        return categorical_probas_to_classes(y_pred)
    return np.array([1 if p > 0.5 else 0 for p in y_pred.ravel()])


def categorical_probas_to_classes(p: Any) -> np.ndarray:
    """The likeliest class of each row.

    >>> categorical_probas_to_classes([[0.2, 0.8], [0.9, 0.1]]).tolist()
    [1, 0]
    """
    return np.argmax(p, axis=1)


def accuracy(p: Any, y: Any) -> float:
    """The share of equal entries, of classes.

    >>> accuracy([1, 0, 1, 1], [1, 0, 0, 1])
    0.75
    """
    return float(np.mean(np.asarray(p) == np.asarray(y)))


def slice_arrays(arrays: Any, start: Any = None, stop: Any = None) -> Any:
    """Rows of an array, or of each array of a list; ``start`` is where they begin, or the numbers of the rows.

    >>> slice_arrays([np.arange(5), np.arange(5) * 2], 1, 3), slice_arrays(np.arange(5), [0, 4])
    ([array([1, 2]), array([2, 4])], array([0, 4]))
    """
    if arrays is None:
        return [None]
    if isinstance(arrays, list):
        return [None if x is None else slice_arrays(x, start, stop) for x in arrays]
    return arrays[list(start)] if hasattr(start, "__len__") else arrays[start:stop]


slice_X = slice_arrays  # noqa: N816  # its name in Keras 1


def make_batches(size: int, batch_size: int) -> list[tuple[int, int]]:
    """Where the batches of so many rows begin and end.

    >>> make_batches(5, 2)
    [(0, 2), (2, 4), (4, 5)]
    """
    return [(start, min(size, start + batch_size)) for start in range(0, size, batch_size)]


def batch_shuffle(index_array: Any, batch_size: int) -> np.ndarray:
    """Shuffle whole batches; what is left over stays at the end.

    >>> sorted(batch_shuffle(np.arange(5), 2)[:4].tolist()), int(batch_shuffle(np.arange(5), 2)[4])
    ([0, 1, 2, 3], 4)
    """
    index_array = np.asarray(index_array)
    whole = len(index_array) // batch_size * batch_size
    batches = index_array[:whole].reshape(-1, batch_size)
    return np.concatenate([np.random.permutation(batches).ravel(), index_array[whole:]])  # noqa: NPY002  # as Keras


def to_list(x: Any, allow_tuple: bool = False) -> list:
    """A list as it is, anything else as a list of one.

    >>> to_list([1]), to_list(1), to_list((1, 2), allow_tuple=True)
    ([1], [1], [1, 2])
    """
    if isinstance(x, list):
        return x
    return list(x) if allow_tuple and isinstance(x, tuple) else [x]


def unpack_singleton(x: Any) -> Any:
    """The element of a list of one; anything else as it is.

    >>> unpack_singleton([3]), unpack_singleton([3, 4])
    (3, [3, 4])
    """
    return x[0] if len(x) == 1 else x


def make_tuple(*args: Any) -> tuple:
    """Its arguments.

    >>> make_tuple(1, 2)
    (1, 2)
    """
    return args


def has_arg(fn: Callable, name: str, accept_all: bool = False) -> bool:
    """Whether a function takes an argument by that name.

    >>> has_arg(make_batches, "size"), has_arg(make_tuple, "size"), has_arg(dict.fromkeys, "magic")
    (True, False, False)
    """
    parameters = inspect.signature(fn).parameters
    if accept_all and any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return True
    return name in parameters and parameters[name].kind in (
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        inspect.Parameter.KEYWORD_ONLY,
    )
