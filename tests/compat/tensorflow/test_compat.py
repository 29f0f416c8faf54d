"""tf.compat.v1: what of TensorFlow 1 still runs."""

import logging
import warnings

import numpy as np
import pytest

import minikeras
import minikeras.compat.tensorflow as tf
from minikeras._core import old_arguments
from tests.tensorboard.reading import events

v1 = tf.compat.v1


def said(function):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        function()
    return [str(w.message) for w in seen]


def test_sessions_do_nothing_and_say_so_once():
    old_arguments._hinted.clear()

    def begin():
        config = v1.ConfigProto(intra_op_parallelism_threads=1, gpu_options=v1.GPUOptions(allow_growth=True))
        config.gpu_options.per_process_gpu_memory_fraction = 0.3
        session = v1.Session(graph=v1.get_default_graph(), config=config)
        session.run(v1.global_variables_initializer())
        with session.as_default():
            assert session.run([tf.constant(1), tf.Variable(2.0)]) == [1, 2.0]

    assert [m[:30] for m in said(begin)] == ["`tf.Session` does nothing: Num"]
    assert said(begin) == []
    assert "does nothing" in said(v1.disable_eager_execution)[0] and said(v1.disable_eager_execution) == []
    minikeras.config.disable_hints()
    old_arguments._hinted.clear()
    assert said(begin) == []
    minikeras.config.enable_hints()


def test_what_needs_graphs_says_what_to_use():
    for ask, answer in ((lambda: v1.placeholder(tf.float32), "keras.Input"), (lambda: tf.gradients(1, 2), "GradientTape")):
        with pytest.raises(RuntimeError, match=answer):
            ask()
    with pytest.raises(AttributeError, match="argparse"):
        v1.flags  # noqa: B018


def test_seeds_and_logging():
    v1.set_random_seed(3)
    a = v1.random_normal([2])
    tf.set_random_seed(3)
    assert np.array_equal(a, tf.random.normal([2]))
    v1.logging.set_verbosity(v1.logging.ERROR)
    assert tf.get_logger() is logging.getLogger("tensorflow") and tf.get_logger().level == logging.ERROR
    tf.logging.set_verbosity(tf.logging.INFO)
    tf.get_logger().setLevel("NOTSET")


@pytest.mark.parametrize("name, args, settings", [
    ("AdamOptimizer", (0.01, 0.8), {"beta_1": 0.8, "epsilon": 1e-8}), ("GradientDescentOptimizer", (0.1,), {"momentum": 0.0}),
    ("MomentumOptimizer", (0.1, 0.9), {"momentum": 0.9}), ("RMSPropOptimizer", (0.1, 0.5), {"rho": 0.5}),
    ("AdagradOptimizer", (0.1,), {}), ("AdadeltaOptimizer", (0.1,), {}), ("FtrlOptimizer", (0.1,), {}),
])  # fmt: skip
def test_optimizers(name, args, settings):
    optimizer = getattr(v1.train, name)(*args, use_locking=True)
    assert isinstance(optimizer, tf.keras.optimizers.Optimizer) and float(optimizer.learning_rate) == pytest.approx(args[0])
    assert {k: getattr(optimizer, k) for k in settings} == settings


def test_the_rest_is_that_of_today():
    assert v1.keras is minikeras and v1.reduce_mean is tf.reduce_mean and tf.compat.v2.constant is tf.constant
    assert tf.compat.as_str_any(3) == "3" and tf.compat.as_str_any(b"a") == "a" and v1.to_float(1).dtype == tf.float32


def test_the_hparams_api_of_the_package_tensorboard(tmp_path):
    """What tensorboard.plugins.hparams makes its messages with, and where it writes them."""
    summary = v1.Summary()
    metadata = v1.SummaryMetadata.FromString(b"\n\x09\n\x07hparams")
    null = type(tf.make_tensor_proto(0)).FromString(b"\x08\x01\x12\x00")  # a float32 zero without content
    assert null.array.shape == () and null.array == 0
    summary.value.add(tag="_hparams_/session_start_info", metadata=metadata, tensor=null)
    writer = tf.summary.create_file_writer(str(tmp_path))
    assert not tf.summary.experimental.write_raw_pb(summary.SerializeToString(), step=0)
    with writer.as_default():
        assert tf.summary.experimental.write_raw_pb(tf.constant(summary.SerializeToString()), step=0)
    (noted,) = events(tmp_path)
    assert noted[:3] == (0, "_hparams_/session_start_info", "hparams")


def test_tensors_as_messages():
    for array in (np.arange(6, dtype="float32").reshape(2, 3), np.array(5, "int64"), np.array([b"a", b"bc"], object)):
        found = type(tf.make_tensor_proto(array)).FromString(tf.make_tensor_proto(array).SerializeToString())
        assert tf.make_ndarray(found).tolist() == array.tolist()
    halves = type(tf.make_tensor_proto(0)).FromString(b"\x08\x01\x12\x04\x12\x02\x08\x02\x2a\x04\x00\x00\x00\x3f")
    assert halves.array.tolist() == [0.5, 0.5]
    with pytest.raises(ValueError, match="fields"):
        type(tf.make_tensor_proto(0)).FromString(b"\x08\x03\x38\x05")


def test_names_of_summaries_stand_in_their_scopes(tmp_path):
    with tf.summary.create_file_writer(str(tmp_path)).as_default(step=1):
        with tf.name_scope("a"), tf.name_scope("b"):
            tf.summary.scalar("loss", 0.5)
        tf.summary.scalar("loss", 0.25)
    assert [tag for _, tag, *_ in events(tmp_path)] == ["a/b/loss", "loss"]
