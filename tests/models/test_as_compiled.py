import warnings

import numpy as np
import pytest

import minikeras as keras
from minikeras import Sequential
from minikeras._core.old_arguments import forget
from minikeras.layers import BatchNormalization, Dense
from minikeras.models.as_compiled import freeze_so, freezing
from tests.models.samples import X, close, fixed


@pytest.fixture(autouse=True)
def no_hints():
    keras.config.disable_hints()
    yield
    keras.config.enable_hints()


def players():
    g = fixed(Sequential([Dense(3, activation="tanh", input_shape=(2,))], name="g"), 1)
    d = fixed(Sequential([Dense(4, activation="relu", input_shape=(3,)), Dense(1, activation="sigmoid")], name="d"), 2)
    d.compile(keras.optimizers.SGD(0.1, momentum=0.5), "binary_crossentropy", metrics=["accuracy"])
    return g, d


@pytest.mark.parametrize("by_layer", [False, True])
def test_a_discriminator_that_was_frozen_once_goes_on_training(by_layer):
    """The numbers are Keras', where ``d.trainable`` is set to and fro: see test_compiled.py."""
    g, d = players()
    for part in d.layers if by_layer else [d]:
        part.trainable = False
    gan = Sequential([g, d], name="gan")
    gan.compile(keras.optimizers.SGD(0.1), "binary_crossentropy")
    rng, seen = np.random.default_rng(4), []
    for _ in range(4):
        z = rng.normal(size=(8, 2)).astype("float32")
        both, real = np.concatenate([g.predict(z), X[:8]]), np.repeat([[0.0], [1.0]], 8, axis=0)
        seen += d.train_on_batch(both, real)
        assert not d.trainable_weights
        seen.append(gan.train_on_batch(z, np.ones((8, 1))))
    close(seen, [0.68932, 0.5, 0.6134, 0.73626, 0.4375, 0.54327, 0.71868, 0.4375, 0.56923, 0.71463, 0.5, 0.57978])
    close(g.get_weights()[1], [-0.22077, 0.28472, 0.20039])
    close(d.get_weights()[1], [-0.16725, -0.39764, 0.22425, -0.037511])


def test_it_says_so_once_and_compile_freezes_for_good():
    g, d = players()
    d.trainable = False
    forget(), keras.config.enable_hints()
    with pytest.warns(UserWarning, match="'d' was frozen after compile"):
        d.fit(X, np.ones(len(X)), verbose=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        d.fit(X, np.ones(len(X)), verbose=0)
    before = d.get_weights()
    d.compile("sgd", "binary_crossentropy")
    with pytest.warns(UserWarning, match="no trainable weights"):
        d.fit(X, np.ones(len(X)), verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(before, d.get_weights()))


def test_layers_frozen_at_compile_stay_frozen_and_an_error_leaves_the_state():
    model = Sequential([Dense(2, input_shape=(3,), trainable=False), BatchNormalization(), Dense(1)])
    model.compile("sgd", "mse")
    state = freezing(model)
    model.trainable = False
    before = model.get_weights()
    with pytest.raises(ValueError):
        model.train_on_batch(X, np.ones(3))
    assert not any(so for _, so in freezing(model))
    model.train_on_batch(X, np.ones(len(X)))
    changed = [not np.array_equal(a, b) for a, b in zip(before, model.get_weights())]
    assert changed == [False, False, True, True, True, True, True, True]  # the statistics of BatchNormalization, too
    freeze_so(state)
    assert [layer.trainable for layer in model.layers] == [False, True, True] and model.trainable


def test_a_part_that_is_frozen_after_compile_is_frozen_at_once():
    model = Sequential([Dense(2, input_shape=(3,)), Dense(1)])
    model.compile("sgd", "mse")
    model.layers[0].trainable = False
    before = model.get_weights()
    model.train_on_batch(X, np.ones(len(X)))
    assert [np.array_equal(a, b) for a, b in zip(before, model.get_weights())] == [True, True, False, False]
