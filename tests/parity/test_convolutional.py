"""Convolutions of real Keras 3.15, repeated: same outputs, same shapes and names, same weights after three steps."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

import minikeras as keras
from tests.parity.make_convolutional import wave

HERE = Path(__file__).parent
CASES = json.loads((HERE / "convolutional.json").read_text())
with np.load(HERE / "convolutional.npz") as file:
    NUMBERS = file["numbers"]


def sized(cases):
    """Each case with where its numbers begin."""
    at = 0
    for case in cases:
        yield (*case, at)
        told = case[3]
        at += 2 * math.prod(told["output"]) + sum(map(math.prod, told["weights"].values()))
    assert at == NUMBERS.size


@pytest.mark.parametrize("name, arguments, shape, told, at", list(sized(CASES)))
def test_outputs_and_training_are_those_of_keras(name, arguments, shape, told, at):
    def theirs(shape):
        nonlocal at
        at += math.prod(shape)
        return NUMBERS[at - math.prod(shape) : at].reshape(shape)

    layer = getattr(keras.layers, name)(**arguments)
    model = keras.Sequential([keras.Input(shape), layer])
    assert model.output_shape == (None, *told["output"])
    assert {w.name: list(w.shape) for w in layer.weights} == told["weights"]
    assert list({w.name: 0 for w in layer.weights}) == list(told["weights"])  # in this order, as in files
    config = json.loads(json.dumps(layer.get_config()))
    assert {key: config[key] for key in told["config"]} == told["config"]
    model.set_weights([0.4 * wave(w.shape, 0.7) for w in model.get_weights()])
    x = wave((2, *shape), 1.3)
    y = model.predict(x, verbose=0)
    np.testing.assert_allclose(y[0], theirs(told["output"]), rtol=1e-5, atol=1e-6)
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.fit(x, np.zeros_like(y), batch_size=2, epochs=3, verbose=0)
    np.testing.assert_allclose(model.predict(x, verbose=0)[1], theirs(told["output"]), rtol=1e-5, atol=1e-5)
    for weight in model.get_weights():
        np.testing.assert_allclose(weight, theirs(weight.shape), rtol=1e-5, atol=1e-6)
