import copy

import numpy as np
import pytest

from minikeras import layers
from minikeras.layers.core.wrapper import Wrapper


class Twice(Wrapper):
    def forward(self, x, training=False):
        y, kept = self.layer.forward(x, training)
        return 2 * y, kept

    def backward(self, dy, kept, need_dx=True):
        return self.layer.backward(2 * dy, kept, need_dx)

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)


def test_the_weights_are_those_of_the_layer_inside():
    layer = Twice(layers.Dense(2, name="inner"), name="outer")
    x = np.ones((3, 4))
    assert layer(x).shape == (3, 2) and layer.layer.built
    assert [w.path for w in layer.weights] == ["outer/inner/kernel", "outer/inner/bias"]
    np.testing.assert_array_equal(layer(x), 2 * layer.layer(x))
    layer.trainable = False
    assert layer.trainable_weights == [] and not layer.layer.trainable
    again = copy.deepcopy(layer)
    np.testing.assert_array_equal(again(x), layer(x))


def test_a_built_layer_is_not_built_anew():
    inner = layers.Dense(2)
    inner.build((None, 4))
    kernel = inner.kernel
    Twice(inner).build((None, 4))
    assert inner.kernel is kernel


def test_the_config_holds_that_of_the_layer_inside():
    layer = layers.SpectralNormalization(layers.Dense(2, activation="tanh"))
    config = layer.get_config()
    assert config["layer"]["class_name"] == "Dense" and config["power_iterations"] == 1
    before = copy.deepcopy(config)
    again = layers.SpectralNormalization.from_config(config)
    assert config == before and again.get_config() == config and again.layer.units == 2
    layer.build((None, 3))
    built = layer.get_config()
    assert built["layer"]["build_config"] == {"input_shape": (None, 3)}
    assert layers.SpectralNormalization.from_config(built).get_config() == built


@pytest.mark.parametrize("inner", ["Dense", None, layers.Dense, 3])
def test_what_is_no_layer_is_refused(inner):
    with pytest.raises(ValueError, match="Argument `layer` of Twice must be a layer, got"):
        Twice(inner)
    with pytest.raises(ValueError, match="Argument `layer` of SpectralNormalization must be a layer, got None"):
        layers.SpectralNormalization.from_config({})
