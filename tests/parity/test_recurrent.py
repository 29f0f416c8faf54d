"""Recurrent layers compute and learn what they do in Keras."""

from pathlib import Path

import numpy as np
import pytest

import minikeras as keras
from tests.parity.recurrent_cases import CASES, steps

GOLDEN = np.load(Path(__file__).with_name("recurrent.npz"))


def golden(name, part):
    return [GOLDEN[key] for key in sorted(k for k in GOLDEN.files if k.startswith(f"{name}/{part}/"))]


@pytest.mark.parametrize("name", CASES)
def test_outputs_and_weights_before_and_after_training(name):
    start = golden(name, "start")
    found = steps(keras, name, start)
    for part, arrays in zip(("start", "before", "after", "end"), found):
        expected = golden(name, part)
        assert [a.shape for a in arrays] == [e.shape for e in expected], part
        for a, e in zip(arrays, expected):
            np.testing.assert_allclose(a, e, rtol=1e-5, atol=1e-5, err_msg=part)
