"""Losses and metrics that Keras 2 wrote as layers of a graph."""

import json

import numpy as np
import pytest

import minikeras as keras

X = np.array([[1.0, 2.0], [3.0, -1.0]], "float32")


def entry(kind, config, *calls):
    return {"class_name": kind, "name": config["name"], "config": config, "inbound_nodes": list(calls)}


def model_of(*more):
    """A model as tf.keras 2.15 writes it: one Dense, the mean of its output, and what is given."""
    dense = {"name": "d", "units": 2, "kernel_initializer": "ones", "activation": "linear"}
    layers = [
        entry("InputLayer", {"name": "x", "batch_input_shape": [None, 2]}),
        entry("Dense", dense, [["x", 0, 0, {}]]),
        entry("TFOpLambda", {"name": "m", "function": "math.reduce_mean"}, ["d", 0, 0, {}]),
        *more,
    ]
    config = {"name": "net", "layers": layers, "input_layers": [["x", 0, 0]], "output_layers": [["d", 0, 0]]}
    text = json.dumps({"class_name": "Functional", "config": config, "keras_version": "2.15.0"})
    return keras.models.model_from_json(text)


def test_an_added_loss():
    model = model_of(entry("AddLoss", {"name": "add_loss", "unconditional": False}, [["m", 0, 0, {}]]))
    model.compile("sgd", "mse")
    y = X.sum(1, keepdims=True) * [1.0, 1.0]
    assert model.evaluate(X, y, verbose=0) == pytest.approx(2.5)  # the mean of 3, 3, 2, 2
    assert [layer.name for layer in model.layers if layer.weights] == ["d"]


def test_an_added_metric():
    config = {"name": "add_metric", "metric_name": "level", "aggregation": "mean"}
    model = model_of(entry("AddMetric", config, [["m", 0, 0, {}]]))
    model.compile("sgd", "mse")
    assert model.evaluate(X, X, verbose=0, return_dict=True)["level"] == pytest.approx(2.5)
