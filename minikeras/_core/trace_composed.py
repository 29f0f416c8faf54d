"""NumPy functions that the tape of `trace` sees as compositions of others, each beside its name."""

from __future__ import annotations

import math

import numpy as np

from minikeras._core.trace_own import (
    eigenvalues,
    eigenvectors,
    left_vectors,
    log_abs_det,
    orthogonal,
    right_vectors,
    singular_values,
    triangular,
)
from minikeras._core.trace_table import composed


@composed(np.clip)
def clip(a, a_min=None, a_max=None, *, min=None, max=None):
    low, high = min if a_min is None else a_min, max if a_max is None else a_max
    a = a if low is None else np.maximum(a, low)
    return a if high is None else np.minimum(a, high)


@composed(np.dot)
def dot(a, b):
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return np.multiply(a, b)
    return np.matmul(a, b) if np.ndim(b) <= 2 else np.tensordot(a, b, ((-1,), (-2,)))


@composed(np.tensordot)
def tensordot(a, b, axes=2):
    p, q = np.ndim(a), np.ndim(b)
    ia, ib = (range(p - axes, p), range(axes)) if isinstance(axes, int) else (np.atleast_1d(i) for i in axes)
    ia, ib = [int(i) % p for i in ia], [int(i) % q for i in ib]
    rest_a, rest_b = [i for i in range(p) if i not in ia], [i for i in range(q) if i not in ib]
    n = math.prod(np.shape(a)[i] for i in ia)
    rows, columns = np.transpose(a, rest_a + ia).reshape(-1, n), np.transpose(b, ib + rest_b).reshape(n, -1)
    return np.matmul(rows, columns).reshape([np.shape(a)[i] for i in rest_a] + [np.shape(b)[i] for i in rest_b])


@composed(np.inner)
def inner(a, b):
    return np.multiply(a, b) if 0 in (np.ndim(a), np.ndim(b)) else np.tensordot(a, b, ((-1,), (-1,)))


@composed(np.outer)
def outer(a, b):
    return np.ravel(a)[:, None] * np.ravel(b)[None, :]


@composed(np.take)
def take(a, indices, axis=None):
    a, axis = (np.ravel(a), 0) if axis is None else (a, axis)
    return a[(slice(None),) * (axis % a.ndim) + (indices,)]


@composed(np.repeat)
def repeat(a, repeats, axis=None):
    a, axis = (np.ravel(a), 0) if axis is None else (a, axis)
    return np.take(a, np.repeat(np.arange(a.shape[axis]), repeats), axis)


@composed(np.tile)
def tile(A, reps):
    for i, n in enumerate(reps := tuple(np.atleast_1d(reps).tolist())):
        A = A if A.ndim >= len(reps) else A.reshape((1,) * (len(reps) - A.ndim) + A.shape)
        if n != 1:
            A = np.concatenate([A] * n, axis=i - len(reps))
    return A


@composed(np.hstack)
def hstack(tup):
    return np.concatenate([np.atleast_1d(a) for a in tup], 0 if np.ndim(tup[0]) < 2 else 1)


@composed(np.vstack)
def vstack(tup):
    return np.concatenate([np.atleast_2d(a) for a in tup], 0)


@composed(np.column_stack)
def column_stack(tup):
    return np.concatenate([a[:, None] if np.ndim(a) == 1 else a for a in tup], 1)


@composed(np.split, np.array_split)
def split(ary, indices_or_sections, axis=0):
    n, by = ary.shape[axis], indices_or_sections
    if isinstance(by, int) and n % by:
        by = np.cumsum([n // by + (i < n % by) for i in range(by - 1)])  # as np.array_split cuts
    return [np.take(ary, picked, axis) for picked in np.split(np.arange(n), by)]


@composed(np.diff)
def diff(a, n=1, axis=-1):
    for _ in range(n):
        a = np.take(a, np.arange(1, a.shape[axis]), axis) - np.take(a, np.arange(a.shape[axis] - 1), axis)
    return a


@composed(np.average)
def average(a, axis=None, weights=None, *, keepdims=False):
    if weights is None:
        return np.mean(a, axis, keepdims=keepdims)
    if np.ndim(weights) == 1 and np.ndim(a) != 1:
        weights = np.reshape(weights, (-1,) + (1,) * (np.ndim(a) - 1 - axis % np.ndim(a)))
    weights = np.broadcast_to(weights, np.shape(a))
    return np.sum(a * weights, axis, keepdims=keepdims) / np.sum(weights, axis, keepdims=keepdims)


@composed(np.sort)
def sort(a, axis=-1, kind=None):
    a, axis = (np.ravel(a), 0) if axis is None else (a, axis)
    return np.take_along_axis(a, np.argsort(a, axis), axis)


@composed(np.diagonal)
def diagonal(a, offset=0, axis1=0, axis2=1):
    a = np.moveaxis(a, (axis1, axis2), (-2, -1))
    i = np.arange(max(min(a.shape[-2] + min(offset, 0), a.shape[-1] - max(offset, 0)), 0))
    return a[..., i - min(offset, 0), i + max(offset, 0)]


@composed(np.trace)
def trace(a, offset=0, axis1=0, axis2=1):
    return np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1)


@composed(np.diag)
def diag(v, k=0):
    if v.ndim == 2:
        return np.diagonal(v, k)
    return np.pad(np.eye(v.shape[0], dtype=v.dtype) * v, ((max(-k, 0), max(k, 0)), (max(k, 0), max(-k, 0))))


@composed(np.pad)
def pad(array, pad_width, mode="constant", *, constant_values=0):
    widths = np.broadcast_to(pad_width, (array.ndim, 2)).tolist()
    if mode in ("edge", "reflect", "symmetric", "wrap"):
        for axis, (before, after) in enumerate(widths):
            if before or after:
                array = np.take(array, np.pad(np.arange(array.shape[axis]), (before, after), mode), axis)
        return array
    if mode != "constant":
        raise NotImplementedError(f"No gradient through np.pad with mode={mode!r}; use constant, edge, wrap ...")
    values = np.broadcast_to(constant_values, (array.ndim, 2)).tolist()
    for axis, (sizes, fill) in enumerate(zip(widths, values)):
        shape = [*array.shape]
        head, tail = (np.full([*shape[:axis], n, *shape[axis + 1 :]], v, array.dtype) for n, v in zip(sizes, fill))
        array = np.concatenate([head, array, tail], axis)
    return array


@composed((np.add, "reduce"))
def add_reduce(a, axis=0, keepdims=False):
    return np.sum(a, axis, keepdims=keepdims)


@composed((np.maximum, "reduce"))
def maximum_reduce(a, axis=0, keepdims=False):
    return np.max(a, axis, keepdims=keepdims)


@composed(np.rot90)
def rot90(m, k=1, axes=(0, 1)):
    i, j = axes
    return {
        0: lambda: m,
        1: lambda: np.swapaxes(np.flip(m, j), i, j),
        2: lambda: np.flip(m, (i, j)),
        3: lambda: np.flip(np.swapaxes(m, i, j), j),
    }[k % 4]()


@composed(np.fliplr)
def fliplr(m):
    return np.flip(m, 1)


@composed(np.flipud)
def flipud(m):
    return np.flip(m, 0)


@composed(np.append)
def append(arr, values, axis=None):
    return np.concatenate([arr, values], axis)


@composed(np.dstack)
def dstack(tup):
    return np.concatenate([np.atleast_3d(a) for a in tup], 2)


@composed(np.ptp)
def ptp(a, axis=None, keepdims=False):
    return np.max(a, axis, keepdims=keepdims) - np.min(a, axis, keepdims=keepdims)


@composed(np.select)
def select(condlist, choicelist, default=0):
    y = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist)):
        y = np.where(condition, choice, y)
    return y


