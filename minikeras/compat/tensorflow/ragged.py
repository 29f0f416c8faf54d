"""`tf.ragged`: a small `RaggedTensor`, rows of several lengths, and the way to plain arrays.

>>> rows = constant([[1, 2], [3]]); rows.to_tensor().numpy().tolist(), rows.row_lengths().numpy().tolist()
([[1, 2], [3, 0]], [2, 1])
"""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from minikeras._core.tensor import Shape
from minikeras._core.text import Text
from minikeras.compat.tensorflow._arrays import concat
from minikeras.compat.tensorflow._tensors import convert_to_tensor
from minikeras.compat.tensorflow._tools import absent, exported, raw


class RaggedTensor:
    """Rows of several lengths. Functions of arrays don't take it: ``to_tensor()`` makes an array, filled up."""

    def __init__(self, rows: list, dtype: Any = None):
        self._rows = [row if isinstance(row, RaggedTensor) else convert_to_tensor(row, dtype) for row in rows]

    @classmethod
    def from_row_lengths(cls, values: Any, row_lengths: Any, name: str | None = None, validate: bool = True) -> RaggedTensor:
        """Rows cut out of one array."""
        ends = np.cumsum(raw(row_lengths))
        values = convert_to_tensor(values)
        return cls([values[a:b] for a, b in zip([0, *ends[:-1]], ends)])

    @classmethod
    def from_row_splits(cls, values: Any, row_splits: Any, name: str | None = None, validate: bool = True) -> RaggedTensor:
        """Rows cut out of one array at these places."""
        return cls.from_row_lengths(values, np.diff(raw(row_splits)))

    @classmethod
    def from_tensor(cls, tensor: Any, lengths: Any = None, padding: Any = None, **kwargs: Any) -> RaggedTensor:
        """The rows of an array, without the padding at their ends."""
        rows = [row.view(np.ndarray) for row in convert_to_tensor(tensor)]
        if lengths is not None:
            return cls([row[:n] for row, n in zip(rows, raw(lengths))])
        if padding is not None:
            rows = [row[: max(np.flatnonzero(row != padding), default=-1) + 1] for row in rows]
        return cls(rows)

    @classmethod
    def from_sparse(cls, st_input: Any, name: str | None = None) -> RaggedTensor:
        """The elements of a sparse matrix, row by row."""
        lengths = np.bincount(raw(st_input.indices)[:, 0], minlength=st_input.shape[0])
        return cls.from_row_lengths(st_input.values, lengths)

    @property
    def values(self) -> Any:
        """All elements in a row."""
        return concat(self._rows, 0)

    flat_values = values

    @property
    def shape(self) -> Shape:
        """How many rows, and None."""
        return Shape((len(self._rows), None, *self._rows[0].shape[1:])) if self._rows else Shape((0, None))

    @property
    def dtype(self) -> Any:
        """The type of its elements."""
        return self._rows[0].dtype if self._rows else np.dtype("float32")

    def row_lengths(self, axis: int = 1, name: str | None = None) -> Any:
        """How long each row is."""
        return convert_to_tensor(np.array([len(row) for row in self._rows], "int64"))

    def to_tensor(self, default_value: Any = None, name: str | None = None, shape: Any = None) -> Any:
        """An array, with rows filled up to the longest or to a shape."""
        rows = [row.to_tensor(default_value) if isinstance(row, RaggedTensor) else row for row in self._rows]
        wide = [max((row.shape[i] for row in rows), default=0) for i in builtins.range(rows[0].ndim if rows else 1)]
        for i, n in enumerate([] if shape is None else list(shape)[1:]):
            wide[i] = wide[i] if n is None else int(n)
        words = any(isinstance(row, Text) for row in rows)
        empty = default_value if default_value is not None else "" if words else 0
        y = np.full((len(rows), *wide), empty, object if words else rows[0].dtype if rows else "float32")
        for i, row in enumerate(rows):
            part = row.view(np.ndarray)[tuple(slice(n) for n in wide)]
            y[(i, *map(slice, part.shape))] = part
        return convert_to_tensor(y)

    def map_rows(self, function: Any) -> RaggedTensor:
        """What a function makes of the rows, as rows again."""
        return RaggedTensor([function(row) for row in self._rows])

    @staticmethod
    def join(parts: list, axis: Any = 0) -> RaggedTensor:
        """Rows of several below each other, or each row with its fellows behind it: what `tf.concat` does with them."""
        parts = [list(part) for part in parts]
        if axis == 0:
            return RaggedTensor([row for part in parts for row in part])
        return RaggedTensor([concat(rows, int(axis) - 1 if axis > 0 else -1) for rows in zip(*parts)])

    def to_list(self) -> list:
        """Lists in a list."""
        return [r.to_list() if isinstance(r, RaggedTensor) else r.numpy().tolist() for r in self._rows]

    def numpy(self) -> Any:
        """An array of rows."""
        rows = np.empty(len(self._rows), object)
        for i, row in enumerate(self._rows):
            rows[i] = row.numpy()
        return rows

    def bounding_shape(self, axis: int | None = None, **kwargs: Any) -> Any:
        """The shape that holds all rows."""
        shape = convert_to_tensor(np.array(self.to_tensor().shape, "int64"))
        return shape if axis is None else shape[axis]

    def __getitem__(self, key):
        if isinstance(key, tuple):
            rows = self[key[0]]
            return rows[key[1:]] if not isinstance(rows, RaggedTensor) else RaggedTensor([r[key[1:]] for r in rows._rows])
        return RaggedTensor(self._rows[key]) if isinstance(key, slice) else self._rows[int(key)]

    def __len__(self):
        return len(self._rows)

    def __iter__(self):
        return iter(self._rows)

    def __repr__(self):
        return f"<tf.RaggedTensor {self.to_list()}>"


def constant(pylist: Any, dtype: Any = None, ragged_rank: Any = None, **kwargs: Any) -> RaggedTensor:
    """Rows from lists."""
    deep = any(isinstance(part, (list, tuple)) for row in pylist for part in row)
    return RaggedTensor([constant(row, dtype) if deep else row for row in pylist], dtype)


def stack(values: list, axis: int = 0, name: str | None = None) -> RaggedTensor:
    """Arrays of several lengths as rows."""
    return RaggedTensor(list(values))


def range(starts: Any, limits: Any = None, deltas: Any = 1, **kwargs: Any) -> RaggedTensor:
    """Rows of numbers that follow each other."""
    starts, limits = (0, starts) if limits is None else (starts, limits)
    triples = np.broadcast_arrays(*map(raw, (starts, limits, deltas)))
    return RaggedTensor([np.arange(a, b, d) for a, b, d in zip(*triples)])


__all__ = exported(globals())
__getattr__ = absent("tf.ragged", globals())
