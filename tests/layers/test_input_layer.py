import numpy as np
import pytest

import minikeras as keras
from minikeras.layers import Dense, Input, InputLayer


def test_config():
    layer = InputLayer((3,), name="i")
    assert layer.get_config() == {
        "batch_shape": (None, 3), "dtype": "float32", "sparse": False, "ragged": False, "name": "i", "optional": False,
    }  # fmt: skip
    assert layer.built and layer.weights == [] and InputLayer.from_config(layer.get_config()).batch_shape == (None, 3)


@pytest.mark.parametrize("shape", [(3,), [3], 3, np.int64(3)])
def test_shapes(shape):
    assert Input(shape).shape == (None, 3)


def test_names_count_on():
    keras.utils.clear_session()
    assert [InputLayer((1,)).name for _ in range(2)] == ["input_layer", "input_layer_1"]


def test_a_symbol_goes_through_layers_as_a_shape():
    symbol = Input((4, 3), batch_size=2, dtype="float32")
    assert Dense(5)(symbol).shape == (2, 4, 5)
    with pytest.raises(ValueError, match="holds no numbers"):
        np.asarray(symbol)


def test_numbers_pass():
    x = np.ones((2, 3))
    assert np.array_equal(InputLayer((3,))(x), x)


@pytest.mark.parametrize(
    "how, message",
    [
        ({}, "needs the shape of the input"),
        ({"shape": (3,), "batch_shape": (None, 3)}, "cannot pass both `shape` and `batch_shape`"),
        ({"shape": (2.5,)}, "integers and None"),
        ({"shape": (-1,)}, "integers and None"),
    ],
)
def test_refused(how, message):
    with pytest.raises(ValueError, match=message):
        InputLayer(**how)


@pytest.mark.parametrize(
    "said", [{"shape": (4,)}, {"batch_shape": (2, 4)}, {"batch_size": 5}, {"dtype": "float16"}, {"sparse": True}]
)
def test_what_is_said_beside_a_tensor_has_to_be_so(said):
    tensor = keras.KerasTensor((2, 3), "float32")
    with pytest.raises(ValueError, match=f"`{next(iter(said))}` of InputLayer must be that of `input_tensor`"):
        InputLayer(input_tensor=tensor, **said)


def test_a_tensor_and_what_it_is():
    tensor = keras.KerasTensor((2, 3), "float32")
    layer = InputLayer((3,), 2, "float32", False, input_tensor=tensor)
    assert layer.output is tensor and layer.batch_shape == (2, 3)
    with pytest.raises(ValueError, match="both `batch_size` and `batch_shape`"):
        InputLayer(batch_size=2, batch_shape=(2, 3))


@pytest.mark.parametrize("name", ["sparse", "ragged"])
def test_tensors_of_other_kinds_are_refused(name):
    with pytest.raises(ValueError, match=rf"Input\({name}=True\): there are no {name} tensors here"):
        Input((3,), **{name: True})
    assert Input((3,), **{name: False}).shape == (None, 3)
