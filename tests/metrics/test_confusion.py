"""True and false positives and negatives, precision, recall, against numbers from Keras 3.15.1."""

import numpy as np
import pytest

from minikeras import metrics
from tests.metrics.samples import results

CASES = [  # metric, arguments, batches, weighted, what Keras 3.15.1 says after each batch
    (metrics.FalsePositives, {}, "binary", False, [1.0, 4.0, 11.0]),
    (metrics.FalsePositives, {}, "binary", True, [0.812169, 2.128358, 5.566879]),
    (
        metrics.FalsePositives,
        {"thresholds": [0.8, 0.1, 0.4]},
        "ties",
        False,
        [[1.0, 8.0, 4.0], [6.0, 32.0, 21.0], [22.0, 78.0, 57.0]],
    ),
    (
        metrics.FalsePositives,
        {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]},
        "ties",
        False,
        [[10.0, 8.0, 4.0, 2.0, 0.0], [35.0, 29.0, 21.0, 13.0, 0.0], [88.0, 73.0, 54.0, 36.0, 0.0]],
    ),
    (metrics.FalseNegatives, {}, "binary", False, [4.0, 11.0, 22.0]),
    (metrics.FalseNegatives, {}, "binary", True, [1.746594, 6.00452, 11.569977]),
    (
        metrics.FalseNegatives,
        {"thresholds": [0.8, 0.1, 0.4]},
        "ties",
        False,
        [[13.0, 2.0, 10.0], [40.0, 7.0, 31.0], [104.0, 19.0, 65.0]],
    ),
    (
        metrics.FalseNegatives,
        {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]},
        "ties",
        False,
        [[2.0, 5.0, 11.0, 12.0, 16.0], [6.0, 16.0, 34.0, 35.0, 50.0], [14.0, 33.0, 73.0, 92.0, 125.0]],
    ),
    (metrics.TrueNegatives, {}, "binary", False, [1.0, 4.0, 11.0]),
    (metrics.TrueNegatives, {}, "binary", True, [0.836079, 1.972971, 6.879876]),
    (
        metrics.TrueNegatives,
        {"thresholds": [0.8, 0.1, 0.4]},
        "ties",
        False,
        [[11.0, 4.0, 8.0], [36.0, 10.0, 21.0], [77.0, 21.0, 42.0]],
    ),
    (
        metrics.TrueNegatives,
        {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]},
        "ties",
        False,
        [[2.0, 4.0, 8.0, 10.0, 12.0], [7.0, 13.0, 21.0, 29.0, 42.0], [11.0, 26.0, 45.0, 63.0, 99.0]],
    ),
    (metrics.TruePositives, {}, "binary", False, [1.0, 4.0, 12.0]),
    (metrics.TruePositives, {}, "binary", True, [0.479977, 3.102821, 7.557765]),
    (
        metrics.TruePositives,
        {"thresholds": [0.8, 0.1, 0.4]},
        "ties",
        False,
        [[3.0, 14.0, 6.0], [10.0, 43.0, 19.0], [21.0, 106.0, 60.0]],
    ),
    (
        metrics.TruePositives,
        {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]},
        "ties",
        False,
        [[14.0, 11.0, 5.0, 4.0, 0.0], [44.0, 34.0, 16.0, 15.0, 0.0], [111.0, 92.0, 52.0, 33.0, 0.0]],
    ),
    (metrics.Precision, {}, "binary", False, [0.5, 0.5, 0.521739]),
    (metrics.Precision, {}, "binary", True, [0.371457, 0.59314, 0.575845]),
    (
        metrics.Precision,
        {"thresholds": [0.8, 0.1, 0.4]},
        "ties",
        False,
        [[0.75, 0.636364, 0.6], [0.625, 0.573333, 0.475], [0.488372, 0.576087, 0.512821]],
    ),
    (
        metrics.Precision,
        {"thresholds": [0.8, 0.1, 0.4]},
        "ties",
        True,
        [[0.786564, 0.65722, 0.587797], [0.755129, 0.591895, 0.524695], [0.665321, 0.644899, 0.611603]],
    ),
    (metrics.Precision, {"top_k": 2}, "ties", False, [0.571429, 0.456522, 0.508929]),
    (metrics.Precision, {"class_id": 1}, "labels", False, [0.833333, 0.6875, 0.517241]),
    (metrics.Precision, {"class_id": 1}, "labels", True, [0.897493, 0.615712, 0.481048]),
    (metrics.Precision, {"top_k": 2, "class_id": 2}, "labels", False, [0.5, 0.7, 0.72]),
    (metrics.Recall, {}, "binary", False, [0.2, 0.266667, 0.352941]),
    (metrics.Recall, {}, "binary", True, [0.215568, 0.340695, 0.395121]),
    (
        metrics.Recall,
        {"thresholds": [0.8, 0.1, 0.4]},
        "ties",
        False,
        [[0.1875, 0.875, 0.375], [0.2, 0.86, 0.38], [0.168, 0.848, 0.48]],
    ),
    (
        metrics.Recall,
        {"thresholds": [0.8, 0.1, 0.4]},
        "ties",
        True,
        [[0.246425, 0.887838, 0.406249], [0.254592, 0.833096, 0.420245], [0.216205, 0.850485, 0.49609]],
    ),
    (metrics.Recall, {"top_k": 2}, "ties", False, [0.5, 0.42, 0.456]),
    (metrics.Recall, {"class_id": 1}, "labels", False, [0.833333, 0.733333, 0.46875]),
    (metrics.Recall, {"class_id": 1}, "labels", True, [0.725301, 0.628353, 0.367302]),
    (metrics.Recall, {"top_k": 2, "class_id": 2}, "labels", False, [0.2, 0.4375, 0.45]),
]


@pytest.mark.parametrize("metric, arguments, kind, weighted, expected", CASES)
def test_results_equal_keras(metric, arguments, kind, weighted, expected):
    for said, wanted in zip(results(metric(**arguments), kind, weighted), expected, strict=True):
        np.testing.assert_allclose(said, wanted, rtol=2e-6, atol=2e-6)


def test_thresholds_in_the_config_are_the_ones_given():
    assert metrics.Precision().get_config()["thresholds"] is None and metrics.Precision().thresholds == [0.5]
    assert metrics.Recall(top_k=3).thresholds == [-1e10]
    assert metrics.TruePositives([0.2, 0.4]).get_config()["thresholds"] == [0.2, 0.4]


@pytest.mark.parametrize("bad", [1.5, -0.1, [0.2, 3], [None], []])
def test_thresholds_outside_of_0_to_1_are_refused(bad):
    with pytest.raises(ValueError, match=r"Threshold values must be in \[0, 1\]. Received: "):
        metrics.FalsePositives(bad)


def test_nothing_found_is_0():
    m = metrics.Precision()
    m.update_state([1, 1], [0.1, 0.2])
    assert float(m.result()) == 0 and float(metrics.Recall().result()) == 0


def test_class_id_needs_columns():
    with pytest.raises(ValueError, match=r"class_id=1 expected predictions of shape \(samples, classes\), got \(3,\)"):
        metrics.Recall(class_id=1).update_state([0, 1, 1], [0.1, 0.2, 0.3])


def test_counts_of_weights_never_fall_below_0():
    m = metrics.TrueNegatives(thresholds=[0.0, 0.5, 1.0])  # by subtraction, as Keras counts, rounding leaves -2e-5 here
    for _ in range(50):
        m.update_state(np.zeros(9), np.linspace(0.01, 1, 9), np.full(9, 0.7))
    assert m.result()[0] == 0
