"""Linear algebra: `keras.ops.linalg`."""

from __future__ import annotations

import numpy as np

from minikeras._core.lazy import lazily
from minikeras._core.nest import flatten, pack_sequence_as
from minikeras._core.tape import vjp
from minikeras.ops.dtypes import array, axis_of, floats, promote_floats
from minikeras.ops.operation import operation

__getattr__ = lazily(__name__)

__all__ = [
    "cholesky",
    "cholesky_inverse",
    "det",
    "eig",
    "eigh",
    "inv",
    "jvp",
    "lstsq",
    "lu_factor",
    "matrix_rank",
    "norm",
    "pinv",
    "qr",
    "solve",
    "solve_triangular",
    "svd",
]


def matrices(x, square=False):
    """An array of float matrices."""
    x = floats(x)
    if x.ndim < 2:
        raise ValueError(f"Expected input to have rank >= 2. Received scalar or vector input of shape {x.shape}.")
    if square and x.shape[-1] != x.shape[-2]:
        raise ValueError(f"Expected a square matrix. Received input of shape {x.shape}.")
    return x


def turned(x):
    """xᵀ of each matrix."""
    return np.swapaxes(x, -1, -2)


@operation
def cholesky(x, upper=False):
    """The lower triangular L of x = L Lᵀ, or with ``upper`` the upper triangular U of x = Uᵀ U.

    >>> cholesky([[4.0, 2.0], [2.0, 5.0]])
    array([[2., 0.], [1., 2.]], dtype=float32)
    """
    try:
        y = np.linalg.cholesky(matrices(x, square=True))
    except np.linalg.LinAlgError as error:
        raise ValueError(f"Cholesky decomposition failed, the matrix is not positive definite: {error}") from error
    return turned(y) if upper else y


@operation
def cholesky_inverse(x, upper=False):
    """The inverse of a matrix whose Cholesky factor is x: (L Lᵀ)⁻¹.

    >>> cholesky_inverse([[2.0, 0.0], [0.0, 1.0]])
    array([[0.25, 0.  ], [0.  , 1.  ]], dtype=float32)
    """
    x = matrices(x, square=True)
    w = np.linalg.inv(np.triu(x) if upper else np.tril(x))
    return w @ turned(w) if upper else turned(w) @ w


@operation
def det(x):
    """The determinant.

    >>> float(det([[1.0, 2.0], [3.0, 4.0]]))
    -2.0
    """
    return np.linalg.det(matrices(x, square=True))


@operation
def slogdet(x):
    """The sign of the determinant, and the logarithm of its absolute value.

    >>> [round(float(a), 4) for a in slogdet([[2.0, 0.0], [0.0, -3.0]])]
    [-1.0, 1.7918]
    """
    sign, log = np.linalg.slogdet(matrices(x, square=True))
    return sign, log


@operation
def inv(x):
    """The inverse of a matrix.

    >>> inv([[2.0, 0.0], [0.0, 4.0]])
    array([[0.5 , 0.  ], [0.  , 0.25]], dtype=float32)
    """
    return np.linalg.inv(matrices(x, square=True))


@operation
def eig(x):
    """Eigenvalues and right eigenvectors (columns) of a square matrix; complex.

    >>> eig([[2.0, 0.0], [0.0, 3.0]])[0].real
    array([2., 3.], dtype=float32)
    """
    x = matrices(x, square=True)
    values, vectors = np.linalg.eig(x)
    kind = np.result_type(x.dtype, np.complex64)
    return values.astype(kind), vectors.astype(kind)


@operation
def eigh(x):
    """Eigenvalues, ascending, and eigenvectors (columns) of a symmetric matrix.

    >>> eigh([[3.0, 0.0], [0.0, 2.0]])[0]
    array([2., 3.], dtype=float32)
    """
    values, vectors = np.linalg.eigh(matrices(x, square=True))
    return values, vectors


@operation(name="SVD")
def svd(x, full_matrices=True, compute_uv=True):
    """The decomposition x = U diag(s) Vᵀ: (U, s, Vᵀ), or s alone.

    >>> svd([[3.0, 0.0], [0.0, 4.0]], compute_uv=False)
    array([4., 3.], dtype=float32)
    """
    x = matrices(x)
    if not compute_uv:
        return np.linalg.svd(x, compute_uv=False)
    u, s, v = np.linalg.svd(x, full_matrices=full_matrices)
    return u, s, v


@operation
def qr(x, mode="reduced"):
    """The decomposition x = Q R in an orthogonal and an upper triangular matrix.

    >>> abs(qr([[3.0], [4.0]])[1])
    array([[5.]], dtype=float32)
    """
    if mode not in ("reduced", "complete"):
        raise ValueError(f"`mode` argument value not supported. Expected one of 'reduced', 'complete'. Received: mode={mode}")
    q, r = np.linalg.qr(matrices(x), mode=mode)
    return q, r


@operation
def lu_factor(x):
    """The decomposition P x = L U: both triangles in one matrix (L has ones on its diagonal), and the row exchanges.

    >>> lu_factor([[1.0, 2.0], [2.0, 2.0]])
    (array([[2. , 2. ], [0.5, 1. ]], dtype=float32), array([1, 1], dtype=int32))
    """
    x = np.array(matrices(x))
    pivots = np.empty((*x.shape[:-2], min(x.shape[-2:])), "int32")
    for at in np.ndindex(x.shape[:-2]):
        a = x[at]
        for k in range(pivots.shape[-1]):
            p = pivots[at][k] = k + np.argmax(np.abs(a[k:, k]))
            a[[k, p]] = a[[p, k]]
            if a[k, k] != 0:
                a[k + 1 :, k] /= a[k, k]
                a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
    return x, pivots


