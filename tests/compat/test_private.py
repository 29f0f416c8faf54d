import io

import numpy as np
import pytest

import minikeras as keras
from minikeras.compat import private
from tests.compat.test_finder import run


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


def test_what_libraries_take_from_private_modules():
    code = """
    import minikeras
    minikeras.install_as_keras()
    import keras, sys
    from keras.legacy import interfaces
    from keras.optimizer_v2.optimizer_v2 import OptimizerV2
    from keras.src.backend import any_symbolic_tensors, KerasTensor, random
    from keras.src.ops import KerasTensor as same
    from keras.src.utils.backend_utils import in_tf_graph
    from keras.src.utils.tracking import no_automatic_dependency_tracking
    from tensorflow.python import math_ops
    from tensorflow.python.client import device_lib
    from tensorflow.python.eager import context
    from tensorflow.python.framework import ops, smart_cond, tensor_shape
    from tensorflow.python.ops import array_ops, control_flow_ops, init_ops, math_ops as too, state_ops
    from tensorflow.python.platform import tf_logging
    from tensorflow.python.util import nest
    from tensorflow.python.util.tf_export import keras_export
    import tensorflow as tf
    assert OptimizerV2 is keras.optimizers.Optimizer and KerasTensor is same is keras.KerasTensor and not in_tf_graph()
    assert any_symbolic_tensors((keras.Input((1,)),)) and random.normal is keras.random.normal
    assert not hasattr(keras.backend, "random") and interfaces.legacy_dense_support(len) is len
    v = tf.Variable(1.0)
    state_ops.assign_sub(v, math_ops.cast(3, "float32"), use_locking=False)
    assert float(v) == -2.0 and math_ops.square is too.square and nest.flatten({"a": [1, 2]}) == tf.nest.flatten([1, 2])
    assert ops.convert_to_tensor is tf.convert_to_tensor and array_ops.shape is tf.shape and context.executing_eagerly()
    assert smart_cond.smart_cond(True, lambda: 1, lambda: 2) == 1 and tensor_shape.TensorShape is tf.TensorShape
    assert init_ops.glorot_normal_initializer is keras.initializers.GlorotNormal and control_flow_ops.group is tf.group
    assert device_lib.list_local_devices()[0].device_type == "CPU" and tf_logging.info and keras_export("x")(len) is len
    scope = {}
    exec("from keras.src.ops import *", scope)
    assert "matmul" in scope and "activations" not in scope
    print("found")
    """
    done = run(code)
    assert (done.stdout, done.stderr) == ("found\n", "")
