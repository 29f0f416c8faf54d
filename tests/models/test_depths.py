import minikeras as keras
from minikeras.models.depths import functional_of, nodes_by_depth


def names(table):
    return {depth: [getattr(one, "operation", one).name for one in ones] for depth, ones in table.items()}


def branched():
    x = keras.Input((4,), name="x")
    shared = keras.layers.Dense(4, name="shared")
    h = keras.layers.Dense(4, name="h")(x)
    y = keras.layers.Add(name="sum")([shared(h), shared(x)])
    return keras.Model(x, y)


def test_calls_stand_as_far_from_the_outputs_as_their_longest_way():
    model = branched()
    assert names(model._nodes_by_depth) == {0: ["sum"], 1: ["shared", "shared"], 2: ["h"], 3: ["x"]}
    assert names(model._operations_by_depth) == {0: ["sum"], 1: ["shared"], 2: ["h"], 3: ["x"]} == names(model._layers_by_depth)
    assert [one.name for one in model._input_layers + model._output_layers] == ["x", "sum"]


def test_names_of_keras_2_for_what_is_fed():
    model = branched()
    assert model._feed_inputs == [model.input] and model._feed_input_names == ["x"] and model._feed_output_names == ["sum"]


def test_a_graph_is_cut_at_its_inputs():
    model = branched()
    cut = nodes_by_depth([model.get_layer("h").output], [model.get_layer("h").output])
    assert names(cut) == {0: ["h"]}


def test_a_sequential_has_a_graph():
    model = keras.Sequential([keras.layers.Dense(3, name="a")])
    assert model._functional is None
    model.build((None, 2))
    inner = model._functional
    assert [type(one).__name__ for one in inner.layers] == ["InputLayer", "Dense"] and inner is model._functional
    assert inner.layers[1] is model.layers[0]
    model.add(keras.layers.Dense(1, name="b"))
    assert functional_of(model) is not inner and len(model._functional.layers) == 3


def test_nodes_know_their_neighbours():
    model = branched()
    node = model.get_layer("sum")._inbound_nodes[0]
    assert [parent.operation.name for parent in node.parent_nodes] == ["shared", "shared"] and not node.is_input
    assert [id(t) for t in node.arguments.keras_tensors] == [id(t) for t in node.inputs]
    assert model.get_layer("x")._inbound_nodes[0].is_input
