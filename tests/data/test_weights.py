"""Sample weights and class weights; the class weights are those of real Keras 3.15.1."""

import numpy as np
import pandas as pd
import pytest

from minikeras.data.weights import class_weights, float_type, sample_weights


@pytest.mark.parametrize("value", [[1, 2], np.array([[1], [2]]), pd.Series([1, 2]), (1.0, 2.0), np.array([1, 2], "int8")])
def test_one_weight_for_each_sample(value):
    assert sample_weights(value).tolist() == [1.0, 2.0]


def test_weights_of_time_steps_keep_their_shape():
    assert sample_weights(np.ones((2, 3))).shape == (2, 3)
    assert sample_weights([True, False]).tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1.0, np.nan], r"w should hold finite numbers, 0 or more, got nan at \[1\]"),
        ([-1, 2], r"got -1 at \[0\]"),
        ([[1.0, 2.0], [np.inf, 1.0]], r"got inf at \[1, 0\]"),
        (["a", "b"], "w holds text"),
    ],
    ids=str,
)
def test_weights_that_mean_nothing(value, message):
    with pytest.raises(ValueError, match=message):
        sample_weights(value, "w")


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        (np.array([0, 1, 2]), [2.0, 0.5, 1.0]),
        (np.array([[0], [1], [2]]), [2.0, 0.5, 1.0]),
        (np.array([0.4, 0.6, 1.5]), [2.0, 0.5, 1.0]),  # rounds half to even, as Keras does
        (np.array([True, False]), [0.5, 2.0]),
        (np.eye(3)[[1, 0]], [0.5, 2.0]),
        (np.array([[0.2, 0.7, 0.1]]), [0.5]),
        (np.array([-1]), [1.0]),
        (np.array([[-1, 1, -1], [1, -1, -1]]), [0.5, 2.0]),
        (np.array([[[0], [1]], [[2], [1]]]), [[2.0, 0.5], [1.0, 0.5]]),  # one class for each step
        (np.eye(3, dtype="uint8")[[[0, 1], [2, 2]]], [[2.0, 0.5], [1.0, 1.0]]),
    ],
    ids=str,
)
def test_class_weights_become_sample_weights(y, expected):
    weights = class_weights(y, {0: 2.0, 1: 0.5}, "float32")
    assert weights.dtype == "float32" and weights.tolist() == expected


def test_keys_of_numpy_integers():
    assert class_weights(np.array([0, 1]), {np.int64(1): np.float32(3)}).tolist() == [1.0, 3.0]


@pytest.mark.parametrize(
    ("y", "class_weight", "message"),
    [
        (np.array([0]), [1.0], r"class_weight should be a dict .* got list. Write dict\(enumerate\(weights\)\)"),
        (np.array([0]), "balanced", "class_weight should be a dict .* got str"),
        (np.array([0]), {"a": 1.0}, "map integer classes to numbers, got 'a': 1.0"),
        (np.array([0]), {0: None}, "map integer classes to numbers, got 0: None"),
        (None, {0: 1.0}, "y is None"),
        (np.zeros((2, 3, 4)), {0: 1.0}, r"one class for each sample, but y\[0, 0\] is \[0.0, 0.0, 0.0, 0.0\], no one-hot row"),
        (np.array([[0, 1, 0], [1, 1, 0]]), {0: 1.0}, r"but y\[1\] is \[1, 1, 0\], no one-hot row.*y\[..., None\]"),
        (np.array([[0, 1], [2, 1]]), {0: 1.0}, r"but y\[1\] is \[2, 1\]"),
        (np.array([[0.3, 0.3]]), {0: 1.0}, "no one-hot row"),
        (np.array([[1.5, -0.5]]), {0: 1.0}, "no one-hot row"),
        (np.array([[1, 1, -1]]), {0: 1.0}, "no one-hot row"),
        (np.array([[-1, -1]]), {0: 1.0}, "no one-hot row"),
        (np.array([0]), {0: -1.0}, "finite numbers, 0 or more, got 0: -1.0"),
        (np.array([0]), {0: np.nan}, "finite numbers, 0 or more, got 0: nan"),
        (np.array([0]), {0: np.inf}, "finite numbers, 0 or more, got 0: inf"),
        (np.array([0]), {0.5: 1.0}, "map integer classes to numbers, got 0.5: 1.0"),
        (np.array([0]), {np.nan: 1.0}, "map integer classes to numbers, got nan"),
        (np.eye(3), {3: 1.0}, "key 3, which no label can have: there are 3 classes, from 0 to 2"),
        (np.array([np.nan]), {0: 1.0}, "NaN"),
    ],
    ids=str,
)
def test_class_weight_errors(y, class_weight, message):
    with pytest.raises(ValueError, match=message):
        class_weights(y, class_weight)


def test_weights_are_floats_whatever_the_input_type():
    assert float_type("int32") == "float32" and float_type(None) == "float32" and float_type("float64") == "float64"


@pytest.mark.parametrize(
    ("labels", "class_weight", "classes", "wrong"),
    [
        ([0, 1], {5: 2.0}, None, 5),
        ([0, 1], {0: 1.0, 1: 1.0, 2: 3.0}, None, None),  # a class that has no sample this time
        ([0, 1], {0: 1.0, 3: 3.0}, None, 3),
        ([0, 1], {-1: 1.0}, None, -1),
        ([-1, 1], {-1: 1.0, 1: 2.0}, None, None),
        ([0, 1], {0: 1.0, 1: 1.0, 2: 3.0, 3: 3.0}, None, None),
        ([0, 1], {-1: 2.0}, 2, -1),
        ([0, 1], {5: 2.0}, 6, None),
        ([0, 1], {6: 2.0}, 6, 6),
        ([0, 1], {2: 2.0}, 2, 2),
        ([3, 5], {5: 2.0}, None, None),
    ],
)
def test_keys_that_no_label_can_have(labels, class_weight, classes, wrong):
    if wrong is None:
        assert len(class_weights(np.array(labels), class_weight, classes=classes, whole=True)) == 2
        return
    with pytest.raises(ValueError, match=f"class_weight has the key {wrong}, which no label can have"):
        class_weights(np.array(labels), class_weight, classes=classes, whole=True)


def test_a_batch_need_not_hold_all_classes():
    assert class_weights(np.array([0, 1]), {5: 2.0}).tolist() == [1.0, 1.0]


def test_labels_of_steps_where_that_is_known():
    y = np.array([[0, 1, 0], [1, 1, 0]])
    assert class_weights(y, {1: 3.0}, one_hot=False).tolist() == [[1, 3, 1], [3, 3, 1]]
    assert class_weights(y[:1], {1: 3.0}, one_hot=False).tolist() == [[1, 3, 1]]
    assert class_weights(y[:1], {1: 3.0}).tolist() == [3]
    with pytest.raises(ValueError, match="no one-hot row"):
        class_weights(y, {1: 3.0}, one_hot=True)
