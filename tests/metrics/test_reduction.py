"""Sums, means and wrapped functions, against numbers from Keras 3.15.1."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import metrics
from tests.metrics.samples import results

CASES = [  # metric, arguments, batches, weighted, what Keras 3.15.1 says after each batch
    (metrics.Mean, {}, "values", False, [0.704376, 0.274147, 0.193156]),
    (metrics.Mean, {}, "values", True, [0.496302, 0.215093, 0.1365]),
    (metrics.Sum, {}, "values", False, [9.861261, 12.610763, 21.633457]),
    (metrics.Sum, {}, "values", True, [3.610884, 3.920012, 7.124831]),
]


@pytest.mark.parametrize("metric, arguments, kind, weighted, expected", CASES)
def test_results_equal_keras(metric, arguments, kind, weighted, expected):
    for said, wanted in zip(results(metric(**arguments), kind, weighted), expected, strict=True):
        np.testing.assert_allclose(said, wanted, rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize(
    "values, weight, mean, total",
    [
        (3.0, None, 3, 3),
        (3.0, 0.5, 3, 1.5),
        ([1, 2, 6], [1, 0, 3], 19 / 4, 19),
        ([[1, 3], [5, 7]], [1, 3], 5, 40),
        ([[1, 3], [5, 7]], [[1, 0], [2, 1]], 9 / 2, 18),
        ([[[1, 3], [5, 7]]], [[1, 2]], 14 / 3, 28),
        ([1, 2, 6], [[1], [0], [3]], 19 / 4, 19),
    ],
)
def test_weights_of_every_rank(values, weight, mean, total):
    m, s = metrics.Mean(), metrics.Sum()
    m.update_state(values, weight)
    s.update_state(values, weight)
    assert float(m.result()) == pytest.approx(mean) and float(s.result()) == pytest.approx(total)


def test_tally_of_python_floats_weighs_them():
    m = metrics.Mean()
    m.tally(2.0, 3)
    m.tally(4.0)
    m.tally(np.float32([6.0, 8.0]))
    assert float(m.result()) == pytest.approx((6 + 4 + 14) / 6)


def test_mean_of_nothing_is_0():
    assert float(metrics.Mean().result()) == 0


def test_weights_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"sample_weight of shape \(2,\) does not fit values of shape \(3,\)"):
        metrics.Mean().update_state([1, 2, 3], [1, 2])


def test_a_wrapped_function_may_return_any_shape():
    y_true, y_pred = np.float32([[1, 2], [3, 4]]), np.float32([[1, 4], [3, 8]])
    for function in (lambda t, p: np.abs(t - p), lambda t, p: np.abs(t - p).mean(-1), lambda t, p: np.abs(t - p).mean()):
        m, n = metrics.MeanMetricWrapper(function), metrics.MeanMetricWrapper(function)
        m.update_state(y_true, y_pred)
        n.tally(y_true, y_pred)
        assert float(m.result()) == float(n.result()) == 1.5


def test_arguments_reach_the_function_and_the_config():
    m = metrics.MeanMetricWrapper(metrics.binary_accuracy, name="mine", threshold=0.3)
    m.update_state([1, 0], [0.4, 0.4])
    assert float(m.result()) == 0.5
    config = m.get_config()
    assert config == {
        "name": "mine",
        "dtype": "float32",
        "fn": {"module": "builtins", "class_name": "function", "config": "binary_accuracy", "registered_name": "function"},
        "threshold": 0.3,
    }
    again = metrics.MeanMetricWrapper.from_config(config)
    again.update_state([1, 0], [0.4, 0.4])
    assert float(again.result()) == 0.5


def test_wrapped_losses_are_to_fall():
    assert metrics.MeanMetricWrapper(metrics.huber)._direction == "down"
    assert metrics.MeanMetricWrapper(lambda y_true, y_pred: y_pred)._direction is None


def test_a_metric_may_be_called_as_its_function_is_registered():
    @keras.saving.register_keras_serializable(package="test_reduction", name="off_by")
    def off_by(y_true, y_pred):
        return abs(y_true - y_pred)

    metric = metrics.MeanMetricWrapper(off_by, name="off_by")
    again = metrics.MeanMetricWrapper.from_config(metric.get_config())
    assert again.name == "off_by" and float(again([1.0], [4.0])) == 3.0
