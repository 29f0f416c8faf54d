"""Seven steps on a kernel (2, 3) and a bias (3,), as real Keras 3.15.1 was made to do them in float64."""

from __future__ import annotations

import contextlib

import numpy as np

from minikeras._core.config import set_floatx
from minikeras._core.variable import Variable

KERNEL = [[0.5, -0.3, 0.8], [-0.2, 0.1, 0.4]]
BIAS = [0.05, -0.1, 0.2]


@contextlib.contextmanager
def float64():
    """Let new variables, learning rates among them, be float64."""
    set_floatx("float64")
    try:
        yield
    finally:
        set_floatx("float32")


def start(dtype="float64"):
    """The two variables at their start."""
    return [Variable(KERNEL, dtype=dtype, name="kernel"), Variable(BIAS, dtype=dtype, name="bias")]


def grads(t):
    """The gradients of step t = 0, 1, ..."""
    return [np.sin(np.arange(1.0, 7.0).reshape(2, 3) * (t + 1)), np.cos(np.arange(1.0, 4.0) * (t + 1))]


def seven_steps(make, count=7):
    """Make an optimizer, do the steps; return it and its variables."""
    with float64():
        optimizer, variables = make(), start()
        for t in range(count):
            optimizer.apply(grads(t), variables)
    return optimizer, variables


def flat(variables):
    """All values one after another."""
    return np.concatenate([np.ravel(v.value) for v in variables])


def check(make, weights, state=(), rtol=1e-7):
    """Compare the weights after seven steps, and the state from the first slot on, with what Keras had."""
    optimizer, variables = seven_steps(make)
    np.testing.assert_allclose(flat(variables), weights, rtol=rtol, atol=2e-8)
    if state:
        found = [v.value for v in optimizer.variables if v.name not in ("iteration", "learning_rate")]
        np.testing.assert_allclose([float(np.sum(v)) for v in found], state, rtol=rtol, atol=1e-7)
    return optimizer, variables
