"""`tf.linalg`: products, norms, decompositions.

>>> matmul([[1.0, 2.0]], [[3.0, 4.0]], transpose_b=True).numpy(), float(norm([3.0, 4.0]))
(array([[11.]], dtype=float32), 5.0)
"""

from __future__ import annotations

import numpy as np

from minikeras import ops
from minikeras.compat.tensorflow._tools import absent, axes, exported, op, table, taken
from minikeras.ops.dtypes import array, promote

ONE = "cholesky det inv pinv eigh matrix_rank logdet slogdet"
ARRAYS = "einsum eye global_norm tensordot"
globals().update(table(ONE, "input", "linalg"))
globals().update({**taken("_arrays", ARRAYS), **taken("math", "l2_normalize")})


def turned(x):
    """xᵀ of each matrix."""
    return np.swapaxes(array(x), -1, -2)


@op
def matmul(
    a, b, transpose_a=False, transpose_b=False, adjoint_a=False, adjoint_b=False, a_is_sparse=False, b_is_sparse=False,
    output_type=None,
):  # fmt: skip
    """The product of two matrices, or of many."""
    a, b = promote(a, b)
    a = turned(a) if transpose_a or adjoint_a else a
    b = turned(b) if transpose_b or adjoint_b else b
    return np.matmul(a, b)


@op
def matvec(a, b, transpose_a=False, adjoint_a=False):
    """The product of a matrix and a vector."""
    a, b = promote(a, b)
    return np.matmul(turned(a) if transpose_a or adjoint_a else a, b[..., None])[..., 0]


@op
def norm(tensor, ord="euclidean", axis=None, keepdims=False, keep_dims=None):
    """‖x‖ along axes: of all numbers by default."""
    x, axis = array(tensor), axes(axis)
    keepdims = bool(keepdims if keep_dims is None else keep_dims)
    if ord in ("euclidean", "fro", 2) and (ord != 2 or not isinstance(axis, tuple)):
        return ops.sqrt(ops.sum(ops.square(x), axis=axis, keepdims=keepdims))
    if axis is None:
        y = ops.norm(ops.reshape(x, (-1,)), ord)
        return ops.reshape(y, (1,) * x.ndim) if keepdims else y
    return ops.norm(x, ord, axis, keepdims)


@op
def normalize(tensor, ord="euclidean", axis=None):
    """x / ‖x‖, and the norm."""
    x = array(tensor)
    size = norm(x, ord, axis, True)
    return x / size, size


@op
def matrix_transpose(a, conjugate=False):
    """aᵀ of each matrix."""
    return turned(a)


@op
def trace(x):
    """Σ xᵢᵢ of each matrix."""
    return ops.trace(x, axis1=-2, axis2=-1)


@op
def diag(diagonal, k=0):
    """Matrices with these diagonals."""
    d = array(diagonal)
    if d.ndim == 1:
        return ops.diag(d, k)
    n = d.shape[-1]
    return d[..., None] * np.eye(n, dtype=d.dtype)


@op
def diag_part(input, k=0):
    """The diagonals of matrices."""
    return ops.diagonal(input, k, -2, -1)


tensor_diag, tensor_diag_part = op(lambda diagonal: ops.diag(diagonal), "tensor_diag"), diag_part


@op
def set_diag(input, diagonal):
    """With other diagonals."""
    x, d = promote(input, diagonal)
    one = np.eye(x.shape[-2], x.shape[-1], dtype="bool")
    n = min(x.shape[-2:])
    full = np.zeros((*x.shape[:-1], x.shape[-1] - n), d.dtype)
    return np.where(one, np.concatenate([d[..., None, :] * np.ones((x.shape[-2], 1), d.dtype), full], -1), x)


@op
def band_part(input, num_lower, num_upper):
    """Zeros away from the diagonal; -1 keeps a whole triangle."""
    x = array(input)
    i, j = np.indices(tuple(x.shape[-2:]))
    keep = ((num_lower < 0) | (i - j <= num_lower)) & ((num_upper < 0) | (j - i <= num_upper))
    return np.where(keep, x, np.zeros((), x.dtype))


@op
def solve(matrix, rhs, adjoint=False):
    """x with A x = b."""
    return ops.solve(turned(matrix) if adjoint else matrix, rhs)


@op
def triangular_solve(matrix, rhs, lower=True, adjoint=False):
    """x with A x = b, for a triangle."""
    return ops.solve_triangular(turned(matrix) if adjoint else matrix, rhs, lower != adjoint)


@op
def lstsq(matrix, rhs, l2_regularizer=0.0, fast=True):
    """x with the least ‖A x - b‖² + λ ‖x‖²."""
    a, b = promote(matrix, rhs)
    left = turned(a) @ a + l2_regularizer * np.eye(a.shape[-1], dtype=a.dtype)
    return ops.solve(left, turned(a) @ b)


@op
def svd(tensor, full_matrices=False, compute_uv=True):
    """s, U and V (not its transpose)."""
    if not compute_uv:
        return ops.svd(tensor, full_matrices, False)
    u, s, v = ops.svd(tensor, full_matrices)
    return s, u, turned(v)


@op
def qr(input, full_matrices=False):
    """Q and R."""
    return ops.qr(input, "complete" if full_matrices else "reduced")


@op
def eigvalsh(tensor):
    """The eigenvalues of symmetric matrices."""
    return ops.eigh(tensor)[0]


@op
def cross(a, b):
    """a × b"""
    return ops.cross(a, b)


@op
def expm(input):
    """exp A, by squaring; without a gradient."""
    a = np.asarray(array(input))
    halvings = max(0, int(np.ceil(np.log2(max(float(np.abs(a).sum(-1).max(initial=0)), 1e-30)))) + 6)
    a = a / 2**halvings
    y = term = np.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape)
    for k in range(1, 10):
        term = term @ a / k
        y = y + term
    for _ in range(halvings):
        y = y @ y
    return y.astype(a.dtype)


adjoint = matrix_transpose
eig = op(lambda tensor: ops.eig(tensor), "eig")

_ALSO = f"{ARRAYS} l2_normalize tensor_diag tensor_diag_part adjoint eig "
__all__ = [n for n in exported(globals(), _ALSO + " ".join(table(ONE, "x", ""))) if n != "turned"]
__getattr__ = absent("tf.linalg", globals(), {"LinearOperatorFullMatrix": "Use the matrices themselves."})
