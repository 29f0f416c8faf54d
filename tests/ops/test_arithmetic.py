"""Operations of two arrays: as in real Keras, and what it does not say."""

import numpy as np
import pytest

from minikeras import ops
from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("arithmetic"))
def test_as_keras(case):
    check(case)


def test_python_numbers_go_along_with_any_array():
    assert ops.add(np.zeros(2, "float16"), 1.5).dtype == "float16" and ops.multiply(np.zeros(2, "uint8"), 2).dtype == "uint8"
    assert ops.add(np.zeros(2), 1).dtype == "float64" and ops.add(1, 2).dtype == "int32"


def test_ldexp_takes_integers():
    with pytest.raises(TypeError, match="integers as x2, got an array of float32"):
        ops.ldexp([1.0], [2.0])
