"""What the tape of `trace` knows: one derivative per NumPy function and argument, on its line.

``RULES[function]`` holds one function for each differentiable argument: ``rule(g, y, *args, **kwargs)`` with ``g`` = ∂L/∂y
and ``y`` the result gives ∂L/∂argument; what broadcasting repeated is summed up afterwards by the tape.
``COMPOSED[function]`` says the function in terms of others. ``FLAT`` ones have derivative zero: they give plain arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

RULES: dict[Any, tuple[Callable | None, ...]] = {}
COMPOSED: dict[Any, Callable] = {}
FLAT = {
    getattr(np, name)
    for name in (
        "equal not_equal less less_equal greater greater_equal logical_and logical_or logical_not logical_xor "
        "isfinite isinf isnan isclose allclose array_equal all any argmax argmin argsort argwhere argpartition nonzero "
        "flatnonzero count_nonzero "
        "searchsorted digitize bincount histogram unique sign signbit floor ceil rint trunc fix round around floor_divide "
        "heaviside shape ndim size zeros_like ones_like empty_like full_like result_type can_cast iscomplexobj isrealobj "
        "may_share_memory shares_memory isscalar"
    ).split()
    if hasattr(np, name)
} | {(np.logical_and, "reduce"), (np.logical_or, "reduce")}


def rule(function: Any, *derivatives: Callable | None) -> None:
    """Enter the derivatives of a function, one for each argument."""
    RULES[function] = derivatives


def composed(*functions: Any) -> Callable:
    """Decorate the equivalent of some functions, made of others that have rules."""

    def enter(equivalent):
        COMPOSED.update(dict.fromkeys(functions, equivalent))
        return equivalent

    return enter


# Arithmetic
rule(np.positive, lambda g, y, a: g)
rule(np.negative, lambda g, y, a: -g)
rule(np.add, lambda g, y, a, b: g, lambda g, y, a, b: g)
rule(np.subtract, lambda g, y, a, b: g, lambda g, y, a, b: -g)
rule(np.multiply, lambda g, y, a, b: g * b, lambda g, y, a, b: g * a)
rule(np.divide, lambda g, y, a, b: g / b, lambda g, y, a, b: -g * y / b)
rule(np.remainder, lambda g, y, a, b: g, lambda g, y, a, b: -g * np.floor_divide(a, b))
rule(np.power, lambda g, y, a, b: g * b * a ** np.where(np.equal(b, 0), 1, np.subtract(b, 1)).astype(y.dtype),
     lambda g, y, a, b: g * y * np.log(np.where(np.greater(a, 0), a, 1)))  # fmt: skip
rule(np.reciprocal, lambda g, y, a: -g * y * y)
rule(np.maximum, lambda g, y, a, b: g * wins(a, b, y), lambda g, y, a, b: g * wins(b, a, y))
rule(np.minimum, lambda g, y, a, b: g * wins(a, b, y), lambda g, y, a, b: g * wins(b, a, y))
rule(np.where, None, lambda g, y, c, a, b: np.where(c, g, 0.0), lambda g, y, c, a, b: np.where(c, 0.0, g))
rule(np.nan_to_num, lambda g, y, a: g * np.isfinite(a))
rule("astype", lambda g, y, a, dtype: g)

# One argument, element by element
rule(np.exp, lambda g, y, a: g * y)
rule(np.exp2, lambda g, y, a: g * y * math.log(2))
rule(np.expm1, lambda g, y, a: g * (y + 1))
rule(np.log, lambda g, y, a: g / a)
rule(np.log2, lambda g, y, a: g / (a * math.log(2)))
rule(np.log10, lambda g, y, a: g / (a * math.log(10)))
rule(np.log1p, lambda g, y, a: g / (1 + a))
rule(np.sqrt, lambda g, y, a: g / (2 * y))
rule(np.cbrt, lambda g, y, a: g / (3 * y * y))
rule(np.square, lambda g, y, a: g * 2 * a)
rule(np.absolute, lambda g, y, a: g * np.sign(a))
rule(np.fabs, lambda g, y, a: g * np.sign(a))
rule(np.sin, lambda g, y, a: g * np.cos(a))
rule(np.cos, lambda g, y, a: -g * np.sin(a))
rule(np.tan, lambda g, y, a: g * (1 + y * y))
rule(np.arcsin, lambda g, y, a: g / np.sqrt(1 - a * a))
rule(np.arccos, lambda g, y, a: -g / np.sqrt(1 - a * a))
rule(np.arctan, lambda g, y, a: g / (1 + a * a))
rule(np.sinh, lambda g, y, a: g * np.cosh(a))
rule(np.cosh, lambda g, y, a: g * np.sinh(a))
rule(np.tanh, lambda g, y, a: g * (1 - y * y))
rule(np.arcsinh, lambda g, y, a: g / np.sqrt(a * a + 1))
rule(np.arccosh, lambda g, y, a: g / np.sqrt(a * a - 1))
rule(np.arctanh, lambda g, y, a: g / (1 - a * a))
rule(np.logaddexp, lambda g, y, a, b: g * np.exp(a - y), lambda g, y, a, b: g * np.exp(b - y))
rule(np.arctan2, lambda g, y, a, b: g * b / (a * a + b * b), lambda g, y, a, b: -g * a / (a * a + b * b))
rule(np.hypot, lambda g, y, a, b: g * a / safe(y), lambda g, y, a, b: g * b / safe(y))

# Sums and their kin; dtype is undone by the tape, which casts each share to its array's type
rule(np.sum, lambda g, y, a, axis=None, dtype=None, keepdims=False: spread(g, a, axis, keepdims))
rule(np.mean, lambda g, y, a, axis=None, dtype=None, keepdims=False: spread(g, a, axis, keepdims) / count(a, axis))
rule(np.var, lambda g, y, a, axis=None, dtype=None, ddof=0, keepdims=False:
     spread(g, a, axis, keepdims) * (2 / (count(a, axis) - ddof)) * (a - a.mean(axis, keepdims=True)))  # fmt: skip
rule(np.std, lambda g, y, a, axis=None, dtype=None, ddof=0, keepdims=False:
     spread(g / safe(y), a, axis, keepdims) / (count(a, axis) - ddof) * (a - a.mean(axis, keepdims=True)))  # fmt: skip
for _f in (np.max, np.min, np.amax, np.amin):
    rule(_f, lambda g, y, a, axis=None, keepdims=False: ties(g, y, a, axis, keepdims))
rule(np.prod, lambda g, y, a, axis=None, dtype=None, keepdims=False: spread(g, a, axis, keepdims) * others(a, axis))
rule(np.cumsum, lambda g, y, a, axis=None, dtype=None: flip_sum(g, 0 if axis is None else axis).reshape(a.shape))

# Products of matrices
rule(np.matmul, lambda g, y, a, b: matmul_share(g, a, b, 0), lambda g, y, a, b: matmul_share(g, a, b, 1))
rule(np.einsum, None, *[lambda g, y, subscripts, *operands, optimize=False, k=k:
     einsum_share(g, k, subscripts, operands, optimize) for k in range(6)])  # fmt: skip
rule(np.linalg.inv, lambda g, y, a: -(np.swapaxes(y, -1, -2) @ g @ np.swapaxes(y, -1, -2)))
rule(np.linalg.det, lambda g, y, a: (g * y)[..., None, None] * np.swapaxes(np.linalg.inv(a), -1, -2))
rule(np.linalg.norm, lambda g, y, x, ord=None, axis=None, keepdims=False: norm_share(g, y, x, ord, axis, keepdims))

# Shapes: a view's gradient is the gradient's view
for _f in (np.reshape, np.ravel, np.expand_dims, np.squeeze, np.atleast_1d, np.atleast_2d, np.atleast_3d):
    rule(_f, lambda g, y, a, *args, **kw: g.reshape(a.shape))
rule(np.copy, lambda g, y, a, order="K": g)
rule(np.broadcast_to, lambda g, y, a, shape: g)
rule(np.transpose, lambda g, y, a, axes=None: g.transpose(None if axes is None else np.argsort(np.mod(axes, a.ndim))))
rule(np.swapaxes, lambda g, y, a, axis1, axis2: g.swapaxes(axis1, axis2))
rule(np.moveaxis, lambda g, y, a, source, destination: np.moveaxis(g, destination, source))
rule(np.flip, lambda g, y, a, axis=None: np.flip(g, axis))
rule(np.roll, lambda g, y, a, shift, axis=None: np.roll(g, np.negative(shift), axis))
rule(np.tril, lambda g, y, a, k=0: np.tril(g, k))
rule(np.triu, lambda g, y, a, k=0: np.triu(g, k))
rule("getitem", lambda g, y, a, key: scatter(g, a, key))
rule(np.take_along_axis, lambda g, y, a, indices, axis=-1: scatter(g, a, along(indices, a, axis)))
rule(np.concatenate, lambda g, y, parts, axis=0: cut(g, parts, axis))
rule(np.stack, lambda g, y, parts, axis=0: list(np.moveaxis(g, axis, 0)))


def spread(g, a, axis, keepdims):
    """Hand the gradient of a sum to each of its terms."""
    return np.broadcast_to(g if axis is None or keepdims else np.expand_dims(g, axis), a.shape)


def count(a, axis):
    """The number of elements that go into one mean."""
    axes = range(a.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return math.prod(a.shape[i] for i in axes)


def safe(y):
    """A divisor without zeros: where a root is 0 the gradient is taken as 0."""
    return np.where(np.equal(y, 0), y.dtype.type(1), y)


def wins(a, b, y):
    """Where a is the chosen one: 1, and 1/2 where both are."""
    return (np.equal(a, y) * (1 - 0.5 * np.equal(a, b))).astype(y.dtype)


def ties(g, y, a, axis, keepdims):
    """The gradient of a maximum, in equal parts to those who reach it."""
    best = a == (y if axis is None or keepdims else np.expand_dims(y, axis))
    return spread(g, a, axis, keepdims) * best / best.sum(axis, keepdims=True)


def others(a, axis):
    """The product of all other elements, for each element, right where some are 0."""
    if axis is None:
        return others(a.ravel(), 0).reshape(a.shape)
    if isinstance(axis, tuple):
        raise NotImplementedError("No gradient through np.prod over several axes: take one after the other.")
    b = np.moveaxis(a, axis, 0)
    left, right = np.ones_like(b), np.ones_like(b)
    np.cumprod(b[:-1], axis=0, out=left[1:])
    np.cumprod(b[:0:-1], axis=0, out=right[-2::-1])
    return np.moveaxis(left * right, 0, axis)


def flip_sum(g, axis):
    """Sum from each element to the end."""
    return np.flip(np.cumsum(np.flip(g, axis), axis), axis)


def matmul_share(g, a, b, which):
    """∂L/∂a = g bᵀ and ∂L/∂b = aᵀ g, vectors taken as one row or one column."""
    a, b = np.asarray(a), np.asarray(b)
    rows, columns = a if a.ndim > 1 else a[None, :], b if b.ndim > 1 else b[:, None]
    g = g if b.ndim > 1 else g[..., None]
    g = g if a.ndim > 1 else g[..., None, :]
    if which == 0:
        return (g @ columns.swapaxes(-1, -2)) if a.ndim > 1 else (g @ columns.swapaxes(-1, -2))[..., 0, :]
    return (rows.swapaxes(-1, -2) @ g) if b.ndim > 1 else (rows.swapaxes(-1, -2) @ g)[..., 0]


def norm_share(g, y, x, ord, axis, keepdims):
    """∂‖x‖/∂x = x/‖x‖ for the Euclidean and the Frobenius norm, sign(x) for the sum of absolute values."""
    vector = isinstance(axis, int) or axis is None and x.ndim == 1
    if ord is None or (vector and ord == 2) or (not vector and ord == "fro"):
        return spread(g / safe(y), x, axis, keepdims) * x
    if vector and ord == 1:
        return spread(g, x, axis, keepdims) * np.sign(x)
    raise NotImplementedError(f"No gradient through np.linalg.norm with ord={ord!r}: only Euclid's, and 1 for vectors.")


def scatter(g, a, key):
    """Put the gradient of a[key] where it came from; an element picked twice gets both."""
    dx = np.zeros_like(a)
    parts = key if isinstance(key, tuple) else (key,)
    if all(k is None or k is Ellipsis or isinstance(k, (int, np.integer, slice)) for k in parts):
        dx[key] = g
    else:
        np.add.at(dx, key, g)
    return dx


def along(indices, a, axis):
    """The index that np.take_along_axis(a, indices, axis) stands for."""
    grid = list(np.ogrid[tuple(slice(n) for n in indices.shape)])
    grid[axis] = indices
    return tuple(grid)


def cut(g, parts, axis):
    """Undo a concatenation."""
    if axis is None:
        return [p.reshape(np.shape(a)) for p, a in zip(cut(g, [np.ravel(a) for a in parts], 0), parts)]
    return np.split(g, np.cumsum([np.shape(a)[axis] for a in parts])[:-1], axis)


def einsum_share(g, k, subscripts, operands, optimize):
    """The gradient of one factor is the product of all the rest; an index that only it has gets the same everywhere."""
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    if not arrow:
        once = sorted(c for c in set(inputs) - set(",.") if inputs.count(c) == 1)
        output = ("..." if "..." in inputs else "") + "".join(once)
    terms = inputs.split(",")
    letters = terms[k].replace("...", "")
    if len(set(letters)) < len(letters):
        raise NotImplementedError(f"No gradient through np.einsum({subscripts!r}): an index stands twice in one factor.")
    rest = [(t, x) for i, (t, x) in enumerate(zip(terms, operands)) if i != k] + [(output, g)]
    lost = [c for c in letters if not any(c in t for t, _ in rest)]
    if lost:
        head, _, tail = terms[k].partition("...") if "..." in terms[k] else (terms[k], "", "")
        sizes = [operands[k].shape[head.index(c) if c in head else tail.index(c) - len(tail)] for c in lost]
        rest.append(("".join(lost), np.ones(sizes, g.dtype)))
    dots = "..." if "..." in subscripts and "..." not in terms[k] else ""  # summed up by the tape
    return np.einsum(",".join(t for t, _ in rest) + "->" + dots + terms[k], *(x for _, x in rest), optimize=optimize)


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
def sort(a, axis=-1):
    return np.take_along_axis(a, np.argsort(a, axis), axis)


@composed(np.trace)
def trace(a, offset=0):
    i = np.arange(min(a.shape[0] + min(offset, 0), a.shape[1] - max(offset, 0)))
    return np.sum(a[i - min(offset, 0), i + max(offset, 0)], axis=0)


@composed(np.pad)
def pad(array, pad_width, mode="constant", *, constant_values=0):
    if mode != "constant" or np.ndim(constant_values):
        raise NotImplementedError("Gradients flow through np.pad with mode='constant' and one constant value only.")
    for axis, (before, after) in enumerate(np.broadcast_to(pad_width, (array.ndim, 2)).tolist()):
        shape = [*array.shape]
        head, tail = (np.full([*shape[:axis], n, *shape[axis + 1 :]], constant_values, array.dtype) for n in (before, after))
        array = np.concatenate([head, array, tail], axis)
    return array


@composed((np.add, "reduce"))
def add_reduce(a, axis=0, keepdims=False):
    return np.sum(a, axis, keepdims=keepdims)


@composed((np.maximum, "reduce"))
def maximum_reduce(a, axis=0, keepdims=False):
    return np.max(a, axis, keepdims=keepdims)
