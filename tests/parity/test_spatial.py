"""Pooling, reshaping and normalization against real Keras 3.15.1 on JAX: outputs, gradients, weights, a few steps."""

import numpy as np
import pytest

from minikeras import Input, Sequential, layers, optimizers
from tests.parity.spatial_cases import CASES, MASK, MODELS, numbers
from tests.parity.specs import arrays

GOLDEN = arrays("spatial.npz")


def fill(layer):
    layer.set_weights([1.5 + 0.5 * numbers(w.shape, seed=i) for i, w in enumerate(layer.weights)])


def near(found, key):
    np.testing.assert_allclose(found, GOLDEN[key], rtol=1e-5, atol=1e-5, err_msg=key)


@pytest.mark.parametrize("name", CASES)
def test_outputs_gradients_and_statistics(name):
    kind, arguments, shape = CASES[name]
    layer, x = getattr(layers, kind)(**arguments), numbers(shape, ties="ties" in name)
    layer.build(shape)
    fill(layer)
    assert [w.name for w in layer.weights] == list(GOLDEN[f"{name}/names"])
    options = {"mask": np.array(MASK)} if name.endswith("mask") else {}
    y, kept = layer.forward(x, True, **options)
    near(y, f"{name}/y")
    near(layer.backward(numbers(y.shape, seed=9), kept), f"{name}/dx")
    for i, v in enumerate(layer.trainable_variables):
        near(v.grad, f"{name}/grad{i}")
    for i, v in enumerate(layer.non_trainable_variables):
        near(v.numpy(), f"{name}/after{i}")
    if kind != "BatchNormalization":
        near(layer(x, **options), f"{name}/y")


@pytest.mark.parametrize("name", MODELS)
def test_weights_after_three_steps(name):
    parts, shape = MODELS[name]
    model = Sequential([Input(shape[1:]), *(getattr(layers, kind)(**arguments) for kind, arguments in parts)])
    model.add(layers.Flatten())
    model.add(layers.Dense(2))
    model.set_weights([0.5 + 0.5 * numbers(w.shape, seed=i) for i, w in enumerate(model.weights)])
    model.compile(optimizers.SGD(0.1), "mse")
    model.fit(numbers(shape), numbers((shape[0], 2), seed=5), batch_size=shape[0], epochs=3, verbose=0)
    for i, weight in enumerate(model.get_weights()):
        near(weight, f"{name}/trained{i}")


def test_spectral_normalization():
    layer = layers.SpectralNormalization(layers.Dense(3), power_iterations=2)
    layer.build((None, 4))
    assert [w.path.split("/", 1)[1].replace(layer.layer.name, "layer") for w in layer.weights] == list(GOLDEN["spectral/names"])
    fill(layer)
    near([layer(numbers((2, 4)), training=True) for _ in range(2)], "spectral/y")
    for i, weight in enumerate(layer.get_weights()):
        near(weight, f"spectral/w{i}")
