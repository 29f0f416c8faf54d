"""Intersection over union, against numbers from Keras 3.15.1."""

import numpy as np
import pytest

from minikeras import metrics
from tests.metrics.samples import results

CASES = [  # metric, arguments, batches, weighted, what Keras 3.15.1 says after each batch
    (metrics.IoU, {"num_classes": 4, "target_class_ids": [0, 2]}, "classes", False, [0.0, 0.111111, 0.18599]),
    (
        metrics.IoU,
        {"num_classes": 4, "target_class_ids": [0, 2], "dtype": "float32"},
        "classes",
        True,
        [0.0, 0.093105, 0.157906],
    ),
    (metrics.MeanIoU, {"num_classes": 4, "ignore_class": 1}, "classes", False, [0.05, 0.094017, 0.144629]),
    (metrics.MeanIoU, {"num_classes": 3}, "classes", False, [0.0, 0.25, 0.226852]),
    (metrics.MeanIoU, {"num_classes": 5, "sparse_y_pred": False}, "sparse sequence", False, [0.110794, 0.121294, 0.094916]),
    (metrics.BinaryIoU, {}, "binary", False, [0.166667, 0.210526, 0.258333]),
    (metrics.BinaryIoU, {"threshold": 0.3, "target_class_ids": [1]}, "ties", False, [0.458333, 0.43038, 0.464646]),
    (metrics.OneHotIoU, {"num_classes": 5, "target_class_ids": [1, 2]}, "one-hot", False, [0.0, 0.1, 0.183333]),
    (metrics.OneHotMeanIoU, {"num_classes": 5}, "one-hot", False, [0.233333, 0.167273, 0.180914]),
]


@pytest.mark.filterwarnings("ignore:.*none of its 3 classes")
@pytest.mark.parametrize("metric, arguments, kind, weighted, expected", CASES)
def test_results_equal_keras(metric, arguments, kind, weighted, expected):
    for said, wanted in zip(results(metric(**arguments), kind, weighted), expected, strict=True):
        np.testing.assert_allclose(said, wanted, rtol=2e-6, atol=2e-6)


def test_float_weights_for_integer_counts_are_warned_about():
    with pytest.warns(UserWarning, match="counts in int32: the fractions are cut off"):
        metrics.MeanIoU(num_classes=2).update_state([0, 1], [0, 1], np.array([0.5, 2.5]))


def test_values_that_are_no_class_are_left_out_with_a_word():
    m = metrics.MeanIoU(num_classes=2)
    with pytest.warns(UserWarning, match="MeanIoU got the target -1, .*its 2 classes, 0 to 1.*ignore_class=-1") as seen:
        m.update_state([0, 1, -1, 255], [0, 1, 1, 0])
        m.update_state([5], [0])
    assert len(seen) == 1
    assert m.total_cm.tolist() == [[1, 0], [0, 1]] and m.total_cm.dtype == "int32"
    with pytest.warns(UserWarning, match="MeanIoU got the prediction 2, which is none"):
        metrics.MeanIoU(num_classes=2).update_state([0, 1], [0, 2])
    m = metrics.MeanIoU(num_classes=2, ignore_class=255)  # what is left out on purpose needs no word
    m.update_state([0, 1, 255], [0, 1, 1])
    assert float(m.result()) == pytest.approx(1.0, abs=1e-6)


def test_scores_for_class_numbers_are_told_the_way_out():
    with pytest.raises(ValueError, match=r"\(4, 3\). Scores of classes want sparse_y_pred=False."):
        metrics.MeanIoU(3).update_state([0, 1, 2, 0], np.ones((4, 3)))
    with pytest.raises(ValueError, match=r"encode them with keras.utils.to_categorical\(y, num_classes=3\)"):
        metrics.OneHotMeanIoU(3).update_state([0, 1, 2, 0], np.ones((4, 3)))


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match=r"target_class_ids should lie in \[0, 2\), got \[0, 2\]"):
        metrics.IoU(2, [0, 2])
    with pytest.raises(ValueError, match=r"got y_true of shape \(2,\) and y_pred of shape \(3,\)"):
        metrics.MeanIoU(2).update_state([0, 1], [0, 1, 1])
