import json

import pytest

import minikeras as keras
from minikeras.tensorboard.graph import graph_def, nodes

D = keras.layers.Dense


def made(model):
    return [(name, inputs) for name, _, inputs in nodes(json.loads(model.to_json()))]


def nested():
    x = keras.Input((6,), name="x")
    entry = keras.Input((4,), name="entry")
    inner = keras.Model(entry, D(4, name="two")(D(4, name="one")(entry)), name="inner")
    straight = keras.Sequential([D(4, name="d"), keras.layers.Dropout(0.1, name="drop")], name="straight")
    a = D(4, name="a")(x)
    b = straight(inner(a))
    return keras.Model(x, keras.layers.Add(name="add")([b, a]), name="outer")


def test_sequential():
    model = keras.Sequential([keras.Input((3,), name="x"), D(2, name="a"), D(1, name="b")])
    assert made(model) == [("x", []), ("a", ["x"]), ("b", ["a"])]


def test_models_within_models():
    found = made(nested())
    entry = found[5][0]  # the Sequential model's own, with a name made up
    assert found == [
        ("x", []),
        ("a", ["x"]),
        ("inner/entry", ["a"]),
        ("inner/one", ["inner/entry"]),
        ("inner/two", ["inner/one"]),
        (entry, ["inner/two"]),
        ("straight/d", [entry]),
        ("straight/drop", ["straight/d"]),
        ("add", ["straight/drop", "a"]),
    ]


def test_several_outputs_of_a_model_within():
    entry = keras.Input((4,), name="entry")
    fork = keras.Model(entry, [D(2, name="left")(entry), D(2, name="right")(entry)], name="fork")
    x = keras.Input((4,), name="x")
    model = keras.Model(x, keras.layers.Concatenate(name="join")(fork(x)))
    assert made(model)[-1] == ("join", ["fork/left", "fork/right"])
    _, right = fork(x)
    assert made(keras.Model(x, D(1, name="end")(right)))[-1] == ("end", ["fork/right"])


def test_tensorboard_reads_it():
    graph = pytest.importorskip("tensorboard.compat.proto.graph_pb2").GraphDef
    read = graph.FromString(graph_def(json.loads(nested().to_json())))
    assert [node.name for node in read.node][:2] == ["x", "a"] and read.node[-1].op == "Add"
    assert list(read.node[-1].input) == ["straight/drop", "a"] and read.versions.producer == 1
