"""Merging, embedding and attention layers compute what Keras computes: attention.npz was made by make_attention.py."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from minikeras import layers, optimizers
from minikeras.layers.shares import Shares

HERE = Path(__file__).parent
TABLE = json.loads((HERE / "attention.json").read_text())
CASES = {case["name"]: case for case in TABLE["cases"]}
SEVERAL = "MultiHeadAttention", "GroupQueryAttention"
PATHS = ["query", "key", "value", "attention_output"]


def arrays():
    numbers = np.load(HERE / "attention.npz")["numbers"]
    start, found = 0, {}
    for key, shape in TABLE["shapes"].items():
        end = start + math.prod(shape)
        found[key], start = numbers[start:end].reshape(shape), end
    assert start == len(numbers)
    return found


ARRAYS = arrays()


def given(name, key):
    found = []
    while f"{name}/{key}{len(found)}" in ARRAYS:
        found.append(ARRAYS[f"{name}/{key}{len(found)}"])
    return found


def make(name):
    """The layer, built and with the weights that Keras started from, its input, and the other arguments of forward."""
    case, x = CASES[name], given(name, "x")
    layer = getattr(layers, case["class"])(**case["arguments"])
    call = {k: np.asarray(v) if k.endswith("_mask") and not isinstance(v, bool) else v for k, v in case["call"].items()}
    if case["class"] == "Embedding":
        x = [x[0].astype("int32")]
    if case["class"] in SEVERAL:
        layer.build(*(a.shape for a in x))
        call.update(zip(("value", "key"), x[1:]))
        x = x[0]
    else:
        x = x[0] if case["class"] in ("Embedding", "Masking", "EinsumDense") else x
        layer.build([a.shape for a in x] if isinstance(x, list) else x.shape)
    layer.set_weights(given(name, "w"))
    return layer, x, call


def slopes(dx):
    """The gradients of all inputs in their order."""
    if isinstance(dx, Shares):
        return [dx.x, *(dx.arguments[name] for name in ("value", "key") if name in dx.arguments)]
    return dx if isinstance(dx, list) else [dx]


@pytest.mark.parametrize("name", CASES)
def test_output_and_gradients_are_those_of_keras(name):
    layer, x, call = make(name)
    y, kept = layer.forward(x, False, **call)
    ys, cs = (list(y) if isinstance(y, tuple) else [y]), given(name, "c")
    for ours, keras in zip(ys, given(name, "y"), strict=True):
        np.testing.assert_allclose(ours, keras, rtol=1e-5, atol=1e-5)
        assert ours.dtype == "float32"
    dx = layer.backward(tuple(cs) if isinstance(y, tuple) else cs[0], kept)
    for ours, keras in zip(slopes(dx), given(name, "dx")):
        np.testing.assert_allclose(ours, keras, rtol=1e-5, atol=2e-5)
        assert ours.dtype == "float32"


@pytest.mark.parametrize("rule", ["sgd", "adam"])
@pytest.mark.parametrize("name", [name for name in CASES if given(name, "w")])
def test_three_steps_are_those_of_keras(name, rule):
    layer, x, call = make(name)
    cs = given(name, "c")
    optimizer = {"sgd": optimizers.SGD(0.02), "adam": optimizers.Adam(0.02, epsilon=0.01)}[rule]
    optimizer.build(layer.trainable_variables)
    for _ in range(3):
        y, kept = layer.forward(x, False, **call)
        layer.backward(tuple(cs) if isinstance(y, tuple) else cs[0], kept)
        optimizer.step()
    for v, ours, keras in zip(layer.weights, layer.get_weights(), given(name, rule), strict=True):
        np.testing.assert_allclose(ours, keras, rtol=1e-5, atol=1e-5, err_msg=v.path)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case["class"] in SEVERAL])
def test_weights_have_the_paths_of_keras(name):
    layer, *_ = make(name)
    parts = [*PATHS[:2], "gate", *PATHS[2:]] if layer.use_gate else PATHS
    kinds = ["kernel", "bias"] if layer.use_bias else ["kernel"]
    assert [v.path for v in layer.weights] == [f"{layer.name}/{part}/{kind}" for part in parts for kind in kinds]