@composed(np.vdot)
def vdot(a, b):
    return np.sum(np.ravel(a) * np.ravel(b))


@composed(np.median)
def median(a, axis=None, *, keepdims=False):
    if axis is None:
        y = np.median(np.ravel(a), 0)
        return np.reshape(y, (1,) * a.ndim) if keepdims else y
    n = a.shape[axis]
    y = np.mean(np.take(np.sort(a, axis), np.arange((n - 1) // 2, n // 2 + 1), axis), axis)
    return np.expand_dims(y, axis) if keepdims else y


@composed(np.nansum)
def nansum(a, axis=None, *, keepdims=False):
    return np.sum(np.where(np.isnan(a), 0.0, a), axis, keepdims=keepdims)


@composed(np.nanmean)
def nanmean(a, axis=None, *, keepdims=False):
    return np.nansum(a, axis, keepdims=keepdims) / np.sum(~np.isnan(a), axis, a.dtype, keepdims=keepdims)


@composed(np.nanmax)
def nanmax(a, axis=None, *, keepdims=False):
    return np.max(np.where(np.isnan(a), -np.inf, a), axis, keepdims=keepdims)


@composed(np.nanmin)
def nanmin(a, axis=None, *, keepdims=False):
    return np.min(np.where(np.isnan(a), np.inf, a), axis, keepdims=keepdims)


@composed(np.kron)
def kron(a, b):
    n = max(np.ndim(a), np.ndim(b))
    a, b = (np.reshape(x, (1,) * (n - np.ndim(x)) + np.shape(x)) for x in (a, b))
    y = np.reshape(a, [k for size in a.shape for k in (size, 1)]) * np.reshape(b, [k for size in b.shape for k in (1, size)])
    return np.reshape(y, [p * q for p, q in zip(a.shape, b.shape)])


@composed(np.cross)
def cross(a, b, axis=-1):
    a, b = np.moveaxis(a, axis, -1), np.moveaxis(b, axis, -1)
    if a.shape[-1] != 3 or b.shape[-1] != 3:
        raise NotImplementedError("Gradients flow through np.cross of vectors of three numbers.")
    (a0, a1, a2), (b0, b1, b2) = ([x[..., i] for i in range(3)] for x in (a, b))
    return np.moveaxis(np.stack([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0], -1), -1, axis)


@composed(np.linalg.slogdet)
def slogdet(a):
    return np.sign(np.linalg.det(a)), log_abs_det(a)


@composed(np.linalg.eigvalsh)
def eigvalsh(a):
    return eigenvalues(a)


@composed(np.linalg.eigh)
def eigh(a):
    return eigenvalues(a), eigenvectors(a)


@composed(np.linalg.svd)
def svd(a, full_matrices=True, compute_uv=True):
    if not compute_uv:
        return singular_values(a)
    if full_matrices and a.shape[-1] != a.shape[-2]:
        raise NotImplementedError("Gradients flow through np.linalg.svd with full_matrices=False or compute_uv=False.")
    return left_vectors(a), singular_values(a), right_vectors(a)


@composed(np.linalg.qr)
def qr(a, mode="reduced"):
    if mode != "reduced":
        raise NotImplementedError("Gradients flow through np.linalg.qr with mode='reduced'.")
    return orthogonal(a), triangular(a)


@composed(np.linalg.pinv)
def pinv(a):
    t = np.swapaxes(a, -1, -2)
    return np.linalg.solve(t @ a, t) if a.shape[-2] >= a.shape[-1] else np.swapaxes(np.linalg.solve(a @ t, a), -1, -2)
