import numpy as np
import pytest

from minikeras import layers, random
from minikeras._core.variable import Variable


class Statistics(layers.Layer):
    def build(self, input_shape):
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False, name="count")
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")
        self.inner = [layers.Dense(2), {"a": layers.Dense(3)}]
        self.loose = Variable([1.0, 2.0], name="loose")

    def call(self, x):
        return x * self.scale


def test_trainable_ones_come_first_then_the_others_then_layers_inside():
    layer = Statistics()
    layer.build((None, 4))
    layer.inner[0].build((None, 4))
    assert [v.name for v in layer.weights] == ["scale", "loose", "count", "kernel", "bias"]
    assert [v.name for v in layer.non_trainable_weights] == ["count"]


def test_thawing_leaves_frozen_what_is_so_by_nature():
    layer = Statistics()
    layer.build((None, 4))
    layer.trainable = False
    assert layer.trainable_weights == [] and not layer.inner[0].trainable and not layer.inner[1]["a"].trainable
    layer.trainable = True
    assert [v.name for v in layer.trainable_weights] == ["scale", "loose"]


def test_weights_that_do_not_fit_change_nothing():
    layer = layers.Dense(2, name="d")
    layer.build((None, 3))
    before = layer.get_weights()
    with pytest.raises(ValueError, match=r"'d/bias' of layer 'd' has shape \(2,\), got one of shape \(3,\)"):
        layer.set_weights([np.zeros((3, 2)), np.zeros(3)])
    with pytest.raises(ValueError, match="has 2 weights, got 1"):
        layer.set_weights([np.zeros((3, 2))])
    assert all((a == b).all() for a, b in zip(before, layer.get_weights()))


def test_add_weight_in_the_words_of_keras_2_and_3():
    layer = layers.Layer()
    assert layer.add_weight("w", (2, 3)).shape == (2, 3)
    assert layer.add_weight((2,), initializer="ones", name="v").tolist() == [1, 1]
    assert layer.add_weight(shape=(), dtype="int32").dtype == "int32"
    with pytest.raises(ValueError, match="needs a full shape"):
        layer.add_weight(shape=(None, 2))


def test_random_streams_are_found_wherever_they_stand():
    class Noisy(layers.Layer):
        def build(self, input_shape):
            self.one = random.SeedGenerator(1)
            self.more = [random.SeedGenerator(2), self.one]
            self.drop = layers.Dropout(0.5, seed=3)

    layer = Noisy()
    layer.build((None, 1))
    assert len(layer.seed_generators) == len(layer.non_trainable_variables) == 3 and not layer.weights


def test_a_container_that_holds_itself_is_walked_once():
    layer = layers.Layer()
    layer.inner = [layers.Dense(2)]
    layer.inner.append(layer.inner)
    layer.inner[0].build((None, 3))
    assert [v.name for v in layer.weights] == ["kernel", "bias"]
