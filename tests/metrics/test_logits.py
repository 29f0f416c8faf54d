"""Metrics beside a loss with from_logits=True."""

import numpy as np
import pytest

from minikeras import Input, Sequential, layers, losses, metrics
from minikeras.metrics.logits import remedy

x = np.random.RandomState(0).randn(40, 4).astype("float32")
y = (x[:, 0] > 0).astype("int32")


def net(units=1):
    model = Sequential([Input((4,)), layers.Dense(units)])
    kernel = np.zeros((4, units))
    kernel[0] = np.arange(units) * 0.2 + 0.2  # logits below 1/2 for many a 1
    model.set_weights([kernel, np.zeros(units)])
    return model


def values(loss, *names, units=1, targets=y):
    model = net(units)
    model.compile("sgd", loss, metrics=list(names))
    return model.evaluate(x, targets, verbose=0, return_dict=True)


@pytest.mark.parametrize("loss", [losses.BinaryCrossentropy, losses.BinaryFocalCrossentropy])
def test_accuracy_and_crossentropy_know_the_logits(loss):
    said = values(loss(from_logits=True), "accuracy", "acc", "ce")
    assert said["accuracy"] == said["acc"] == 1.0
    assert said["ce"] == pytest.approx(values(losses.BinaryCrossentropy(from_logits=True))["loss"], rel=1e-6)
    assert values(loss(), "accuracy")["accuracy"] < 0.7  # probabilities: the threshold stays at 1/2


def test_crossentropy_of_classes_knows_the_logits():
    said = values(losses.SparseCategoricalCrossentropy(from_logits=True), "ce", "accuracy", units=2)
    assert said["ce"] == pytest.approx(said["loss"], rel=1e-6) and said["accuracy"] == 1.0
    said = values(losses.CategoricalCrossentropy(from_logits=True), "ce", units=2, targets=np.eye(2)[y])
    assert said["ce"] == pytest.approx(said["loss"], rel=1e-6)


@pytest.mark.parametrize(
    "make, better",
    [
        (metrics.Precision, metrics.Precision(thresholds=0)),
        (metrics.Recall, metrics.Recall(thresholds=0)),
        (metrics.FalseNegatives, metrics.FalseNegatives(thresholds=0)),
        (metrics.BinaryAccuracy, metrics.BinaryAccuracy(threshold=0.0)),
        (metrics.AUC, metrics.AUC(from_logits=True)),
        (metrics.BinaryCrossentropy, metrics.BinaryCrossentropy(from_logits=True)),
        (metrics.BinaryIoU, metrics.BinaryIoU(threshold=0.0)),
    ],
)
def test_objects_get_one_hint_that_works(make, better):
    with pytest.warns(UserWarning, match=f"metric {make.__name__} takes the logits for probabilities: write {make.__name__}"):
        values(losses.BinaryCrossentropy(from_logits=True), make())
    advised = eval(remedy(make()).removeprefix("write "), {name: getattr(metrics, name) for name in metrics.__all__})
    assert {**advised.get_config(), "name": None} == {**better.get_config(), "name": None}
    values(losses.BinaryCrossentropy(from_logits=True), better)  # a warning is an error here
    values(losses.BinaryCrossentropy(from_logits=True), metrics.CategoricalAccuracy(), metrics.MeanSquaredError())


def test_what_has_no_switch_wants_probabilities():
    for metric in (metrics.PrecisionAtRecall(0.5), metrics.F1Score(threshold=0.5), metrics.KLDivergence()):
        assert remedy(metric).startswith("put a sigmoid")
    assert remedy(metrics.F1Score()) is remedy(metrics.Precision(top_k=2)) is remedy(metrics.Mean()) is None
