import copy
import json
import pickle

import numpy as np
import pytest

import minikeras as keras
from minikeras import Model, Sequential
from minikeras.layers import Dense
from tests.models.samples import X, Y, fixed


def make():
    model = fixed(Sequential([Dense(4, input_shape=(3,), name="h"), Dense(1, name="o")], name="m"))
    model.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae"])
    return model


def test_get_layer():
    model = make()
    assert isinstance(model, Model)
    assert model.get_layer("h") is model.layers[0] and model.get_layer(index=-1) is model.layers[1]
    for wrong, message in (
        ({"name": "x"}, r"No such layer: 'x'.*\['h', 'o'\]"),
        ({"index": 5}, "has 2 layers"),
        ({}, "a name or an"),
    ):
        with pytest.raises(ValueError, match=message):
            model.get_layer(**wrong)


def test_json():
    config = json.loads(make().to_json())
    assert list(config) == ["module", "class_name", "config", "registered_name", "build_config", "compile_config"]
    assert config["build_config"] == {"input_shape": [None, 3]} and config["compile_config"]["loss"] == "mse"
    assert [layer["class_name"] for layer in config["config"]["layers"]] == ["InputLayer", "Dense", "Dense"]
    assert json.loads(Sequential([Dense(3)]).to_json())["compile_config"] == {}
    assert "\n" in make().to_json(indent=2)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_go_on_as_the_original_would(copied):
    model = make()
    model.fit(X, Y, verbose=0)
    twin = copied(model)
    assert np.array_equal(twin.predict(X), model.predict(X)) and twin.evaluate(X, Y, verbose=0) == model.evaluate(
        X, Y, verbose=0
    )
    before = model.get_weights()
    twin.fit(X, Y, verbose=0, shuffle=False)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))
    model.fit(X, Y, verbose=0, shuffle=False)
    assert np.array_equal(twin.predict(X), model.predict(X))


def test_a_copy_of_a_model_that_is_not_built():
    assert not copy.deepcopy(Sequential([Dense(2)])).built


def test_weights_files(tmp_path):
    model, other = make(), make()
    other.set_weights([w * 0 for w in other.get_weights()])
    model.save_weights(tmp_path / "m.weights.h5")
    other.load_weights(tmp_path / "m.weights.h5")
    assert np.array_equal(other.predict(X), model.predict(X))


def test_a_call_that_is_given_to_the_class_later():
    class Own(Model):
        def __init__(self):
            super().__init__(self)  # as tutorials have it
            self.dense = Dense(2, kernel_initializer="ones")

    early = Own()
    Own.call = lambda self, x: self.dense(x) * 2.0
    late = Own()
    late.compile("sgd", "mse")
    late.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
    assert early(np.ones((1, 3))).numpy().tolist() == [[6.0, 6.0]]
    assert late.predict(np.ones((1, 3)), verbose=0)[0, 0] < 6.0
