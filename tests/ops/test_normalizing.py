"""Normalizations: as in real Keras, and what it does not say."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import ops
from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("normalizing"))
def test_as_keras(case):
    check(case)


def test_layer_normalization_with_rms_scaling_divides_by_the_deviation():
    x, gamma = np.float32([[1.0, 2.0, 3.0, 4.0]]), np.float32([1, 2, 1, 1])
    y = ops.layer_normalization(x, gamma, np.ones(4, "float32"), rms_scaling=True)  # no beta is added
    np.testing.assert_allclose(y, [[0.8944271, 3.5777085, 2.6832814, 3.5777085]], rtol=1e-6)  # of Keras 3.15
    layer = keras.layers.LayerNormalization(rms_scaling=True, epsilon=1e-7)
    np.testing.assert_allclose(layer(x), ops.layer_normalization(x, rms_scaling=True), rtol=1e-6)


def test_arguments_of_normalizations():
    x = np.array([[3.0, 4.0]])
    with pytest.raises(ValueError, match="Unrecognized"):
        ops.layer_normalization(x, scaling=True)
    with pytest.raises(ValueError, match="order=0"):
        ops.normalize(x, order=0)
