"""Layers that only act in training, against overfitting: dropout, noise, and a penalty on what passes through."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras import regularizers
from minikeras._core.arguments import scalar
from minikeras._core.random import SeedGenerator
from minikeras._core.symbolic import InputSpec
from minikeras.layers.data_format import standardize_data_format
from minikeras.layers.identity import SameShape
from minikeras.layers.layer import registry


@registry.register
class Dropout(SameShape):
    """In training, set a random part of the input to 0 and enlarge the rest: y = x · m / (1 - rate), m = 0 or 1.

    The expected output is the input, so nothing needs to be done in prediction: there y = x.

    Args:
        rate: the part that is set to 0, from 0 to 1.
        noise_shape: shape of m where one draw shall serve a whole axis: ``(None, 1, 32)`` drops whole features of
            ``(batch, steps, 32)``; None stands for the size of the input.
        seed: an integer, for the same draws in each run.

    Input and output of any shape.

    References: Srivastava et al., Dropout: a simple way to prevent neural networks from overfitting, JMLR 15 (2014).

    >>> layer, x = Dropout(0.5, seed=1), np.ones((1, 6))
    >>> layer(x), layer(x, training=True)
    (array([[1., 1., 1., 1., 1., 1.]], dtype=float32), array([[0., 2., 2., 2., 0., 0.]], dtype=float32))
    """

    by_rows = True

    def __init__(self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        self.rate = _part(type(self).__name__, "rate", rate)
        self.noise_shape = _noise_shape(type(self).__name__, noise_shape)
        self.seed = seed
        self.seed_generator = SeedGenerator(seed) if self.rate > 0 else None

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, np.ndarray | None]:
        """Compute y = x · m / (1 - rate) in training, else y = x."""
        if not training or self.rate == 0.0:
            return x, None
        scaled = _keep(self.seed_generator, self.draw_shape(x.shape), self.rate, x.dtype)
        if self.rate < 1.0:
            scaled *= 1.0 / (1.0 - self.rate)
        return x * scaled, scaled

    def backward(self, dy: np.ndarray, kept: np.ndarray | None, need_dx: bool = True) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x."""
        return dy if kept is None else dy * kept  # ∂L/∂x = ∂L/∂y · m / (1 - rate)

    def draw_shape(self, shape: tuple) -> tuple:
        """Return the shape of m for an input of this shape."""
        return _concrete(self, self.noise_shape, shape)


class SpatialDropout(Dropout):
    """Base of dropout that sets whole channels to 0: neighbours in time or space tell the same and must go together."""

    axes = 0

    def __init__(self, rate: float, seed: int | None = None, name: str | None = None, dtype: Any = None, **kwargs):
        super().__init__(rate, seed=seed, name=name, dtype=dtype, **kwargs)
        self.input_spec = InputSpec(ndim=self.axes + 2)
        self.data_format = "channels_last"

    def draw_shape(self, shape: tuple) -> tuple:
        """Return the shape of m: one draw for each channel of each sample."""
        ones = (1,) * self.axes
        return (shape[0], *ones, shape[-1]) if self.data_format == "channels_last" else (*shape[:2], *ones)

    def get_config(self) -> dict:
        """Return the arguments that rebuild this layer."""
        config = {"rate": self.rate, "seed": self.seed, "name": self.name, "dtype": self.dtype}
        return config if self.axes == 1 else {**config, "data_format": self.data_format}


@registry.register
class SpatialDropout1D(SpatialDropout):
    """Dropout of whole channels of a series: y[b, :, c] = x[b, :, c] · m[b, c] / (1 - rate).

    Args:
        rate: the part of the channels that is set to 0, from 0 to 1.
        seed: an integer, for the same draws in each run.
        name, dtype: as of any layer.

    Input and output ``(batch, steps, channels)``.

    References: Tompson et al., Efficient object localization using convolutional networks, CVPR 2015.

    >>> SpatialDropout1D(0.5, seed=1)(np.ones((1, 2, 4)), training=True).tolist()
    [[[0.0, 2.0, 2.0, 2.0], [0.0, 2.0, 2.0, 2.0]]]
    """

    by_rows = True
    axes = 1


@registry.register
class SpatialDropout2D(SpatialDropout):
    """Dropout of whole channels of images.

    Args:
        rate: the part of the channels that is set to 0, from 0 to 1.
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.
        seed: an integer, for the same draws in each run.
        name, dtype: as of any layer.

    Input and output ``(batch, rows, columns, channels)``.

    >>> SpatialDropout2D(0.5, seed=1)(np.ones((1, 1, 2, 4)), training=True).tolist()
    [[[[0.0, 2.0, 2.0, 2.0], [0.0, 2.0, 2.0, 2.0]]]]
    """

    by_rows = True
    axes = 2

    def __init__(self, rate, data_format=None, seed=None, name=None, dtype=None, **kwargs):
        super().__init__(rate, seed, name, dtype, **kwargs)
        self.data_format = standardize_data_format(type(self).__name__, data_format)


