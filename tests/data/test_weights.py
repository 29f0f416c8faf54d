"""Sample weights and class weights; the class weights are those of real Keras 3.15.1."""

import numpy as np
import pandas as pd
import pytest

from minikeras.data.weights import class_weights, float_type, sample_weights


@pytest.mark.parametrize("value", [[1, 2], np.array([[1], [2]]), pd.Series([1, 2]), (1.0, 2.0), np.array([1, 2], "int8")])
def test_one_weight_for_each_sample(value):
    weights = sample_weights(value, "float32")
    assert weights.dtype == "float32" and weights.tolist() == [1.0, 2.0]


def test_weights_of_time_steps_keep_their_shape():
    assert sample_weights(np.ones((2, 3)), "float64").shape == (2, 3)
    assert sample_weights([True, False]).tolist() == [1.0, 0.0]


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
        (np.zeros((2, 3, 4)), {0: 1.0}, "one class for each sample"),
        (np.array([np.nan]), {0: 1.0}, "NaN"),
    ],
    ids=str,
)
def test_class_weight_errors(y, class_weight, message):
    with pytest.raises(ValueError, match=message):
        class_weights(y, class_weight)


def test_weights_are_floats_whatever_the_input_type():
    assert float_type("int32") == "float32" and float_type(None) == "float32" and float_type("float64") == "float64"
