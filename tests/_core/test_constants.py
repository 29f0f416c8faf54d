import numpy as np
import pytest

from minikeras._core.constants import MINUS_ONE, TWO, Constant, constant


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_constant_has_the_type_of_what_it_meets(dtype):
    x = np.ones(3, dtype)
    product = x * TWO[x.dtype.char]
    assert product.dtype == dtype and product.tolist() == [2.0] * 3


def test_it_is_rounded_as_python_numbers_are():
    x = np.ones(1, np.float32)
    assert x * Constant(0.1)["f"] == x * 0.1


def test_it_is_made_once_and_can_not_be_written_to():
    assert MINUS_ONE["f"] is MINUS_ONE["f"]
    with pytest.raises(ValueError):
        MINUS_ONE["f"][()] = 1.0


def test_integers_meet_it_as_they_meet_a_python_float():
    x = np.array([1, 3], "int32")
    assert (x * TWO[x.dtype.char]).dtype == (x * 2.0).dtype and (x > Constant(1.5)[x.dtype.char]).tolist() == [False, True]


def test_a_constant_of_a_value_is_made_once():
    assert constant(0.125) is constant(0.125) and constant(0.125)["d"] == 0.125