@registry.register
class SpatialDropout3D(SpatialDropout2D):
    """Dropout of whole channels of volumes.

    Args:
        rate: the part of the channels that is set to 0, from 0 to 1.
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.
        seed: an integer, for the same draws in each run.
        name, dtype: as of any layer.

    Input and output ``(batch, rows, columns, slices, channels)``.

    >>> SpatialDropout3D(0.5, seed=1)(np.ones((1, 1, 1, 2, 4)), training=True).tolist()
    [[[[[0.0, 2.0, 2.0, 2.0], [0.0, 2.0, 2.0, 2.0]]]]]
    """

    by_rows = True
    axes = 3


@registry.register
class GaussianNoise(SameShape):
    """In training, add noise: y = x + n, n normal with mean 0.

    Args:
        stddev: standard deviation of n, from 0 to 1.
        seed: an integer, for the same draws in each run.

    Input and output of any shape.

    >>> GaussianNoise(0.1, seed=1)(np.ones((1, 3)), training=True).shape
    (1, 3)
    """

    by_rows = True

    def __init__(self, stddev: float, seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        self.stddev = _part("GaussianNoise", "stddev", stddev)
        self.seed = seed
        self.seed_generator = SeedGenerator(seed) if self.stddev > 0 else None

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, None]:
        """Compute y = x + n in training, else y = x."""
        if not training or self.stddev == 0.0:
            return x, None
        y = _normal(self.seed_generator, x, self.stddev)
        y += x
        return y, None

    def backward(self, dy: np.ndarray, kept: None, need_dx: bool = True) -> np.ndarray:
        """Return ∂L/∂x = ∂L/∂y."""
        return dy


@registry.register
class GaussianDropout(SameShape):
    """In training, multiply by noise: y = x · n, n normal with mean 1 and variance rate / (1 - rate), as Dropout's m has.

    Args:
        rate: from 0 to below 1.
        seed: an integer, for the same draws in each run.

    Input and output of any shape.

    References: Srivastava et al., Dropout: a simple way to prevent neural networks from overfitting, JMLR 15 (2014).

    >>> GaussianDropout(0.2, seed=1)(np.ones((1, 3)), training=True).shape
    (1, 3)
    """

    by_rows = True

    def __init__(self, rate: float, seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        self.rate = _part("GaussianDropout", "rate", rate, below_one=True)
        self.seed = seed
        self.seed_generator = SeedGenerator(seed) if self.rate > 0 else None

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, np.ndarray | None]:
        """Compute y = x · n in training, else y = x."""
        if not training or self.rate == 0.0:
            return x, None
        noise = _normal(self.seed_generator, x, math.sqrt(self.rate / (1.0 - self.rate)))
        noise += 1.0
        return x * noise, noise

    def backward(self, dy: np.ndarray, kept: np.ndarray | None, need_dx: bool = True) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x."""
        return dy if kept is None else dy * kept  # ∂L/∂x = ∂L/∂y · n


@registry.register
class AlphaDropout(SameShape):
    """Dropout for nets of ``selu``: what is dropped becomes α′, selu's lowest value, and mean and variance stay.

    In training y = a · (x · m + α′ (1 - m)) + b, with α′ = -1.7581, a = ((1 - rate)(1 + rate · α′²))^-½, b = -a α′ rate.

    Args:
        rate: the part that is dropped, from 0 to below 1.
        noise_shape: shape of m, as `Dropout` takes it.
        seed: an integer, for the same draws in each run.

    Input and output of any shape.

    References: Klambauer et al., Self-normalizing neural networks, NeurIPS 2017.

    >>> AlphaDropout(0.5, seed=1)(np.zeros((1, 6)), training=True).tolist()
    [[-0.7792, 0.7792, 0.7792, 0.7792, -0.7792, -0.7792]]
    """

    by_rows = True

    def __init__(self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        self.rate = _part("AlphaDropout", "rate", rate, below_one=True)
        self.noise_shape = _noise_shape("AlphaDropout", noise_shape)
        self.seed = seed
        self.seed_generator = SeedGenerator(seed) if self.rate > 0 else None

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, np.ndarray | None]:
        """Compute y = a · (x · m + α′ (1 - m)) + b in training, else y = x."""
        if not training or self.rate == 0.0:
            return x, None
        a = ((1.0 - self.rate) * (1.0 + self.rate * ALPHA**2)) ** -0.5
        b = -a * ALPHA * self.rate
        scaled = _keep(self.seed_generator, _concrete(self, self.noise_shape, x.shape), self.rate, x.dtype)
        scaled *= a
        y = x - ALPHA  # the same written as (x - α′) · a m + a α′ + b
        y *= scaled
        y += a * ALPHA + b
        return y, scaled

    def backward(self, dy: np.ndarray, kept: np.ndarray | None, need_dx: bool = True) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x."""
        return dy if kept is None else dy * kept  # ∂L/∂x = ∂L/∂y · a m


