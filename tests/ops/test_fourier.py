"""Fourier transforms: as in real Keras, and what it does not say."""

import numpy as np
import pytest

from minikeras import ops
from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("fourier"))
def test_as_keras(case):
    check(case)


def test_errors():
    with pytest.raises(ValueError, match="tuple of two tensors"):
        ops.fft(np.zeros(3))
    with pytest.raises(ValueError, match="at most fft_length, got 9 and 8"):
        ops.stft(np.zeros(20), 9, 2, 8)
    with pytest.raises(ValueError, match="'hann', 'hamming'. Received: 'box'"):
        ops.stft(np.zeros(20), 8, 2, 8, "box")
