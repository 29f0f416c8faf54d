"""What every registered metric keeps, whichever it is."""

import json

import numpy as np
import pytest

from minikeras import metrics
from minikeras._core.config import set_floatx
from minikeras._core.serialize import deserialize_keras_object, serialize_keras_object
from tests.metrics.samples import batches

# class -> the arguments and the kind of batches it is tried with; a new metric joins by a line here
SAMPLES = {
    "AUC": ({}, "binary"),
    "Accuracy": ({}, "classes"),
    "BinaryAccuracy": ({"threshold": 0.4}, "labels"),
    "BinaryCrossentropy": ({"label_smoothing": 0.1}, "binary"),
    "BinaryIoU": ({"threshold": 0.3, "dtype": "float32"}, "binary"),
    "CategoricalAccuracy": ({}, "one-hot"),
    "CategoricalCrossentropy": ({"from_logits": True}, "one-hot logits"),
    "CategoricalHinge": ({}, "one-hot"),
    "ConcordanceCorrelation": ({}, "numbers"),
    "CosineSimilarity": ({"axis": -1}, "numbers"),
    "F1Score": ({"average": "macro"}, "one-hot"),
    "FBetaScore": ({"beta": 2.0, "threshold": 0.4}, "labels"),
    "FalseNegatives": ({}, "binary"),
    "FalsePositives": ({"thresholds": [0.3, 0.6]}, "binary"),
    "Hinge": ({}, "binary"),
    "IoU": ({"num_classes": 4, "target_class_ids": [0, 2], "dtype": "float32"}, "classes"),
    "KLDivergence": ({}, "one-hot"),
    "LogCoshError": ({}, "numbers"),
    "Mean": ({}, "values"),
    "MeanAbsoluteError": ({}, "numbers"),
    "MeanAbsolutePercentageError": ({}, "numbers"),
    "MeanIoU": ({"num_classes": 4, "dtype": "float32"}, "classes"),
    "MeanMetricWrapper": ({"fn": metrics.huber, "delta": 0.5}, "numbers"),
    "MeanSquaredError": ({}, "numbers"),
    "MeanSquaredLogarithmicError": ({}, "positive"),
    "OneHotIoU": ({"num_classes": 5, "target_class_ids": [1], "dtype": "float32"}, "one-hot"),
    "OneHotMeanIoU": ({"num_classes": 5, "dtype": "float32"}, "one-hot"),
    "PearsonCorrelation": ({}, "numbers"),
    "Poisson": ({}, "positive"),
    "Precision": ({"top_k": 2, "class_id": 1}, "labels"),
    "PrecisionAtRecall": ({"recall": 0.5}, "binary"),
    "R2Score": ({"class_aggregation": None}, "numbers"),
    "Recall": ({}, "binary"),
    "RecallAtPrecision": ({"precision": 0.5, "num_thresholds": 11}, "binary"),
    "RootMeanSquaredError": ({}, "numbers"),
    "SensitivityAtSpecificity": ({"specificity": 0.5}, "binary"),
    "SparseCategoricalAccuracy": ({}, "sparse column"),
    "SparseCategoricalCrossentropy": ({}, "sparse"),
    "SparseTopKCategoricalAccuracy": ({"k": 2}, "sparse"),
    "SpecificityAtSensitivity": ({"sensitivity": 0.5}, "binary"),
    "SquaredHinge": ({}, "binary"),
    "Sum": ({}, "values"),
    "TopKCategoricalAccuracy": ({"k": 2}, "one-hot"),
    "TrueNegatives": ({}, "binary"),
    "TruePositives": ({}, "binary"),
}
KNOWN = {obj.__name__: obj for obj in metrics.registry.table.values() if isinstance(obj, type)}


@pytest.fixture(params=sorted(SAMPLES))
def case(request):
    arguments, kind = SAMPLES[request.param]
    return (lambda: KNOWN[request.param](**arguments)), kind


def fed(metric, kind, weighted=False, add="update_state", dtype=None):
    for arrays, weight in batches(kind, weighted):
        if dtype:
            arrays = [a.astype(dtype) if a.dtype.kind == "f" else a for a in arrays]
        getattr(metric, add)(*arrays, sample_weight=weight)
    return metric


def value(metric):
    return np.asarray(metric.result(), float)


