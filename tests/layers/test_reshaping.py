import numpy as np
import pytest

from minikeras.layers.reshaping import Flatten, Permute, RepeatVector, Reshape


def test_flatten():
    x = np.arange(12.0).reshape(1, 2, 3, 2)
    assert Flatten()(x).tolist() == [list(range(12))]
    assert Flatten("channels_first")(x).tolist() == [[0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11]]
    assert Flatten()(np.ones(3)).shape == (3, 1) and Flatten()(np.ones((2, 0, 3))).shape == (2, 0)
    assert Flatten().compute_output_shape((None, 4, 3)) == (None, 12)
    assert Flatten().compute_output_shape((None, None, 3)) == (None, None)
    assert Flatten()(np.ones((2, 3), int)).dtype.kind == "i"
    layer = Flatten("channels_first", dtype="float64")
    y, kept = layer.forward(x)
    assert layer.backward(y, kept).tolist() == x.tolist()


def test_reshape():
    x = np.arange(12.0).reshape(1, 12)
    assert Reshape((2, -1))(x).shape == (1, 2, 6) and Reshape([3, 4])(x)[0, 1].tolist() == [4, 5, 6, 7]
    assert Reshape(())(np.ones((2, 1))).shape == (2,) and Reshape((-1, 3))(np.ones((0, 6))).shape == (0, 2, 3)
    assert Reshape((3, 1)).compute_output_shape((None, 3)) == (None, 3, 1)
    assert Reshape((-1, 2)).compute_output_shape((None, None, 3)) == (None, None, 2)
    assert Reshape((-1, 2)).compute_output_shape((None, 4, 3)) == (None, 6, 2)
    layer = Reshape((2, -1), name="r")
    y, kept = layer.forward(x)
    assert layer.backward(y, kept).tolist() == x.tolist()
    with pytest.raises(ValueError, match=r"Layer 'r' \(Reshape\) can't make samples of shape \(2, -1\) out of .* \(5,\)"):
        layer(np.ones((2, 5)))
    with pytest.raises(ValueError, match="5 numbers do not fit"):
        Reshape((4,)).compute_output_shape((None, 5))
    for bad in ((-1, -1), (2.5,), (-2,), (None, 2)):
        with pytest.raises(ValueError, match="Reshape must consist of non-negative integers, with one -1 at most"):
            Reshape(bad)


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


def test_repeat_vector():
    layer = RepeatVector(2)
    y, kept = layer.forward(np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert y.tolist() == [[[1, 2], [1, 2]], [[3, 4], [3, 4]]]
    assert layer.backward(np.arange(8.0).reshape(2, 2, 2), kept).tolist() == [[2, 4], [10, 12]]
    assert layer.compute_output_shape((None, 3)) == (None, 2, 3) and layer(np.ones((1, 3), int)).dtype.kind == "i"
    with pytest.raises(ValueError, match="expected 2 axes"):
        layer(np.ones((2, 3, 4)))
    with pytest.raises(TypeError, match="integer value for `n` of RepeatVector, got 2.0"):
        RepeatVector(2.0)
    with pytest.raises(ValueError, match="`n` of RepeatVector should be a positive integer, got 0"):
        RepeatVector(0)