@registry.register
class ActivityRegularization(SameShape):
    """Pass the input on and add a penalty on it to the loss: l1 · Σ |x| + l2 · Σ x², per sample of the batch.

    Args:
        l1, l2: factors of the two sums, at least 0.

    Input and output of any shape.

    >>> layer = ActivityRegularization(l2=0.5)
    >>> layer(np.array([[1.0, 2.0]]))
    array([[1., 2.]], dtype=float32)
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs):
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.l1, self.l2 = float(l1), float(l2)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, None]:
        """Return the input."""
        return x, None

    def backward(self, dy: np.ndarray, kept: None, need_dx: bool = True) -> np.ndarray:
        """Return ∂L/∂x = ∂L/∂y; who trains adds the penalty's share."""
        return dy

    def get_config(self) -> dict:
        """Return the arguments that rebuild this layer."""
        return {key: value for key, value in super().get_config().items() if key != "activity_regularizer"}


ALPHA = -1.6732632423543772 * 1.0507009873554805  # -α · scale of selu, its limit for x → -∞


def _keep(seeds: SeedGenerator, shape: tuple, rate: float, dtype: np.dtype) -> np.ndarray:
    """Draw 1 (keep) or 0 (drop, with probability ``rate``), the same in each float type."""
    if rate >= 1.0:
        return np.zeros(shape, dtype)
    return keep_bits(seeds, math.prod(shape), rate, np.empty(math.prod(shape), dtype)).reshape(shape)


def keep_bits(seeds: SeedGenerator, n: int, rate: float, out: np.ndarray | None = None) -> np.ndarray:
    """Draw n times whether to keep; ``rate``, below 1, is the part that is not kept.

    A draw is 32 bits against rate · 2³²: half the time of drawing floats, and nearer to the rate.

    >>> keep_bits(SeedGenerator(1), 6, 0.5).tolist()
    [False, True, True, True, False, False]
    """
    bits = seeds.rng().bit_generator.random_raw((n + 1) // 2).view(np.uint32)[:n]
    return np.greater_equal(bits, round(rate * 2**32), out)


def _normal(seeds: SeedGenerator, x: np.ndarray, stddev: float) -> np.ndarray:
    noise = seeds.rng().standard_normal(x.shape, np.float64 if x.dtype == np.float64 else np.float32)
    noise *= stddev
    return noise.astype(x.dtype, copy=False)


def _part(layer: str, name: str, value: Any, below_one: bool = False) -> float:
    value = scalar(value)
    good = not isinstance(value, bool) and isinstance(value, (int, float, np.number))
    if not good or not 0 <= value <= 1 or below_one and value == 1:
        raise ValueError(
            f"Invalid value received for argument `{name}`. Expected a float value between 0 and 1"
            f"{' (not 1 itself)' * below_one}. {layer} got {value!r}."
        )
    return float(value)


def _noise_shape(layer: str, shape: Any) -> tuple | None:
    if shape is None:
        return None
    expected = None
    if not isinstance(shape, (list, tuple)):
        expected = "a tuple or list of integers"
    elif any(isinstance(n, bool) or not isinstance(n, (int, np.integer, type(None))) for n in shape):
        expected = "all elements to be integers or None"
    elif any(n is not None and n <= 0 for n in shape):
        expected = "all dimensions to be positive integers or None"
    if expected:
        raise ValueError(f"Invalid value received for argument `noise_shape`. Expected {expected}. {layer} got {shape!r}.")
    return tuple(n if n is None else int(n) for n in shape)


def _concrete(layer: SameShape, noise_shape: tuple | None, shape: tuple) -> tuple:
    """Fill in the sizes that the noise shape leaves to the input."""
    if noise_shape is None:
        return shape
    start = max(len(shape) - len(noise_shape), 0)
    sizes = tuple(shape[i] if n is None and i < len(shape) else n for i, n in enumerate(noise_shape, start))
    if len(sizes) > len(shape) or any(n not in (1, m) for n, m in zip(sizes, shape[start:])):
        raise ValueError(f"Layer {layer.name!r}: noise_shape {noise_shape} does not fit an input of shape {shape}.")
    return sizes
