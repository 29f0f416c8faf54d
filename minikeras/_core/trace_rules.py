"""What the tape of `trace` knows: one derivative per NumPy function and argument, on its line.

How a rule is written and what it must not do stands in `trace_table`; functions said in terms of others are in
`trace_composed`, functions of our own in `trace_own`. ``FLAT`` ones have derivative zero: they give plain arrays.
"""

from __future__ import annotations

import math

import numpy as np

from minikeras._core import trace_composed  # noqa: F401 - enters its functions in the table
from minikeras._core.trace_own import scatter_add, turned
from minikeras._core.trace_table import COMPOSED, RULES, rule

__all__ = ["COMPOSED", "FLAT", "RULES", "rule"]

FLAT = {
    getattr(np, name)
    for name in (
        "equal not_equal less less_equal greater greater_equal logical_and logical_or logical_not logical_xor "
        "isfinite isinf isnan isclose allclose array_equal all any argmax argmin argsort argwhere argpartition nonzero "
        "flatnonzero count_nonzero "
        "searchsorted digitize bincount histogram unique sign signbit floor ceil rint trunc fix round around floor_divide "
        "heaviside spacing isneginf isposinf imag shape ndim size zeros_like ones_like empty_like full_like result_type "
        "can_cast iscomplexobj isrealobj may_share_memory shares_memory isscalar"
    ).split()
    if hasattr(np, name)
} | {(np.logical_and, "reduce"), (np.logical_or, "reduce")}


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
rule(np.fmax, lambda g, y, a, b: g * wins(a, b, y), lambda g, y, a, b: g * wins(b, a, y))
rule(np.fmin, lambda g, y, a, b: g * wins(a, b, y), lambda g, y, a, b: g * wins(b, a, y))
rule(np.fmod, lambda g, y, a, b: g, lambda g, y, a, b: -g * np.trunc(a / b))
rule(np.ldexp, lambda g, y, a, b: g * np.ldexp(1.0, b))
rule(np.where, None, lambda g, y, c, a, b: np.where(c, g, 0.0), lambda g, y, c, a, b: np.where(c, 0.0, g))
rule(np.nan_to_num, lambda g, y, a, copy=True, nan=0.0, posinf=None, neginf=None: g * np.isfinite(a))
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
rule(np.i0, lambda g, y, a: g * bessel_i1(a))
rule(np.sinc, lambda g, y, a: g * sinc_slope(a, y))
for _f in (np.deg2rad, np.radians):
    rule(_f, lambda g, y, a: g * (math.pi / 180))
for _f in (np.rad2deg, np.degrees):
    rule(_f, lambda g, y, a: g * (180 / math.pi))
for _f in (np.real, np.conjugate):
    rule(_f, lambda g, y, a: g)
rule(np.logaddexp2, lambda g, y, a, b: g * np.exp2(a - y), lambda g, y, a, b: g * np.exp2(b - y))
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
rule(np.cumprod, lambda g, y, a, axis=None, dtype=None: cumprod_share(g, y, a, axis))
rule(np.cumsum, lambda g, y, a, axis=None, dtype=None: flip_sum(g, 0 if axis is None else axis).reshape(a.shape))

# Products of matrices
rule(np.matmul, lambda g, y, a, b: matmul_share(g, a, b, 0), lambda g, y, a, b: matmul_share(g, a, b, 1))
rule(np.einsum, None, *[lambda g, y, subscripts, *operands, optimize=False, k=k:
     einsum_share(g, k, subscripts, operands, optimize) for k in range(6)])  # fmt: skip
rule(np.linalg.inv, lambda g, y, a: -(np.swapaxes(y, -1, -2) @ g @ np.swapaxes(y, -1, -2)))
rule(np.linalg.solve, lambda g, y, a, b: -np.linalg.solve(turned(a), column(g, y, a)) @ turned(column(y, y, a)),
     lambda g, y, a, b: np.reshape(np.linalg.solve(turned(a), column(g, y, a)), y.shape))  # fmt: skip