@operation
def solve(a, b):
    """The x of a x = b.

    >>> solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 2.0])
    array([1. , 0.5], dtype=float32)
    """
    a, b = promote_floats(matrices(a, square=True), b)
    if b.ndim == a.ndim - 1:
        return np.linalg.solve(a, b[..., None])[..., 0]
    return np.linalg.solve(a, b)


@operation
def solve_triangular(a, b, lower=False):
    """The x of a x = b, for an upper triangular a, or a lower one.

    >>> solve_triangular([[2.0, 1.0], [0.0, 4.0]], [3.0, 4.0])
    array([1., 1.], dtype=float32)
    """
    a = matrices(a, square=True)
    return solve(np.tril(a) if lower else np.triu(a), b)


@operation
def lstsq(a, b, rcond=None):
    """The x with the smallest ‖a x - b‖².

    >>> lstsq([[1.0], [1.0]], [1.0, 3.0])
    array([2.], dtype=float32)
    """
    a, b = promote_floats(matrices(a), b)
    if b.shape[0] != a.shape[0]:
        raise ValueError(f"Leading dimensions of a and b must match, got shapes {a.shape} and {b.shape}.")
    if type(a) is np.ndarray and type(b) is np.ndarray:
        return np.linalg.lstsq(a, b, rcond)[0]
    return np.linalg.pinv(a) @ b


@operation
def pinv(x, rcond=None):
    """The pseudo-inverse of Moore and Penrose.

    >>> pinv([[2.0, 0.0]])
    array([[0.5], [0. ]], dtype=float32)
    """
    x = matrices(x)
    if type(x) is not np.ndarray:
        return np.linalg.pinv(x)
    return np.linalg.pinv(x, 10 * max(x.shape[-2:]) * np.finfo(x.dtype).eps if rcond is None else rcond)


@operation
def matrix_rank(x, tol=None):
    """How many singular values are above a tolerance.

    >>> int(matrix_rank([[1.0, 2.0], [2.0, 4.0]]))
    1
    """
    return np.asarray(np.linalg.matrix_rank(matrices(x), tol)).astype("int32")[()]


@operation
def norm(x, ord=None, axis=None, keepdims=False):
    """The length of vectors, or a norm of matrices.

    Args:
        x: array.
        ord: of vectors: 2 (by default), 1, ``inf`` or any p; of matrices: "fro" (by default), "nuc", 1, 2, ``inf`` ...
        axis: one axis for vectors, two for matrices; None: the whole array.
        keepdims: whether to keep the axes with size 1.

    >>> float(norm([3.0, 4.0]))
    5.0
    """
    x = floats(x)
    axis = tuple(axis) if isinstance(axis, list) else axis
    axis = axis[0] if isinstance(axis, tuple) and len(axis) == 1 else axis
    if axis is None and ord is None or axis is None and x.ndim == 1:
        y = np.linalg.norm(np.ravel(x), ord)
        return np.reshape(y, (1,) * x.ndim) if keepdims else y
    axis = (0, 1) if axis is None and x.ndim == 2 else axis
    if isinstance(axis, (int, np.integer)) or ord in (None, "fro"):
        return np.linalg.norm(x, ord, axis, keepdims=keepdims)
    if axis is None or len(axis) != 2:
        raise ValueError(f"Invalid axis for norm of order {ord!r}: one axis or two, got axis={axis} for shape {x.shape}.")
    y = matrix_norm(np.moveaxis(x, axis, (-2, -1)), ord)
    return np.expand_dims(y, tuple(axis_of(i, x.ndim) for i in axis)) if keepdims else y


def matrix_norm(x, ord):
    """The norm of matrices in the last two axes."""
    if ord in ("nuc", 2, -2):
        s = np.linalg.svd(x, compute_uv=False)
        return np.sum(s, -1) if ord == "nuc" else s[..., 0] if ord == 2 else s[..., -1]
    if ord in (1, -1, np.inf, -np.inf):
        sums = np.sum(np.abs(x), -2 if abs(ord) == 1 else -1)
        return np.max(sums, -1) if ord > 0 else np.min(sums, -1)
    raise ValueError(f"Invalid `ord` argument for matrix norm. Received: ord={ord!r}")


@operation(name="JVP")
def jvp(fun, primals, tangents, has_aux=False):
    """The value of a function and its slope along a direction.

    Args:
        fun: function of arrays; returns an array or a nest of them.
        primals: where.
        tangents: the direction, one array for each of the primals.
        has_aux: whether ``fun`` returns ``(output, something else)``, which is handed on as third result.

    >>> jvp(lambda x: x * x, (np.array(3.0),), (np.array(1.0),))
    (array(9.), array(6.))
    """
    primals, tangents = [floats(x) for x in primals], [floats(t) for t in tangents]
    y = fun(*primals)
    y, aux = y if has_aux else (y, None)
    values, slopes = [], []
    for k in range(len(flatten(y))):

        def leaf(*xs, k=k):
            return array(flatten(fun(*xs)[0] if has_aux else fun(*xs))[k])

        def share(u, *xs, leaf=leaf):  # uᵀ J t: linear in u, so its gradient there is J t
            return sum(np.sum(dx * t) for dx, t in zip(vjp(leaf, *xs)[1](u), tangents))

        values.append(vjp(leaf, *primals)[0])
        slopes.append(vjp(share, np.zeros_like(values[-1]), *primals)[1](1.0)[0])
    found = pack_sequence_as(y, values), pack_sequence_as(y, slopes)
    return (*found, aux) if has_aux else found
