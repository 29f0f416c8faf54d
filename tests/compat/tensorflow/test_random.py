"""Random numbers of tf: seeds, types, distributions."""

import numpy as np
import pytest

import minikeras.compat.tensorflow as tf


def test_seeds():
    tf.random.set_seed(5)
    a, b = tf.random.normal([3]), tf.random.normal([3])
    tf.random.set_seed(5)
    assert np.array_equal(a, tf.random.normal([3])) and not np.array_equal(a, b)
    tf.random.set_seed(5)
    c = [tf.random.uniform([2], seed=1).numpy().tolist() for _ in range(2)]
    tf.random.set_seed(5)
    assert c == [tf.random.uniform([2], seed=1).numpy().tolist() for _ in range(2)] and c[0] != c[1]
    assert np.array_equal(tf.random.stateless_normal([2], seed=[1, 2]), tf.random.stateless_normal([2], seed=[1, 2]))
    assert not np.array_equal(tf.random.stateless_normal([2], seed=[1, 2]), tf.random.stateless_normal([2], seed=[2, 1]))


def test_numpys_own_stream_goes_on():
    np.random.seed(3)
    want = np.random.rand(2)
    np.random.seed(3)
    tf.random.set_seed(1)
    assert np.array_equal(np.random.rand(2), want)


def test_weights_follow_the_seed():
    weights = []
    for _ in range(2):
        tf.random.set_seed(7)
        layer = tf.keras.layers.Dense(3)
        layer.build((None, 2))
        weights.append(layer.get_weights()[0])
    assert np.array_equal(*weights)


def test_shapes_types_and_ranges():
    n = tf.shape(tf.zeros([4, 2]))
    assert tf.random.normal((n[0], 3), mean=2.0, stddev=0.0).numpy().tolist() == [[2.0] * 3] * 4
    x = tf.random.uniform([1000], 2, 5, dtype=tf.int32)
    assert set(x.numpy()) == {2, 3, 4} and x.dtype == tf.int32 and tf.random.uniform([]).shape == ()
    assert float(tf.reduce_max(tf.abs(tf.random.truncated_normal([500])))) <= 2.0
    assert sorted(tf.random.shuffle([1, 2, 3]).numpy()) == [1, 2, 3]
    assert tf.random.categorical([[0.0, -100.0]], 3).numpy().tolist() == [[0, 0, 0]]
    assert tf.random.gamma([5], [1.0, 2.0]).shape == (5, 2) and tf.random.poisson([2], 3.0).shape == (2,)
    with pytest.raises(ValueError, match="maxval"):
        tf.random.uniform([2], dtype=tf.int32)


def test_generators():
    a, b = tf.random.Generator.from_seed(1), tf.random.Generator.from_seed(1)
    assert np.array_equal(a.normal([2]), b.normal([2])) and np.array_equal(a.uniform([2]), b.uniform([2]))
    assert tf.random.get_global_generator() is tf.random.get_global_generator()


def test_gradients_flow_through_mean_and_deviation():
    m, s = tf.Variable(1.0), tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.random.normal([4], m, s))
    dm, ds = tape.gradient(y, [m, s])
    assert float(dm) == 4.0 and ds is not None
