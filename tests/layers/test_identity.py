import numpy as np

from minikeras.layers.identity import Identity


def test_identity_keeps_everything():
    x = np.array([[1, 2], [3, 4]])
    layer = Identity()
    assert layer(x).tolist() == [[1, 2], [3, 4]] and layer(x).dtype.kind == "i"
    assert layer.backward(x, None) is x and layer.compute_output_shape((None, 3, 4)) == (None, 3, 4)
    assert layer.supports_masking
