"""keras.backend against Keras 2.15, call by call."""

from pathlib import Path

import numpy as np
import pytest

from minikeras import backend, config
from tests.parity.backend_cases import CASES, compute

GOLDEN = np.load(Path(__file__).with_name("backend.npz"))


@pytest.mark.parametrize("index", range(len(CASES)), ids=[text[:60] for text in CASES])
def test_k_gives_the_numbers_of_keras_2(index):
    config.disable_hints()
    expected, got = GOLDEN[str(index)], compute(backend, CASES[index])
    assert got.shape == expected.shape
    if expected.dtype.kind == "f":
        assert got.dtype.kind == "f"
    np.testing.assert_allclose(got, expected, rtol=2e-5, atol=2e-6)
    config.enable_hints()