def test_every_metric_takes_part():
    assert set(SAMPLES) | {"Metric"} == set(KNOWN)
    assert set(KNOWN) <= set(metrics.__all__)


def test_config_round_trip(case):
    make, kind = case
    metric = make()
    config = json.loads(json.dumps(metric.get_config()))
    assert list(config)[:2] == ["name", "dtype"]
    again = type(metric).from_config(config)
    assert again.get_config() == metric.get_config()
    whole = serialize_keras_object(metric)
    assert whole["module"] == "keras.metrics" and whole["registered_name"] is None
    third = deserialize_keras_object(json.loads(json.dumps(whole)))
    np.testing.assert_array_equal(value(fed(third, kind)), value(fed(metric, kind)))


def test_found_by_name(case):
    make, _ = case
    metric = make()
    assert metrics.registry.find(type(metric).__name__) is type(metric)
    assert metrics._BY_SNAKE_CASE[metrics.snake_case(type(metric).__name__)] == type(metric).__name__


def test_reset_brings_back_the_start(case):
    make, kind = case
    metric = make()
    start = value(metric)
    once = value(fed(metric, kind))
    metric.reset_state()
    assert all(not v.value.any() for v in metric.variables)
    np.testing.assert_array_equal(value(metric), start if start.shape == value(metric).shape else 0)
    np.testing.assert_array_equal(value(fed(metric, kind)), once)


@pytest.mark.parametrize("weighted", [False, True])
def test_tally_equals_update_state(case, weighted):
    make, kind = case  # the batches can't be written into: neither way may change its inputs
    np.testing.assert_allclose(
        value(fed(make(), kind, weighted, "tally")), value(fed(make(), kind, weighted)), rtol=2e-6, atol=1e-7
    )


def test_one_batch_or_many(case):
    make, kind = case
    arrays, weights = zip(*batches(kind, True), strict=True)
    whole = make()
    whole.update_state(*(np.concatenate(parts) for parts in zip(*arrays, strict=True)), sample_weight=np.concatenate(weights))
    np.testing.assert_allclose(value(fed(make(), kind, True)), value(whole), rtol=1e-5, atol=1e-6)


def test_float64_comes_out_as_float32_would(case):
    make, kind = case
    np.testing.assert_allclose(value(fed(make(), kind, dtype=np.float64)), value(fed(make(), kind)), rtol=1e-5, atol=1e-6)


def test_everything_runs_in_float64(case):
    make, kind = case
    set_floatx("float64")
    try:
        metric = fed(make(), kind, dtype=np.float64)
        result = np.asarray(metric.result())
    finally:
        set_floatx("float32")
    if metric.dtype == "float64":
        assert result.dtype == np.float64
    np.testing.assert_allclose(result, value(fed(make(), kind)), rtol=1e-5, atol=1e-6)


def test_lists_do_as_well_as_arrays(case):
    make, kind = case
    metric = make()
    for arrays, _ in batches(kind):
        metric.update_state(*(a.tolist() for a in arrays))
    np.testing.assert_allclose(value(metric), value(fed(make(), kind)), rtol=1e-6)


def test_mismatched_lengths_are_refused(case):
    make, kind = case
    arrays, _ = next(batches(kind))
    if len(arrays) == 2:
        with pytest.raises(ValueError, match=r"\(7"):
            make().update_state(arrays[0], arrays[1][:-2])


@pytest.mark.parametrize("weighted", [False, True])
def test_a_diverged_model_is_counted_quietly(case, weighted):
    make, kind = case
    for bad in (np.nan, np.inf, -np.inf, 3e38):
        metric = make()
        for arrays, weight in batches(kind, weighted):
            if arrays[-1].dtype.kind == "f":
                y_pred = arrays[-1].copy()
                y_pred[:2] = bad
                metric.tally(*arrays[:-1], y_pred, weight)  # warnings are errors here
                metric.update_state(*arrays[:-1], y_pred, weight)
        metric.result()


def test_batches_may_be_joined_where_it_is_said(case):
    make, kind = case
    metric = make()
    assert metric.by_rows == (type(metric).__name__ != "MeanMetricWrapper")
    if metric.by_rows and kind != "values":
        given = [np.concatenate(parts) for parts in zip(*(arrays for arrays, _ in batches(kind)))]
        metric.update_state(*given)
        np.testing.assert_allclose(value(metric), value(fed(make(), kind)), rtol=1e-5, atol=1e-6)
