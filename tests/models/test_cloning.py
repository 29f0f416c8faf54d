import json

import numpy as np
import pytest

import minikeras as keras
from minikeras import Sequential
from minikeras.layers import Dense
from minikeras.models import clone_model, model_from_json
from tests.models.samples import X, fixed


def make():
    return fixed(Sequential([keras.Input((3,)), Dense(4, name="h", kernel_regularizer="l2"), Dense(1, name="o")], name="m"))


def test_clone_has_the_same_layers_and_weights_of_its_own():
    model = make()
    clone = clone_model(model)
    assert clone.get_config() == model.get_config() and not clone.compiled
    assert not np.array_equal(clone.get_weights()[0], model.get_weights()[0])
    clone.set_weights(model.get_weights())
    assert np.array_equal(clone.predict(X), model.predict(X))
    clone.set_weights([w * 0 for w in clone.get_weights()])
    assert model.get_weights()[0].any()


def test_clone_function_makes_the_layers():
    clone = clone_model(make(), clone_function=lambda layer: Dense(layer.units + 1, name=layer.name))
    assert [w.shape for w in clone.weights] == [(3, 5), (5,), (5, 2), (2,)]


def test_clone_of_a_model_that_is_not_built():
    assert not clone_model(Sequential([Dense(2)])).built
    with pytest.raises(ValueError, match="takes a Sequential or a model made of keras.Input\\(\\) tensors, got 3"):
        clone_model(3)


def test_model_from_json():
    model = make()
    model.compile(keras.optimizers.Adam(0.1), keras.losses.Huber(), metrics=[keras.metrics.AUC(), "mae"], loss_weights=2.0)
    again = model_from_json(model.to_json())
    assert again.compiled and again.optimizer.name == model.optimizer.name and again.name == "m"
    assert json.loads(again.to_json()) == json.loads(model.to_json())


def test_model_from_json_of_unknown_layers():
    text = make().to_json().replace('"Dense"', '"Dens"')
    with pytest.raises(ValueError, match="Did you mean 'Dense'"):
        model_from_json(text)


def test_clone_of_a_compiled_model_is_compiled():
    def cost(y, p):
        return (y - p) ** 2

    model = make()
    model.compile(keras.optimizers.SGD(0.25), cost, metrics=["mae"])
    clone = clone_model(model)
    assert clone.compiled and float(clone.optimizer.learning_rate) == 0.25 and clone.optimizer is not model.optimizer
    clone.fit(X, X[:, :1], verbose=0)
    assert list(clone.history.history) == ["loss", "mae"] and model.optimizer.iterations == 0