rule(np.linalg.cholesky, lambda g, y, a: cholesky_share(g, y))
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
rule("getitem", lambda g, y, a, key: scatter_add(g, a.shape, key))
rule(np.take_along_axis, lambda g, y, a, indices, axis=-1: scatter_add(g, a.shape, along(indices, axis)))
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
    if axis is None or isinstance(axis, tuple):
        axes = range(a.ndim) if axis is None else [i % a.ndim for i in axis]
        order = [i for i in range(a.ndim) if i not in axes] + [*axes]
        b = np.transpose(a, order)
        rest = b.shape[: a.ndim - len(axes)]
        return np.transpose(np.reshape(others(np.reshape(b, (*rest, -1)), -1), b.shape), np.argsort(order))
    b = np.moveaxis(a, axis, 0)
    one = np.ones((min(1, b.shape[0]), *b.shape[1:]), a.dtype)
    left = np.cumprod(np.concatenate([one, b[:-1]]), axis=0)
    right = np.flip(np.cumprod(np.concatenate([one, np.flip(b, 0)[:-1]]), axis=0), 0)
    return np.moveaxis(left * right, 0, axis)


def cumprod_share(g, y, a, axis):
    """∂L/∂aᵢ = Σₖ gₖ Π aⱼ over all j ≤ k but i: as Σ g y / aᵢ where nothing is 0, else written out."""
    if axis is None:
        return np.reshape(cumprod_share(g, y, np.ravel(a), 0), a.shape)
    if np.all(np.not_equal(a, 0)):
        return flip_sum(g * y, axis) / a
    g, b = np.moveaxis(g, axis, 0), np.moveaxis(a, axis, 0)
    up_to = np.tri(b.shape[0], dtype=bool).reshape(b.shape[0], b.shape[0], *(1,) * (b.ndim - 1))
    without = others(np.where(up_to, b[None], 1.0), 1)
    return np.moveaxis(np.sum(np.where(up_to, g[:, None] * without, 0.0), 0), 0, axis)


def flip_sum(g, axis):
    """Sum from each element to the end."""
    return np.flip(np.cumsum(np.flip(g, axis), axis), axis)


def matmul_share(g, a, b, which):
    """∂L/∂a = g bᵀ and ∂L/∂b = aᵀ g, vectors taken as one row or one column."""
    a, b = (x if hasattr(x, "ndim") else np.asarray(x) for x in (a, b))
    rows, columns = a if a.ndim > 1 else a[None, :], b if b.ndim > 1 else b[:, None]
    g = g if b.ndim > 1 else g[..., None]
    g = g if a.ndim > 1 else g[..., None, :]
    if which == 0:
        return (g @ columns.swapaxes(-1, -2)) if a.ndim > 1 else (g @ columns.swapaxes(-1, -2))[..., 0, :]
    return (rows.swapaxes(-1, -2) @ g) if b.ndim > 1 else (rows.swapaxes(-1, -2) @ g)[..., 0]


def norm_share(g, y, x, ord, axis, keepdims):
    """∂‖x‖/∂x = x/‖x‖ for the Euclidean and the Frobenius norm, sign(x) |x|ᵖ⁻¹/‖x‖ᵖ⁻¹ for the p-norm of vectors."""
    vector = isinstance(axis, int) or axis is None and x.ndim == 1
    if ord is None or (vector and ord == 2) or (not vector and ord == "fro"):
        return spread(g / safe(y), x, axis, keepdims) * x
    if vector and ord in (np.inf, -np.inf):
        return ties(g, y, np.abs(x), axis, keepdims) * np.sign(x)
    if vector and ord != 0:
        share = spread(g / safe(y) ** (ord - 1), x, axis, keepdims) * np.sign(x)
        return share if ord == 1 else share * np.abs(x) ** (ord - 1)
    raise NotImplementedError(f"No gradient through np.linalg.norm with ord={ord!r} of {'vectors' if vector else 'matrices'}.")


def bessel_i1(a):
    """I₁(a) = mean of cos θ exp(a cos θ) around the circle, which converges like the series."""
    c = np.cos(np.arange(256) * (math.pi / 128))
    return np.mean(c * np.exp(a[..., None] * c), -1)


def sinc_slope(a, y):
    """(cos πa - sinc a) / a, and 0 at 0."""
    zero = np.equal(a, 0)
    return np.where(zero, 0.0, (np.cos(math.pi * a) - y) / np.where(zero, 1.0, a))


def column(x, y, a):
    """Vectors as matrices of one column, where the solution y says that they are such."""
    return x[..., None] if y.ndim < np.ndim(a) else x


def cholesky_share(g, y):
    """∂L/∂a = L⁻ᵀ Φ(LᵀG) L⁻¹, made symmetric; Φ takes the lower half and half of the diagonal."""
    m = np.tril(turned(y) @ g)
    m = m - np.where(np.eye(y.shape[-1], dtype=bool), 0.5 * m, 0.0)
    s = np.linalg.solve(turned(y), turned(np.linalg.solve(turned(y), turned(m))))
    return (s + turned(s)) * 0.5


def along(indices, axis):
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
