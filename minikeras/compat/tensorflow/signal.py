"""`tf.signal`: Fourier transforms and windows, without gradients through complex numbers.

>>> rfft([1.0, 0.0, 0.0, 0.0]).numpy(), frame([1, 2, 3, 4], 2, 1).numpy().tolist()
(array([1.+0.j, 1.+0.j, 1.+0.j], dtype=complex64), [[1, 2], [2, 3], [3, 4]])
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import ops
from minikeras.compat.tensorflow._tools import absent, exported, op, raw
from minikeras.ops.dtypes import array


def _transform(name: str, doc: str, real: bool = False) -> Any:
    function = getattr(np.fft, name)

    def run(input, fft_length=None):
        x = raw(input)
        wide = x.dtype in (np.float64, np.complex128)
        n = None if fft_length is None else int(np.asarray(fft_length).reshape(-1)[0])
        y = function(x, n) if name in ("rfft", "irfft") else function(x)
        return y.astype(("float64" if wide else "float32") if real else ("complex128" if wide else "complex64"))

    run.__doc__ = doc
    return op(run, name)


rfft = _transform("rfft", "The spectrum of real numbers, along the last axis.")
irfft = _transform("irfft", "Real numbers out of their spectrum.", True)
fft, ifft = _transform("fft", "The spectrum along the last axis."), _transform("ifft", "Numbers out of their spectrum.")
fft2d, ifft2d = _transform("fft2", "The spectrum along two axes."), _transform("ifft2", "Numbers out of their spectrum.")


@op
def frame(signal, frame_length, frame_step, pad_end=False, pad_value=0, axis=-1):
    """Windows of a signal, one after the other."""
    x, size, step = array(signal), int(frame_length), int(frame_step)
    n = x.shape[-1]
    count = -(-n // step) if pad_end else max(0, 1 + (n - size) // step)
    if pad_end:
        x = ops.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, max(0, (count - 1) * step + size - n))], constant_values=pad_value)
    return np.take(x, np.arange(count)[:, None] * step + np.arange(size), -1)


def _window(name: str, terms: tuple) -> Any:
    def window(window_length, periodic=True, dtype="float32", name=None):
        n = int(window_length)
        angle = 2 * np.pi * np.arange(n) / max(1, n if periodic else n - 1)
        values = sum(a * np.cos(k * angle) for k, a in enumerate(terms)) if n > 1 else np.ones(n)
        return ops.convert_to_tensor(values.astype(str(dtype)))

    window.__name__ = window.__qualname__ = name
    window.__doc__ = f"{' '.join(f'{a:+} cos {k}x' for k, a in enumerate(terms))}"
    return window


hann_window = _window("hann_window", (0.5, -0.5))
hamming_window = _window("hamming_window", (0.54, -0.46))


def stft(
    signals: Any, frame_length: Any, frame_step: Any, fft_length: Any = None, window_fn: Any = hann_window,
    pad_end: bool = False, name: str | None = None,
) -> Any:  # fmt: skip
    """The spectra of windows of a signal."""
    size = int(frame_length)
    n = 1 << (size - 1).bit_length() if fft_length is None else int(fft_length)
    frames = frame(signals, size, frame_step, pad_end)
    frames = frames if window_fn is None else ops.multiply(frames, window_fn(size))
    return rfft(frames, [n])


@op
def linear_to_mel_weight_matrix(
    num_mel_bins=20, num_spectrogram_bins=129, sample_rate=8000, lower_edge_hertz=125.0, upper_edge_hertz=3800.0,
    dtype="float32",
):  # fmt: skip
    """Triangles that join the bins of a spectrum to bands of the mel scale."""
    def mel(f):
        return 1127.0 * np.log1p(np.asarray(f) / 700.0)

    bins = mel(np.linspace(0.0, float(sample_rate) / 2.0, int(num_spectrogram_bins))[1:])[:, None]
    edges = np.linspace(mel(lower_edge_hertz), mel(upper_edge_hertz), int(num_mel_bins) + 2)
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    weights = np.maximum(0.0, np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)))
    return np.pad(weights, [(1, 0), (0, 0)]).astype(str(dtype))


@op
def dct(input, type=2, n=None, axis=-1, norm=None):
    """Σ 2 xₙ cos(π k (2n + 1) / 2N), the second kind."""
    x = array(input)
    size = x.shape[-1]
    k, i = np.arange(size)[:, None], np.arange(size)
    matrix = 2 * np.cos(np.pi * k * (2 * i + 1) / (2 * size))
    if norm == "ortho":
        matrix *= np.where(k == 0, np.sqrt(1 / (4 * size)), np.sqrt(1 / (2 * size)))
    return ops.matmul(x, np.asarray(matrix.T, x.dtype))


def mfccs_from_log_mel_spectrograms(log_mel_spectrograms: Any, name: str | None = None) -> Any:
    """Cepstral coefficients."""
    n = int(log_mel_spectrograms.shape[-1])
    return ops.multiply(dct(log_mel_spectrograms), float(1.0 / np.sqrt(n * 2.0)))


_ALSO = "rfft irfft fft ifft fft2d ifft2d hann_window hamming_window"
__all__ = exported(globals(), _ALSO)
__getattr__ = absent("tf.signal", globals())
