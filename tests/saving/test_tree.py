import copy
import pickle

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras._core.nest import flatten
from minikeras._core.registry import sharing
from minikeras._core.serialize import is_marking
from minikeras.saving.tree import own_variables, parts
from tests.models.sharing import MODELS, a_layer_in_two, inside_and_outside


def test_paths_are_numbered_by_class_within_their_model():
    inner = keras.Sequential([layers.Dense(2, input_shape=(3,)), layers.Dense(3)])
    model = keras.Sequential([layers.Dense(3, name="x", input_shape=(4,)), inner, layers.Dense(1), layers.Dropout(0.1)])
    assert [p.path for p in parts(model)] == [
        "", "layers/dense", "layers/sequential", "layers/sequential/layers/dense", "layers/sequential/layers/dense_1",
        "layers/dense_1", "layers/dropout", "layers/dropout/seed_generator",
    ]  # fmt: skip


def test_own_variables_are_those_of_no_part_inside():
    model = keras.Sequential([layers.Dense(2, input_shape=(3,))])
    assert own_variables(model) == [] and [v.name for v in own_variables(model.layers[0])] == ["kernel", "bias"]


def test_frozen_layers_keep_their_order():
    model = keras.Sequential([layers.Dense(2, input_shape=(3,), trainable=False)])
    assert [v.name for v in own_variables(model.layers[0])] == ["kernel", "bias"]


def _by_config(model, folder):
    return _weighted(type(model).from_config(model.get_config()), model)


def _by_json(model, folder):
    return _weighted(keras.models.model_from_json(model.to_json()), model)


def _by_clone(model, folder):
    return _weighted(keras.models.clone_model(model), model)


def _by_weights(model, folder):
    model.save_weights(folder / "m.weights.h5")
    other = keras.models.clone_model(model)
    other.load_weights(folder / "m.weights.h5")
    return other


def _by_file(ending):
    def way(model, folder):
        model.save(folder / f"m.{ending}")
        return keras.models.load_model(folder / f"m.{ending}")

    return way


def _weighted(other, model):
    other.set_weights(model.get_weights())
    return other


WAYS = {
    "keras": _by_file("keras"), "h5": _by_file("h5"), "weights": _by_weights, "json": _by_json, "config": _by_config,
    "clone": _by_clone, "deepcopy": lambda m, _: copy.deepcopy(m), "pickle": lambda m, _: pickle.loads(pickle.dumps(m)),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("make", MODELS)
def test_what_is_shared_stays_so_in_every_format_and_copy(make, way, tmp_path):
    model = make()
    data = [np.random.RandomState(2).randn(5, *t.shape[1:]).astype("float32") for t in model.inputs]
    again = WAYS[way](model, tmp_path)
    assert len(again.weights) == len(model.weights)
    for y, right in zip(flatten(again(data)), flatten(model(data)), strict=True):
        np.testing.assert_allclose(y, right, atol=1e-6)
    assert not is_marking()


def test_numbers_of_two_configs_do_not_meet():
    """A model of one's own may keep two whole configs: what is number 1 in one is not number 1 in the other."""
    one, other = a_layer_in_two(), inside_and_outside()
    with sharing():
        again = [type(m).from_config(m.get_config()) for m in (one, other)]
    assert [len(m.weights) for m in again] == [2, 2]
    assert not {id(w) for w in again[0].weights} & {id(w) for w in again[1].weights}


class Own(keras.Model):
    """Layers in attributes before and behind "layers" in the alphabet, and in a list and a dict."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.a, self.z = layers.Dense(2), layers.Dense(3)
        self.many, self.named = [layers.Dense(4), layers.LayerNormalization()], {"one": layers.Dense(5)}

    def call(self, x):
        for layer in (self.a, self.z, *self.many, *self.named.values()):
            x = layer(x)
        return x


def test_paths_as_keras_2_walked():
    model = Own()
    model(np.zeros((1, 3)))
    expected = ["", "z", "named/dense", "many/dense", "many/layer_normalization", "layers/dense"]
    assert [part.path for part in parts(model, backwards=True) if part.own or not part.steps] == expected
    forwards = ["", "a", "layers/dense_1", "layers/dense_2", "layers/layer_normalization", "layers/dense_3"]
    assert [part.path for part in parts(model)] == forwards
