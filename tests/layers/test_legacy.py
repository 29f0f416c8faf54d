"""Layers of Keras 1 and 2 that Keras 3 no longer has: their numbers, their gradients, their files."""

import numpy as np
import pytest

from minikeras import Input, Model, Sequential, config, layers, saving
from minikeras.layers.legacy.alias import by_name
from tests.gradcheck import check_gradient

L, rng = layers, np.random.default_rng(3)


@pytest.fixture(autouse=True)
def no_hints():
    config.disable_hints()
    yield
    config.enable_hints()


SAMPLES = [
    (lambda: L.Highway(activation="tanh"), (4, 3)),
    (lambda: L.Highway(bias=False), (4, 3)),
    (lambda: L.MaxoutDense(2, nb_feature=3), (4, 3)),
    (lambda: L.ParametricSoftplus(), (4, 3)),
    (lambda: L.SReLU(a_left_init="ones", t_right_init="ones"), (4, 3)),
    (lambda: L.LocallyConnected1D(2, 3, strides=2, activation="tanh"), (2, 7, 3)),
    (lambda: L.LocallyConnected2D(2, (3, 2), strides=(1, 2)), (2, 5, 6, 2)),
    (lambda: L.LocallyConnected2D(2, 2, data_format="channels_first"), (2, 2, 4, 3)),
]


@pytest.mark.parametrize("make, shape", SAMPLES)
def test_they_learn_along_their_gradients_and_come_back_from_configs(make, shape, tmp_path):
    config.set_floatx("float64")
    try:
        x, layer = rng.normal(size=shape), make()
        model = Sequential([layers.Input(shape[1:]), layer])
        assert model.output_shape[1:] == model(x).shape[1:]
        y = rng.normal(size=model(x).shape)
        model.compile("sgd", "mse")
        model.train_on_batch(x, y)
        store = model.trainable_weights[0].store
        values, grads = store.values, store.grads.copy()
        kept = values.copy()
        model.optimizer.learning_rate = 0.0
        model.train_on_batch(x, y)
        grads = store.grads.copy()
        check_gradient(lambda: model.test_on_batch(x, y), values, grads)
        assert (values == kept).all()
        model.save(tmp_path / "m.keras")
        again = saving.load_model(tmp_path / "m.keras")
        np.testing.assert_allclose(again.predict(x), model.predict(x))
    finally:
        config.set_floatx("float32")


def test_highway_passes_by_and_maxout_takes_the_largest():
    x = rng.normal(size=(3, 2)).astype("float32")
    highway = L.Highway(transform_bias=-2.0)
    highway(x)
    kernel, gate, bias, gate_bias = highway.get_weights()
    assert gate_bias.tolist() == [-2.0, -2.0]
    t = 1 / (1 + np.exp(-(x @ gate + gate_bias)))
    np.testing.assert_allclose(highway(x), t * (x @ kernel + bias) + (1 - t) * x, rtol=1e-5)
    maxout = L.MaxoutDense(output_dim=4, nb_feature=3, init="normal")
    w = maxout(x) is not None and maxout.get_weights()[0]
    np.testing.assert_allclose(maxout(x), np.max([x @ w[k] for k in range(3)], axis=0), rtol=1e-5)


def test_locally_connected_gives_keras_2s_numbers():
    """Computed once with Keras 2.15: weights and inputs from sines, the sum and two elements of the output."""
    x = np.sin(np.arange(2 * 5 * 6 * 2.0)).reshape(2, 5, 6, 2).astype("float32")
    layer = L.LocallyConnected2D(3, (3, 2), strides=(1, 2))
    layer.build((None, 5, 6, 2))
    layer.set_weights([np.cos(np.arange(w.size * 1.0)).reshape(w.shape) for w in layer.get_weights()])
    y = np.asarray(layer(x))
    assert y.shape == (2, 3, 3, 3)
    np.testing.assert_allclose([y.sum(), y[0, 0, 0, 0], y[1, 2, 1, 2]], LOCAL_2D, rtol=1e-4)
    x = np.sin(np.arange(2 * 7 * 3.0)).reshape(2, 7, 3).astype("float32")
    layer = L.LocallyConnected1D(2, 3, strides=2)
    layer.build((None, 7, 3))
    layer.set_weights([np.cos(np.arange(w.size * 1.0)).reshape(w.shape) for w in layer.get_weights()])
    y = np.asarray(layer(x))
    np.testing.assert_allclose([y.sum(), y[0, 0, 0], y[1, 2, 1]], LOCAL_1D, rtol=1e-4)


LOCAL_2D = [4.01019, 0.196865, -0.378232]
LOCAL_1D = [0.652784, 0.0122686, 1.41849]


def test_srelu_and_parametric_softplus():
    layer = L.SReLU(t_left_init="zeros", a_left_init="zeros", t_right_init="ones", a_right_init="zeros")
    assert layer(np.array([[-2.0, 0.5, 3.0]])).tolist() == [[0.0, 0.5, 1.0]]
    y = L.ParametricSoftplus(alpha_init=2.0, beta_init=1.0)(np.array([[1.0]]))
    np.testing.assert_allclose(y, 2 * np.log1p(np.exp(1.0)), rtol=1e-6)
    assert L.SReLU(shared_axes=[1, 2])(np.zeros((1, 4, 4, 3))).shape == (1, 4, 4, 3)


def test_old_names_are_classes_whose_instances_are_those_of_today():
    layer = L.Convolution2D(4, 3, 3)
    assert type(layer) is L.Conv2D and isinstance(layer, L.Convolution2D) and isinstance(L.CuDNNLSTM(3), L.LSTM)

    class Mine(L.Convolution2D):
        pass

    assert type(Mine(4, (3, 3))) is Mine and not isinstance(layer, Mine)
    assert by_name((1, 2, 3), {"c": 4}, 2, ("a",)) == ((1, 2), {"a": 3, "c": 4})


def test_padding_of_locally_connected_layers_is_valid():
    with pytest.raises(ValueError, match="`padding` of LocallyConnected1D can only be 'valid', got 'same'"):
        L.LocallyConnected1D(2, 3, border_mode="same")


def test_merge_is_found_among_layers():
    x = layers.Input((2,))
    assert L.merge([x, x], mode="sum").shape == (None, 2)
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        L.Nonsense  # noqa: B018


def test_merging_layers_of_ones_own():
    from minikeras.layers import _Merge

    class Weighted(_Merge):
        def _merge_function(self, inputs):
            return 0.25 * inputs[0] + 0.75 * inputs[1]

    a, b = Input((2,)), Input((2,))
    model = Model([a, b], Weighted()([a, b]))
    assert model.predict([np.ones((3, 2)), np.zeros((3, 2))]).tolist() == [[0.25, 0.25]] * 3
    with pytest.raises(ValueError, match="merges a list of at least 2 inputs"):
        Weighted()(np.ones((3, 2)))
    with pytest.raises(NotImplementedError, match="needs a method `_merge_function"):
        _Merge()([np.ones((3, 2)), np.zeros((3, 2))])
