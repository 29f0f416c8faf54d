"""Random arrays: `keras.random`.

Every function takes ``seed``: None draws from the stream that `set_random_seed` starts, an integer gives the same values
at each call, a `SeedGenerator` gives new ones at each call, in an order that its own seed determines.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from minikeras._core.config import standardize_dtype
from minikeras._core.lazy import lazily
from minikeras._core.random import SeedGenerator, make_rng
from minikeras._core.registry import Registry
from minikeras._core.tape import boxed_inputs
from minikeras._core.trace import Box

__getattr__ = lazily(__name__)

__all__ = [
    "SeedGenerator",
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "gamma",
    "normal",
    "randint",
    "shuffle",
    "truncated_normal",
    "uniform",
]

registry = Registry("keras.random")
registry.register(SeedGenerator)

Shape = Sequence[int]


def normal(shape: Shape, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None) -> np.ndarray:
    """Draw from the normal distribution.

    Args:
        shape: the shape of the result.
        mean: its centre.
        stddev: its standard deviation.
        dtype: a float type, ``floatx()`` by default.
        seed: None, an integer or a `SeedGenerator`.

    >>> normal((3,), mean=5.0, stddev=0.0, seed=1)
    array([5., 5., 5.], dtype=float32)
    """
    dtype, draw = float_types(dtype, "normal")
    x = make_rng(seed).standard_normal(tuple(shape), draw)
    return shift(x, stddev, mean, dtype)


def uniform(shape: Shape, minval: float = 0.0, maxval: float = 1.0, dtype: Any = None, seed: Any = None) -> np.ndarray:
    """Draw evenly from [minval, maxval).

    Args:
        shape: the shape of the result.
        minval: the lower bound, may be drawn.
        maxval: the upper bound, is not drawn (rounding aside).
        dtype: a float type, ``floatx()`` by default.
        seed: None, an integer or a `SeedGenerator`.

    >>> x = uniform((1000,), -2.0, 3.0, seed=1); bool(x.min() >= -2.0 and x.max() <= 3.0)
    True
    """
    dtype, draw = float_types(dtype, "uniform")
    x = evenly(make_rng(seed), tuple(shape), draw)
    return shift(x, maxval - minval, minval, dtype)


def truncated_normal(shape: Shape, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None) -> np.ndarray:
    """Draw from the normal distribution, again wherever a value is more than two standard deviations from the mean.

    The result has a standard deviation of 0.8796 · stddev.

    Args:
        shape: the shape of the result.
        mean: the centre.
        stddev: the standard deviation before cutting.
        dtype: a float type, ``floatx()`` by default.
        seed: None, an integer or a `SeedGenerator`.

    >>> x = truncated_normal((1000,), seed=1); bool(np.abs(x).max() <= 2.0)
    True
    """
    dtype, draw = float_types(dtype, "truncated_normal")
    rng = make_rng(seed)
    x = rng.standard_normal(tuple(shape), draw)
    out = np.abs(x) > 2.0
    while np.any(out):
        x[out] = rng.standard_normal(np.count_nonzero(out), draw)
        out = np.abs(x) > 2.0
    return shift(x, stddev, mean, dtype)


def randint(shape: Shape, minval: int, maxval: int, dtype: Any = "int32", seed: Any = None) -> np.ndarray:
    """Draw integers evenly from minval to maxval - 1.

    Args:
        shape: the shape of the result.
        minval: the smallest.
        maxval: one above the largest.
        dtype: an integer type.
        seed: None, an integer or a `SeedGenerator`.

    >>> sorted(set(randint((1000,), 0, 3, seed=1).tolist()))
    [0, 1, 2]
    """
    dtype = standardize_dtype(dtype or "int32")
    if np.dtype(dtype).kind not in "iu":
        raise ValueError(f"`keras.random.randint` requires an integer `dtype`. It got {dtype!r}; for floats use uniform.")
    return make_rng(seed).integers(int(minval), int(maxval), tuple(shape), np.int64).astype(dtype)


def categorical(logits: Any, num_samples: int, dtype: Any = "int32", seed: Any = None) -> np.ndarray:
    """Draw class numbers, each row's by softmax(logits) of that row.

    Args:
        logits: array of shape (rows, classes): logarithms of the chances, up to a constant.
        num_samples: how many to draw for each row.
        dtype: an integer type.
        seed: None, an integer or a `SeedGenerator`.

    Returns:
        Array of shape (rows, num_samples).

    >>> categorical(np.log([[1e-9, 1.0], [1.0, 1e-9]]), 3, seed=1).tolist()
    [[1, 1, 1], [0, 0, 0]]
    """
    logits = np.asarray(logits, np.float64)
    if logits.ndim != 2:
        raise ValueError(f"categorical expects logits of shape (rows, classes), got shape {logits.shape}.")
    sums = np.cumsum(np.exp(logits - np.max(logits, axis=1, keepdims=True, initial=-np.inf)), axis=1)
    u = make_rng(seed).random((len(logits), num_samples)) * sums[:, -1:]
    drawn = [np.searchsorted(row, v, side="right") for row, v in zip(sums, u, strict=True)]
    return np.minimum(np.reshape(drawn, (len(logits), num_samples)), logits.shape[1] - 1).astype(standardize_dtype(dtype))


def gamma(shape: Shape, alpha: Any, dtype: Any = None, seed: Any = None) -> np.ndarray:
    """Draw from the gamma distribution with shape parameter alpha and scale 1 (mean alpha).

    Args:
        shape: the shape of the result.
        alpha: above 0; a number or an array that fits ``shape``.
        dtype: a float type, ``floatx()`` by default.
        seed: None, an integer or a `SeedGenerator`.

    >>> round(float(gamma((20000,), 3.0, seed=1).mean()), 1)
    3.0
    """
    dtype, _ = float_types(dtype, "gamma")
    return make_rng(seed).standard_gamma(alpha, tuple(shape)).astype(dtype)


def beta(shape: Shape, alpha: Any, beta: Any, dtype: Any = None, seed: Any = None) -> np.ndarray:
    """Draw from the beta distribution on (0, 1) (mean alpha / (alpha + beta)).

    Args:
        shape: the shape of the result.
        alpha, beta: above 0; numbers or arrays that fit ``shape``.
        dtype: a float type, ``floatx()`` by default.
        seed: None, an integer or a `SeedGenerator`.

    >>> round(float(beta((20000,), 1.0, 3.0, seed=1).mean()), 2)
    0.25
    """
    dtype, _ = float_types(dtype, "beta")
    return make_rng(seed).beta(alpha, beta, tuple(shape)).astype(dtype)


def binomial(shape: Shape, counts: Any, probabilities: Any, dtype: Any = None, seed: Any = None) -> np.ndarray:
    """Draw how many of ``counts`` trials succeed, each with chance ``probabilities``.

    Args:
        shape: the shape of the result.
        counts: numbers of trials; a number or an array that fits ``shape``.
        probabilities: from 0 to 1; a number or an array that fits ``shape``.
        dtype: a float type, ``floatx()`` by default.
        seed: None, an integer or a `SeedGenerator`.

    >>> binomial((3,), 4, [0.0, 1.0, 1.0], seed=1)
    array([0., 4., 4.], dtype=float32)
    """
    dtype, _ = float_types(dtype, "binomial")
    return make_rng(seed).binomial(np.asarray(counts).astype(np.int64), probabilities, tuple(shape)).astype(dtype)


def dropout(inputs: Any, rate: float, noise_shape: Shape | None = None, seed: Any = None) -> np.ndarray:
    """Set a share of the entries to 0 and scale the others up by 1 / (1 - rate), so that the sum stays about the same.

    Args:
        inputs: array; floats.
        rate: the share, from 0 to 1.
        noise_shape: shape of the mask, which is repeated along axes of size 1; None stands for the size of the input's axis.
        seed: None, an integer or a `SeedGenerator`.

    >>> sorted(set(dropout(np.ones(100), 0.5, seed=1).tolist()))
    [0.0, 2.0]
    """
    x = as_array(inputs)
    x = x if x.dtype.kind == "f" else x.astype(standardize_dtype(None))
    if not 0.0 <= rate <= 1.0:
        raise ValueError(f"The rate of dropout is a share from 0 to 1, got {rate!r}.")
    if rate == 0.0:
        return x.copy()
    shape = x.shape if noise_shape is None else tuple(n if k is None else k for k, n in zip(noise_shape, x.shape, strict=True))
    keep = make_rng(seed).random(shape) >= rate
    return x * (keep * (1.0 / max(1.0 - rate, 1e-300))).astype(x.dtype)


def shuffle(x: Any, axis: int = 0, seed: Any = None) -> np.ndarray:
    """Return a copy with the slices along an axis in random order; what stands in one slice stays together.

    Args:
        x: array.
        axis: the axis to shuffle along.
        seed: None, an integer or a `SeedGenerator`.

    >>> sorted(shuffle([[1, 1], [2, 2], [3, 3]], seed=3).tolist())
    [[1, 1], [2, 2], [3, 3]]
    """
    x = as_array(x)
    return np.take(x, make_rng(seed).permutation(x.shape[axis]), axis=axis)


def float_types(dtype: Any, name: str) -> tuple[str, str]:
    """The dtype asked for, and the one NumPy's generators draw in (they know no float16)."""
    dtype = standardize_dtype(dtype)
    if dtype not in ("float16", "float32", "float64"):
        raise ValueError(f"`keras.random.{name}` requires a floating point `dtype`. It got {dtype!r}.")
    return dtype, "float32" if dtype == "float16" else dtype


