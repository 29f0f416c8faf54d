"""Rules whose answer is known in closed form; test_trace.py checks every rule against finite differences."""

import numpy as np
import pytest

from minikeras._core.tape import vjp
from minikeras._core.trace_rules import COMPOSED, RULES

x = np.array([0.5, -1.5, 2.0])
A = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


@pytest.mark.parametrize(
    "f, at, slope",
    [
        (lambda a: np.sum(a * a), x, 2 * x),
        (lambda a: np.sum(np.exp(a)), x, np.exp(x)),
        (lambda a: np.sum(np.tanh(a)), x, 1 - np.tanh(x) ** 2),
        (lambda a: np.max(a), x, [0, 0, 1]),
        (lambda a: np.sum(np.clip(a, -1, 1)), x, [1, 0, 0]),
        (lambda a: np.sum(np.where(a > 0, a, 0.1 * a)), x, [1, 0.1, 1]),
        (lambda a: np.linalg.norm(a), x, x / np.sqrt(np.sum(x * x))),
        (lambda a: np.sum(A @ a), x, A.sum(0)),
        (lambda a: np.einsum("ij,j->", A, a), x, A.sum(0)),
        (lambda a: np.sum(np.pad(a, 1) * np.arange(5.0)), x, [1, 2, 3]),
        (lambda a: np.sum(np.diff(a)), x, [-1, 0, 1]),
        (lambda a: np.sum(np.take(a, [0, 0, 2])), x, [2, 0, 1]),
        (lambda a: np.sum(np.tile(a, (2, 1))), x, [2, 2, 2]),
        (lambda a: np.average(a, weights=[1.0, 2.0, 1.0]), x, [0.25, 0.5, 0.25]),
    ],
)
def test_slope(f, at, slope):
    value, pullback = vjp(f, at)
    np.testing.assert_allclose(value, f(at))
    np.testing.assert_allclose(pullback(np.ones_like(value))[0], slope)


def test_no_function_has_two_rules():
    assert not set(RULES) & set(COMPOSED)
