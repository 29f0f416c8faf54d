"""Branches and loops: as in real Keras, and what it does not say."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import ops
from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("control"))
def test_as_keras(case):
    check(case)


def test_errors():
    with pytest.raises(ValueError, match="same length along axis 0, got .2, 3."):
        ops.map(lambda t: t[0], (np.zeros(2), np.zeros(3)))
    with pytest.raises(ValueError, match="length=3, but xs of 2 rows"):
        ops.scan(lambda c, x: (c, x), 0.0, np.zeros(2), length=3)
    with pytest.raises(ValueError, match="`length` not provided"):
        ops.scan(lambda c, x: (c, x), 0.0)
    with pytest.raises(TypeError, match="should be a callable"):
        ops.associative_scan(3, np.zeros(2))


def test_a_loop_over_symbolic_tensors_that_zeros_would_never_end():
    x = keras.Input((2,))
    y = ops.while_loop(lambda i, x: ops.all(x < 100.0), lambda i, x: (i + 1, x * 2.0), (0, x))[1]
    assert y.shape == (None, 2) and y.dtype == "float32"
    assert keras.Model(x, y)(np.array([[1.0, 30.0]])).tolist() == [[4.0, 120.0]]
