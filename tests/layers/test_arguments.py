import numpy as np
import pytest

import minikeras as keras
from minikeras.layers import Dense
from minikeras.layers.arguments import given_shape


@pytest.mark.parametrize(
    "given, shape",
    [
        ({"input_shape": (10,)}, (None, 10)),
        ({"input_shape": 10}, (None, 10)),
        ({"input_shape": [None, 3]}, (None, None, 3)),
        ({"input_shape": (10,), "batch_size": 4}, (4, 10)),
        ({"batch_shape": (4, 10)}, (4, 10)),
        ({"batch_input_shape": (4, 10), "input_dim": 3}, (4, 10)),
        ({"input_dim": np.int64(10)}, (None, 10)),
        ({"input_dim": 3, "input_length": 7}, (None, 7, 3)),
        ({"input_length": 7}, (None, 7)),
        ({"input_shape": None}, None),
    ],
)
def test_shapes_in_all_spellings(given, shape):
    kwargs = {**given, "other": 1}
    assert given_shape("Dense", kwargs) == shape
    assert kwargs == {"other": 1}


@pytest.mark.parametrize("bad", [(2.5,), ("a",), (-1,), (True,)])
def test_a_shape_of_other_things_is_refused(bad):
    with pytest.raises(ValueError, match="input shape of Dense must consist of integers"):
        Dense(1, input_shape=bad)


@pytest.mark.parametrize("base", [keras.layers.Layer, keras.Model])
def test_a_forgotten_constructor_is_told(base):
    class Own(base):
        def __init__(self):
            self.dense = Dense(2)

    for use in (
        lambda own: own(np.ones((1, 2))),
        lambda own: own(keras.Input((2,))),
        lambda own: own.trainable,
        lambda own: own.add_weight(),
    ):
        with pytest.raises(RuntimeError, match="In layer 'Own', you forgot to call `super.*__init__"):
            use(Own())
    assert not hasattr(Own(), "compute_dtype")
