"""New arrays: as in real Keras, and what it does not say."""

import numpy as np
import pytest

from minikeras import ops
from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("creation"))
def test_as_keras(case):
    check(case)


def test_eye_takes_sizes():
    with pytest.raises(TypeError, match="`M` must be a non-negative integer. Received M=-1"):
        ops.eye(2, -1)


def test_arrays_are_their_own():
    x = np.zeros(2)
    ops.array(x)[0] = 1
    assert x[0] == 0 and ops.empty((2, 3)).shape == (2, 3) and ops.empty_like(x).dtype == "float64"
