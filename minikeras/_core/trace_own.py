"""Functions that NumPy lacks, or has in place only, each with its rule: traced arrays flow through them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras._core.normal import erf_of, erfc_of, erfinv_of
from minikeras._core.trace_table import own, rule


@own
def scatter_add(values: Any, shape: tuple, key: Any) -> Any:
    """Zeros of a shape, with the values added where the key points: the way back of ``a[key]``.

    >>> scatter_add(np.array([1.0, 2.0, 3.0]), (3,), [0, 2, 2])
    array([1., 0., 5.])
    """
    y = np.zeros(shape, values.dtype)
    parts = key if isinstance(key, tuple) else (key,)
    if all(k is None or k is Ellipsis or isinstance(k, (int, np.integer, slice)) for k in parts):
        y[key] = values
    else:
        np.add.at(y, key, values)
    return y


@own
def put(a: Any, values: Any, key: Any) -> Any:
    """A copy of a with the values where the key points; each place once.

    >>> put(np.zeros(3), 1.0, slice(1, 3))
    array([0., 1., 1.])
    """
    y = np.array(a)
    y[key] = values
    return y


@own
def segment_extreme(data: Any, segments: Any, count: int, greatest: bool) -> Any:
    """The greatest (smallest) of the rows of each segment; that of none is -∞ (∞).

    >>> segment_extreme(np.array([1.0, 3.0, 2.0]), np.array([0, 0, 1]), 2, True)
    array([3., 2.])
    """
    limits = np.finfo(data.dtype) if data.dtype.kind == "f" else np.iinfo(data.dtype)
    worst = (limits.min if greatest else limits.max) if data.dtype.kind != "f" else -np.inf if greatest else np.inf
    y = np.full((count, *data.shape[1:]), worst, data.dtype)
    (np.maximum if greatest else np.minimum).at(y, segments, data)
    return y


@own
def spectrum(x: Any, axes: tuple, sign: int) -> Any:
    """Σₙ xₙ exp(sign · 2πi k n / N) along axes; the last axis of x and of the result holds real and imaginary parts.

    >>> spectrum(np.array([[1.0, 0.0], [0.0, 0.0]]), (0,), -1).tolist()
    [[1.0, 0.0], [1.0, 0.0]]
    """
    z = x[..., 0] + 1j * x[..., 1]
    z = np.fft.fftn(z, axes=axes) if sign < 0 else np.fft.ifftn(z, axes=axes, norm="forward")
    return np.stack([z.real, z.imag], -1).astype(x.dtype)


@own
def erf(x: Any) -> Any:
    """2/√π ∫₀ˣ exp(-t²) dt

    >>> erf(np.array([0.0, 1.0])).round(4)
    array([0.    , 0.8427])
    """
    return erf_of(x)


@own
def erfc(x: Any) -> Any:
    """1 - erf x, exact where that is tiny.

    >>> erfc(np.array([0.0, 3.0])).round(6)
    array([1.0e+00, 2.2e-05])
    """
    return erfc_of(x)


@own
def erfinv(x: Any) -> Any:
    """The inverse of `erf`.

    >>> erfinv(np.array([0.0, 0.8427])).round(3)
    array([0., 1.])
    """
    return erfinv_of(x)


@own
def eigenvalues(a: Any) -> Any:
    """λ of the symmetric a = V diag(λ) Vᵀ, ascending.

    >>> eigenvalues(np.diag([2.0, 1.0]))
    array([1., 2.])
    """
    return np.linalg.eigh(a)[0]


@own
def eigenvectors(a: Any) -> Any:
    """V of the symmetric a = V diag(λ) Vᵀ.

    >>> abs(eigenvectors(np.diag([2.0, 1.0])))
    array([[0., 1.], [1., 0.]])
    """
    return np.linalg.eigh(a)[1]


@own
def singular_values(a: Any) -> Any:
    """s of a = U diag(s) Vᵀ, descending.

    >>> singular_values(np.diag([1.0, -2.0]))
    array([2., 1.])
    """
    return np.linalg.svd(a, compute_uv=False)


@own
def left_vectors(a: Any) -> Any:
    """U of a = U diag(s) Vᵀ, as many columns as there are singular values."""
    return np.linalg.svd(a, full_matrices=False)[0]


@own
def right_vectors(a: Any) -> Any:
    """Vᵀ of a = U diag(s) Vᵀ, as many rows as there are singular values."""
    return np.linalg.svd(a, full_matrices=False)[2]


@own
def orthogonal(a: Any) -> Any:
    """Q of a = Q R."""
    return np.linalg.qr(a)[0]


@own
def triangular(a: Any) -> Any:
    """R of a = Q R."""
    return np.linalg.qr(a)[1]


@own
def log_abs_det(a: Any) -> Any:
    """log |det a|

    >>> float(log_abs_det(np.diag([2.0, -4.0])))
    2.0794
    """
    return np.linalg.slogdet(a)[1]


rule(scatter_add, lambda g, y, values, shape, key: g[key])
rule(put, lambda g, y, a, values, key: put(g, np.zeros(np.shape(values), g.dtype), key), lambda g, y, a, values, key: g[key])
rule(segment_extreme, lambda g, y, data, segments, count, greatest: segment_share(g, y, data, segments))
rule(spectrum, lambda g, y, x, axes, sign: spectrum(g, axes, -sign))  # the adjoint turns the other way
rule(erf, lambda g, y, x: g * (2 / math.sqrt(math.pi)) * np.exp(-x * x))
rule(erfc, lambda g, y, x: g * (-2 / math.sqrt(math.pi)) * np.exp(-x * x))
rule(erfinv, lambda g, y, x: g * (math.sqrt(math.pi) / 2) * np.exp(y * y))
rule(eigenvalues, lambda g, y, a: (eigenvectors(a) * g[..., None, :]) @ turned(eigenvectors(a)))
rule(eigenvectors, lambda g, y, a: between(y, gaps(eigenvalues(a)) * (turned(y) @ g), y))
rule(singular_values, lambda g, y, a: (left_vectors(a) * g[..., None, :]) @ right_vectors(a))
rule(left_vectors, lambda g, y, a: left_share(g, y, singular_values(a), right_vectors(a)))
rule(right_vectors, lambda g, y, a: turned(left_share(turned(g), turned(y), singular_values(a), turned(left_vectors(a)))))
rule(orthogonal, lambda g, y, a: qr_share(y, triangular(a), g, None))
rule(triangular, lambda g, y, a: qr_share(orthogonal(a), y, None, g))
rule(log_abs_det, lambda g, y, a: g[..., None, None] * turned(np.linalg.inv(a)))


def segment_share(g, y, data, segments):
    """The gradient of a greatest element, in equal parts to those who reach it."""
    best = np.equal(data, y[segments]) * 1.0
    count = scatter_add(best, np.shape(y), segments)
    return g[segments] * best / np.where(np.equal(count, 0), 1.0, count)[segments]


def turned(a):
    """aᵀ of each matrix."""
    return np.swapaxes(a, -1, -2)


def between(v, middle, w):
    """v middle wᵀ, made symmetric."""
    y = v @ middle @ turned(w)
    return (y + turned(y)) * 0.5


def gaps(values):
    """1 / (λⱼ - λᵢ), and 0 on the diagonal."""
    d = values[..., None, :] - values[..., :, None]
    return np.where(np.equal(d, 0), 0.0, 1.0 / np.where(np.equal(d, 0), 1.0, d))


def left_share(g, u, s, vt):
    """∂L/∂a from ∂L/∂U: U (F ∘ (UᵀG - GᵀU)) S Vᵀ + (1 - U Uᵀ) G S⁻¹ Vᵀ with F = 1 / (sⱼ² - sᵢ²)."""
    inner = turned(u) @ g
    y = u @ ((gaps(s * s) * (inner - turned(inner))) * s[..., None, :])
    if u.shape[-2] > u.shape[-1]:
        y = y + (g - u @ inner) / s[..., None, :]
    return y @ vt


def qr_share(q, r, dq, dr):
    """∂L/∂a = (Q̄ + Q sym(M)) R⁻ᵀ with M = R R̄ᵀ - Q̄ᵀ Q, of which the lower half counts for both."""
    if r.shape[-1] != r.shape[-2]:
        raise NotImplementedError("Gradients flow through Q R of matrices with at least as many rows as columns.")
    m = (r @ turned(np.triu(dr)) if dr is not None else 0.0) - (turned(dq) @ q if dq is not None else 0.0)
    low = np.tril(m, -1)
    right = q @ (np.tril(m) + turned(low)) + (0.0 if dq is None else dq)
    return turned(np.linalg.solve(r, turned(right)))
