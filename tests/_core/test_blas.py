import numpy as np
import pytest

from minikeras._core import blas
from minikeras._core.constants import constant


@pytest.mark.parametrize("char", "fd")
@pytest.mark.parametrize("size", [0, 5, blas.LONG, blas.LONG + 37])
@pytest.mark.parametrize("a", [-0.3, constant(0.7)])
def test_axpy_is_the_sum_in_any_length(char, size, a):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=size).astype(char), rng.normal(size=size).astype(char)
    expected = (getattr(a, "value", a) * x.astype("d") + y).astype(char)
    given = x.copy()
    blas.axpy(a, x, y, np.empty_like(x))
    np.testing.assert_allclose(y, expected, rtol=0, atol=8 * np.finfo(char).eps)
    np.testing.assert_array_equal(x, given)


VIEWS = {"holes": lambda x: x[::2], "back": lambda x: x[::-1], "turned": lambda x: x.reshape(2, -1).T}


@pytest.mark.parametrize("as_given", VIEWS.values(), ids=VIEWS)
def test_axpy_of_what_blas_can_not_walk(as_given):
    x, y = np.arange(4.0 * blas.LONG), np.ones(4 * blas.LONG)
    blas.axpy(2.0, as_given(x), as_given(y), np.empty_like(as_given(x)))
    np.testing.assert_array_equal(as_given(y), 2 * as_given(np.arange(4.0 * blas.LONG)) + 1)


def test_without_the_library_numpy_does_it(monkeypatch):
    monkeypatch.setattr(blas, "_axpy", lambda char: None)
    y = np.ones(blas.LONG, "f")
    blas.axpy(0.5, np.ones(blas.LONG, "f"), y, np.empty(blas.LONG, "f"))
    assert y.tolist() == [1.5] * blas.LONG


def test_what_blas_does_is_done_by_it(monkeypatch):
    if not blas.address("cblas_saxpy"):
        pytest.skip("NumPy has another BLAS here")
    monkeypatch.setattr(np, "multiply", lambda *args: pytest.fail("NumPy was called"))
    y = np.ones(blas.LONG, "f")
    blas.axpy(0.5, y.copy(), y, np.empty_like(y))
    assert y[0] == y[-1] == 1.5


def test_where_functions_stand():
    assert blas.address("no_such_function") == 0
    found = blas.library()
    assert found is None or blas.address("cblas_sgemm") > 0 or found[2] == ""
