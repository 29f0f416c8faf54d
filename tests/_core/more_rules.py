# ruff: noqa: E501 - the table of cases reads best with one function on one line
"""Further functions for the table of test_trace.py."""

import numpy as np

RNG = np.random.default_rng(0)
A = RNG.uniform(0.2, 0.9, (3, 4)) * RNG.choice([-1, 1], (3, 4))  # away from 0, no two alike
B = RNG.uniform(1.2, 2.0, (3, 4))
P, R = RNG.uniform(0.2, 0.9, (3, 4)), RNG.uniform(0.3, 1.0, 4)
T, S = RNG.normal(size=(2, 3, 4)), RNG.normal(size=(3, 3)) + 2 * np.eye(3)
Z = np.array([[1.0, 0.0, 2.0], [3.0, 4.0, 5.0]])
GAP = np.array([[False, True, False, False]] * 3)


def symmetric(x):
    return x @ np.swapaxes(x, -1, -2) + np.eye(3)


def gapped(f):
    """f of an array with some NaN, whose own gradient is 0."""
    return lambda x: f(np.where(GAP, np.nan, x))


MORE = {
    np.fmax: [(np.fmax, A, P)], np.fmin: [(np.fmin, A, P)], np.fmod: [(lambda x, y: np.fmod(5 * x, y), A, B)], np.ldexp: [(lambda x: np.ldexp(x, 3), A)], np.logaddexp2: [(np.logaddexp2, A, B)],
    np.i0: [(np.i0, A * 3)], np.sinc: [(np.sinc, A)], np.deg2rad: [(np.deg2rad, A)], np.radians: [(np.radians, A)], np.rad2deg: [(np.rad2deg, A)], np.degrees: [(np.degrees, A)], np.real: [(np.real, A)], np.conjugate: [(np.conjugate, A)],
    np.cumprod: [(np.cumprod, A), (lambda x: np.cumprod(x, 1), A), (lambda x: np.cumprod(x, 0), Z), (lambda x: np.cumprod(x, 1), Z)],
    np.linalg.solve: [(np.linalg.solve, S, A), (np.linalg.solve, S, A[:, 0] + 0), (np.linalg.solve, np.stack([S, S + np.eye(3)]), T)], np.linalg.cholesky: [(lambda x: np.linalg.cholesky(symmetric(x)), S)],
    np.linalg.slogdet: [(lambda x: np.linalg.slogdet(x)[1], S)], np.linalg.eigvalsh: [(lambda x: np.linalg.eigvalsh(symmetric(x)), S)], np.linalg.eigh: [(lambda x: np.linalg.eigh(symmetric(x))[0], S), (lambda x: np.linalg.eigh(symmetric(x))[1] ** 2, S)],
    np.linalg.svd: [(lambda x: np.linalg.svd(x, compute_uv=False), A), (lambda x: np.linalg.svd(x, full_matrices=False)[0] ** 2, A.T), (lambda x: np.linalg.svd(x)[2] ** 2, S)], np.linalg.qr: [(lambda x: np.linalg.qr(x)[0], A.T), (lambda x: np.linalg.qr(x)[1], A.T)],
    np.linalg.pinv: [(np.linalg.pinv, A), (np.linalg.pinv, A.T)],
    np.diagonal: [(lambda x: np.diagonal(x, 1, 1, 2), T), (lambda x: np.diagonal(x, -1), A)], np.diag: [(np.diag, R), (lambda x: np.diag(x, 1), R), (lambda x: np.diag(x, -2), R), (lambda x: np.diag(x, 1), A)],
    np.rot90: [(lambda x, k=k: np.rot90(x, k), A) for k in range(4)], np.fliplr: [(np.fliplr, A)], np.flipud: [(np.flipud, A)], np.append: [(lambda x, y: np.append(x, y, 0), A, B), (lambda x, y: np.append(x, y), A, R)], np.dstack: [(lambda x, y: np.dstack([x, y]), A, B)],
    np.ptp: [(np.ptp, A), (lambda x: np.ptp(x, 1, keepdims=True), A)], np.select: [(lambda x, y: np.select([A > 0.5, A > 0], [x, y], 3.0), A, B)], np.vdot: [(np.vdot, A, B)],
    np.median: [(np.median, A), (lambda x: np.median(x, 1), A), (lambda x: np.median(x, 0, keepdims=True), A)],
    np.nansum: [(gapped(np.nansum), A), (gapped(lambda x: np.nansum(x, 1)), A)], np.nanmean: [(gapped(lambda x: np.nanmean(x, 1)), A)], np.nanmax: [(gapped(lambda x: np.nanmax(x, 1)), A)], np.nanmin: [(gapped(np.nanmin), A)],
    np.kron: [(np.kron, A, S), (np.kron, R, A)], np.cross: [(np.cross, S, S[::-1] + 1), (lambda x, y: np.cross(x, y, axis=0), S, S[::-1] + 1)],
}  # fmt: skip
