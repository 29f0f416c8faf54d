import gc

import pytest

from minikeras import Sequential, Variable, config, layers
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


def test_calls_that_take_what_a_layer_gives():
    x = layers.Input((3,))
    first, second, third = layers.Dense(4), layers.Dense(2), layers.Dense(1)
    h = first(x)
    a, b = second(h), third(h)
    nodes = first._outbound_nodes
    assert [node.layer for node in nodes] == [second, third] == [node.outbound_layer for node in first.outbound_nodes]
    assert nodes[0].inbound_layers is first and second._outbound_nodes == []
    assert [tuple(part)[:3] for part in nodes[1].iterate_inbound()] == [(first, 0, 0)]
    joined = layers.Concatenate()
    joined([a, b])
    assert joined._inbound_nodes[0].inbound_layers == [second, third]
    del a, b, joined, nodes
    third._inbound_nodes.clear()
    gc.collect()
    assert [node.layer for node in first._outbound_nodes] == [second]  # kept by nobody else


def test_own_weights_stand_in_private_lists():
    class Own(layers.Layer):
        def build(self, input_shape):
            self._trainable_weights.append(Variable([2.0], name="scale"))
            self._trainable_weights += [Variable([1.0], name="more")]
            self._non_trainable_weights.append(Variable([0.0], trainable=False, name="count"))
            self.add_weight(name="last", shape=())

        def call(self, x):
            return x * self._trainable_weights[0]

    layer = Own()
    model = Sequential([layers.Input((2,)), layer])
    assert [v.name for v in layer._trainable_weights] == ["scale", "more", "last"] == [v.name for v in model.trainable_weights]
    assert [v.name for v in layer._non_trainable_weights] == ["count"] == [v.name for v in model.non_trainable_weights]
    assert layer([[1.0, 2.0]]).tolist() == [[2.0, 4.0]]
