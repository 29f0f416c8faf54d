"""Numbers of categories as vectors: one-hot, multi-hot, counts. And what layers for text and categories take as input."""

from __future__ import annotations

from typing import Any

import numpy as np

OUTPUT_MODES = ("int", "one_hot", "multi_hot", "count")


def checked_mode(layer: str, mode: str, allowed: tuple = OUTPUT_MODES) -> str:
    """Check an output mode; "binary" and "tf-idf" are old names.

    >>> checked_mode("CategoryEncoding", "binary")
    'multi_hot'
    """
    mode = {"binary": "multi_hot", "tf-idf": "tf_idf"}.get(mode, mode) if isinstance(mode, str) else mode
    if mode not in allowed:
        raise ValueError(f"Invalid `output_mode` {mode!r} of {layer}. Expected one of {allowed}.")
    return mode


def encode(indices: np.ndarray, mode: str, depth: int, dtype: Any, weights: np.ndarray | None = None) -> np.ndarray:
    """Write category numbers as vectors of length ``depth``; numbers outside of ``0 ... depth - 1`` leave no mark.

    Args:
        indices: integers.
        mode: "int" leaves them; "one_hot" gives each a vector; "multi_hot" marks all of a sample in one vector;
            "count" counts them.
        depth: number of categories.
        dtype: type of the result.
        weights: what each counts, for "count".

    >>> encode(np.array([[1, 1, 3]]), "count", 4, "float32").tolist()
    [[0.0, 2.0, 0.0, 1.0]]
    """
    if mode == "int":
        return indices.astype(dtype)
    if indices.ndim == 0:
        indices = indices[None]
    if mode == "one_hot":
        if indices.ndim > 1 and indices.shape[-1] == 1:
            indices = indices[..., 0]
        return (indices[..., None] == np.arange(depth)).astype(dtype)
    if indices.ndim > 2:  # as in Keras: the second axis is the one that is summed over
        marks = (indices[..., None] == np.arange(depth)).astype(dtype)
        return marks.max(1, initial=0) if mode == "multi_hot" else marks.sum(1)
    rows = indices if indices.ndim == 2 else indices[None]
    known = (rows >= 0) & (rows < depth)
    at = (rows + np.arange(len(rows))[:, None] * depth)[known].astype(np.intp)
    size = len(rows) * depth
    if mode == "multi_hot":
        y = np.zeros(size, dtype)
        y[at] = 1
    else:
        given = None if weights is None else np.broadcast_to(weights, indices.shape).reshape(rows.shape)[known]
        y = np.bincount(at, given, minlength=size).astype(dtype)
    y = y.reshape(len(rows), depth)
    return y if indices.ndim == 2 else y[0]


def encoded_shape(shape: tuple, mode: str, depth: int | None) -> tuple:
    """The shape of what `encode` makes of an input of that shape.

    >>> encoded_shape((None, 3), "count", 4), encoded_shape((None, 1), "one_hot", 4), encoded_shape((None, 3), "one_hot", 4)
    ((None, 4), (None, 4), (None, 3, 4))
    """
    shape = tuple(shape)
    if mode == "int":
        return shape
    if not shape:
        return (depth,)
    if mode == "one_hot":
        return (*(shape[:-1] if shape[-1] == 1 and len(shape) > 1 else shape), depth)
    if len(shape) == 1:
        return (depth,)
    return (shape[0], *shape[2:], depth)


def as_strings(values: Any, encoding: str = "utf-8") -> np.ndarray:
    """An array of Python strings from strings, bytes, numbers, lists or arrays of them; ragged lists stay objects.

    >>> as_strings([b"a", "b"]).tolist(), as_strings(np.array([[1, 2]])).tolist()
    (['a', 'b'], [['1', '2']])
    """
    array = values if isinstance(values, np.ndarray) else _array_of(values)
    if array.dtype.kind == "U":
        return array
    if array.dtype.kind == "S":
        return np.char.decode(array, encoding)
    flat = [v.decode(encoding) if isinstance(v, bytes) else str(v) for v in array.ravel().tolist()]
    result = np.empty(len(flat), object)
    result[:] = flat
    return result.reshape(array.shape)


def _array_of(values: Any) -> np.ndarray:
    if hasattr(values, "to_numpy"):  # pandas
        return values.to_numpy()
    try:
        return np.asarray(values)
    except ValueError:
        raise ValueError(
            "The rows of the input differ in length, so they make no array. Bring them to one length, "
            "e.g. with keras.utils.pad_sequences(..., dtype=object, value='')."
        ) from None


def batches_of(data: Any, steps: int | None = None) -> Any:
    """Go through what `adapt` was given: an array or a list is one batch, a dataset gives several; of (x, y) x counts.

    >>> list(batches_of([1, 2])), list(batches_of(iter([(1, 2), (3, 4)]), steps=1))
    ([[1, 2]], [1])
    """
    if isinstance(data, (np.ndarray, list, tuple, str, bytes)) or hasattr(data, "__array__") or not hasattr(data, "__iter__"):
        yield data
        return
    for i, batch in enumerate(data):
        if steps is not None and i >= steps:
            return
        yield batch[0] if isinstance(batch, tuple) else batch
