import json

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.models.graph_from_config import MOST_CALLS
from tests.pace import some_quick

X = np.random.RandomState(0).randn(8, 4).astype("float32")


def tensor(name, shape=(None, 4), node=0, index=0):
    place = {"shape": list(shape), "dtype": "float32", "keras_history": [name, node, index]}
    return {"class_name": "__keras_tensor__", "config": place}


def negative(name, before):
    calls = [{"args": [tensor(before)], "kwargs": {}}]
    return {
        "module": "keras.src.ops.numpy",
        "class_name": "Negative",
        "config": {"name": name},
        "registered_name": "Negative",
        "name": name,
        "inbound_nodes": calls,
    }


def chain(count):
    """A config of so many operations in a row."""
    x = keras.Input((4,), name="x")
    config = json.loads(keras.Model(x, -x).to_json())
    config["config"]["layers"] = config["config"]["layers"][:1] + [
        negative(f"n{i}", f"n{i - 1}" if i else "x") for i in range(count)
    ]
    config["config"]["output_layers"] = [f"n{count - 1}", 0, 0]
    return config


@pytest.mark.parametrize("turned", some_quick([False, True], [True]))
def test_a_long_chain_in_any_order_is_walked_once(turned):
    config = chain(1501)  # deeper than Python may recurse
    if turned:
        config["config"]["layers"].reverse()
    model = keras.models.model_from_json(json.dumps(config))
    np.testing.assert_array_equal(model.predict(X, verbose=0), -X)


def changed(path, value):
    config = chain(3)
    node = config["config"]["layers"][2]
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return json.dumps(config)


@pytest.mark.parametrize(
    "path, value, said",
    [
        (("inbound_nodes", 0, "args", 0), tensor("n2"), "cycle"),
        (("inbound_nodes", 0, "args", 0), tensor("nobody"), "nobody"),
        (("inbound_nodes", 0, "args", 0), tensor("n0", node=7), "call 7"),
        (("inbound_nodes", 0, "args", 0), tensor("n0", index=7), "output 7"),
        (("inbound_nodes", 0, "args", 0), tensor("n0", node="0"), "layer, call, output"),
        (("inbound_nodes", 0, "args", 0), 5.0, "no tensor"),
        (("inbound_nodes", 0, "args"), [tensor("n0")] * 2, "2 arguments"),
        (("inbound_nodes",), [{}] * (MOST_CALLS + 1), "reasonable length"),
        (("class_name",), "System", "System"),
        (("name",), "n0", "twice"),
    ],
)
def test_what_is_wrong_is_named(path, value, said):
    with pytest.raises(ValueError, match=said):
        keras.models.model_from_json(changed(path, value))


def test_the_training_that_keras_writes_by_itself_means_nothing():
    x = keras.Input((4,))
    config = json.loads(keras.Model(x, layers.BatchNormalization(name="bn")(x)).to_json())
    config["config"]["layers"][1]["inbound_nodes"][0]["kwargs"] = {"training": False}
    model = keras.models.model_from_json(json.dumps(config))
    model.compile("sgd", "mse")
    model.fit(X, X, verbose=0)
    assert np.abs(model.layers[1].moving_mean).max() > 0


def test_one_output_in_a_list_is_kept_for_keras_3_alone():
    x = keras.Input((4,), name="x")
    config = json.loads(keras.Model([x], [layers.Dense(1, name="d")(x)]).to_json())
    assert isinstance(keras.models.model_from_json(json.dumps(config)).output, list)
    config["config"]["layers"][1]["inbound_nodes"] = [[["x", 0, 0, {}]]]
    assert not isinstance(keras.models.model_from_json(json.dumps(config)).output, list)
