import io

import numpy as np
import pytest

import minikeras as keras
from minikeras.compat import private


def test_models_go_through_memory(tmp_path):
    model = keras.Sequential([keras.layers.Dense(2, input_shape=(3,))])
    model.compile("adam", "mse")
    file = io.BytesIO()
    private.save_model(model, file)
    again = private.load_model(io.BytesIO(np.asarray(memoryview(file.getvalue()))), compile=True)
    np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])
    assert again.compiled and again.loss == "mse"
    path = tmp_path / "a.weights.h5"
    private.save_weights_only(model, path)
    again.set_weights([np.zeros((3, 2)), np.zeros(2)])
    private.load_weights_only(again, path)
    np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])


def test_objects_of_a_librarys_own():
    class Range:
        def __init__(self, low):
            self.low = low

        def get_config(self):
            return {"low": self.low}

    config = private.serialize_keras_object(Range(3))
    assert config == {"class_name": "Range", "config": {"low": 3}} and private.serialize_keras_object(None) is None
    assert private.deserialize_keras_object(config, {"Range": Range}).low == 3
    assert private.deserialize_keras_object("f", {"f": len}) is len and private.deserialize_keras_object(len, {}) is len
    with pytest.raises(ValueError, match="Unknown tuner: 'Rang'"):
        private.deserialize_keras_object("Rang", {"Range": Range}, printable_module_name="tuner")
    assert private.deserialize_keras_object({"class_name": "Dense", "config": {"units": 3}}).units == 3


def test_decorators_leave_things_as_they_are():
    assert private.keras_export(["keras.a", "keras.b"])(len) is len

    class Own:
        @private.default
        def build(self):
            pass

    assert private.is_default(Own.build) and not private.is_default(Own.__init__)
