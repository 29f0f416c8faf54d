"""What a process sees that has called install_as_keras(): run by tests/compat/test_finder.py in a process of its own."""

import importlib
import importlib.metadata
import inspect
import pickle
import sys

import minikeras

before = set(sys.modules)
minikeras.install_as_keras()
minikeras.install_as_keras()  # once more changes nothing

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402
import tf_keras  # noqa: E402
from tensorflow import keras as from_tensorflow  # noqa: E402
from tensorflow.keras.layers import Dense  # noqa: E402
from tensorflow.python.keras.models import Sequential  # noqa: E402

# the same objects everywhere
assert keras.layers.Dense is Dense is minikeras.layers.Dense is tf.keras.layers.Dense is tf_keras.layers.Dense
assert from_tensorflow is keras is tf.keras and Sequential is minikeras.Sequential
assert importlib.import_module("keras._tf_keras.keras.layers") is keras.layers is importlib.import_module("keras.api.layers")

# versions steer libraries
assert keras.__version__ == keras.version() == importlib.metadata.version("keras") and keras.__version__.startswith("3.15.")
assert keras.config.backend() == keras.backend.backend() == "numpy"

# older names of modules
for path in (
    "layers.core layers.convolutional layers.pooling layers.recurrent layers.embeddings layers.normalization layers.merge "
    "layers.advanced_activations layers.noise layers.wrappers layers.local layers.convolutional_recurrent "
    "layers.experimental.preprocessing utils.np_utils utils.vis_utils utils.data_utils utils.generic_utils utils.layer_utils "
    "utils.io_utils engine engine.topology engine.training engine.input_layer legacy objectives models preprocessing "
    "preprocessing.text preprocessing.sequence preprocessing.image optimizers.legacy optimizers.schedules "
    "optimizers.adam_v2 optimizer_v2.adam callbacks.callbacks mixed_precision src.layers.core.dense src.engine "
    "src.models.functional src.saving.saving_lib src.losses.losses src.utils.python_utils src.api_export wrappers.scikit_learn"
).split():
    for root in ("keras.", "tensorflow.keras.", "tf_keras.", "tensorflow.python.keras."):
        importlib.import_module(root + path)
from keras.layers.core import Dense as core_dense  # noqa: E402
from keras.preprocessing.image import ImageDataGenerator  # noqa: E402, F401
from keras.utils.np_utils import to_categorical  # noqa: E402

assert core_dense is Dense and to_categorical is minikeras.utils.to_categorical

# what is not there
for name in "tensorflow.python.tools tensorflow.python.ops.nothing keras.nothing keras.layers.nothing keras._core".split():
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        assert error.name == name, error
    else:
        raise AssertionError(name)
try:
    from tensorflow.python import pywrap_tensorflow  # noqa: F401
except ImportError:
    pass
fresh = importlib.import_module("keras.src")
del keras.engine
assert not hasattr(keras, "engine") and keras.engine.Layer is minikeras.Layer  # asked for, and used
for statement in (f"from {name} import Dens" for name in ("keras.layers", "tensorflow.keras.layers", "keras.layers.core")):
    try:
        exec(statement)
    except ImportError as error:
        assert "Did you mean 'Dense'?" in str(error), error
    else:
        raise AssertionError(statement)
assert not hasattr(keras.layers, "Dence") and not hasattr(keras, "optimizer_v1") and not hasattr(fresh, "nothing")

# classes answer with Keras' names, and these names find them
assert str(type(Sequential())) == "<class 'keras.src.models.sequential.Sequential'>"
assert f"{Dense.__module__}.{Dense.__name__}" == "keras.src.layers.core.dense.Dense"
for namespace in "layers losses metrics optimizers callbacks initializers regularizers constraints models".split():
    module = getattr(keras, namespace)
    for name in dir(module):
        cls = getattr(module, name)
        if isinstance(cls, type) and cls.__module__ != "builtins":
            assert cls.__module__.startswith("keras.src."), cls
            assert inspect.getsource(cls).lstrip("@regist.\n").partition("class ")[2].startswith(cls.__name__), cls
            assert pickle.loads(pickle.dumps(cls)) is cls
assert inspect.getsourcefile(Dense).replace("\\", "/").endswith("minikeras/layers/dense.py")
assert keras.layers.serialize(Dense(2))["module"] == "keras.layers"
assert keras.losses.get("mse") is minikeras.losses.mean_squared_error

# `import *` and vars() show what there is
scope = {}
exec("from keras.layers import *\nfrom keras import *", scope)
assert scope["LSTM"] is minikeras.layers.LSTM and scope["Model"] is minikeras.Model and scope["ops"].add is minikeras.ops.add
assert {"Adam", "SGD"} <= set(vars(keras.optimizers)) and "Dense" in dir(keras.layers)

# and back
minikeras.uninstall_as_keras()
minikeras.uninstall_as_keras()
assert not [name for name in set(sys.modules) - before if name.partition(".")[0] in ("keras", "tensorflow", "tf_keras")]
assert Dense.__module__ == "minikeras.layers.dense" and minikeras.layers.LSTM.__module__ == "minikeras.layers.rnn.lstm"
assert not hasattr(minikeras.layers, "local") and minikeras.layers.core.__name__ == "minikeras.layers.core"
assert all("minikeras" not in type(finder).__module__ for finder in sys.meta_path)
assert not any("doors" in path for path in sys.path)
print("stood in")
