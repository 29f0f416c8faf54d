"""Areas under curves and best points of them, against numbers from Keras 3.15.1."""

import numpy as np
import pytest

from minikeras import metrics
from tests.metrics.samples import results

CASES = [  # metric, arguments, batches, weighted, what Keras 3.15.1 says after each batch
    (metrics.SensitivityAtSpecificity, {"specificity": 0.6}, "binary", False, [0.0, 0.266667, 0.235294]),
    (metrics.SensitivityAtSpecificity, {"specificity": 0.6}, "binary", True, [0.0, 0.241615, 0.358915]),
    (metrics.SensitivityAtSpecificity, {"specificity": 0.4, "num_thresholds": 1}, "binary", False, [0.2, 0.266667, 0.352941]),
    (
        metrics.SensitivityAtSpecificity,
        {"specificity": 0.5, "num_thresholds": 11, "class_id": 1},
        "labels",
        False,
        [0.333333, 0.6, 0.375],
    ),
    (metrics.SpecificityAtSensitivity, {"sensitivity": 0.6}, "binary", False, [0.5, 0.375, 0.363636]),
    (metrics.SpecificityAtSensitivity, {"sensitivity": 0.6}, "binary", True, [0.0, 0.439385, 0.539013]),
    (metrics.SpecificityAtSensitivity, {"sensitivity": 0.4, "num_thresholds": 1}, "binary", False, [0.0, 0.0, 0.0]),
    (
        metrics.SpecificityAtSensitivity,
        {"sensitivity": 0.5, "num_thresholds": 11, "class_id": 1},
        "labels",
        False,
        [0.0, 0.5, 0.333333],
    ),
    (metrics.PrecisionAtRecall, {"recall": 0.6}, "binary", False, [0.75, 0.652174, 0.611111]),
    (metrics.PrecisionAtRecall, {"recall": 0.6}, "binary", True, [0.574626, 0.707086, 0.672095]),
    (metrics.PrecisionAtRecall, {"recall": 0.4, "num_thresholds": 1}, "binary", False, [0.0, 0.0, 0.0]),
    (
        metrics.PrecisionAtRecall,
        {"recall": 0.5, "num_thresholds": 11, "class_id": 1},
        "labels",
        False,
        [0.857143, 0.736842, 0.571429],
    ),
    (metrics.RecallAtPrecision, {"precision": 0.6}, "binary", False, [1.0, 1.0, 1.0]),
    (metrics.RecallAtPrecision, {"precision": 0.6}, "binary", True, [0.557361, 1.0, 1.0]),
    (metrics.RecallAtPrecision, {"precision": 0.4, "num_thresholds": 1}, "binary", False, [0.2, 0.266667, 0.352941]),
    (metrics.RecallAtPrecision, {"precision": 0.5, "num_thresholds": 11, "class_id": 1}, "labels", False, [1.0, 1.0, 1.0]),
    (metrics.AUC, {"curve": "ROC", "summation_method": "interpolation"}, "binary", True, [0.282723, 0.367747, 0.444248]),
    (metrics.AUC, {"curve": "ROC", "summation_method": "minoring"}, "binary", False, [0.3, 0.358333, 0.397059]),
    (metrics.AUC, {"curve": "ROC", "summation_method": "majoring"}, "binary", False, [0.3, 0.358333, 0.399733]),
    (metrics.AUC, {"curve": "PR", "summation_method": "interpolation"}, "binary", True, [0.444439, 0.58605, 0.561512]),
    (metrics.AUC, {"curve": "PR", "summation_method": "minoring"}, "binary", False, [0.486667, 0.513266, 0.500367]),
    (metrics.AUC, {"curve": "PR", "summation_method": "majoring"}, "binary", False, [0.659524, 0.583936, 0.555836]),
    (metrics.AUC, {"curve": "PRGAIN", "summation_method": "interpolation"}, "binary", True, [-0.390582, -0.101351, -0.050341]),
    (metrics.AUC, {"curve": "PRGAIN", "summation_method": "minoring"}, "binary", False, [-0.40625, -0.203477, -0.149617]),
    (metrics.AUC, {"curve": "PRGAIN", "summation_method": "majoring"}, "binary", False, [-0.09375, -0.105665, -0.102238]),
    (metrics.AUC, {}, "binary", False, [0.3, 0.358333, 0.398396]),
    (metrics.AUC, {"num_thresholds": 11}, "ties", False, [0.585938, 0.497857, 0.465172]),
    (metrics.AUC, {"num_thresholds": 11}, "ties", True, [0.633355, 0.54528, 0.539226]),
    (metrics.AUC, {"thresholds": [0.1, 0.35, 0.9]}, "ties", False, [0.635417, 0.510476, 0.491879]),
    (metrics.AUC, {"thresholds": [0.1, 0.35, 0.9]}, "ties", True, [0.686975, 0.551613, 0.560313]),
    (metrics.AUC, {"multi_label": True}, "labels", False, [0.529167, 0.535392, 0.446354]),
    (metrics.AUC, {"multi_label": True}, "labels", True, [0.460829, 0.473081, 0.416697]),
    (
        metrics.AUC,
        {"multi_label": True, "num_labels": 4, "label_weights": [0.1, 0.2, 0.3, 0.9]},
        "labels",
        False,
        [0.45, 0.466171, 0.390328],
    ),
    (metrics.AUC, {"label_weights": [0.1, 0.2, 0.3, 0.9]}, "labels", False, [0.478863, 0.468647, 0.390088]),
    (metrics.AUC, {"from_logits": True}, "binary logits", False, [0.6, 0.464286, 0.524306]),
    (metrics.AUC, {"num_thresholds": 2}, "binary", False, [0.5, 0.5, 0.5]),
]


