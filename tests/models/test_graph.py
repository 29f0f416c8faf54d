"""From tensors to nodes: order, errors that name the layer and the fix, models that begin in the middle."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.models.graph import find_nodes

X = np.random.default_rng(0).standard_normal((3, 4)).astype("float32")


def test_layers_are_listed_as_keras_lists_them():
    x = keras.Input((4,), name="x")
    a = layers.Dense(3, name="a")(x)
    b = layers.Dense(3, name="b")(layers.Dense(3, name="c")(x))
    model = keras.Model(x, layers.Add(name="sum")([b, a]))
    assert [layer.name for layer in model.layers] == ["x", "c", "b", "a", "sum"]


def test_a_deep_graph_needs_no_recursion():
    x = y = keras.Input((2,))
    for _ in range(1500):
        y = layers.Identity()(y)
    assert len(find_nodes([x], [y])) == 1500


def test_a_disconnected_graph_names_the_input_and_the_fix():
    x, z = keras.Input((4,), name="x"), keras.Input((4,), name="forgotten")
    y = layers.Add()([layers.Dense(4)(x), z])
    with pytest.raises(ValueError, match=r"disconnected.*Input 'forgotten'.*inputs \['x'\].*Add it to the inputs"):
        keras.Model(x, y)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda x: keras.Model(x, layers.Dense(1, name="d")), "`outputs`.*layer 'd' .Dense., which was not called.*d\\(...\\)"),
        (lambda x: keras.Model(layers.Dense(1, name="d"), x), "`inputs`.*layer 'd' .Dense., which was not called"),
        (lambda x: keras.Model(X, layers.Dense(1)(x)), "`inputs` of a Model must be symbolic tensors, got ndarray"),
        (lambda x: keras.Model(x, X), "`outputs` of a Model must be symbolic tensors, got ndarray"),
        (lambda x: keras.Model([x, x], layers.Dense(1)(x)), "the same tensor twice"),
        (lambda x: keras.Model(x, []), "`outputs` of a Model is empty"),
        (lambda x: keras.Model(inputs=x, outputs=None), "got no `outputs`"),
        (lambda x: keras.Model(x, layers.Dense(1, name="n")(layers.Dense(2, name="n")(x))), "must differ, 'n' is there twice"),
    ],
)
def test_what_is_no_graph_is_said(make, message):
    with pytest.raises(ValueError, match=message):
        make(keras.Input((4,)))


def test_a_model_may_begin_in_the_middle():
    x = keras.Input((4,))
    h = layers.Dense(3, activation="tanh", name="h")(x)
    whole = keras.Model(x, layers.Dense(2, name="y")(layers.Dense(3)(h) + h))
    tail, head = keras.Model(whole.get_layer("h").output, whole.output), keras.Model(whole.inputs, h)
    np.testing.assert_allclose(tail.predict(head.predict(X)), whole.predict(X), rtol=1e-6)
    assert tail.get_layer("y") is whole.get_layer("y") and tail.input_names == ["h_input"]


def test_old_names_of_the_arguments():
    x = keras.Input((4,))
    y = layers.Dense(2)(x)
    assert keras.Model(input=x, output=y).output_shape == (None, 2)
    assert keras.Model(x, outputs=y, name="m").name == "m"


def test_features_of_any_layer_of_a_sequential_or_nested_model():
    base = keras.Sequential([keras.Input((4,)), layers.Dense(5, name="a"), layers.Dense(3, name="b")])
    feature = keras.Model(base.inputs, base.layers[0].output)
    np.testing.assert_allclose(feature.predict(X), X @ base.layers[0].kernel.value + 0, rtol=1e-5, atol=1e-6)
    x = keras.Input((4,))
    outer = keras.Model(x, layers.Dense(1)(base(x)))
    inner = keras.Model(base.input, outer.get_layer(base.name).get_layer("a").output)
    np.testing.assert_allclose(inner.predict(X), feature.predict(X))
    assert base.get_layer("b").output.shape == (None, 3) and base.layers[1].input is base.layers[0].output
    base.add(layers.Dense(2))
    np.testing.assert_allclose(keras.Model(base.inputs, base.layers[0].output).predict(X), feature.predict(X))


def test_where_tensors_come_from():
    x = keras.Input((4,))
    same = layers.Dense(4)
    y = same(same(x))
    assert y._keras_history == (same, 1, 0) and same._inbound_nodes[0].inputs[0] is x
    assert keras.Model(x, y).layers[1] is same and same.output.shape == (None, 4)


def test_the_output_of_a_model_inside_is_what_the_outer_one_makes_of_it():
    j = keras.Input((4,))
    kinds = {
        "row": keras.Sequential([layers.Dense(3), layers.Dense(2)]),
        "row with an input": keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(2)]),
        "graph": keras.Model(j, layers.Dense(2)(layers.Dense(3)(j))),
    }
    x = np.random.RandomState(0).randn(2, 4).astype("float32")
    for inner in kinds.values():
        i = keras.Input((4,))
        outer = keras.Model(i, layers.Dense(1)(inner(i * 2.0)))
        features = keras.Model(outer.inputs, outer.get_layer(inner.name).output)
        np.testing.assert_allclose(features(x), inner(x * 2.0), rtol=1e-6)
        np.testing.assert_allclose(keras.Model(inner.inputs, inner.output)(x), inner(x), rtol=1e-6)  # and by itself
        with pytest.raises(ValueError, match="The graph is disconnected"):
            keras.Model(outer.inputs, inner.layers[-2].output)
