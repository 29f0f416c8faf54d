"""Losses and where they begin on their way back, as loops over single numbers; see `minikeras.losses` for the formulas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import activations, losses
from minikeras.fast.compiling import kernel
from minikeras.fast.elementwise import exponential, tanh
from minikeras.losses.probabilities import smooth

BINARY, CATEGORICAL, SPARSE, SQUARED, ABSOLUTE, QUADRATIC, HUBER, LOG_COSH = range(8)
PLAIN = {
    losses.MeanSquaredError: SQUARED, losses.MeanAbsoluteError: ABSOLUTE, losses.Huber: HUBER, losses.LogCosh: LOG_COSH,
    losses.QuadraticCost: QUADRATIC,
}  # fmt: skip
FUSED = {  # with the activation that they know
    losses.BinaryCrossentropy: (BINARY, activations.sigmoid),
    losses.CategoricalCrossentropy: (CATEGORICAL, activations.softmax),
    losses.SparseCategoricalCrossentropy: (SPARSE, activations.softmax),
}
FROM_LOGITS = (BINARY, CATEGORICAL, SPARSE)  # these give ∂C/∂z of the last layer, the others ∂C/∂a
ONE, HALF = np.float32(1), np.float32(0.5)


def code_of(loss: Any, activation: Callable) -> tuple[int, float] | None:
    """The code of a loss behind an activation, and its number; None for one that is not here."""
    if loss.reduction not in ("sum_over_batch_size", "mean") or loss.dtype_policy or getattr(loss, "axis", -1) != -1:
        return None
    if type(loss) in FUSED:
        code, known = FUSED[type(loss)]
        wanted = activations.linear if loss.from_logits else known
        return (code, 0.0) if activation is wanted and getattr(loss, "ignore_class", None) is None else None
    return (PLAIN[type(loss)], float(getattr(loss, "delta", 0.0))) if type(loss) in PLAIN else None


def smoothed(loss: Any, y: np.ndarray) -> np.ndarray:
    """The targets as the loss sees them.

    >>> smoothed(losses.BinaryCrossentropy(label_smoothing=0.5), np.array([[0.0, 1.0]])).tolist()
    [[0.25, 0.75]]
    """
    amount = getattr(loss, "label_smoothing", 0.0)
    return smooth(y, amount, 2 if type(loss) is losses.BinaryCrossentropy else y.shape[-1]) if amount else y


@kernel
def cost(code, number, z, a, y, labels, weights, n, delta) -> float:
    """C of some rows of a batch of n, and ∂C/∂z or ∂C/∂a in `delta`."""
    rows, d = z.shape
    total = 0.0
    sums, firsts = np.empty(rows, np.float32), np.empty(rows, np.int64)
    if code == CATEGORICAL or code == SPARSE:
        probabilities(z, delta, firsts, sums)
    for i in range(rows):
        share = ONE / np.float32(n)
        if len(weights):
            share *= weights[i]
        if code == BINARY:
            total += binary(z[i], y[i], delta[i], share / np.float32(d))
        elif code == CATEGORICAL:
            total += categorical(z[i], y[i], delta[i], share, z[i, firsts[i]], np.log1p(np.float64(sums[i])))
        elif code == SPARSE:
            total += sparse(z[i], labels[i], delta[i], share, z[i, firsts[i]], np.log1p(np.float64(sums[i])))
        elif code == QUADRATIC:
            for j in range(d):
                e = a[i, j] - y[i, j]
                total += HALF * e * e * share  # ½ ‖a − y‖²
                delta[i, j] = e * share  # ∂l/∂a = a − y
        else:
            total += plain(code, number, a[i], y[i], delta[i], share / np.float32(d))
    return total


@kernel
def binary(z, y, delta, share):
    """l = ([z > 0] − y) z + log(1 + exp(−|z|)), ∂l/∂z = p − y."""
    total = 0.0
    for j in range(len(z)):
        e = exponential(-abs(z[j]))
        total += ((np.float32(z[j] > 0) - y[j]) * z[j] + np.log1p(e)) * share
        p = (ONE if z[j] > 0 else e) / (ONE + e)
        delta[j] = (p - y[j]) * share
    return total


@kernel
def categorical(z, y, delta, share, top, logarithm):
    """l = −Σ y log p, ∂l/∂z = p Σy − y."""
    total, mass = 0.0, np.float32(0)
    for j in range(len(z)):
        total -= y[j] * ((z[j] - top) - logarithm) * share if y[j] != 0 else np.float32(0)
        mass += y[j]
    for j in range(len(z)):
        delta[j] = (delta[j] * mass - y[j]) * share
    return total


@kernel
def sparse(z, label, delta, share, top, logarithm):
    """l = −log p_y, ∂l/∂z = p − 1 at the label, p elsewhere."""
    delta[label] -= ONE
    for j in range(len(z)):
        delta[j] *= share
    return (logarithm - (z[label] - top)) * share


@kernel
def probabilities(z, p, firsts, sums):
    """Write softmax(z) of each row, where its maximum stands, and Σ exp(z - max z) of all others: of sure predictions the
    logarithm of 1 and that is right to the last digit."""
    rows, width = z.shape
    for i in range(rows):
        first = 0
        for j in range(width):
            first = j if z[i, j] > z[i, first] else first
        for j in range(width):
            p[i, j] = z[i, j] - z[i, first]
        firsts[i] = first
    flat = p.reshape(-1)
    for i in range(len(flat)):
        flat[i] = exponential(flat[i])
    for i in range(rows):
        total = np.float32(0)
        for j in range(width):
            total += np.float32(0) if j == firsts[i] else p[i, j]
        for j in range(width):
            p[i, j] /= ONE + total
        sums[i] = total


@kernel
def plain(code, number, a, y, delta, share):
    """Losses of the error e = a − y alone."""
    total = 0.0
    for j in range(len(a)):
        e = a[j] - y[j]
        if code == SQUARED:
            total += e * e * share
            delta[j] = (e + e) * share  # ∂l/∂a = 2 e
        elif code == ABSOLUTE:
            total += abs(e) * share
            delta[j] = np.sign(e) * share
        elif code == HUBER:
            inside = abs(e) <= number
            total += (HALF * e * e if inside else number * (abs(e) - HALF * number)) * share
            delta[j] = (e if inside else number * np.sign(e)) * share
        else:  # LOG_COSH
            total += (abs(e) + np.log1p(exponential(np.float32(-2) * abs(e))) - np.float32(0.6931471805599453)) * share
            delta[j] = tanh(e) * share
    return total
