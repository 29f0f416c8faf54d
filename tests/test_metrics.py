"""From names, configs, classes and functions to metrics."""

import numpy as np
import pytest

from minikeras import losses, metrics
from minikeras._core.custom import custom_object_scope
from minikeras._core.serialize import deserialize_keras_object, serialize_keras_object


@pytest.mark.parametrize(
    "name, target, output, kind",
    [
        ("accuracy", (None, 1), (None, 1), "BinaryAccuracy"),
        ("accuracy", (None,), (None, 1), "BinaryAccuracy"),
        ("acc", (None, 1), (None, 10), "SparseCategoricalAccuracy"),
        ("acc", (32,), (32, 10), "SparseCategoricalAccuracy"),
        ("ACC", (None, 10), (None, 10), "CategoricalAccuracy"),
        ("Accuracy", (None, 5, 10), (None, 5, 10), "CategoricalAccuracy"),
        ("accuracy", (None, 5), (None, 5, 10), "SparseCategoricalAccuracy"),
        ("crossentropy", (None, 1), (None, 1), "BinaryCrossentropy"),
        ("ce", (None,), (None, 10), "SparseCategoricalCrossentropy"),
        ("ce", (None, 10), (None, 10), "CategoricalCrossentropy"),
    ],
)
def test_accuracy_and_crossentropy_go_by_the_shapes(name, target, output, kind):
    m = metrics.resolve(name, "mse", target, output)
    assert (type(m).__name__, m.name) == (kind, name)


@pytest.mark.parametrize(
    "identifier, kind, name",
    [
        ("mse", "MeanSquaredError", "mse"),
        ("MAE", "MeanAbsoluteError", "MAE"),
        ("mean_squared_error", "MeanSquaredError", "mean_squared_error"),
        ("MeanSquaredError", "MeanSquaredError", "MeanSquaredError"),
        ("AUC", "AUC", "AUC"),
        ("auc", "AUC", "auc"),
        ("binary_accuracy", "BinaryAccuracy", "binary_accuracy"),
        ("f1_score", "F1Score", "f1_score"),
        ("cosine_similarity", "CosineSimilarity", "cosine_similarity"),
        ("log_cosh", "MeanMetricWrapper", "log_cosh"),
        ("kld", "MeanMetricWrapper", "kld"),
        (metrics.Recall, "Recall", "recall"),
        (metrics.Recall(name="r"), "Recall", "r"),
        (metrics.mean_absolute_error, "MeanMetricWrapper", "mean_absolute_error"),
        (losses.Huber(), "MeanMetricWrapper", "huber_loss"),
        ({"class_name": "Precision", "config": {"name": "p", "thresholds": 0.3}}, "Precision", "p"),
    ],
)
def test_names_in_history(identifier, kind, name):
    m = metrics.resolve(identifier, target_shape=(None, 1), output_shape=(None, 1))
    assert type(m).__name__ == kind and m.name.removesuffix("_1") == name


def test_functions_of_ones_own_are_averaged_under_their_name():
    def worstError(y_true, y_pred):
        return np.max(np.abs(y_true - y_pred), axis=-1)

    m = metrics.resolve(worstError)
    assert m.name == "worst_error" and float(m([[1.0, 2.0]], [[1.0, 5.0]])) == 3


def test_unknown_names_come_with_the_nearest_known():
    for wrong, near in (("acuracy", "accuracy"), ("mean_sqared_error", "mean_squared_error"), ("Presicion", "Precision")):
        with pytest.raises(ValueError, match=f"Unknown name in keras.metrics: '{wrong}'. Did you mean '{near}'"):
            metrics.resolve(wrong)
    with pytest.raises(ValueError, match="got None"):
        metrics.resolve(None)
    with pytest.raises(ValueError, match="Could not interpret 3"):
        metrics.resolve(3)
    with pytest.raises(ValueError, match="depends on the shapes"):
        metrics.resolve("accuracy")


def test_ones_own_names_come_first():
    class Mine(metrics.Mean):
        pass

    with custom_object_scope({"mine": Mine, "mse": Mine}):
        assert type(metrics.get("mine")) is Mine and type(metrics.resolve("mse")) is Mine
    assert type(metrics.get("mse")) is metrics.MeanSquaredError
    assert type(metrics.deserialize("mse")) is metrics.MeanSquaredError
    assert type(metrics.deserialize("m", {"m": Mine})) is Mine


def test_no_module_hides_a_function_or_class():
    assert all(callable(getattr(metrics, name)) for name in metrics.__all__)


def test_functions_go_through_configs():
    for function in (metrics.binary_accuracy, metrics.mean_squared_error, metrics.pearson_correlation):
        config = serialize_keras_object(function)
        assert config["config"] == function.__name__
        assert deserialize_keras_object(config) is metrics.deserialize(config) is function
    assert metrics.get(None) is None
