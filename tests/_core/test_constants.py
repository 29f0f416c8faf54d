import numpy as np
import pytest

from minikeras._core.constants import MINUS_ONE, TWO, Constant, constant, zeros_beside


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


@pytest.mark.parametrize("shape", [(), (3,), (64, 64), (70_000,), (5000, 1), (40, 3, 128), (2, 300, 300), (0, 9999)])
@pytest.mark.parametrize("char", "efdi")
def test_rows_of_zeros_change_no_maximum(shape, char):
    x = (100 * np.random.default_rng(0).normal(size=shape)).astype(char)
    zeros = zeros_beside(x)
    np.testing.assert_array_equal(np.maximum(x, zeros), np.maximum(x, 0))
    assert np.maximum(x, zeros).shape == shape and not zeros.any() and not zeros.flags.writeable
    assert zeros.dtype == x.dtype or char == "i"


def test_large_arrays_meet_rows():
    assert zeros_beside(np.ones((64, 28, 28, 32), "f")).shape == (28, 32)
    assert zeros_beside(np.ones((5000, 128), "f")).shape == (128,)
    assert zeros_beside(np.ones((5000, 4), "f")).shape == (5000, 4)
    assert zeros_beside(np.ones((100_000, 4), "f")).shape == ()
