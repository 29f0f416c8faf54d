"""Products of vectors and matrices."""

from __future__ import annotations

import numpy as np

from minikeras.ops.dtypes import array, cast, floats, promote
from minikeras.ops.operation import operation


def product(function, x1, x2, *more):
    """The product in the common type of both; of small integers in int32."""
    x1, x2 = promote(x1, x2)
    dtype = x1.dtype
    if dtype.kind in "biu" and dtype.itemsize < 4:
        wide = np.dtype("uint32" if dtype.kind == "u" else "int32")
        return cast(function(cast(x1, wide), cast(x2, wide), *more), dtype)
    return function(x1, x2, *more)


@operation
def matmul(x1, x2):
    """The product of matrices, x1 @ x2.

    >>> matmul([[1.0, 2.0]], [[3.0], [4.0]])
    array([[11.]], dtype=float32)
    """
    a, b = array(x1), array(x2)
    if a.dtype == b.dtype == np.dtype("int8"):
        return np.matmul(a.astype("int32"), b.astype("int32"))
    return product(np.matmul, a, b)


@operation
def dot(x1, x2):
    """Σ x1 x2 over the last axis of x1 and the last but one of x2.

    >>> float(dot([1.0, 2.0], [3.0, 4.0]))
    11.0
    """
    return product(np.dot, x1, x2)


@operation
def vdot(x1, x2):
    """Σ x1 x2 of all numbers, as if both were rows; x1 conjugated.

    >>> float(vdot([[1.0], [2.0]], [3.0, 4.0]))
    11.0
    """
    x1, x2 = np.ravel(array(x1)), np.ravel(array(x2))
    return product(np.dot, np.conjugate(x1) if x1.dtype.kind == "c" else x1, x2)


@operation
def inner(x1, x2):
    """Σ x1 x2 over the last axis of both.

    >>> float(inner([1.0, 2.0], [3.0, 4.0]))
    11.0
    """
    return product(np.inner, x1, x2)


@operation
def outer(x1, x2):
    """Every number of x1 times every number of x2.

    >>> outer([1, 2], [3, 4]).tolist()
    [[3, 4], [6, 8]]
    """
    return np.outer(*promote(x1, x2))


@operation
def tensordot(x1, x2, axes=2):
    """Σ x1 x2 over the last axes of x1 and the first of x2, or over those given as two lists.

    >>> float(tensordot([1.0, 2.0], [3.0, 4.0], axes=1))
    11.0
    """
    return product(np.tensordot, x1, x2, axes)


@operation
def kron(x1, x2):
    """The Kronecker product: every number of x1 times the whole of x2.

    >>> kron([1, 10], [1, 2]).tolist()
    [1, 2, 10, 20]
    """
    x1, x2 = promote(x1, x2)
    n = max(x1.ndim, x2.ndim)
    a, b = (np.reshape(x, (1,) * (n - x.ndim) + x.shape) for x in (x1, x2))
    y = np.reshape(a, [k for size in a.shape for k in (size, 1)]) * np.reshape(b, [k for size in b.shape for k in (1, size)])
    return np.reshape(y, [p * q for p, q in zip(a.shape, b.shape)])


@operation
def cross(x1, x2, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """The vector product of three numbers each (two: as if the third were 0).

    >>> cross([1, 0, 0], [0, 1, 0]).tolist()
    [0, 0, 1]
    """
    x1, x2 = promote(x1, x2)
    axisa, axisb, axisc = (axisa, axisb, axisc) if axis is None else (axis,) * 3
    a, b = np.moveaxis(x1, axisa, -1), np.moveaxis(x2, axisb, -1)
    if a.shape[-1] not in (2, 3) or b.shape[-1] not in (2, 3):
        raise ValueError(f"cross expects vectors of 2 or 3 numbers, got arrays of shape {x1.shape} and {x2.shape}.")
    flat = a.shape[-1] == b.shape[-1] == 2
    a0, a1, a2 = (a[..., i] if i < a.shape[-1] else cast(0, a.dtype) for i in range(3))
    b0, b1, b2 = (b[..., i] if i < b.shape[-1] else cast(0, b.dtype) for i in range(3))
    third = a0 * b1 - a1 * b0
    if flat:
        return third
    zero = third * 0  # where one vector has two numbers, parts may lack its shape
    parts = [a1 * b2 - a2 * b1 + zero, a2 * b0 - a0 * b2 + zero, third]
    return np.moveaxis(np.stack(parts, -1), -1, axisc)


@operation
def einsum(subscripts, *operands, **kwargs):
    """Products summed over indices, as the letters say.

    >>> einsum("ij,j->i", [[1.0, 2.0], [3.0, 4.0]], [1.0, 10.0])
    array([21., 43.], dtype=float32)
    """
    all_int8 = all(array(x).dtype == np.dtype("int8") for x in operands)
    operands = promote(*operands)
    subscripts, operands = without_diagonals(subscripts, operands)
    dtype = operands[0].dtype
    if dtype.kind in "biu" and dtype.itemsize < 4:
        wide = np.dtype("uint32" if dtype.kind == "u" else "int32")
        return cast(np.einsum(subscripts, *(cast(x, wide) for x in operands)), wide if all_int8 else dtype)
    return np.einsum(subscripts, *operands, optimize=kwargs.get("optimize", len(operands) > 2))


def without_diagonals(subscripts, operands):
    """An index that stands twice in one factor takes its diagonal: take it before."""
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if not arrow or "..." in inputs or all(len(set(t)) == len(t) for t in terms):
        return subscripts, operands
    for k, letters in enumerate(terms):
        while twice := next((c for c in letters if letters.count(c) > 1), None):
            i, j = letters.index(twice), letters.rindex(twice)
            operands[k] = np.diagonal(operands[k], 0, i, j)
            letters = letters[:i] + letters[i + 1 : j] + letters[j + 1 :] + twice
        terms[k] = letters
    return ",".join(terms) + "->" + output, operands


@operation
def correlate(x1, x2, mode="valid"):
    """The sums Σ x1[n + k] x2[n] of two rows for all shifts k.

    Args:
        mode: "valid": where both overlap wholly; "same": as many as the longer has; "full": all.

    >>> correlate([1.0, 2.0, 3.0], [0.0, 1.0])
    array([2., 3.], dtype=float32)
    """
    x1, x2 = promote(x1, x2)
    x1, x2 = floats(x1), floats(x2)
    if mode not in ("valid", "same", "full"):
        raise ValueError(f"mode must be one of 'full', 'valid', or 'same', but received mode={mode!r}.")
    if type(x1) is np.ndarray and type(x2) is np.ndarray:
        return np.correlate(x1, x2, mode)
    n, m = x1.shape[0], x2.shape[0]
    if n < m:
        return np.flip(correlate(x2, x1, mode), 0)
    before = {"valid": 0, "same": m // 2, "full": m - 1}[mode]
    after = {"valid": 0, "same": m - 1 - m // 2, "full": m - 1}[mode]
    x1 = np.pad(x1, (before, after))
    at = np.arange(x1.shape[0] - m + 1)[:, None] + np.arange(m)
    return np.matmul(x1[at], x2)
