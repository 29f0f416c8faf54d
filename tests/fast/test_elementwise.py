import numpy as np
import pytest

pytest.importorskip("numba")

from minikeras.fast import elementwise

ENDS = np.float32([np.inf, -np.inf, np.nan, 0.0, 88.7, 88.8, -87.5, -100.0, -103.9, -110.0, 1e30, -1e30, 1e-30, -1e-42])


def numbers(low, high):
    tiny = 10.0 ** np.linspace(-30.0, 0.0, 2000)
    return np.concatenate([np.linspace(low, high, 20001), tiny, -tiny]).astype(np.float32)


def plain_sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def over(function):
    """A loop over an array, as kernels have them."""
    import numba

    @numba.njit(error_model="numpy", fastmath={"contract"})
    def loop(x, out):
        for i in range(x.size):
            out[i] = function(x[i])

    return loop


CASES = {
    "exponential": (np.exp, numbers(-87.0, 88.7), 1.2e-7),
    "sigmoid": (plain_sigmoid, numbers(-80.0, 80.0), 2e-7),
    "tanh": (np.tanh, numbers(-20.0, 20.0), 4e-7),
}


@pytest.mark.parametrize("name", CASES)
def test_as_exact_as_float32_can_be(name):
    function, x, error = CASES[name]
    out = np.empty_like(x)
    over(getattr(elementwise, name))(x, out)
    true = function(x.astype(np.float64))
    assert np.abs(out[x != 0] / true[x != 0] - 1.0).max() < error


@pytest.mark.parametrize("name", CASES)
def test_ends_of_the_number_line(name):
    out = np.empty_like(ENDS)
    over(getattr(elementwise, name))(ENDS, out)
    least = 2e-38 if name == "sigmoid" else 3e-45  # σ(-87) stands for all below
    with np.errstate(over="ignore"):
        np.testing.assert_allclose(out, CASES[name][0](ENDS.astype(np.float64)).astype(np.float32), rtol=1e-6, atol=least)


def test_tanh_never_leaves_its_bounds():
    x = numbers(-20.0, 20.0)
    out = np.empty_like(x)
    tanh = over(elementwise.tanh)
    tanh(x, out)
    assert out.max() == 1.0 and out.min() == -1.0
    minus = np.empty_like(x)
    tanh(-x, minus)
    np.testing.assert_array_equal(out, -minus)
