"""Types of tf: names that answer."""

import pickle

import numpy as np
import pytest

import minikeras.compat.tensorflow as tf


def test_types_are_taken_everywhere():
    assert np.zeros(2, tf.float16).dtype == tf.float16 and tf.float32 in ("float32",)
    layer = tf.keras.layers.Dense(1, dtype=tf.float64)
    assert layer(np.ones((1, 2))).dtype == tf.float64
    assert tf.keras.Input((1,), dtype=tf.int32).dtype == tf.int32
    assert tf.data.Dataset.range(2, output_type=tf.int32).as_numpy_iterator().__next__().dtype == tf.int32


def test_what_a_type_answers():
    assert repr(tf.float32) == "tf.float32" and tf.float32.name == "float32" and tf.uint8.max == 255 and tf.int8.min == -128
    assert tf.as_dtype("float32") == tf.float32 == tf.as_dtype(np.float32) and tf.as_dtype(str) == tf.string
    assert pickle.loads(pickle.dumps(tf.int64)) == tf.int64 and tf.bool.is_bool and tf.complex64.real_dtype == tf.float32


def test_text_is_not_cast():
    with pytest.raises(ValueError, match="to_number"):
        tf.cast(tf.constant("1"), tf.int32)
