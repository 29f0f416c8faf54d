import numpy as np

import minikeras as keras
from minikeras.layers import Masking

X = np.array([[[0.0, 0.0], [0.0, 1.0], [2.0, 3.0]]])


def test_steps_of_the_value_are_masked_and_set_to_0():
    layer = Masking()
    assert layer.compute_mask(X).tolist() == [[False, True, True]]
    assert Masking(2.0)(np.full((1, 2, 2), 2.0)).tolist() == [[[0.0, 0.0], [0.0, 0.0]]]
    assert layer.makes_mask and layer.supports_masking


def test_the_gradient_stops_at_what_is_masked():
    layer = Masking()
    y, kept = layer.forward(X)
    assert y.tolist() == X.tolist()
    assert layer.backward(np.ones_like(X), kept).tolist() == [[[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]]]


def test_later_layers_skip_the_steps():
    model = keras.Sequential([keras.Input((3, 2)), Masking(), keras.layers.GlobalAveragePooling1D()])
    assert model.predict(X, verbose=0).tolist() == [[1.0, 2.0]]


def test_an_array_as_value_survives_a_config():
    layer = Masking(np.array([1.0, 2.0]))
    again = Masking.from_config(keras.saving.serialize_keras_object(layer)["config"])
    assert again.compute_mask(np.array([[[1.0, 2.0], [2.0, 1.0]]])).tolist() == [[False, True]]
