"""Strategies of one machine."""

import numpy as np
import pytest

import minikeras.compat.tensorflow as tf


def test_a_model_in_a_scope():
    strategy = tf.distribute.MirroredStrategy(devices=["/cpu:0"], cross_device_ops=tf.distribute.HierarchicalCopyAllReduce())
    with strategy.scope():
        model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(1)])
        model.compile("sgd", "mse")
    model.fit(np.ones((2, 1)), np.ones((2, 1)), verbose=0)
    assert isinstance(strategy, tf.distribute.Strategy) and isinstance(tf.distribute.get_strategy(), tf.distribute.Strategy)
    assert isinstance(tf.distribute.experimental.CentralStorageStrategy(), tf.distribute.Strategy)


def test_a_loop_of_replicas():
    strategy = tf.distribute.get_strategy()
    data = strategy.experimental_distribute_dataset(tf.data.Dataset.range(4).batch(2))
    sums = [strategy.reduce(tf.distribute.ReduceOp.SUM, strategy.run(lambda x: x * 2, args=(x,)), axis=None) for x in data]
    assert [s.tolist() for s in sums] == [[0, 2], [4, 6]] and strategy.num_replicas_in_sync == 1
    assert float(strategy.reduce("MEAN", tf.constant([1.0, 3.0]), axis=0)) == 2.0


def test_a_notebook_that_looks_for_a_tpu_goes_on_without():
    try:
        tpu = tf.distribute.cluster_resolver.TPUClusterResolver()
    except ValueError as error:
        tpu = None
        assert "no TPUs" in str(error)
    assert tpu is None
    with pytest.raises(ValueError, match="no TPUs"):
        tf.distribute.cluster_resolver.TPUClusterResolver.connect()
    with pytest.raises(ValueError, match="TFConfigClusterResolver finds nothing"):
        tf.distribute.cluster_resolver.TFConfigClusterResolver()
