"""Activations and their derivatives as loops over single numbers; see `minikeras.activations` for what they are."""

from __future__ import annotations

import math

import numpy as np

from minikeras import activations
from minikeras.fast.compiling import kernel
from minikeras.fast.elementwise import exponential, sigmoid, tanh

LINEAR, RELU, SIGMOID, TANH, SOFTMAX, LEAKY_RELU, ELU, SOFTPLUS, SOFTSIGN, EXPONENTIAL, SILU, GELU, SELU, RELU6 = range(14)
CODES = {
    activations.linear: LINEAR, activations.relu: RELU, activations.sigmoid: SIGMOID, activations.tanh: TANH,
    activations.softmax: SOFTMAX, activations.leaky_relu: LEAKY_RELU, activations.elu: ELU, activations.softplus: SOFTPLUS,
    activations.softsign: SOFTSIGN, activations.exponential: EXPONENTIAL, activations.silu: SILU, activations.gelu: GELU,
    activations.selu: SELU, activations.relu6: RELU6,
}  # fmt: skip
FROM_INPUT = (SILU, GELU)  # whose derivative asks for z as well as a = φ(z)
ALPHA = {LEAKY_RELU: 0.2, ELU: 1.0}  # the slope or height below 0 where nobody says it

ONE, HALF, SIX = np.float32(1), np.float32(0.5), np.float32(6)
INFINITE, LARGEST = np.float32(np.inf), np.finfo(np.float32).max
SELU_SCALE, SELU_HEIGHT = np.float32(1.0507009873554805), np.float32(1.0507009873554805 * 1.6732632423543772)
ROOT_HALF, ROOT_TWO_PI = np.float32(math.sqrt(0.5)), np.float32(1 / math.sqrt(2 * math.pi))


@kernel
def activate(code: int, alpha: float, a: np.ndarray) -> None:
    """a ← φ(a), row by row."""
    flat = a.reshape(-1)
    if code == RELU:
        for i in range(len(flat)):
            z = flat[i]  # NaN stays NaN, ∞ stays ∞; with 0 as the only bound, masked stores are made of it: five times the time
            flat[i] = np.float32(0) if z < 0 else (INFINITE if z > LARGEST else z)
    elif code == SIGMOID:
        for i in range(len(flat)):
            flat[i] = sigmoid(flat[i])
    elif code == TANH:
        for i in range(len(flat)):
            flat[i] = tanh(flat[i])
    elif code == SOFTMAX:
        softmax(a)
    elif code == LEAKY_RELU:
        for i in range(len(flat)):
            z = flat[i]
            flat[i] = z * (ONE if z > 0 else alpha)
    elif code == ELU:
        for i in range(len(flat)):
            flat[i] = flat[i] if flat[i] > 0 else alpha * np.expm1(flat[i])
    elif code == SELU:
        for i in range(len(flat)):
            flat[i] = SELU_SCALE * flat[i] if flat[i] > 0 else SELU_HEIGHT * np.expm1(flat[i])
    elif code == SOFTPLUS:
        for i in range(len(flat)):
            flat[i] = (np.float32(0) if flat[i] < 0 else flat[i]) + np.log1p(exponential(-abs(flat[i])))
    elif code == SOFTSIGN:
        for i in range(len(flat)):
            flat[i] /= ONE + abs(flat[i])
    elif code == EXPONENTIAL:
        for i in range(len(flat)):
            flat[i] = exponential(flat[i])
    elif code == SILU:
        for i in range(len(flat)):
            flat[i] /= ONE + exponential(-flat[i])  # z σ(z), and 0 where σ is too small a number
    elif code == GELU:
        for i in range(len(flat)):
            flat[i] *= HALF * np.float32(math.erfc(-flat[i] * ROOT_HALF))
    elif code == RELU6:
        for i in range(len(flat)):
            flat[i] = np.float32(0) if flat[i] < 0 else (SIX if flat[i] > SIX else flat[i])


@kernel
def softmax(a: np.ndarray) -> None:
    """Turn rows of logits into probabilities: exp(z - max z) / Σ."""
    rows, width = a.shape
    for i in range(rows):
        top = a[i, 0]
        for j in range(width):
            top = a[i, j] if a[i, j] > top else top
        for j in range(width):
            a[i, j] -= top
    flat = a.reshape(-1)
    for i in range(len(flat)):
        flat[i] = exponential(flat[i])
    for i in range(rows):
        total = np.float32(0)
        for j in range(width):
            total += a[i, j]
        for j in range(width):
            a[i, j] /= total


@kernel
def slope(code: int, alpha: float, z: np.ndarray, a: np.ndarray, delta: np.ndarray) -> None:
    """∂L/∂a ← ∂L/∂a · φ′(z) = ∂L/∂z, for a = φ(z)."""
    flat, out, before = delta.reshape(-1), a.reshape(-1), z.reshape(-1)
    if code == RELU:
        for i in range(len(flat)):
            flat[i] *= np.float32(out[i] > 0)  # φ′ = [z > 0]
    elif code == SIGMOID:
        for i in range(len(flat)):
            flat[i] *= out[i] * (ONE - out[i])  # φ′ = a (1 - a)
    elif code == TANH:
        for i in range(len(flat)):
            flat[i] *= ONE - out[i] * out[i]  # φ′ = 1 - a²
    elif code == SOFTMAX:
        for i in range(len(a)):
            along = np.float32(0)
            for j in range(a.shape[1]):
                along += delta[i, j] * a[i, j]
            for j in range(a.shape[1]):
                delta[i, j] = a[i, j] * (delta[i, j] - along)  # ∂L/∂z = a (∂L/∂a - Σ ∂L/∂a a)
    elif code == LEAKY_RELU:
        for i in range(len(flat)):
            flat[i] *= ONE if out[i] > 0 else alpha
    elif code == ELU:
        for i in range(len(flat)):
            flat[i] *= ONE if out[i] > 0 else out[i] + alpha  # φ′ = alpha exp(z) below 0
    elif code == SELU:
        for i in range(len(flat)):
            flat[i] *= SELU_SCALE if out[i] > 0 else out[i] + SELU_HEIGHT
    elif code == SOFTPLUS:
        for i in range(len(flat)):
            flat[i] *= -np.expm1(-out[i])  # φ′ = σ(z) = 1 - exp(-a)
    elif code == SOFTSIGN:
        for i in range(len(flat)):
            flat[i] *= (ONE - abs(out[i])) * (ONE - abs(out[i]))  # φ′ = (1 - |a|)²
    elif code == EXPONENTIAL:
        for i in range(len(flat)):
            flat[i] *= out[i]
    elif code == SILU:
        for i in range(len(flat)):
            s = sigmoid(before[i])
            flat[i] *= s + out[i] * (ONE - s)  # φ′ = σ + a (1 - σ)
    elif code == GELU:
        for i in range(len(flat)):
            x = before[i]
            normal = HALF * np.float32(math.erfc(-x * ROOT_HALF))
            flat[i] *= normal + x * ROOT_TWO_PI * exponential(-HALF * x * x)  # φ′ = Φ(z) + z φ(z)
    elif code == RELU6:
        for i in range(len(flat)):
            flat[i] *= np.float32((out[i] > 0) & (out[i] < SIX))
