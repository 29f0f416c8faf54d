"""How often predictions are right, against numbers from Keras 3.15.1."""

import numpy as np
import pytest

from minikeras import metrics
from tests.metrics.samples import results

CASES = [  # metric, arguments, batches, weighted, what Keras 3.15.1 says after each batch
    (metrics.Accuracy, {}, "classes", False, [0.142857, 0.217391, 0.25]),
    (metrics.Accuracy, {}, "classes", True, [0.183173, 0.222665, 0.245036]),
    (metrics.BinaryAccuracy, {}, "binary", False, [0.285714, 0.347826, 0.410714]),
    (metrics.BinaryAccuracy, {}, "binary", True, [0.339643, 0.384277, 0.457256]),
    (metrics.BinaryAccuracy, {}, "labels", False, [0.571429, 0.5, 0.441964]),
    (metrics.BinaryAccuracy, {}, "labels", True, [0.450052, 0.455882, 0.409687]),
    (metrics.BinaryAccuracy, {}, "ties", False, [0.464286, 0.402174, 0.433036]),
    (metrics.BinaryAccuracy, {}, "ties", True, [0.474538, 0.428965, 0.471865]),
    (metrics.BinaryAccuracy, {"threshold": 0.3}, "ties", False, [0.571429, 0.478261, 0.482143]),
    (metrics.BinaryAccuracy, {"threshold": 0.3}, "ties", True, [0.607004, 0.49746, 0.543839]),
    (metrics.CategoricalAccuracy, {}, "one-hot", False, [0.571429, 0.347826, 0.303571]),
    (metrics.CategoricalAccuracy, {}, "one-hot", True, [0.376147, 0.295268, 0.262157]),
    (metrics.CategoricalAccuracy, {}, "one-hot sequence", False, [0.190476, 0.202899, 0.172619]),
    (metrics.CategoricalAccuracy, {}, "one-hot sequence", True, [0.182839, 0.164519, 0.163099]),
    (metrics.SparseCategoricalAccuracy, {}, "sparse", False, [0.571429, 0.347826, 0.303571]),
    (metrics.SparseCategoricalAccuracy, {}, "sparse", True, [0.376147, 0.295268, 0.262157]),
    (metrics.SparseCategoricalAccuracy, {}, "sparse column", False, [0.571429, 0.347826, 0.303571]),
    (metrics.SparseCategoricalAccuracy, {}, "sparse column", True, [0.376147, 0.295268, 0.262157]),
    (metrics.SparseCategoricalAccuracy, {}, "sparse sequence", False, [0.190476, 0.202899, 0.172619]),
    (metrics.SparseCategoricalAccuracy, {}, "sparse sequence", True, [0.182839, 0.164519, 0.163099]),
    (metrics.TopKCategoricalAccuracy, {"k": 2}, "one-hot", False, [0.714286, 0.521739, 0.535714]),
    (metrics.TopKCategoricalAccuracy, {"k": 2}, "one-hot", True, [0.577408, 0.478278, 0.488088]),
    (metrics.SparseTopKCategoricalAccuracy, {"k": 2}, "sparse", False, [0.714286, 0.521739, 0.535714]),
    (metrics.SparseTopKCategoricalAccuracy, {"k": 2}, "sparse", True, [0.577408, 0.478278, 0.488088]),
    (
        metrics.SparseTopKCategoricalAccuracy,
        {"k": 3, "from_sorted_ids": True},
        "best classes",
        False,
        [0.285714, 0.26087, 0.392857],
    ),
    (
        metrics.SparseTopKCategoricalAccuracy,
        {"k": 3, "from_sorted_ids": True},
        "best classes",
        True,
        [0.416138, 0.225138, 0.355693],
    ),
]


@pytest.mark.parametrize("metric, arguments, kind, weighted, expected", CASES)
def test_results_equal_keras(metric, arguments, kind, weighted, expected):
    for said, wanted in zip(results(metric(**arguments), kind, weighted), expected, strict=True):
        np.testing.assert_allclose(said, wanted, rtol=2e-6, atol=2e-6)


def test_labels_out_of_range_count_as_wrong():
    y_pred = np.float32([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]])
    for y_true in ([1, 7, -1], [[1], [7], [-1]], [1.0, 7.0, np.nan]):
        m = metrics.SparseCategoricalAccuracy()
        m.update_state(y_true, y_pred)
        m.tally(np.asarray(y_true), y_pred)
        assert float(m.result()) == pytest.approx(1 / 3)
    assert metrics.sparse_top_k_categorical_accuracy([1, 7, -1], y_pred, k=2).tolist() == [1, 0, 0]


def test_a_prediction_equal_to_the_threshold_means_0():
    assert metrics.binary_accuracy([1, 0], [0.5, 0.5]).tolist() == [0, 1]
    assert metrics.binary_accuracy([1, 0], [0.5, 0.5], threshold=0.4).tolist() == [1, 0]


def test_targets_that_are_neither_0_nor_1_are_compared_as_they_are():
    assert metrics.binary_accuracy([2, 0.5, 1], [0.9, 0.1, 0.9]).tolist() == [0, 0, 1]


def test_ties_at_the_kth_place_are_in():
    assert metrics.top_k_categorical_accuracy([[0, 0, 1]], [[0.5, 0.25, 0.25]], k=2).tolist() == [1]


def test_nan_is_no_large_score():
    assert metrics.sparse_top_k_categorical_accuracy([0], [[np.nan, 0.5, 0.3]], k=1).tolist() == [0]


@pytest.mark.parametrize(
    "function, y_true, y_pred",
    [
        (metrics.binary_accuracy, (3, 1), (4, 1)),
        (metrics.binary_accuracy, (3,), (3, 2)),
        (metrics.categorical_accuracy, (3,), (3, 2)),
        (metrics.categorical_accuracy, (4, 2), (3, 2)),
        (metrics.sparse_categorical_accuracy, (3, 2), (3, 2)),
        (metrics.sparse_categorical_accuracy, (4,), (3, 2)),
        (metrics.top_k_categorical_accuracy, (3,), (3, 2)),
        (metrics.sparse_top_k_categorical_accuracy, (4, 1), (3, 2)),
    ],
)
def test_shapes_that_do_not_fit_are_named(function, y_true, y_pred):
    with pytest.raises(ValueError) as error:
        function(np.zeros(y_true), np.zeros(y_pred))
    assert function.__name__ in str(error.value) and str(y_true) in str(error.value) and str(y_pred) in str(error.value)


@pytest.mark.parametrize("labels", [np.int64, np.float32, np.uint8, bool])
def test_labels_of_any_type(labels):
    y_pred = np.float32([[0.2], [0.7], [0.9]])
    m = metrics.BinaryAccuracy()
    m.tally(np.array([[0], [1], [0]], labels), y_pred)
    assert float(m.result()) == pytest.approx(2 / 3)
    assert metrics.binary_accuracy(np.array([0, 1, 0], labels), y_pred).dtype == np.float32
