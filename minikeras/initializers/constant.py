"""Start values without chance: numbers, the identity matrix, the kernels of a Fourier transformation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras._core.config import standardize_dtype
from minikeras._core.serialize import deserialize_keras_object
from minikeras.initializers.initializer import Initializer


class Zeros(Initializer):
    """All 0.

    >>> Zeros()((2,))
    array([0., 0.], dtype=float32)
    """

    def __call__(self, shape: tuple, dtype: Any = None) -> np.ndarray:
        return np.zeros(shape, standardize_dtype(dtype))


class Ones(Initializer):
    """All 1.

    >>> Ones()((2,))
    array([1., 1.], dtype=float32)
    """

    def __call__(self, shape: tuple, dtype: Any = None) -> np.ndarray:
        return np.ones(shape, standardize_dtype(dtype))


class Constant(Initializer):
    """All the same.

    Args:
        value: the number, or an array that is repeated to the shape.

    >>> Constant(0.1)((2,))
    array([0.1, 0.1], dtype=float32)
    """

    def __init__(self, value: Any = 0.0):
        self.value = value

    def __call__(self, shape: tuple, dtype: Any = None) -> np.ndarray:
        values = np.empty(shape, standardize_dtype(dtype))
        values[...] = self.value
        return values

    @classmethod
    def from_config(cls, config: dict) -> Constant:
        """Build from what ``get_config`` returned; an array comes as a dict."""
        return cls(**{name: deserialize_keras_object(value) for name, value in config.items()})


class Identity(Initializer):
    """The identity matrix times ``gain``: a layer that passes its input on. For weights with two axes.

    Args:
        gain: the number on the diagonal.

    Raises:
        ValueError: the shape has not two axes.

    >>> Identity(2.0)((2, 3))
    array([[2., 0., 0.],
           [0., 2., 0.]], dtype=float32)
    """

    def __init__(self, gain: float = 1.0):
        self.gain = gain

    def __call__(self, shape: tuple, dtype: Any = None) -> np.ndarray:
        if len(shape) != 2:
            raise ValueError(f"Identity makes matrices, weights with two axes; got shape {tuple(shape)}.")
        values = np.eye(*shape, dtype=standardize_dtype(dtype))
        values *= self.gain
        return values

    def get_config(self) -> dict:
        """Return the gain where it is not 1, as Keras leaves it out.

        >>> Identity().get_config(), Identity(2.0).get_config()
        ({}, {'gain': 2.0})
        """
        return {} if self.gain == 1.0 else {"gain": self.gain}


# Σ (-1)ᵏ aₖ cos(2πkn / N): the a of each window that is such a sum
COSINE_WINDOWS = {
    "boxcar": (1.0,),
    "hann": (0.5, 0.5),
    "hamming": (0.54, 0.46),
    "blackman": (0.42, 0.5, 0.08),
    "nuttall": (0.3635819, 0.4891775, 0.1365995, 0.0106411),
    "blackmanharris": (0.35875, 0.48829, 0.14128, 0.01168),
    "flattop": (0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368),
}
WINDOWS = (*COSINE_WINDOWS, "bartlett", "barthann", "bohman", "cosine", "lanczos", "ones", "rectangular", "tukey")


def window_values(name: str, size: int, periodic: bool) -> np.ndarray:
    """The values of a window by its name.

    >>> window_values("hann", 5, periodic=False)
    array([0. , 0.5, 1. , 0.5, 0. ])
    """
    if size <= 1:
        return np.ones(size)
    last = size if periodic else size - 1
    n = np.arange(size)
    r = np.abs(2.0 * n / last - 1.0)  # how far from the middle, up to 1
    if name == "bartlett":
        return 1.0 - r
    if name == "barthann":
        return 0.62 - 0.24 * r + 0.38 * np.cos(math.pi * r)
    if name == "bohman":
        return (1.0 - r) * np.cos(math.pi * r) + np.sin(math.pi * r) / math.pi
    if name == "lanczos":
        return np.sinc(r)
    if name == "tukey":  # flat in the middle half
        return np.where(r <= 0.5, 1.0, 0.5 + 0.5 * np.cos(2.0 * math.pi * (r - 0.5)))
    if name == "cosine":
        return np.sin(math.pi * (n + 0.5) / (last + 1))
    a = COSINE_WINDOWS.get(name, COSINE_WINDOWS["boxcar"])
    return sum((-1) ** k * c * np.cos(2.0 * math.pi * k * n / last) for k, c in enumerate(a)) * np.ones(size)


class STFT(Initializer):
    """Kernels that make a convolution a short-time Fourier transformation, for shape (frame, 1, frequencies).

    Real side: w[n] cos(2πkn / F) / s, imaginary: -w[n] sin(2πkn / F) / s with F = 2 (frequencies - 1).

    Args:
        side: ``"real"`` or ``"imag"``.
        window: name of a window such as ``"hann"``, an array of its values, or None.
        scaling: s is √Σw² for ``"density"``, Σ|w| for ``"spectrum"``, 1 for None.
        periodic: whether the window continues beyond the frame, or ends with it.

    >>> STFT()((4, 1, 3))[:, 0, 0]
    array([0.    , 0.7071, 0.7071, 0.    ], dtype=float32)
    """

    def __init__(self, side: str = "real", window: Any = "hann", scaling: str | None = "density", periodic: bool = False):
        if side not in ("real", "imag"):
            raise ValueError(f"Argument `side` of STFT must be 'real' or 'imag', got {side!r}.")
        if isinstance(window, str) and window not in WINDOWS:
            raise ValueError(f"Argument `window` of STFT must be one of {sorted(WINDOWS)} or an array, got {window!r}.")
        if scaling not in (None, "density", "spectrum"):
            raise ValueError(f"Argument `scaling` of STFT must be None, 'density' or 'spectrum', got {scaling!r}.")
        self.side, self.window, self.scaling, self.periodic = side, window, scaling, periodic

    def __call__(self, shape: tuple, dtype: Any = None) -> np.ndarray:
        frame, _, frequencies = shape
        turn = 2.0 * math.pi / (2.0 * (frequencies - 1)) * np.arange(frame)[:, None] * np.arange(frequencies)
        kernel = np.cos(turn) if self.side == "real" else -np.sin(turn)
        if self.window is not None:
            by_name = isinstance(self.window, str)
            w = window_values(self.window, frame, self.periodic) if by_name else np.asarray(self.window, np.float64)
            if w.shape != (frame,):
                raise ValueError(f"The window of STFT must have as many values as the frame, {frame}, got shape {w.shape}.")
            scales = {None: 1.0, "density": math.sqrt(np.sum(w * w)), "spectrum": float(np.sum(np.abs(w)))}
            kernel *= w[:, None] / scales[self.scaling]
        return kernel[:, None, :].astype(standardize_dtype(dtype))
