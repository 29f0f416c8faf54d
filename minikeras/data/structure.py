"""Elements of datasets: arrays, and tuples and dicts of them, handled as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from minikeras._core.config import floatx
from minikeras._core.tensor import Tensor
from minikeras._core.text import Text


class TensorSpec(NamedTuple):
    """Shape and type of an array; None stands for sizes that differ."""

    shape: tuple
    dtype: Any
    name: str | None = None


def map_structure(f: Callable, first: Any, *others: Any) -> Any:
    """Apply a function to the arrays at the same place of one or more structures.

    >>> map_structure(lambda a, b: a + b, {"x": (1, 2)}, {"x": (10, 20)})
    {'x': (11, 22)}
    """
    if isinstance(first, dict):
        return {key: map_structure(f, first[key], *(o[key] for o in others)) for key in first}
    if isinstance(first, tuple):
        parts = [map_structure(f, *parts) for parts in zip(first, *others)]
        return type(first)(*parts) if hasattr(first, "_fields") else tuple(parts)
    return f(first, *others)


def rows_at(structure: Any, i: int) -> Any:
    """Row ``i`` of each array of a structure.

    >>> rows_at((np.array([[1], [2]]), np.array([[3], [4]])), 1)
    (array([2]), array([4]))
    """
    return map_structure(lambda a: a[i], structure)


def leaves(structure: Any) -> Iterator[Any]:
    """The arrays of a structure, one after the other.

    >>> list(leaves({"x": (1, 2), "y": 3}))
    [1, 2, 3]
    """
    if isinstance(structure, dict):
        structure = tuple(structure.values())
    if isinstance(structure, tuple):
        for part in structure:
            yield from leaves(part)
    else:
        yield structure


def to_arrays(value: Any) -> Any:
    """Make arrays of what a user hands over: numbers, lists, Series; dicts and tuples stay.

    Python's own floats and integers become ``floatx()`` and int32, as in TensorFlow.

    >>> to_arrays(([1.0, 2.0], {"a": [1]}))
    (array([1., 2.], dtype=float32), {'a': array([1], dtype=int32)})
    """
    if isinstance(value, dict):
        return {key: to_arrays(v) for key, v in value.items()}
    if isinstance(value, tuple):
        parts = [to_arrays(v) for v in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if isinstance(value, (Tensor, Text)):  # what a user's function has made: plain again on its way
        return value.view(np.ndarray)[()] if isinstance(value, Tensor) else value.view(np.ndarray)
    if isinstance(value, (np.ndarray, np.generic)) or not isinstance(value, (list, int, float, str, bytes, range)):
        return value if isinstance(value, (np.ndarray, np.generic)) or not _holds_numbers(value) else np.asarray(value)
    array = np.asarray(value)
    if array.dtype == np.float64 and not _has_arrays(value):
        return array.astype(floatx())
    if array.dtype == np.int64 and not _has_arrays(value) and (not array.size or abs(array).max() < 2**31):
        return array.astype(np.int32)
    return array


def stack(elements: list) -> Any:
    """Join elements to a batch.

    >>> stack([(np.array([1]), 2), (np.array([3]), 4)])
    (array([[1], [3]]), array([2, 4]))
    """

    def join(*arrays):
        shapes = {np.shape(a) for a in arrays}
        if len(shapes) > 1:
            raise ValueError(
                f"Cannot batch arrays with different shapes: {sorted(shapes, key=str)[:3]}. "
                "Bring them to one shape first, or use padded_batch."
            )
        return np.stack([np.asarray(a) for a in arrays])

    return map_structure(join, *elements)


def pad_and_stack(elements: list, shapes: Any = None, values: Any = None) -> Any:
    """Join elements to a batch, filled up to the shape of the largest, or to given shapes.

    >>> pad_and_stack([np.array([1]), np.array([2, 3])]).tolist()
    [[1, 0], [2, 3]]
    """

    def join(shape, value, *arrays):
        arrays = [np.asarray(a) for a in arrays]
        sizes = [max(a.shape[i] for a in arrays) for i in range(arrays[0].ndim)]
        wanted = [n if w in (None, -1) else w for n, w in zip(sizes, sizes if shape is None else shape)]
        if any(n > w for n, w in zip(sizes, wanted)):
            raise ValueError(f"padded_batch: an element of shape {tuple(sizes)} is larger than padded_shapes {tuple(wanted)}.")
        empty = "" if arrays[0].dtype.kind in "US" else 0
        dtype = np.result_type(*arrays)
        batch = np.full((len(arrays), *wanted), empty if value is None else value, dtype)
        for i, a in enumerate(arrays):
            batch[(i, *map(slice, a.shape))] = a
        return batch

    first = elements[0]
    none = map_structure(lambda _: None, first)
    shapes = none if shapes is None else shapes
    values = none if values is None else values
    if not isinstance(first, (tuple, dict)):
        return join(shapes, values, *elements)
    keys = list(first) if isinstance(first, dict) else range(len(first))
    if not isinstance(values, type(first)):
        values = map_structure(lambda _: values, first)
    parts = [pad_and_stack([e[k] for e in elements], shapes[k], values[k]) for k in keys]
    return dict(zip(keys, parts)) if isinstance(first, dict) else tuple(parts)


def length(structure: Any) -> int:
    """The common length of the arrays of a structure.

    >>> length((np.zeros((3, 2)), np.zeros(3)))
    3
    """
    sizes = {np.shape(a)[0] if np.ndim(a) else None for a in leaves(structure)}
    if len(sizes) != 1 or None in sizes:
        sizes = sorted(sizes, key=str)
        raise ValueError(f"All arrays of a dataset must have the same length along their first axis, got {sizes}.")
    return sizes.pop()


def _holds_numbers(value: Any) -> bool:
    return hasattr(value, "__array__") or hasattr(value, "to_numpy")


def _has_arrays(value: Any) -> bool:
    while isinstance(value, list) and value:
        value = value[0]
    return isinstance(value, (np.ndarray, np.generic))
