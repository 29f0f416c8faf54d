"""Where a loss meets the activation before it: value and gradient from the logits z, exact for saturated outputs too.

Each function takes the targets, z, p = activation(z), and the share of each element in the reduced loss (one number, or an
array that broadcasts); it returns Σ share·l and ∂/∂z, where the derivatives of logarithm and activation cancel to p − y.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.constants import MINUS_ONE, ZERO, constant
from minikeras.activations import log_softmax
from minikeras.activations.curves import log1p
from minikeras.layers.sums import ones

#: Below this a float32 probability has lost digits or is 0; its logarithm is then taken from the logits.
SMALLEST = 1e-37


def sigmoid_crossentropy(y: np.ndarray, z: np.ndarray, p: np.ndarray, share: Any) -> tuple[float, np.ndarray]:
    """Binary cross-entropy of p = σ(z): l = −y log p − (1 − y) log(1 − p) = ([z > 0] − y) z + log(1 + exp(−|z|)).

    >>> z = np.array([[0.0, 50.0]]); p = np.array([[0.5, 1.0]])
    >>> sigmoid_crossentropy(np.array([[1.0, 0.0]]), z, p, 0.5)
    (25.3466, array([[-0.25, 0.5 ]]))
    """
    char = z.dtype.char
    tail = np.copysign(z, MINUS_ONE[char])
    np.exp(tail, tail)
    tail = log1p(tail)  # log(1 + exp(−|z|))
    flat = tail.reshape(-1)
    miss = (z > ZERO[char]).astype(y.dtype)
    miss -= y
    if isinstance(share, float):
        value = (float(np.vdot(z, miss)) + float(flat.dot(ones(flat)))) * share
        share = constant(share)[char]
    else:
        tail += miss * z
        tail *= share
        value = float(tail.sum())
    return value, sigmoid_slope(y, p, share)


def sigmoid_slope(y: np.ndarray, p: np.ndarray, share: Any) -> np.ndarray:
    """∂/∂z of the same alone.

    >>> sigmoid_slope(np.array([[1.0, 0.0]]), np.array([[0.5, 1.0]]), 0.5)
    array([[-0.25,  0.5 ]])
    """
    dz = p - y  # ∂l/∂z = p − y
    dz *= constant(share)[p.dtype.char] if isinstance(share, float) else share
    return dz


def softmax_crossentropy(y: np.ndarray, z: np.ndarray, p: np.ndarray, share: Any) -> tuple[float, np.ndarray]:
    """Categorical cross-entropy of p = softmax(z): l = −Σ_c y_c log p_c.

    >>> z = np.array([[0.0, 1000.0]]); p = np.array([[0.0, 1.0]])
    >>> softmax_crossentropy(np.array([[1.0, 0.0]]), z, p, 1.0)
    (1000.0, array([[-1., 1.]]))
    """
    log_p = np.log(p) if p.min() > SMALLEST else exact(z)
    if isinstance(share, float):
        value = -share * float(np.vdot(y, log_p))
    else:
        value = -float((y * log_p * share).sum())
    return value, softmax_slope(y, p, share)


def softmax_slope(y: np.ndarray, p: np.ndarray, share: Any) -> np.ndarray:
    """∂/∂z of the same alone.

    >>> softmax_slope(np.array([[1.0, 0.0]]), np.array([[0.25, 0.75]]), 1.0)
    array([[-0.75,  0.75]])
    """
    dz = p * y.sum(axis=-1, keepdims=True)
    dz -= y  # ∂l/∂z = p Σy − y
    dz *= share
    return dz


def sparse_softmax_crossentropy(y: np.ndarray, z: np.ndarray, p: np.ndarray, share: Any) -> tuple[float, np.ndarray]:
    """The same with integer labels: l = −log p_y.

    >>> z = np.array([[0.0, 1000.0]]); p = np.array([[0.0, 1.0]])
    >>> sparse_softmax_crossentropy(np.array([0]), z, p, 1.0)
    (1000.0, array([[-1., 1.]]))
    """
    index = places(y, p)
    p_y = p.reshape(-1)[index]
    log_p = np.log(p_y) if p_y.min() > SMALLEST else exact(z).reshape(-1)[index]
    if isinstance(share, float):
        value = -share * float(log_p.sum())
    else:
        value = -float((log_p.reshape(*y.shape, 1) * share).sum())
    return value, sparse_softmax_slope(index, p, share)


def places(y: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Where the probability of each row's label stands in the flat array.

    >>> places(np.array([1, 0]), np.zeros((2, 3)))
    array([1, 3])
    """
    index = np.arange(0, p.size, p.shape[-1])
    index += y.reshape(-1)
    return index


def sparse_softmax_slope(index: np.ndarray, p: np.ndarray, share: Any) -> np.ndarray:
    """∂/∂z of the same alone, with the `places` of the labels.

    >>> sparse_softmax_slope(np.array([1]), np.array([[0.25, 0.75]]), 1.0)
    array([[ 0.25, -0.25]])
    """
    dz = p.copy()
    dz.reshape(-1)[index] -= 1.0  # ∂l/∂z = p − 1 at the label, p elsewhere
    dz *= share
    return dz


def exact(z: np.ndarray) -> np.ndarray:
    """The logarithm of the softmax from the logits; NaN for infinite ones, without a warning."""
    with np.errstate(all="ignore"):
        return log_softmax(z)
