"""Images in other coordinates: as in real Keras, and what it does not say."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import ops
from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("warp"))
def test_as_keras(case):
    check(case)


def test_elastic_transform_moves_pixels_and_repeats_itself():
    x = np.random.default_rng(0).random((2, 8, 8, 1))
    a, b = (ops.image.elastic_transform(x, 3.0, 2.0, seed=5) for _ in range(2))
    assert a.shape == x.shape and a.tolist() == b.tolist() and np.abs(a - x).max() > 0.01


def test_one_transform_serves_all_images():
    x, m = np.random.default_rng(0).random((2, 4, 4, 1)), np.array([1.0, 0.1, 0.5, 0.0, 1.0, 0.0, 0.0, 0.0])
    np.testing.assert_allclose(ops.image.affine_transform(x, m), ops.image.affine_transform(x, np.stack([m, m])))


def test_errors():
    with pytest.raises(ValueError, match="one of .0, 1.. Received: order=2"):
        ops.image.map_coordinates(np.zeros(3), [[0.5]], 2)
    with pytest.raises(ValueError, match="shape .8,. or .batch, 8."):
        ops.image.affine_transform(np.zeros((2, 2, 1)), np.zeros(6))


def test_perspective_of_half_precision():
    x, corners = np.arange(4, dtype="float16").reshape(2, 2, 1), np.array([[0, 0], [1, 0], [0, 1], [1, 1]], "float16")
    y = ops.image.perspective_transform(x, corners, corners)
    assert y.dtype == "float16" and np.allclose(y, x, atol=1e-2)


def test_a_list_of_numbers_is_no_coordinates():
    with pytest.raises(ValueError, match="at least rank 2"):
        ops.image.map_coordinates(np.ones(3), np.ones(3), 0)


def test_perspective_of_symbolic_points():
    images, start, end = (keras.Input(shape) for shape in ((8, 8, 1), (4, 2), (4, 2)))
    y = ops.image.perspective_transform(images, start, end)
    assert y.shape == (None, 8, 8, 1)
    corners, x = np.float32([[[0, 0], [7, 0], [0, 7], [7, 7]]]), np.random.default_rng(0).random((1, 8, 8, 1), "float32")
    np.testing.assert_allclose(keras.Model([images, start, end], y)([x, corners, corners]), x, atol=1e-5)
