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
    with pytest.raises(ValueError, match="clone_model takes a model; .* Got 3"):
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


def test_clone_of_a_class_of_ones_own():
    class Own(keras.Model):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units, self.dense = units, Dense(units)

        def call(self, x):
            return self.dense(x)

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    clone = clone_model(Own(3))
    assert type(clone) is Own and clone(X).shape == (len(X), 3)
    with pytest.raises(ValueError, match="with input_tensors, clone_function or call_function"):
        clone_model(Own(3), clone_function=lambda layer: layer)


def test_clone_of_a_graph_whose_class_adds_to_the_config():
    class Named(keras.Model):
        def __init__(self, *args, label="", **kwargs):
            super().__init__(*args, **kwargs)
            self.label = label

        def get_config(self):
            return {**super().get_config(), "label": self.label}

    x = keras.Input((3,))
    model = Named(inputs=x, outputs=Dense(2)(x), label="a")
    for again in (clone_model(model), Named.from_config(model.get_config())):
        assert again.label == "a" and again.output_shape == (None, 2)


def test_inputs_of_a_clone_have_the_structure_of_the_models():
    x, y = keras.Input((3,)), keras.Input((3,))
    model = keras.Model({"x": x, "y": y}, x + y)
    assert list(clone_model(model, input_tensors={"x": x, "y": y}).input) == ["x", "y"]
    with pytest.raises(ValueError, match="must have the same structure as model.input"):
        clone_model(model, input_tensors=(x, y))


def test_the_function_that_calls_copies_calls_those_inside_too():
    x, h = keras.Input((3,)), keras.Input((3,))
    model = keras.Model(x, keras.Model(h, Dense(2)(h), name="inner")(x))

    def call(layer, *args, **kwargs):
        y = layer(*args, **kwargs)
        return keras.layers.Dropout(0.5)(y) if isinstance(layer, Dense) else y

    def kinds(inner):
        return [type(layer).__name__ for layer in inner.layers]

    assert kinds(clone_model(model, call_function=call, recursive=True).layers[-1]) == ["InputLayer", "Dense", "Dropout"]
    assert kinds(clone_model(model, call_function=call).layers[-1]) == ["InputLayer", "Dense"]
