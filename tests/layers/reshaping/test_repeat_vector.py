import numpy as np
import pytest

from minikeras.layers.reshaping.repeat_vector import RepeatVector


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
