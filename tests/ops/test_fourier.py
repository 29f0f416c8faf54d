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


@pytest.mark.parametrize(
    "call",
    [
        lambda: ops.fft((1.0, 2.0)),
        lambda: ops.fft2((np.ones(3), np.ones(3))),
        lambda: ops.ifft2((np.ones(3), np.ones(3))),
        lambda: ops.rfft(1.0),
        lambda: ops.irfft((1.0, 2.0)),
        lambda: ops.stft(1.0, 2, 1, 2),
        lambda: ops.istft((np.ones(3), np.ones(3)), 2, 1, 4),
    ],
)
def test_too_few_axes_are_told(call):
    with pytest.raises(ValueError, match="rank of at least"):
        call()


def test_strides_are_integers():
    with pytest.raises(ValueError, match="sequence_stride must be an integer"):
        ops.stft(np.ones(8), 4, 2.5, 4)
