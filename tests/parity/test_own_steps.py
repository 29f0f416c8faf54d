"""Training steps of one's own give the numbers of Keras 2.15 on TensorFlow: three steps, losses and weights."""

from pathlib import Path

import numpy as np
import pytest

import minikeras as keras
from tests.parity.own_steps_cases import CASES

GOLDEN = np.load(Path(__file__).with_name("own_steps.npz"))


@pytest.mark.parametrize("name", CASES)
def test_three_steps(name):
    found = CASES[name](keras, keras.ops, keras.GradientTape)
    keys = [key for key in GOLDEN.files if key.startswith(f"{name}/")]
    assert sorted(f"{name}/{key}" for key in found) == sorted(keys)
    for key in keys:
        np.testing.assert_allclose(found[key.partition("/")[2]], GOLDEN[key], rtol=1e-5, atol=1e-5, err_msg=key)
