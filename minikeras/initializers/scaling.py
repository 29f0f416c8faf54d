"""Random start values: fixed spreads, spreads by the number of inputs and outputs, orthogonal matrices."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras import random
from minikeras._core.config import standardize_dtype
from minikeras._core.random import SeedGenerator, make_default_seed
from minikeras._core.serialize import deserialize_keras_object, plain
from minikeras.initializers.initializer import Initializer

TRUNCATED_STDDEV = 0.87962566103423978  # standard deviation of a standard normal number, cut at -2 and 2


class RandomInitializer(Initializer):
    """Base of the random ones.

    Args:
        seed: integer, None or `SeedGenerator`. With an integer or None an initializer makes the same values at each call;
            with a generator new ones.
    """

    takes_nan = ()
    ranges = {"stddev": (0, math.inf)}
    draws = True  # its values are not worth making where others will overwrite them

    def __init__(self, seed: Any = None):
        self._seed = seed
        if isinstance(seed, dict):
            seed = deserialize_keras_object(seed)
        if isinstance(seed, np.integer):
            self._seed = seed = int(seed)
        if seed is not None and not isinstance(seed, (int, SeedGenerator)):
            raise ValueError(
                f"Argument `seed` of {type(self).__name__} must be an integer, None or SeedGenerator, got {seed!r}."
            )
        self.seed = make_default_seed() if seed is None else seed

    def get_config(self) -> dict:
        """Return the arguments that rebuild this initializer."""
        return {**self._own_config(), "seed": plain(self._seed)}


class RandomNormal(RandomInitializer):
    """Normal distribution.

    Args:
        mean: its centre.
        stddev: its standard deviation.
        seed: integer, None or `SeedGenerator`.

    >>> values = RandomNormal(stddev=1.0, seed=1)((200, 200)); round(float(values.std()), 2)
    1.0
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None):
        super().__init__(seed)
        self.mean, self.stddev = mean, stddev

    def __call__(self, shape: tuple, dtype: Any = None) -> np.ndarray:
        return random.normal(shape, self.mean, self.stddev, dtype, self.seed)


class TruncatedNormal(RandomNormal):
    """Normal distribution without what is more than two standard deviations from the mean.

    Args:
        mean: its centre.
        stddev: its standard deviation, before cutting.
        seed: integer, None or `SeedGenerator`.

    >>> values = TruncatedNormal(stddev=1.0, seed=1)((200, 200)); round(float(abs(values).max()), 2)
    2.0
    """

    def __call__(self, shape: tuple, dtype: Any = None) -> np.ndarray:
        return random.truncated_normal(shape, self.mean, self.stddev, dtype, self.seed)


class RandomUniform(RandomInitializer):
    """Uniform distribution on [minval, maxval).

    Args:
        minval: its lower end.
        maxval: its upper end.
        seed: integer, None or `SeedGenerator`.

    >>> values = RandomUniform(0.0, 2.0, seed=1)((200, 200)); round(float(values.mean()), 2)
    1.0
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None):
        super().__init__(seed)
        self.minval, self.maxval = minval, maxval

    def __call__(self, shape: tuple, dtype: Any = None) -> np.ndarray:
        return random.uniform(shape, self.minval, self.maxval, dtype, self.seed)


class VarianceScaling(RandomInitializer):
    """Mean 0 and variance scale / n, where n counts the inputs of a unit, its outputs, or is the mean of both.

    Args:
        scale: above 0.
        mode: what n is: ``"fan_in"``, ``"fan_out"`` or ``"fan_avg"``.
        distribution: ``"truncated_normal"`` (cut at two standard deviations), ``"untruncated_normal"`` or ``"uniform"`` (on
            [-√(3 scale / n), √(3 scale / n)]).
        seed: integer, None or `SeedGenerator`.
        input_axes, output_axes: the axes of the weight that count as inputs and outputs, where not the last two.

    >>> values = VarianceScaling(2.0, seed=1)((100, 400)); round(float(values.var()), 3)
    0.02
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
        input_axes: Any = None,
        output_axes: Any = None,
    ):
        if scale <= 0.0:
            raise ValueError(f"Argument `scale` must be positive float. {type(self).__name__} got {scale!r}.")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(f"Invalid `mode` argument: {type(self).__name__} takes fan_in, fan_out or fan_avg, got {mode!r}.")
        known = "truncated_normal", "untruncated_normal", "uniform"
        name = "truncated_normal" if str(distribution).lower() == "normal" else str(distribution).lower()
        if name not in known:
            raise ValueError(
                f"Invalid `distribution` argument: {type(self).__name__} takes one of {known}, got {distribution!r}."
            )
        super().__init__(seed)
        self.scale, self.mode, self.distribution = scale, mode, name
        self.input_axes, self.output_axes = input_axes, output_axes

    def __call__(self, shape: tuple, dtype: Any = None) -> np.ndarray:
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}[self.mode]
        variance = self.scale / max(1.0, n)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)  # Var U(-l, l) = l² / 3
            return random.uniform(shape, -limit, limit, dtype, self.seed)
        if self.distribution == "untruncated_normal":
            return random.normal(shape, 0.0, math.sqrt(variance), dtype, self.seed)
        return random.truncated_normal(shape, 0.0, math.sqrt(variance) / TRUNCATED_STDDEV, dtype, self.seed)


