"""Values of the functions NumPy lacks; their gradients are checked in tests/ops/test_gradients.py and test_trace.py."""

import numpy as np
import pytest

from minikeras._core.tape import vjp
from minikeras._core.trace_own import orthogonal, scatter_add, segment_extreme, spectrum


def test_scatter_add_is_the_way_back_of_getitem():
    x, rng = np.arange(12.0).reshape(3, 4), np.random.default_rng(0)
    for key in (1, slice(1, 3), (Ellipsis, 2), [0, 0, 2], (np.array([0, 0]), np.array([1, 1])), x > 5, (slice(None), [1, 1])):
        g = rng.normal(size=x[key].shape)
        np.testing.assert_allclose(np.sum(scatter_add(g, x.shape, key) * x), np.sum(g * x[key]))


def test_spectrum_is_the_fourier_transform():
    z = np.random.default_rng(0).normal(size=(3, 5, 2))
    y = spectrum(z, (0, 1), -1)
    np.testing.assert_allclose(y[..., 0] + 1j * y[..., 1], np.fft.fft2(z[..., 0] + 1j * z[..., 1]))
    np.testing.assert_allclose(spectrum(y, (0, 1), 1) / 15, z)


def test_greatest_of_no_rows_and_of_integers():
    assert segment_extreme(np.array([3, 5]), np.array([0, 0]), 2, True).tolist() == [5, np.iinfo(int).min]
    assert segment_extreme(np.array([3.0]), np.array([1]), 2, False).tolist() == [np.inf, 3.0]


def test_ties_share():
    back = vjp(lambda x: segment_extreme(x, np.array([0, 0, 1]), 2, True), np.array([2.0, 2.0, 1.0]))[1]
    assert back(np.array([1.0, 10.0]))[0].tolist() == [0.5, 0.5, 10.0]


def test_wide_matrices_have_no_gradient_through_qr():
    with pytest.raises(NotImplementedError, match="as many rows as columns"):
        vjp(orthogonal, np.ones((2, 3)))[1](np.ones((2, 2)))