@pytest.mark.parametrize("metric, arguments, kind, weighted, expected", CASES)
def test_results_equal_keras(metric, arguments, kind, weighted, expected):
    for said, wanted in zip(results(metric(**arguments), kind, weighted), expected, strict=True):
        np.testing.assert_allclose(said, wanted, rtol=2e-6, atol=2e-6)


def exact_area(y_true, y_pred):
    """The share of pairs (positive, negative) in the right order, ties half."""
    up, down = y_pred[y_true == 1][:, None], y_pred[y_true == 0]
    return ((up > down).sum() + (up == down).sum() / 2) / (up.size * down.size)


def test_many_thresholds_come_close_to_the_exact_area():
    r = np.random.RandomState(1)
    y_true = r.randint(0, 2, 500)
    y_pred = np.clip(r.rand(500) * 0.7 + 0.3 * y_true, 0, 1)
    m = metrics.AUC(num_thresholds=20000)
    m.update_state(y_true, y_pred)
    assert float(m.result()) == pytest.approx(exact_area(y_true, y_pred), abs=2e-4)


def test_large_batches_need_no_table_of_thresholds():
    r = np.random.RandomState(2)
    m = metrics.AUC(num_thresholds=10000)
    m.update_state(r.randint(0, 2, 100000), r.rand(100000))  # a table would hold 10⁹ numbers
    assert float(m.result()) == pytest.approx(0.5, abs=0.01)


def test_nan_and_predictions_out_of_range_are_counted_quietly():
    m = metrics.AUC()
    m.update_state([0, 1, 1, 0], np.float32([np.nan, 2.0, np.inf, -5.0]))
    assert float(m.result()) == 1


def test_perfect_recall_is_perfect_whatever_the_weights():
    m = metrics.PrecisionAtRecall(recall=1.0)
    r = np.random.RandomState(3)
    for _ in range(5):
        m.update_state([0, 1, 1], [0.1, 0.8, 0.9], r.rand(3))
    assert float(m.result()) == 1  # Keras, which counts by subtraction, says 0 here and there


def test_config_of_auc():
    assert metrics.AUC(name="a", thresholds=[0.5, 0.25]).get_config() == {
        "name": "a",
        "dtype": "float32",
        "num_thresholds": 4,
        "curve": "ROC",
        "summation_method": "interpolation",
        "multi_label": False,
        "num_labels": None,
        "label_weights": None,
        "from_logits": False,
        "thresholds": [0.25, 0.5],
    }
    again = metrics.AUC.from_config(
        metrics.AUC(curve="pr", summation_method="Majoring", multi_label=True, label_weights=[1, 3]).get_config()
    )
    assert (again.curve, again.summation_method, again.label_weights.tolist()) == ("PR", "majoring", [1, 3])


def test_multi_label_is_built_by_the_first_batch_and_keeps_to_it():
    m = metrics.AUC(multi_label=True)
    assert m.variables == [] and float(m.result()) == 0
    m.update_state(np.eye(3), np.eye(3))
    assert [v.shape for v in m.variables] == [(200, 3)] * 4 and float(m.result()) == 1
    with pytest.raises(ValueError, match=r"shape \(samples, 3\), got \(2, 2\)"):
        m.update_state(np.eye(2), np.eye(2))


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: metrics.AUC(num_thresholds=1), "Argument `num_thresholds` must be an integer > 1. AUC got 1"),
        (lambda: metrics.AUC(curve="RCO"), "Invalid AUC curve value: \"RCO\". Expected one of .*'PR'"),
        (lambda: metrics.AUC(summation_method="upper"), "Invalid AUC summation method value: \"upper\". Expected one of"),
        (lambda: metrics.AUC(num_labels=3), "multi_label=True only, got num_labels=3"),
        (lambda: metrics.PrecisionAtRecall(1.5), r"`recall` must be in the range \[0, 1\]. PrecisionAtRecall got 1.5"),
        (
            lambda: metrics.RecallAtPrecision(0.5, num_thresholds=0),
            "Argument `num_thresholds` must be an integer > 0. RecallAtPrecision got 0",
        ),
    ],
)
def test_bad_arguments_are_named(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_one_class_has_no_curve():
    for targets in ([1, 1, 1], [0, 0, 0]):
        m = metrics.AUC()
        assert float(m.result()) == 0.0  # nothing seen yet, as in Keras
        m.update_state(targets, [0.2, 0.5, 0.9])
        assert np.isnan(m.result())
        m.update_state(np.array([0, 1]), [0.1, 0.95])
        assert 0 < float(m.result()) <= 1
        m.reset_state()
        assert float(m.result()) == 0.0
    m = metrics.AUC(curve="PR")
    m.update_state([0, 0], [0.2, 0.5])
    assert np.isnan(m.result())
    m.reset_state()
    m.update_state([1, 1], [0.2, 0.5])  # all that is called is right
    assert float(m.result()) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("weights", [None, [1.0, 3.0]])
def test_labels_without_a_curve_do_not_count(weights):
    m = metrics.AUC(multi_label=True, label_weights=weights)
    m.update_state([[1, 1], [0, 1]], [[0.9, 0.3], [0.1, 0.2]])
    assert float(m.result()) == 1.0 and m.result().dtype == "float32"
    m.reset_state()
    m.update_state([[1, 1], [1, 1]], [[0.9, 0.3], [0.1, 0.2]])
    assert np.isnan(m.result())


def test_thresholds_alone_say_enough():
    auc = metrics.AUC(num_thresholds=None, thresholds=[0.3, 0.5])
    assert auc.num_thresholds == 4
    with pytest.raises(ValueError, match="num_thresholds"):
        metrics.AUC(num_thresholds=None)
