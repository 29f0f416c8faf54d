import json

import numpy as np
import pytest

import minikeras as keras
from minikeras._core.serialize import Configurable, serialize_keras_object
from minikeras.saving import deserialize_keras_object


class BlueTit(Configurable):
    def __init__(self, size=1, song=None):
        self.size, self.song = size, song


def test_the_config_writes_itself():
    assert BlueTit(2, "tsee").get_config() == {"size": 2, "song": "tsee"}

    class Forgetful(Configurable):
        def __init__(self, size):
            pass

    with pytest.raises(NotImplementedError, match="keeps no attribute of that name"):
        Forgetful(1).get_config()


def test_plain_data_stays_and_numpy_becomes_plain():
    data = {"a": np.float32(0.5), "b": (1, [np.int64(2)]), "c": None, "d": np.dtype("float32")}
    assert serialize_keras_object(data) == {"a": 0.5, "b": (1, [2]), "c": None, "d": "float32"}
    array = np.array([[1.0, 2.0]])
    assert np.array_equal(deserialize_keras_object(json.loads(json.dumps(serialize_keras_object(array)))), array)


def test_objects_and_back():
    config = serialize_keras_object(keras.optimizers.SGD(0.5))
    assert config["module"] == "keras.optimizers" and config["registered_name"] is None
    assert deserialize_keras_object(config).get_config() == config["config"]
    assert serialize_keras_object(keras.activations.relu)["config"] == "relu"
    with pytest.raises(ValueError, match="lambda has no name"):
        serialize_keras_object(lambda x: x)
    with pytest.raises(ValueError, match="no get_config"):
        serialize_keras_object(object())


def test_code_in_a_config_is_never_read():
    for name in ("__lambda__", "__bytes__"):
        with pytest.raises(ValueError, match="never read"):
            deserialize_keras_object({"class_name": name, "config": {"code": "x"}})
    with pytest.raises(ValueError, match="Unknown name"):
        deserialize_keras_object({"module": "os", "class_name": "system", "config": {}})
