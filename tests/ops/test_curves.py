"""Activations: as in real Keras, and what it does not say."""

import numpy as np
import pytest

from minikeras import ops
from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("curves"))
def test_as_keras(case):
    check(case)


def test_nothing_overflows():
    x = np.array([-1e4, -100.0, 100.0, 1e4], "float32")
    with np.errstate(all="raise", under="ignore"):
        for f in (ops.sigmoid, ops.softplus, ops.log_sigmoid, ops.silu, ops.elu, ops.softmax, ops.log_softmax, ops.gelu):
            assert np.isfinite(f(x)).all()


def test_glu_needs_two_halves():
    with pytest.raises(ValueError, match="divisible by 2"):
        ops.glu(np.zeros((2, 3)))
