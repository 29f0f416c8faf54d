"""Fourier transforms. Complex numbers are pairs (real, imaginary) of arrays, as in Keras."""

from __future__ import annotations

import numpy as np

from minikeras._core.trace_own import scatter_add, spectrum
from minikeras.ops.dtypes import array, cast, floats, promote_floats
from minikeras.ops.operation import operation


def pair(x):
    """The two parts as the last axis of one array."""
    if not isinstance(x, (tuple, list)) or len(x) != 2:
        raise ValueError(f"Input `x` should be a tuple of two tensors - real and imaginary. Received: x={x!r:.80}")
    real, imag = promote_floats(*x)
    if real.shape != imag.shape:
        raise ValueError(f"The real and the imaginary part should have one shape, got {real.shape} and {imag.shape}.")
    return np.stack([real, imag], -1)


def check_rank(x, least):
    """Too few axes are an error."""
    if len(x.shape) < least:
        raise ValueError(f"Input `x` should have a rank of at least {least}, got shape {tuple(x.shape)}.")


def parts(y):
    """The pair out of the last axis."""
    return y[..., 0], y[..., 1]


@operation(name="FFT")
def fft(x):
    """The Fourier transform along the last axis: Xₖ = Σₙ xₙ exp(-2πi k n / N).

    >>> [a.tolist() for a in fft(([1.0, 0.0], [0.0, 0.0]))]
    [[1.0, 1.0], [0.0, 0.0]]
    """
    x = pair(x)
    check_rank(x[..., 0], 1)
    return parts(spectrum(x, (x.ndim - 2,), -1))


@operation(name="FFT2")
def fft2(x):
    """The Fourier transform along the last two axes.

    >>> [a.tolist() for a in fft2(([[1.0, 0.0]], [[0.0, 0.0]]))]
    [[[1.0, 1.0]], [[0.0, 0.0]]]
    """
    x = pair(x)
    check_rank(x[..., 0], 2)
    return parts(spectrum(x, (x.ndim - 3, x.ndim - 2), -1))


@operation(name="IFFT2")
def ifft2(x):
    """The inverse of `fft2`.

    >>> [a.tolist() for a in ifft2(([[1.0, 1.0]], [[0.0, 0.0]]))]
    [[[1.0, 0.0]], [[0.0, 0.0]]]
    """
    x = pair(x)
    check_rank(x[..., 0], 2)
    return parts(spectrum(x, (x.ndim - 3, x.ndim - 2), 1) / (x.shape[-3] * x.shape[-2]))


def fitted(x, n):
    """Cut or filled with zeros to n along the last axis."""
    if x.shape[-1] >= n:
        return x[..., :n]
    return np.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, n - x.shape[-1])])