class FanScaling(VarianceScaling):
    """Base of the named ones: `VarianceScaling` with (scale, mode, distribution) given by the class.

    Args:
        seed: integer, None or `SeedGenerator`.
        input_axes, output_axes: the axes of the weight that count as inputs and outputs, where not the last two.
    """

    scaling = 1.0, "fan_in", "truncated_normal"

    def __init__(self, seed: Any = None, input_axes: Any = None, output_axes: Any = None):
        super().__init__(*self.scaling, seed, input_axes, output_axes)


class GlorotUniform(FanScaling):
    """Glorot's (Xavier's) uniform distribution on [-l, l], l = √(6 / (fan_in + fan_out)): the default of kernels.

    Args:
        seed: integer, None or `SeedGenerator`.
        input_axes, output_axes: the axes that count as inputs and outputs, where not the last two.

    References: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, AISTATS 2010.

    >>> values = GlorotUniform(seed=1)((100, 200)); round(float(abs(values).max()), 3) == round((6 / 300) ** 0.5, 3)
    True
    """

    scaling = 1.0, "fan_avg", "uniform"


class GlorotNormal(FanScaling):
    """Glorot's (Xavier's) truncated normal distribution of variance 2 / (fan_in + fan_out).

    Args:
        seed: integer, None or `SeedGenerator`.
        input_axes, output_axes: the axes that count as inputs and outputs, where not the last two.

    References: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, AISTATS 2010.

    >>> values = GlorotNormal(seed=1)((100, 300)); round(float(values.var()), 4)
    0.005
    """

    scaling = 1.0, "fan_avg", "truncated_normal"


class LecunNormal(FanScaling):
    """LeCun's truncated normal distribution of variance 1 / fan_in, for SELU.

    Args:
        seed: integer, None or `SeedGenerator`.
        input_axes, output_axes: the axes that count as inputs and outputs, where not the last two.

    References: LeCun et al., Efficient BackProp, 1998; Klambauer et al., Self-normalizing neural networks, NeurIPS 2017.

    >>> values = LecunNormal(seed=1)((100, 300)); round(float(values.var()), 3)
    0.01
    """

    scaling = 1.0, "fan_in", "truncated_normal"


class LecunUniform(FanScaling):
    """LeCun's uniform distribution on [-l, l], l = √(3 / fan_in).

    Args:
        seed: integer, None or `SeedGenerator`.
        input_axes, output_axes: the axes that count as inputs and outputs, where not the last two.

    References: LeCun et al., Efficient BackProp, 1998.

    >>> values = LecunUniform(seed=1)((300, 100)); round(float(abs(values).max()), 3)
    0.1
    """

    scaling = 1.0, "fan_in", "uniform"


class HeNormal(FanScaling):
    """He's truncated normal distribution of variance 2 / fan_in, for ReLU.

    Args:
        seed: integer, None or `SeedGenerator`.
        input_axes, output_axes: the axes that count as inputs and outputs, where not the last two.

    References: He et al., Delving deep into rectifiers, ICCV 2015.

    >>> values = HeNormal(seed=1)((200, 300)); round(float(values.var()), 3)
    0.01
    """

    scaling = 2.0, "fan_in", "truncated_normal"


class HeUniform(FanScaling):
    """He's uniform distribution on [-l, l], l = √(6 / fan_in), for ReLU.

    Args:
        seed: integer, None or `SeedGenerator`.
        input_axes, output_axes: the axes that count as inputs and outputs, where not the last two.

    References: He et al., Delving deep into rectifiers, ICCV 2015.

    >>> values = HeUniform(seed=1)((600, 100)); round(float(abs(values).max()), 3)
    0.1
    """

    scaling = 2.0, "fan_in", "uniform"


class Orthogonal(RandomInitializer):
    """A random matrix with orthogonal columns (or rows, where there are fewer rows than columns).

    The Q of a QR decomposition of normal numbers, with the signs of R's diagonal, so that every such matrix is equally
    likely. With more than two axes all but the last are taken as one.

    Args:
        gain: factor of the result.
        seed: integer, None or `SeedGenerator`.

    Raises:
        ValueError: the shape has less than two axes.

    References: Saxe, McClelland and Ganguli, Exact solutions to the nonlinear dynamics of learning, ICLR 2014.

    >>> q = Orthogonal(seed=1)((5, 3)); bool(np.allclose(q.T @ q, np.eye(3), atol=1e-6))
    True
    """

    def __init__(self, gain: float = 1.0, seed: Any = None):
        super().__init__(seed)
        self.gain = gain

    def __call__(self, shape: tuple, dtype: Any = None) -> np.ndarray:
        if len(shape) < 2:
            raise ValueError(f"Orthogonal makes weights with two axes or more, got shape {tuple(shape)}.")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        normal = random.normal((max(rows, columns), min(rows, columns)), dtype="float64", seed=self.seed)
        q, r = np.linalg.qr(normal)
        q *= np.where(np.diag(r) < 0.0, -self.gain, self.gain)
        return (q.T if rows < columns else q).reshape(shape).astype(standardize_dtype(dtype), order="C")


def compute_fans(shape: tuple, input_axes: Any = None, output_axes: Any = None) -> tuple[int, int]:
    """The number of inputs and of outputs of a unit: of kernels (..., inputs, outputs), times the size of the window.

    >>> compute_fans((10, 32)), compute_fans((3, 3, 8, 16))
    ((10, 32), (72, 144))
    """
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[i] for i in input_axes), math.prod(shape[i] for i in output_axes)
    if len(shape) < 2:
        return (math.prod(shape),) * 2
    window = math.prod(shape[:-2])
    return shape[-2] * window, shape[-1] * window
