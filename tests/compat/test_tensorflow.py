"""The thin tensorflow as a whole: scripts that say ``import tensorflow as tf`` run, lazily, and say what is missing."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import minikeras
import minikeras.compat.tensorflow as tf
from minikeras.compat.tensorflow import _tools

HERE = Path(__file__).parent / "tensorflow"
ROOT = HERE.parents[2]
GOLDEN = json.loads((HERE / "scripts.json").read_text("utf-8"))  # of TensorFlow 2.15, by run_scripts.py


@pytest.fixture(scope="module")
def results():
    command = [sys.executable, "-W", "error", str(HERE / "run_scripts.py"), "--minikeras"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.stderr == "", done.stderr
    return json.loads(done.stdout)


def same(a, b):
    if isinstance(b, list):
        return isinstance(a, list) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(b, dict):
        return isinstance(a, dict) and a.keys() == b.keys() and all(same(a[k], b[k]) for k in b)
    if isinstance(b, float):
        return abs(a - b) <= 3e-5 * max(1.0, abs(b))
    return a == b


@pytest.mark.parametrize("script", sorted(p.stem for p in (HERE / "scripts").glob("*.py")))
def test_scripts_give_what_tensorflow_gives(script, results):
    got = results[script]
    assert not (isinstance(got, dict) and "error" in got), got["error"]
    assert same(got, GOLDEN[script]), (got, GOLDEN[script])


def run(code):
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True).stdout


def test_importing_it_loads_nothing_else():
    code = "import minikeras, sys; a = set(sys.modules); import minikeras.compat.tensorflow; print(set(sys.modules) - a)"
    assert "minikeras.compat.tensorflow." not in run(code) and "minikeras.ops" not in run(code)


def test_what_is_absent_says_what_this_is_and_what_is_near():
    with pytest.raises(AttributeError, match=r"tf has no 'reduce_men'.*stands in for TensorFlow.*'reduce_mean'"):
        tf.reduce_men  # noqa: B018
    with pytest.raises(AttributeError, match="tf.math has no 'sqr'"):
        tf.math.sqr  # noqa: B018
    with pytest.raises(AttributeError, match="tf.contrib is no part of TensorFlow 2"):
        tf.contrib  # noqa: B018
    with pytest.raises(AttributeError, match="export to ONNX"):
        tf.lite.TFLiteConverter  # noqa: B018
    with pytest.raises(AttributeError, match="There are no TPUs"):
        tf.distribute.TPUStrategy  # noqa: B018
    with pytest.raises(NotImplementedError, match="model.keras"):
        tf.saved_model.load("folder")


def test_every_name_in_the_lists_is_there():
    for name in tf.__all__:
        getattr(tf, name)
        for inner in getattr(getattr(tf, name), "__all__", ()) if name in tf.MODULES else ():
            getattr(getattr(tf, name), inner)


COUNTED = """__version__ random.set_seed GradientTape data.Dataset.from_tensor_slices float32 config.list_physical_devices
    set_random_seed reduce_mean shape config.experimental.list_physical_devices concat Variable random.uniform
    constant nn.softmax function cast test.is_built_with_cuda range random.normal newaxis stack image.resize
    zeros_like zeros reduce_sum executing_eagerly reshape transpose square int32 string sparse.to_dense
    ragged.constant add math.log argmax device matmul int64 sqrt ones_like expand_dims
    distribute.MirroredStrategy random.categorical data.AUTOTUNE add_n io.parse_example data.TFRecordDataset
    io.FixedLenFeature where compat.v1.ConfigProto float64 size errors.InvalidArgumentError TensorArray
    TensorShape io.VarLenFeature one_hot global_variables_initializer Session placeholder optimizers.Adam tile
    uint8 ones exp data.Dataset.range data.Dataset.zip convert_to_tensor strings.regex_replace
    initializers.zeros signal.rfft strings.split strings.substr TensorSpec data.Dataset.from_generator
    data.Dataset.list_files data.TextLineDataset fill abs lookup.StaticVocabularyTable
    lookup.KeyValueTensorInitializer SparseTensor saved_model.save io.decode_jpeg
    config.experimental_connect_to_cluster nn.top_k strings.length less while_loop RaggedTensor.from_sparse
    train.Example io.decode_csv data.Dataset distribute.get_strategy strings.unicode_decode sparse.reorder
    sets.difference autograph.to_code sets.intersection custom_gradient strings.unicode_encode sets.union
    nn.moments sparse.sparse_dense_matmul stop_gradient io.parse_single_example io.TFRecordWriter
    train.SequenceExample train.BytesList math.count_nonzero data.Dataset.concatenate train.Feature
    io.encode_jpeg equal math.sqrt train.FeatureLists train.Features train.Int64List io.parse_tensor
    io.parse_single_sequence_example io.TFRecordOptions train.FeatureList io.serialize_tensor pad nn.relu
    maximum squeeze summary.scalar summary.histogram math.not_equal summary.image summary.create_file_writer
    strings.lower distribute.ReduceOp.SUM io.read_file saved_model.load config.list_logical_devices
    image.convert_image_dtype gather distribute.HierarchicalCopyAllReduce reduce_max bool
    distribute.experimental.CentralStorageStrategy math.confusion_matrix image.decode_png nn.conv2d
    image.decode_jpeg config.experimental.set_memory_growth minimum data.Dataset.from_tensors
    data.experimental.cardinality linspace data.experimental.CsvDataset
    compat.v1.train.GradientDescentOptimizer math.reduce_mean data.experimental.make_csv_dataset
    data.experimental.Counter clip_by_value not_equal py_function train.Example.FromString compat.as_str_any
    compat.v2.summary.write compat.v2.summary.experimental.summary_scope distribute.Strategy io.gfile.exists
    io.gfile.makedirs io.gfile.GFile is_tensor Tensor float16 make_tensor_proto make_ndarray""".split()


@pytest.mark.parametrize("name", COUNTED)
def test_what_notebooks_and_libraries_use_is_there(name):
    found = tf
    for part in name.split("."):
        found = getattr(found, part)


def test_keras_is_this_library():
    assert tf.keras is minikeras and tf.GradientTape is minikeras.GradientTape
    assert isinstance(minikeras.layers.Dense(1), tf.keras.layers.Layer)
    assert re.fullmatch(r"2\.\d+\.\d+", tf.__version__)


def test_functions_make_nodes_of_graphs_and_files(tmp_path):
    x = tf.keras.Input((3,))
    y = tf.concat([tf.nn.relu(x), tf.reduce_sum(tf.square(x), axis=1, keepdims=True, name="s")], axis=-1)
    y = tf.reshape(y, (tf.shape(y)[0], 2, 2))
    assert y.shape == (None, 2, 2)
    model = tf.keras.Model(x, y)
    data = np.array([[1.0, -2.0, 3.0]], "float32")
    assert model.predict(data, verbose=0).tolist() == [[[1.0, 0.0], [3.0, 14.0]]]
    model.save(tmp_path / "m.keras")
    assert tf.keras.models.load_model(tmp_path / "m.keras").predict(data, verbose=0)[0, 1, 1] == 14.0


def test_a_size_that_is_not_known_says_so():
    x = tf.keras.Input((3,))
    with pytest.raises(TypeError, match="not known before data come"):
        tf.shape(x)[0] + 1
    assert tf.shape(x)[1] == 3


def test_a_users_own_layer_is_handed_tensors():
    seen = []

    class Own(tf.keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.dense = tf.keras.layers.Dense(2)

        def call(self, x):
            y = self.dense(x)
            seen.append((x.get_shape().as_list()[1:], y.shape.as_list()[1:]))
            return y * 1.0

    model = tf.keras.Sequential([tf.keras.Input((3,)), Own()])
    model.compile("sgd", lambda a, b: tf.reduce_mean(a * b, axis=1) * a.get_shape().as_list()[1], metrics=["mae"])
    model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
    assert type(model.predict(np.ones((4, 3)), verbose=0)) is np.ndarray
    assert set(map(str, seen)) == {"([3], [2])"}


def test_sizes_and_axes():
    assert _tools.sizes([tf.constant(2), 3]) == (2, 3) and _tools.axes(tf.constant([0, 1])) == (0, 1)
