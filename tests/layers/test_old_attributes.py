import pytest

from minikeras import Sequential, config, layers
from minikeras.layers.old_attributes import OLD_ATTRIBUTES, OldAttributes, Renamed


@pytest.fixture(autouse=True)
def no_hints():
    config.disable_hints()
    yield
    config.enable_hints()


def test_layers_answer_to_attributes_of_keras_1_and_2():
    layer = layers.Dense(4, input_dim=3)
    Sequential([layer])
    assert layer.W is layer.kernel and layer.b is layer.bias and layer.output_dim == 4
    assert layer.get_output_at(0) is layer.output and layer.get_input_shape_at(0) == (None, 3)
    assert layer.get_output_shape_at(0) == layer.output_shape == (None, 4) and len(layer.inbound_nodes) == 1
    assert layer.get_output() is layer.output and layer.updates == [] and not layer.stateful
    assert layer.batch_input_shape == (None, 3) and layer.get_input() is layer.input
    with pytest.raises(ValueError, match="was called 1 times: there is no output of call 3"):
        layer.get_output_at(3)
    with pytest.raises(AttributeError, match="no attribute 'nb_filter'"):
        layer.nb_filter  # noqa: B018


def test_a_layer_of_ones_own_may_use_these_names():
    class Mine(layers.Layer):
        def __init__(self, output_dim, **kwargs):
            super().__init__(**kwargs)
            self.output_dim, self.p = output_dim, 0.5

        def build(self, input_shape):
            self.W = self.add_weight(shape=(input_shape[-1], self.output_dim), name="W")
            self.trainable_weights = [self.W]

        def call(self, x):
            return x @ self.W * self.p

        def get_output_shape_for(self, input_shape):
            return (input_shape[0], self.output_dim)

    layer = Mine(7)
    model = Sequential([layers.Input((3,)), layer])
    assert model.output_shape == (None, 7) and layer.trainable_weights == [layer.W] and layer.get_config()["output_dim"] == 7
    assert all(isinstance(vars(OldAttributes)[name], Renamed) for name in OLD_ATTRIBUTES)
