"""Checks that raise."""

import numpy as np
import pytest

import minikeras.compat.tensorflow as tf

debugging = tf.debugging


@pytest.mark.parametrize("check, good, bad", [
    ("assert_equal", (1, 1), (1, 2)), ("assert_none_equal", (1, 2), (1, 1)), ("assert_less", (1, 2), (2, 2)),
    ("assert_less_equal", (2, 2), (3, 2)), ("assert_greater", (3, 2), (2, 2)), ("assert_greater_equal", (2, 2), (1, 2)),
    ("assert_positive", (1,), (0,)), ("assert_negative", (-1,), (0,)), ("assert_non_negative", (0,), (-1,)),
    ("assert_non_positive", (0,), (1,)), ("assert_near", (1.0, 1.0 + 1e-7), (1.0, 1.1)), ("assert_rank", ([1], 1), ([1], 2)),
    ("assert_shapes", ({(1, 2, 3): (3,)},), ({(1, 2, 3): (2,)},)), ("Assert", (True,), (False,)),
    ("assert_all_finite", ([1.0], "x"), ([np.nan], "x")), ("check_numerics", ([1.0], "x"), ([np.inf], "x")),
])  # fmt: skip
def test_checks(check, good, bad):
    getattr(debugging, check)(*good)
    with pytest.raises(tf.errors.InvalidArgumentError):
        getattr(debugging, check)(*bad)


def test_letters_stand_for_one_size():
    debugging.assert_shapes([(tf.zeros([2, 3]), ("n", "m")), (tf.zeros([3]), ("m",))])
    with pytest.raises(ValueError, match="expected .*'n'.*, got"):
        debugging.assert_shapes([(tf.zeros([2]), ("n",)), (tf.zeros([3]), ("n",))])
    with pytest.raises(ValueError, match="two sizes: assert_equal failed"):
        debugging.assert_equal(tf.shape(tf.zeros([2])), [3], "two sizes")


def test_types():
    debugging.assert_type(tf.zeros([1]), tf.float32)
    with pytest.raises(TypeError):
        debugging.assert_type(tf.zeros([1]), tf.int32)
    assert debugging.is_numeric_tensor(tf.zeros([1])) and not debugging.is_numeric_tensor(tf.constant("a"))
