import collections
import json

import numpy as np
import pytest

import minikeras as keras
from minikeras._core.serialize import Configurable, nameless_allowed, serialize_keras_object
from minikeras.saving import custom_object_scope, deserialize_keras_object, register_keras_serializable


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
    assert serialize_keras_object(lambda x: x)["class_name"] == "__lambda__"
    with pytest.raises(ValueError, match="no get_config"):
        serialize_keras_object(object())


def test_code_in_a_config_is_never_read():
    for name, message in (("__lambda__", "never run"), ("__typespec__", "only TensorFlow can read")):
        for safe_mode in (True, False):
            with pytest.raises(ValueError, match=message):
                deserialize_keras_object({"class_name": name, "config": {"code": "x"}}, safe_mode=safe_mode)
    for name, inner in (("__bytes__", {"code": "x"}), ("__bytes__", "x"), ("__slice__", {"stop": "x"}), ("__slice__", [1])):
        with pytest.raises(ValueError, match="should hold what serialize_keras_object"):
            deserialize_keras_object({"class_name": name, "config": inner})
    with pytest.raises(ValueError, match="Unknown name"):
        deserialize_keras_object({"module": "os", "class_name": "system", "config": {}})


@pytest.mark.parametrize(
    ("value", "name", "config"),
    [
        ("é".encode(), "__bytes__", {"value": "é"}),
        (..., "__ellipsis__", {}),
        (slice(1, None, 2), "__slice__", {"start": 1, "stop": None, "step": 2}),
    ],
)
def test_values_of_python_that_json_does_not_know(value, name, config):
    assert serialize_keras_object([value]) == [{"class_name": name, "config": config}]
    assert deserialize_keras_object(serialize_keras_object([value])) == [value]


def test_a_get_config_of_ones_own_adds_to_the_arguments_of_the_class_above():
    def mine(base):
        class Mine(base):
            def __init__(self, factor=2.0, **kwargs):
                super().__init__(**kwargs)
                self.factor = factor

            def get_config(self):
                above = super().get_config()
                assert "factor" not in above
                return {**above, "factor": self.factor}

        return Mine

    for base, arguments in (
        (keras.optimizers.SGD, {"learning_rate": 0.5, "momentum": 0.9, "nesterov": True}),
        (keras.optimizers.schedules.ExponentialDecay, {"initial_learning_rate": 0.5, "decay_steps": 3, "decay_rate": 0.5}),
        (keras.losses.Huber, {"delta": 2.0}),
        (keras.metrics.Precision, {"thresholds": 0.25, "top_k": 2}),
        (keras.initializers.RandomNormal, {"stddev": 0.25}),
        (keras.regularizers.L2, {"l2": 0.5}),
        (keras.constraints.MaxNorm, {"max_value": 3, "axis": 1}),
        (keras.layers.Dense, {"units": 3, "activation": "relu"}),
    ):
        made = mine(base)(3.0, **arguments)
        config = made.get_config()
        assert {**config, **arguments, "factor": 3.0} == config
        assert type(made).from_config(config).get_config() == config


def test_the_arguments_of_a_class_above_are_kept_without_a_get_config():
    class Slow(keras.optimizers.SGD):
        def __init__(self, factor=2.0, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

    config = Slow(3.0, momentum=0.5).get_config()
    assert (config["factor"], config["momentum"], config["nesterov"]) == (3.0, 0.5, False)
    assert Slow.from_config(config).get_config() == config


def test_own_functions_are_known_by_module_and_registered_name():
    def relu(x):
        return x

    config = serialize_keras_object(relu)
    assert config == {"module": __name__, "class_name": "function", "config": "relu", "registered_name": "relu"}
    with pytest.raises(ValueError, match=f"'relu' of module '{__name__}', .*not the built-in"):
        deserialize_keras_object({**config, "module": f"{__name__}"})
    assert deserialize_keras_object(config, {"relu": relu}) is relu


def test_what_has_no_name_is_described_where_that_is_allowed():
    import functools

    from minikeras import losses

    nameless = [lambda y, p: y - p, functools.partial(losses.huber, delta=2.0)]
    with nameless_allowed() as found:
        config = serialize_keras_object({"loss": nameless[0], "metrics": [nameless[1], "mse"]})
    assert found == nameless
    assert [config["loss"]["config"], config["metrics"][0]["config"]] == ["<lambda>", "<partial>"]
    json.dumps(config)
    with pytest.raises(ValueError, match="names <lambda>.*no file can hold.*compile=False.*={'<lambda>': function}"):
        losses.deserialize(config["loss"])
    assert losses.deserialize(config["loss"], {"<lambda>": max}) is max
    assert serialize_keras_object(nameless[0])["class_name"] == "__lambda__"


def test_text_names_what_is_registered_only_with_its_package():
    @register_keras_serializable(package="test_text", name="word")
    def word():
        pass

    assert deserialize_keras_object({"name": "word", "of": ["test_text>word"]}) == {"name": "word", "of": [word]}
    assert deserialize_keras_object("word", {"word": max}) is max
    with custom_object_scope({"word": max}):
        assert deserialize_keras_object("word") is max


def test_named_tuples_are_written_as_plain_ones():
    pair = collections.namedtuple("Pair", ["a", "b"])
    assert serialize_keras_object({"sizes": pair(1, np.float32(2.0))}) == {"sizes": (1, 2.0)}
    assert deserialize_keras_object(pair(1, 2)) == (1, 2)


def test_registered_functions_are_named_as_keras_names_them():
    for package, name, expected in (("pack", None, "pack>bent"), ("pack", "other", "pack>other"), ("", "bare", ">bare")):

        def bent(x):
            return x

        keras.saving.register_keras_serializable(package, name)(bent)
        found = keras.saving.serialize_keras_object(bent)  # Keras 3.15.1
        assert found == {"module": "builtins", "class_name": "function", "config": expected, "registered_name": "function"}
        assert keras.saving.deserialize_keras_object(found) is bent