def evenly(rng: np.random.Generator, shape: Shape, draw: str, many: int = 1 << 20) -> np.ndarray:
    """``rng.random(shape, draw)``; from ``many`` numbers on threads share the work, each from its own place in the stream.

    >>> a, b = (evenly(make_rng(1), (7, 5), "float32", many) for many in (1, 100)); bool((a == b).all())
    True
    """
    size, bits = math.prod(shape), rng.bit_generator
    if size < many or not isinstance(bits, np.random.PCG64) or bits.state["has_uint32"]:
        return rng.random(shape, draw)
    x = np.empty(shape, draw)
    flat, state, per_step = x.reshape(-1), bits.state, 2 if draw == "float32" else 1  # a step of the stream: two short numbers

    def fill(start: int, stop: int) -> None:
        mine = np.random.PCG64()
        mine.state = state
        mine.advance(start // per_step)
        np.random.Generator(mine).random(dtype=draw, out=flat[start:stop])

    count = min(os.cpu_count() or 1, 8)
    cuts = [size * i // count // 2 * 2 for i in range(count)] + [size]
    import threading  # only for many numbers

    threads = [threading.Thread(target=fill, args=part) for part in zip(cuts[1:], cuts[2:])]
    for thread in threads:
        thread.start()
    fill(*cuts[:2])
    for thread in threads:
        thread.join()
    return x


def shift(x: np.ndarray, scale: Any, start: Any, dtype: str) -> np.ndarray:
    """x · scale + start, in place on what was drawn just now where scale and start are plain numbers."""
    if isinstance(scale, (int, float)) and isinstance(start, (int, float)) and x.ndim:
        x *= scale
        x += start
        return x.astype(dtype, copy=False)
    return np.asarray(x * scale + start, dtype)


def as_array(x: Any) -> Any:
    """An array, or a traced one as it is, so that gradients flow."""
    x = boxed_inputs(x)
    return x if isinstance(x, (np.ndarray, Box)) else np.asarray(x)
