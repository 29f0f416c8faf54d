"""Sound as a picture: loudness by pitch and time."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from minikeras.layers.layer import Layer, registry

WINDOWS = {"hann": (0.5, 0.5), "hamming": (0.54, 0.46)}


@registry.register
class MelSpectrogram(Layer):
    """The spectrum of each short piece of a sound, in bands that are even in pitch (mel) rather than in frequency.

    With the spectrum X of a windowed piece, y = |X|^mag_exp · M, M the weights of the bands; in decibels
    10 log₁₀ max(y, min_power) - 10 log₁₀ max(ref_power, min_power), at most ``top_db`` below the loudest.

    Args:
        fft_length: samples of a piece's Fourier transform.
        sequence_stride: samples from one piece to the next.
        sequence_length: samples of a piece; ``fft_length`` by default.
        window: "hann", "hamming", an array, or None for no window.
        sampling_rate: samples in a second.
        num_mel_bins: number of bands.
        min_freq, max_freq: lowest and highest frequency in hertz; half the sampling rate by default.
        power_to_db: whether to turn power into decibels.
        top_db, mag_exp, min_power, ref_power: see above.

    Input ``(batch, samples)`` or ``(samples,)``, output ``(batch, num_mel_bins, pieces)``.

    References: Stevens et al., A scale for the measurement of the psychological magnitude pitch, 1937.

    >>> MelSpectrogram(fft_length=64, sequence_stride=32, num_mel_bins=8)(np.zeros((2, 320))).shape
    (2, 8, 11)
    """

    def __init__(
        self,
        fft_length: int = 2048,
        sequence_stride: int = 512,
        sequence_length: int | None = None,
        window: Any = "hann",
        sampling_rate: int = 16000,
        num_mel_bins: int = 128,
        min_freq: float = 20.0,
        max_freq: float | None = None,
        power_to_db: bool = True,
        top_db: float = 80.0,
        mag_exp: float = 2.0,
        min_power: float = 1e-10,
        ref_power: float = 1.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.fft_length, self.sequence_stride = fft_length, sequence_stride
        self.sequence_length = sequence_length or fft_length
        if self.fft_length < self.sequence_length:
            raise ValueError(
                "`fft_length` of MelSpectrogram must be at least `sequence_length`, "
                f"got fft_length={fft_length} and sequence_length={self.sequence_length}."
            )
        self.window = window
        self.sampling_rate, self.num_mel_bins = sampling_rate, num_mel_bins
        self.min_freq, self.max_freq = min_freq, max_freq or int(sampling_rate / 2)
        self.power_to_db, self.top_db = power_to_db, top_db
        self.mag_exp, self.min_power, self.ref_power = mag_exp, min_power, ref_power
        if isinstance(window, str) and window not in WINDOWS:
            raise ValueError(f"Unknown window {window!r} of MelSpectrogram: use one of {sorted(WINDOWS)}, an array or None.")

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Compute the spectrogram."""
        half = self.fft_length // 2
        padded = np.pad(x, [(0, 0)] * (x.ndim - 1) + [(half, half)], mode="reflect")
        pieces = np.lib.stride_tricks.sliding_window_view(padded, self.fft_length, -1)[..., :: self.sequence_stride, :]
        spectrum = np.fft.rfft(pieces * self._window, axis=-1)
        magnitude = np.abs(spectrum)
        mel = (magnitude**self.mag_exp) @ self._bands
        y, lowest = self._decibels(mel) if self.power_to_db else (mel, None)
        kept = spectrum, magnitude, mel, y, lowest, x.shape, padded.shape
        return np.swapaxes(y, -1, -2).astype(x.dtype), kept

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x, back through decibels, bands, spectrum and pieces."""
        spectrum, magnitude, mel, y, lowest, shape, padded_shape = kept
        d = np.swapaxes(dy, -1, -2)
        if lowest is not None:
            cut = y <= lowest
            rest = np.where(cut, 0.0, d)
            rest[np.unravel_index(np.argmax(y), y.shape)] += np.sum(d[cut])  # what was cut follows the loudest
            loud = mel > self.min_power
            d = np.where(loud, rest * (10.0 / math.log(10.0)) / np.where(loud, mel, 1.0), 0.0)
        d = (d @ self._bands.T) * self.mag_exp
        slope = np.where(magnitude > 0, magnitude, 1.0) ** (self.mag_exp - 2.0) * spectrum  # ∂|X|^p = p |X|^(p-2) X
        n = self.fft_length
        d = np.fft.ifft(d * slope, n=n, axis=-1).real * n * self._window
        padded = np.zeros(padded_shape)
        for i in range(d.shape[-2]):
            padded[..., i * self.sequence_stride : i * self.sequence_stride + n] += d[..., i, :]
        half = n // 2
        dx = padded[..., half : half + shape[-1]].copy()
        dx[..., 1 : half + 1] += padded[..., half - 1 :: -1] if half else 0.0  # what was mirrored at both ends
        dx[..., shape[-1] - 1 - half : shape[-1] - 1] += padded[..., : half + shape[-1] - 1 : -1]
        return dx.astype(dy.dtype)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return ``(batch, num_mel_bins, pieces)``."""
        *batch, n = input_shape
        pieces = None if n is None else 1 + (n + self.fft_length // 2 * 2 - self.fft_length) // self.sequence_stride
        return (*batch, self.num_mel_bins, pieces)

    @property
    def _window(self) -> np.ndarray:
        return padded_window(self.window, self.sequence_length, self.fft_length)

    @property
    def _bands(self) -> np.ndarray:
        bins = self.fft_length // 2 + 1
        return mel_weights(self.num_mel_bins, bins, self.sampling_rate, self.min_freq, self.max_freq)

    def _decibels(self, power: np.ndarray) -> tuple[np.ndarray, float]:
        y = 10.0 * np.log10(np.maximum(power, self.min_power))
        y -= 10.0 * math.log10(max(abs(self.ref_power), self.min_power))
        lowest = float(np.max(y, initial=-np.inf)) - self.top_db
        return np.maximum(y, lowest), lowest


def padded_window(window: Any, length: int, total: int) -> np.ndarray:
    """A window of a length, periodic, in the middle of ``total`` values.

    >>> padded_window("hann", 4, 6).tolist()
    [0.0, 0.0, 0.5, 1.0, 0.5, 0.0]
    """
    if window is None:
        return np.ones(total)
    if isinstance(window, str):
        a, b = WINDOWS[window]
        values = a - b * np.cos(2 * math.pi * np.arange(length) / length)
    else:
        values = np.asarray(window, float)
    if values.shape != (length,):
        raise ValueError(f"The window must have length {length}, got shape {values.shape}.")
    left = (total - length) // 2
    return np.pad(values, (left, total - length - left))


@lru_cache(maxsize=16)
def mel_weights(bands: int, bins: int, sampling_rate: float, lowest: float, highest: float) -> np.ndarray:
    """How much each frequency of a spectrum counts in each band: triangles that overlap, ``(bins, bands)``.

    >>> mel_weights(2, 5, 16000, 0.0, 8000.0).shape
    (5, 2)
    """

    def mel(hertz):
        return 1127.0 * np.log1p(np.asarray(hertz) / 700.0)

    pitch = mel(np.linspace(0.0, sampling_rate / 2.0, bins)[1:])[:, None]
    edges = np.linspace(mel(lowest), mel(highest), bands + 2)
    low, center, high = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (pitch - low) / (center - low), (high - pitch) / (high - center)
    return np.pad(np.maximum(0.0, np.minimum(rising, falling)), ((1, 0), (0, 0)))  # the mean of the sound counts nowhere
