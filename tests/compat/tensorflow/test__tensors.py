"""tf.constant, tf.Variable, shapes and specs."""

import numpy as np
import pytest

import minikeras
import minikeras.compat.tensorflow as tf


def test_a_tensor_does_what_notebooks_do_with_it():
    t = tf.constant([[1, 2, 3], [4, 5, 6]])
    assert t.shape == (2, 3) and t.shape[0] == 2 and len(t) == 2 and t.shape[1:].as_list() == [3]
    assert t.dtype == tf.int32 and t.dtype.name == "int32" and int(t[1, 2]) == 6
    assert f"{t[0, 1]}" == "2" and f"{tf.constant(0.25):.1%}" == "25.0%" and [int(v) for v in t[0]] == [1, 2, 3]
    assert np.sum(t) == 21 and t[:, tf.newaxis].shape == (2, 1, 3) and t[..., -1].numpy().tolist() == [3, 6]
    assert isinstance(t, tf.Tensor) and isinstance(np.mean(t), tf.Tensor) and not isinstance(np.ones(1), tf.Tensor)
    assert (t > 2).numpy().sum() == 4 and not tf.constant(False) and list(range(5))[tf.constant(2)] == 2


@pytest.mark.parametrize("value, dtype", [(1, "int32"), (1.5, "float32"), (np.float64(1), "float64"), ([1, 2.0], "float32"),
                                          (True, "bool"), (2**40, "int64"), (np.arange(2), "int64")])  # fmt: skip
def test_types_of_constants(value, dtype):
    assert tf.constant(value).dtype == getattr(tf, dtype) == tf.convert_to_tensor(value).dtype


def test_text():
    t = tf.constant(["a", "é"])
    assert t.dtype == tf.string and t.shape == (2,) and t.numpy().tolist() == [b"a", "é".encode()]
    assert t[1].numpy().decode() == "é" and (t == "a").numpy().tolist() == [True, False] and str(t[0]) == "a"
    assert tf.constant(b"\xff\x00").numpy() == b"\xff\x00" and isinstance(t, tf.Tensor)
    assert tf.concat([t, ["b"]], 0).numpy().tolist()[2] == b"b" and tf.where([True, False], t, "x").numpy()[1] == b"x"


def test_variables():
    v = tf.Variable([[1.0, 2.0]], name="a/v:0")
    assert isinstance(v, minikeras.Variable) and isinstance(minikeras.Variable(1.0), tf.Variable) and v.name == "v"
    assert v.assign_add([[1.0, 1.0]]) is v and v.numpy().tolist() == [[2.0, 3.0]]
    assert isinstance(v.value(), tf.Tensor) and type(v.value + 1) is np.ndarray and isinstance(v + 1, tf.Tensor)
    v.value()[0, 0] = 9.0
    assert v.numpy()[0, 0] == 2.0  # value() is a copy
    assert tf.Variable(np.zeros(2)).dtype == tf.float64 and tf.Variable(lambda: tf.zeros([2])).shape == (2,)
    assert not tf.Variable(0, trainable=False).trainable and tf.Variable(1, dtype=tf.int64).dtype == "int64"
    w = v
    w += 1.0
    assert isinstance(w, tf.Tensor) and v.numpy()[0, 0] == 2.0
    with pytest.raises(ValueError, match="needs a value"):
        tf.Variable()


def test_variables_train_in_layers_and_under_tapes():
    class Scale(tf.keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.s = tf.Variable(2.0)

        def call(self, x):
            return x * self.s

    layer = Scale()
    assert layer.trainable_variables == [layer.s]
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(layer(tf.constant([1.0, 3.0])) ** 2)
    assert float(tape.gradient(y, layer.s)) == 40.0
    tf.keras.optimizers.SGD(0.1).apply_gradients([(tf.constant(40.0), layer.s)])
    assert layer.s.numpy() == -2.0


def test_shapes_and_specs():
    s = tf.TensorShape([None, 3])
    assert s + [4] == (None, 3, 4) and s.merge_with((2, 3)) == (2, 3) and isinstance(tf.zeros([2]).shape, tf.TensorShape)
    with pytest.raises(ValueError, match="incompatible"):
        s.assert_is_compatible_with((2, 4))
    spec = tf.TensorSpec([None, 3], tf.float32)
    assert spec.is_compatible_with(tf.zeros([5, 3])) and not spec.is_compatible_with(tf.zeros([5, 3], tf.int32))


def test_tensor_arrays():
    a = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
    for i in range(3):
        a = a.write(i, tf.constant([float(i)]))
    assert a.stack().shape == (3, 1) and a.concat().numpy().tolist() == [0.0, 1.0, 2.0] and a.size() == 3


def test_parts_of_variables_are_written():
    v = tf.Variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    v[0, 1].assign(42)
    v[:, 2].assign([0.0, 1.0])
    v[1].assign_add([1.0, 1.0, 1.0])
    v[1, 0].assign_sub(2.0)
    assert v.numpy().tolist() == [[1.0, 42.0, 0.0], [3.0, 6.0, 2.0]]
    v.scatter_update(tf.IndexedSlices(values=[[9.0, 8.0, 7.0]], indices=[1]))
    assert v.numpy()[1].tolist() == [9.0, 8.0, 7.0]


def test_rows_of_several_lengths():
    letters = tf.strings.unicode_split(["ab", "c"], "UTF-8")
    lookup = tf.keras.layers.StringLookup(vocabulary=["a", "b", "c"], mask_token=None)
    back = tf.keras.layers.StringLookup(vocabulary=lookup.get_vocabulary(), mask_token=None, invert=True)
    ids = lookup(letters)
    assert ids.to_list() == [[1, 2], [3]] and back(ids).to_list() == [[b"a", b"b"], [b"c"]]
    assert back(tf.constant(1)).numpy() == b"a"
    assert tf.strings.reduce_join(back(ids), axis=-1).numpy().tolist() == [b"ab", b"c"]
    assert tf.strings.reduce_join(back(ids)).numpy() == b"abc"
    rows = tf.ragged.constant([[1, 2], [3]])
    assert tf.concat([rows, tf.ragged.constant([[4]])], axis=0).to_list() == [[1, 2], [3], [4]]
    assert tf.concat([rows, rows], axis=1).to_list() == [[1, 2, 1, 2], [3, 3]]


def test_few_elements_times_a_number():
    s = tf.SparseTensor([[0, 1]], [3.0], [2, 2])
    assert tf.sparse.to_dense(2.0 * s / 4.0).numpy().tolist() == [[0.0, 1.5], [0.0, 0.0]]


def test_a_function_of_a_graph_has_what_is_asked_of_it():
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def double(x):
        return x * 2.0

    assert double.get_concrete_function(tf.constant([1.0]))(tf.constant([2.0])).numpy().tolist() == [4.0]
    assert double.python_function is double and tf.function(max)(1, 2) == 2


def test_a_tape_follows_the_value_of_a_variable():
    v = tf.Variable([1.0, 2.0])
    for watches in (True, False):
        with tf.GradientTape(watch_accessed_variables=watches) as tape:
            tape.watch([v])
            y = v.value() * v.value()
        assert np.asarray(tape.gradient(y, v)).tolist() == [2.0, 4.0]
    kept = v.value()
    v.assign([5.0, 5.0])
    assert kept.numpy().tolist() == [1.0, 2.0]
