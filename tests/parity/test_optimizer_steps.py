"""Training loops of one's own: the weights after each step are those of real Keras 3.15.1."""

import pathlib

import numpy as np
import pytest

import minikeras
from tests.parity.optimizer_cases import CASES, run


@pytest.mark.parametrize("name", CASES)
def test_weights_are_those_of_keras(name):
    with np.load(pathlib.Path(__file__).with_name("optimizer_steps.npz")) as file:
        expected = {key: file[key] for key in file.files if key.startswith(f"{name}/")}
    found = {f"{name}/{step}/{i}": w for step, weights in enumerate(run(minikeras, name)) for i, w in enumerate(weights)}
    assert found.keys() == expected.keys()
    for key, value in found.items():
        np.testing.assert_allclose(value, expected[key], rtol=1e-5, atol=1e-6, err_msg=key)
