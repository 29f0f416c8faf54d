"""The spectrum of sound over time, by convolutions that can be trained."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from minikeras import initializers
from minikeras._core.config import epsilon
from minikeras._core.symbolic import InputSpec
from minikeras.layers.data_format import standardize_data_format
from minikeras.layers.layer import Layer, registry

MODES = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")


@registry.register
class STFTSpectrogram(Layer):
    """The Fourier transform of each short piece of a sound, as a convolution with windowed cosines and sines.

    Args:
        mode: "log" (of the magnitude), "magnitude", "psd" (power), "real", "imag", "angle" or "stft" (both parts).
        frame_length: samples of a piece.
        frame_step: samples from one piece to the next; half a piece by default.
        fft_length: samples of the Fourier transform; the next power of two by default.
        window: as of `keras.initializers.STFT`, "hann" by default.
        periodic: whether the window is periodic.
        scaling: "density", "spectrum" or None, see `keras.initializers.STFT`.
        padding: "valid", or "same" to fill up with 0.
        expand_dims: give frequencies an axis of their own, besides that of the channels.
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Input ``(batch, samples, channels)``, output ``(batch, pieces, channels · frequencies)``, or with ``expand_dims``
    ``(batch, pieces, frequencies, channels)``. The weights start as a Fourier transform and can be trained.

    >>> STFTSpectrogram(frame_length=8)(np.zeros((2, 32, 1))).shape
    (2, 7, 5)
    """

    def __init__(
        self,
        mode: str = "log",
        frame_length: int = 256,
        frame_step: int | None = None,
        fft_length: int | None = None,
        window: Any = "hann",
        periodic: bool = False,
        scaling: str | None = "density",
        padding: str = "valid",
        expand_dims: bool = False,
        data_format: str | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if frame_step is not None and not 1 <= frame_step <= frame_length:
            raise ValueError(f"`frame_step` of STFTSpectrogram should be from 1 to {frame_length=}, got {frame_step}.")
        if fft_length is not None and fft_length < frame_length:
            raise ValueError(f"`fft_length` of STFTSpectrogram should be at least {frame_length=}, got {fft_length}.")
        if fft_length is not None and fft_length & (fft_length - 1):
            warnings.warn(f"`fft_length` is recommended to be a power of two, got {fft_length}.", stacklevel=2)
        if mode not in MODES:
            raise ValueError(f"Invalid `mode` {mode!r} of STFTSpectrogram: expected one of {', '.join(MODES)}.")
        if padding not in ("valid", "same"):
            raise ValueError(f"`padding` of STFTSpectrogram should be 'valid' or 'same', got {padding!r}.")
        initializers.STFT("real", window, scaling, periodic)  # refuses what it doesn't know
        self.mode, self.frame_length, self.frame_step, self.fft_length = mode, frame_length, frame_step, fft_length
        self.window, self.periodic, self.scaling = window, periodic, scaling
        self.padding, self.expand_dims = padding, expand_dims
        self.data_format = standardize_data_format("STFTSpectrogram", data_format)
        self.input_spec = InputSpec(ndim=3)
        self.real_kernel = self.imag_kernel = None
        self._step = frame_step or frame_length // 2
        self._bins = (fft_length or 2 ** math.ceil(math.log2(frame_length))) // 2 + 1

    def build(self, input_shape: tuple) -> None:
        """Make the cosines and sines."""
        shape = (self.frame_length, 1, self._bins)
        for side, other in (("real", "imag"), ("imag", "real")):
            if self.mode != other:
                start = initializers.STFT(side, self.window, self.scaling, self.periodic)
                setattr(self, f"{side}_kernel", self.add_weight(name=f"{side}_kernel", shape=shape, initializer=start))

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Compute the spectrogram."""
        last = self.data_format == "channels_last"
        rows = np.swapaxes(x, 1, 2) if last else x  # (batch, channels, samples)
        padded = np.pad(rows, ((0, 0), (0, 0), self._pads(rows.shape[-1])))
        frames = np.lib.stride_tricks.sliding_window_view(padded, self.frame_length, -1)[:, :, :: self._step]
        parts = [None if k is None else frames @ k.value[:, 0] for k in (self.real_kernel, self.imag_kernel)]
        y, local = self._combined(*parts)
        return self._arranged(y), (frames, local, rows.shape, padded.shape, y.shape)

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂y into ∂L/∂x and write ∂L/∂w for the two kernels."""
        frames, local, shape, padded_shape, y_shape = kept
        d = self._rearranged(dy, y_shape)
        dframes = 0.0
        for kernel, slope in zip((self.real_kernel, self.imag_kernel), self._split(d, local)):
            if kernel is None:
                continue
            if kernel.trainable:
                flat = frames.reshape(-1, self.frame_length)
                np.matmul(flat.T, slope.reshape(-1, self._bins), out=kernel.grad[:, 0])  # ∂L/∂w = framesᵀ δ
            if need_dx:
                dframes = dframes + slope @ kernel.value[:, 0].T  # ∂L/∂frames = δ wᵀ
        if not need_dx:
            return None
        padded = np.zeros(padded_shape, dy.dtype)
        for i in range(frames.shape[2]):
            padded[..., i * self._step : i * self._step + self.frame_length] += dframes[:, :, i]
        left = self._pads(shape[-1])[0]
        dx = padded[..., left : left + shape[-1]]
        return np.swapaxes(dx, 1, 2) if self.data_format == "channels_last" else dx

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the spectrogram."""
        last = self.data_format == "channels_last"
        batch, n, channels = input_shape if last else (input_shape[0], input_shape[2], input_shape[1])
        pieces = None if n is None else -(-n // self._step) if self.padding == "same" else self._pieces(n)
        bins = self._bins * (2 if self.mode == "stft" else 1)
        if self.expand_dims:
            return (batch, pieces, bins, channels) if last else (batch, channels, pieces, bins)
        wide = None if channels is None else channels * bins
        return (batch, pieces, wide) if last else (batch, wide, pieces)

    def _pieces(self, n: int) -> int:
        return max((n - self.frame_length) // self._step + 1, 0)

    def _pads(self, n: int) -> tuple[int, int]:
        if self.padding == "valid":
            if n < self.frame_length:
                raise ValueError(
                    f"Layer {self.name!r} (STFTSpectrogram) needs at least frame_length={self.frame_length} samples, got {n}."
                )
            return 0, 0
        total = max((-(-n // self._step) - 1) * self._step + self.frame_length - n, 0)
        return total // 2, total - total // 2

    def _combined(self, real, imag) -> tuple[np.ndarray, tuple]:
        """What the mode makes of the two parts; and the factors that ∂L/∂y has to be multiplied by."""
        if self.mode in ("real", "imag"):
            return (real if imag is None else imag), ()
        if self.mode == "stft":
            return np.concatenate([real, imag], -1), ()
        power = real * real + imag * imag
        if self.mode == "angle":
            safe = np.where(power > 0, power, 1.0)
            return np.arctan2(imag, real), (-imag / safe, real / safe)
        if self.mode == "psd":
            twice = np.full(self._bins, 2.0)
            twice[[0, -1]] = 1.0  # inner frequencies stand for their mirrored ones, too
            return power * twice.astype(power.dtype), (2 * real * twice, 2 * imag * twice)
        magnitude = np.sqrt(np.maximum(power, epsilon()))
        slope = (power > epsilon()) / magnitude
        if self.mode == "magnitude":
            return magnitude, (real * slope, imag * slope)
        return np.log(np.maximum(magnitude, epsilon())), (real * slope / magnitude, imag * slope / magnitude)

    def _split(self, d: np.ndarray, local: tuple) -> tuple:
        if self.mode in ("real", "imag"):
            return (d, None) if self.mode == "real" else (None, d)
        if self.mode == "stft":
            return d[..., : self._bins], d[..., self._bins :]
        return tuple((d * slope).astype(d.dtype, copy=False) for slope in local)

    def _arranged(self, y: np.ndarray) -> np.ndarray:
        """From (batch, channels, pieces, frequencies) to the shape of the output."""
        if self.expand_dims:
            return y.transpose(0, 2, 3, 1) if self.data_format == "channels_last" else y
        batch, channels, pieces, bins = y.shape
        y = y.transpose(0, 1, 3, 2).reshape(batch, channels * bins, pieces)
        return y.transpose(0, 2, 1) if self.data_format == "channels_last" else y

    def _rearranged(self, dy: np.ndarray, shape: tuple) -> np.ndarray:
        if self.expand_dims:
            return dy.transpose(0, 3, 1, 2) if self.data_format == "channels_last" else dy
        batch, channels, pieces, bins = shape
        d = dy.transpose(0, 2, 1) if self.data_format == "channels_last" else dy
        return d.reshape(batch, channels, bins, pieces).transpose(0, 1, 3, 2)
