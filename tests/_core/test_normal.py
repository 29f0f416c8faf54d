"""The error functions against Python's own."""

import math

import numpy as np
import pytest

from minikeras._core.normal import erf_of, erfc_of, erfinv_of, upper_tail

X = np.concatenate([np.linspace(-6, 6, 97), [1e-12, -1e-5, 0.4999, 0.5001, 20.0]])


@pytest.mark.parametrize("dtype, rtol", [("float64", 3e-13), ("float32", 3e-6)])
def test_as_python(dtype, rtol):
    x = X.astype(dtype)
    exact = x.astype("float64").tolist()
    assert erf_of(x).dtype == erfc_of(x).dtype == dtype
    np.testing.assert_allclose(erf_of(x), [math.erf(v) for v in exact], rtol=rtol)
    near = np.abs(x) < (20 if dtype == "float64" else 8)
    np.testing.assert_allclose(erfc_of(x[near]), [math.erfc(v) for v in x[near].astype("float64").tolist()], rtol=10 * rtol)


def test_inverse():
    p = np.concatenate([np.linspace(-0.999, 0.999, 41), [1e-10, 1 - 1e-15, -1 + 1e-9]])
    np.testing.assert_allclose([math.erf(z) for z in erfinv_of(p)], p, rtol=1e-13)
    np.testing.assert_allclose([math.erfc(z) for z in erfinv_of(p[-2:-1])], 1 - p[-2:-1], rtol=1e-9)
    with np.errstate(all="ignore"):
        assert erfinv_of(np.array([-1.0, 1.0])).tolist() == [-np.inf, np.inf] and np.isnan(erfinv_of(np.array([1.5]))).all()


def test_numbers_and_nan():
    assert float(erf_of(np.array(0.0))) == 0 and np.isnan(erfc_of(np.array([np.nan]))).all()
    np.testing.assert_allclose(upper_tail(np.array([0.0])), 0.5, rtol=1e-14)
