"""`tf.sparse`: a small `SparseTensor`, as parsed from files, and the way to plain arrays and back.

>>> to_dense(SparseTensor([[0, 1]], [5], [2, 2])).numpy().tolist()
[[0, 5], [0, 0]]
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import ops
from minikeras._core.tensor import Shape
from minikeras._core.text import Text
from minikeras.compat.tensorflow._tensors import convert_to_tensor
from minikeras.compat.tensorflow._tools import absent, exported, raw


class SparseTensor:
    """The few elements of an array that are not zero: where they are, and what they are.

    >>> SparseTensor([[0, 1]], [5], [2, 2]).dense_shape.numpy()
    array([2, 2])
    """

    def __init__(self, indices: Any, values: Any, dense_shape: Any):
        self.indices = convert_to_tensor(np.asarray(raw(indices), "int64").reshape(-1, len(raw(dense_shape))))
        self.values = convert_to_tensor(values)
        self.dense_shape = convert_to_tensor(np.asarray(raw(dense_shape), "int64"))

    @property
    def shape(self) -> Shape:
        """The shape of the array."""
        return Shape(raw(self.dense_shape).tolist())

    @property
    def dtype(self) -> Any:
        """The type of its elements."""
        return self.values.dtype

    def __len__(self):
        return self.shape[0]

    def __mul__(self, other: Any) -> SparseTensor:
        return SparseTensor(self.indices, self.values * other, self.dense_shape)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> SparseTensor:
        return SparseTensor(self.indices, self.values / other, self.dense_shape)

    def __repr__(self):
        return f"SparseTensor({len(self.values)} elements, shape={tuple(self.shape)})"


def to_dense(sp_input: Any, default_value: Any = None, validate_indices: bool = True, name: str | None = None) -> Any:
    """The plain array; an array as it is."""
    if not isinstance(sp_input, SparseTensor):
        return convert_to_tensor(sp_input)
    words = isinstance(sp_input.values, Text)
    empty = default_value if default_value is not None else "" if words else 0
    y = np.full(sp_input.shape, empty, object if words else sp_input.values.dtype)
    y[tuple(raw(sp_input.indices).T)] = sp_input.values.view(np.ndarray)
    return convert_to_tensor(y)


def from_dense(tensor: Any, name: str | None = None) -> SparseTensor:
    """The elements that are not zero."""
    x = convert_to_tensor(tensor).view(np.ndarray)
    where = np.argwhere(x != ("" if x.dtype.kind in "OSU" else 0))
    return SparseTensor(where, x[tuple(where.T)], x.shape)


def reorder(sp_input: SparseTensor, name: str | None = None) -> SparseTensor:
    """The same, in the order of rows."""
    where = raw(sp_input.indices)
    order = np.lexsort(where.T[::-1])
    return SparseTensor(where[order], sp_input.values[order], sp_input.dense_shape)


def sparse_dense_matmul(sp_a: Any, b: Any, adjoint_a: bool = False, adjoint_b: bool = False, name: str | None = None) -> Any:
    """The product with a plain matrix."""
    a, b = to_dense(sp_a), to_dense(b)
    return ops.matmul(ops.transpose(a) if adjoint_a else a, ops.transpose(b) if adjoint_b else b)


def reshape(sp_input: SparseTensor, shape: Any, name: str | None = None) -> SparseTensor:
    """The same elements in another shape."""
    return from_dense(np.reshape(raw(to_dense(sp_input)), tuple(int(n) for n in shape)))


__all__ = exported(globals())
__getattr__ = absent("tf.sparse", globals())
