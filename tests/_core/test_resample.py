"""Numbers from Keras 3.15.1 (JAX): UpSampling2D((n, 1)) of the column 1, 2, 5, -1."""

import numpy as np
import pytest

from minikeras._core.resample import KERNELS, along, resample_matrix

X = np.array([1.0, 2.0, 5.0, -1.0])


@pytest.mark.parametrize("kernel, times, expected", [
    ("bilinear", 2, [1.0, 1.25, 1.75, 2.75, 4.25, 3.5, 0.5, -1.0]),
    ("bicubic", 2, [0.9118, 1.1241, 1.5725, 2.8203, 4.8359, 3.8779, 0.2044, -1.5294]),
    ("bicubic", 3, [0.8947, 1.0, 1.1724, 1.4643, 2.0, 3.1852, 4.5926, 5.0, 3.2857, 0.7586, -1.0, -1.6316]),
    ("lanczos3", 2, [0.9838, 0.9857, 1.2823, 3.1951, 5.2687, 3.7303, 0.3025, -1.8983]),
    ("lanczos5", 2, [1.2298, 0.8038, 1.0991, 3.4598, 5.568, 3.6027, 0.3433, -2.0637]),
])  # fmt: skip
def test_numbers_of_keras(kernel, times, expected):
    np.testing.assert_allclose(resample_matrix(4, 4 * times, kernel) @ X, expected, atol=6e-5)


@pytest.mark.parametrize("kernel", KERNELS)
def test_what_stays_as_long_stays_as_it_is(kernel):
    np.testing.assert_allclose(resample_matrix(4, 4, kernel), np.eye(4), atol=1e-12)
    matrix = resample_matrix(3, 9, kernel)
    np.testing.assert_allclose(matrix.sum(1), 1.0)
    assert matrix is resample_matrix(3, 9, kernel) and not matrix.flags.writeable


def test_along_an_axis():
    x, matrix = np.random.default_rng(0).standard_normal((2, 3, 4, 5)), np.arange(8.0).reshape(2, 4)
    np.testing.assert_allclose(along(matrix, x, 2), np.einsum("ij,abjc->abic", matrix, x))
    np.testing.assert_allclose(along(matrix[:, :3], x, 1), np.einsum("ij,ajbc->aibc", matrix[:, :3], x))
    assert along(matrix, x.astype("float32"), 2).dtype == "float32" and along(matrix, x[:0], 2).shape == (0, 3, 2, 5)
