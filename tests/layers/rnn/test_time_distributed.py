import numpy as np
import pytest

import minikeras as keras
from minikeras.layers import LSTM, BatchNormalization, Conv1D, Dense, Dropout, Embedding, Layer, TimeDistributed
from tests.layers.test_rnn import RIGHT, RNG, X, check


class Halved(Layer):
    def build(self, input_shape):
        self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor")

    def call(self, x):
        return x * self.factor * 0.5


@pytest.mark.parametrize("make", [lambda: Dense(2, "tanh", dtype="float64"), lambda: Halved(dtype="float64"),
                                  lambda: BatchNormalization(dtype="float64")], ids=["dense", "own", "norm"])  # fmt: skip
def test_gradients(make):
    layer = TimeDistributed(make(), dtype="float64")
    check(layer, X)
    y = np.asarray(layer(X))
    np.testing.assert_allclose(y, np.stack([np.asarray(layer.layer(X[:, t])) for t in range(5)], axis=1))


def test_statistics_are_those_of_a_step():
    layer = TimeDistributed(BatchNormalization())
    y = np.asarray(layer(X, training=True))
    np.testing.assert_allclose(y.mean(axis=0), 0.0, atol=1e-6)


def test_around_layers_of_more_axes_and_other_types():
    images = RNG.standard_normal((2, 3, 6, 2))
    assert TimeDistributed(Conv1D(4, 3))(images).shape == (2, 3, 4, 4)
    assert TimeDistributed(LSTM(4))(images).shape == (2, 3, 4)
    assert TimeDistributed(Embedding(10, 4))(np.ones((2, 3, 5), int)).shape == (2, 3, 5, 4)
    assert TimeDistributed(Dense(4)).compute_output_shape((None, 7, 3)) == (None, 7, 4)


def test_dropout_draws_for_each_step():
    y = np.asarray(TimeDistributed(Dropout(0.5, seed=1))(np.ones((2, 4, 50)), training=True))
    assert np.any(y[:, 0] != y[:, 1])


def test_in_a_model():
    model = keras.Sequential([keras.Input((5, 3)), TimeDistributed(Dense(4, "relu")), LSTM(3)])
    model.compile("sgd", "mse")
    before = model.layers[0].get_weights()[0].copy()
    model.fit(X, np.ones((4, 3)), verbose=0)
    assert np.any(model.layers[0].get_weights()[0] != before)
    inner = f"{model.layers[0].name}/{model.layers[0].layer.name}"
    assert [v.path.split("/", 1)[1] for v in model.layers[0].weights] == [f"{inner}/kernel", f"{inner}/bias"]


def test_errors_name_the_layer():
    with pytest.raises(ValueError, match=r"'a' \(TimeDistributed\) takes inputs with 3 axes or more.*got shape \(None, 3\)"):
        TimeDistributed(Dense(2), name="a")(X[:, 0])
    with pytest.raises(ValueError, match=r"'a' \(TimeDistributed\) must start with .*\(4, 5\), got shape \(4, 4\)"):
        TimeDistributed(Dense(2), name="a")(X, mask=RIGHT[:, 1:])
    with pytest.raises(ValueError, match="`layer` of TimeDistributed must be a layer"):
        TimeDistributed(len)
