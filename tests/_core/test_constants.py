import numpy as np
import pytest

from minikeras._core.constants import HALF, MINUS_ONE, Constant


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_constant_has_the_type_of_what_it_meets(dtype):
    x = np.ones(3, dtype)
    product = x * HALF[x.dtype.char]
    assert product.dtype == dtype and product.tolist() == [0.5] * 3


def test_it_is_rounded_as_python_numbers_are():
    x = np.ones(1, np.float32)
    assert x * Constant(0.1)["f"] == x * 0.1


def test_it_is_made_once_and_can_not_be_written_to():
    assert MINUS_ONE["f"] is MINUS_ONE["f"]
    with pytest.raises(ValueError):
        MINUS_ONE["f"][()] = 1.0
