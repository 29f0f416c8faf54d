import numpy as np
import pytest

from minikeras.layers.reshaping.permute import Permute


def test_permute():
    x = np.arange(6.0).reshape(1, 2, 3)
    assert Permute((2, 1))(x).tolist() == [[[0, 3], [1, 4], [2, 5]]]
    layer = Permute((3, 1, 2))
    assert layer.compute_output_shape((None, 4, 5, 6)) == (None, 6, 4, 5)
    x = np.random.default_rng(0).normal(size=(2, 4, 5, 6))
    y, kept = layer.forward(x)
    assert y.shape == (2, 6, 4, 5)
    np.testing.assert_array_equal(layer.backward(y, kept), x)
    with pytest.raises(ValueError, match="expected 4 axes"):
        layer(np.ones((2, 3)))
    for bad in ((2, 3), (0, 1), (1, 1)):
        with pytest.raises(ValueError, match="Invalid permutation .* for argument `dims` of Permute"):
            Permute(bad)
