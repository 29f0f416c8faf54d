import numpy as np
import pytest

from minikeras.layers.reshaping.reshape import Reshape


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
