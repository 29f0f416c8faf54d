import numpy as np

from minikeras.layers.reshaping.flatten import Flatten


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