@operation(name="RFFT")
def rfft(x, fft_length=None):
    """The Fourier transform of real numbers: the frequencies from 0 to N / 2.

    >>> [a.tolist() for a in rfft([1.0, 0.0, 0.0])]
    [[1.0, 1.0], [0.0, 0.0]]
    """
    x = floats(x)
    check_rank(x, 1)
    n = x.shape[-1] if fft_length is None else int(fft_length)
    if type(x) is np.ndarray:
        y = np.fft.rfft(x, n)
        return y.real.astype(x.dtype), y.imag.astype(x.dtype)
    x = fitted(x, n)
    return parts(spectrum(np.stack([x, x * 0], -1), (x.ndim - 1,), -1)[..., : n // 2 + 1, :])


@operation(name="IRFFT")
def irfft(x, fft_length=None):
    """The real numbers with these frequencies: the inverse of `rfft`.

    >>> irfft(([1.0, 1.0], [0.0, 0.0]))
    array([1., 0.], dtype=float32)
    """
    real, imag = parts(pair(x))
    check_rank(real, 1)
    n = 2 * (real.shape[-1] - 1) if fft_length is None else int(fft_length)
    half = n // 2 + 1
    real, imag = fitted(real, half), fitted(imag, half)
    if type(real) is np.ndarray:
        return np.fft.irfft(real + 1j * imag, n).astype(real.dtype)
    twice = np.full(half, 2.0)
    twice[0] = 1.0
    if n % 2 == 0:
        twice[-1] = 1.0
    twice = cast(twice, real.dtype)
    both = np.stack([fitted(real * twice, n), fitted(imag * twice, n)], -1)
    return spectrum(both, (real.ndim - 1,), 1)[..., 0] / n


def window_of(window, sequence_length, fft_length, dtype):
    """The numbers that a window stands for, in the middle of a frame."""
    if window is None:
        numbers = np.ones(sequence_length)
    elif isinstance(window, str):
        if window not in ("hann", "hamming"):
            raise ValueError(f"If a string is passed to `window`, it must be one of 'hann', 'hamming'. Received: {window!r}")
        numbers = (np.hanning if window == "hann" else np.hamming)(sequence_length + 1)[:-1]
    else:
        numbers = array(window)
        if numbers.ndim != 1 or numbers.shape[0] != sequence_length:
            raise ValueError(f"The shape of `window` must be ({sequence_length},), got {numbers.shape}.")
    before = (fft_length - sequence_length) // 2
    fill = 1.0 if window is None else 0.0
    return cast(np.pad(numbers, (before, fft_length - sequence_length - before), constant_values=fill), dtype)


def check_frames(sequence_length, sequence_stride, fft_length):
    """Frames fit into a transform and follow each other."""
    if sequence_length > fft_length:
        raise ValueError(f"sequence_length must be at most fft_length, got {sequence_length} and {fft_length}.")
    if not isinstance(sequence_stride, (int, np.integer)) or sequence_stride < 1:
        raise ValueError(f"sequence_stride must be an integer of at least 1, got {sequence_stride!r}.")


@operation(name="STFT")
def stft(x, sequence_length, sequence_stride, fft_length, window="hann", center=True):
    """The Fourier transforms of windows of a signal, each begun a stride after the one before.

    Args:
        x: array of shape (..., time).
        sequence_length, sequence_stride: how long the windows are, and how far apart.
        fft_length: the length of the transform.
        window: "hann", "hamming", an array of ``sequence_length`` numbers, or None.
        center: whether the signal is continued by reflection, so that windows stand around their times.

    Returns:
        The real and the imaginary parts, of shape (..., windows, fft_length / 2 + 1).

    >>> stft(np.ones(8, "float32"), 4, 2, 4)[0].shape
    (5, 3)
    """
    check_frames(sequence_length, sequence_stride, fft_length)
    x = floats(x)
    check_rank(x, 1)
    if center:
        x = np.pad(x, [(0, 0)] * (x.ndim - 1) + [(fft_length // 2, fft_length // 2)], mode="reflect")
    count = max((x.shape[-1] - fft_length) // sequence_stride + 1, 0)
    frames = x[..., np.arange(count)[:, None] * sequence_stride + np.arange(fft_length)]
    return rfft(frames * window_of(window, sequence_length, fft_length, x.dtype), fft_length)


@operation(name="ISTFT")
def istft(x, sequence_length, sequence_stride, fft_length, length=None, window="hann", center=True):
    """The signal with these windowed transforms: the inverse of `stft`, whose arguments it takes.

    Args:
        x: the real and the imaginary parts, of shape (..., windows, fft_length / 2 + 1).
        length: of the signal.

    >>> istft(stft(np.ones(8, "float32"), 4, 2, 4), 4, 2, 4)
    array([1., 1., 1., 1., 1., 1., 1., 1.], dtype=float32)
    """
    check_frames(sequence_length, sequence_stride, fft_length)
    frames = irfft(x, fft_length)
    check_rank(frames, 2)
    weights = window_of(window, sequence_length, fft_length, frames.dtype)
    count = frames.shape[-2]
    total = fft_length + sequence_stride * (count - 1)
    at = np.arange(count)[:, None] * sequence_stride + np.arange(fft_length)
    y = scatter_add(frames * weights, (*frames.shape[:-2], total), (Ellipsis, at))
    known = scatter_add(np.broadcast_to(weights * weights, at.shape), (total,), (at,))
    y = y / np.where(known > 1e-10, known, cast(1, known.dtype))
    start = fft_length // 2 if center else 0
    stop = start + length if length is not None else total - fft_length // 2 if center else total
    return y[..., start:stop]
