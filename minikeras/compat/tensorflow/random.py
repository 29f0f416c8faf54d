"""`tf.random`: draws that `set_seed` makes the same in each run. The numbers are not TensorFlow's, their distribution is.

>>> set_seed(1); a = normal((2,)); set_seed(1); bool((a == normal((2,))).all()), uniform([3], maxval=5, dtype="int32").dtype
(True, dtype('int32'))
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import ops, random
from minikeras._core.random import make_rng, set_random_seed
from minikeras.compat.tensorflow._tensors import convert_to_tensor
from minikeras.compat.tensorflow._tools import absent, exported, raw, sizes
from minikeras.compat.tensorflow.dtypes import as_dtype

_OF: dict[int, Any] = {}  # streams of the seeds that were given: each call draws on


def set_seed(seed: Any) -> None:
    """Seed everything that is random: weights, shuffling, dropout, and the functions here. NumPy's own generator stays."""
    _OF.clear()
    numpy = np.random.get_state()
    set_random_seed(int(seed) % 2**32)
    np.random.set_state(numpy)


def _stream(seed: Any) -> Any:
    """A seed that is given starts a stream of its own: the next call with it draws on, as in TensorFlow."""
    if seed is None or not isinstance(seed, (int, np.integer)):
        return None if seed is None else raw(seed).reshape(-1)[0].item() % 2**32
    return _OF.setdefault(int(seed), random.SeedGenerator(int(seed) % 2**32))


def _put(x: Any, dtype: Any) -> Any:
    return ops.convert_to_tensor(np.asarray(x, str(as_dtype(dtype))))


def normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", seed: Any = None, name: Any = None) -> Any:
    """From the normal distribution."""
    draw = random.normal(sizes(shape), 0.0, 1.0, str(as_dtype(dtype)), _stream(seed))
    return ops.add(ops.multiply(draw, stddev), mean)


def uniform(shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32", seed: Any = None, name: Any = None) -> Any:
    """Evenly from [minval, maxval): floats, or integers if the type is one."""
    dtype = as_dtype(dtype)
    if dtype.is_integer:
        if maxval is None:
            raise ValueError(f"tf.random.uniform of integers ({dtype!r}) needs a maxval.")
        rng = make_rng(_stream(seed))
        return _put(rng.integers(raw(minval), raw(maxval), sizes(shape) or None, np.int64), dtype)
    draw = random.uniform(sizes(shape), 0.0, 1.0, str(dtype), _stream(seed))
    high = 1 if maxval is None else maxval
    return ops.add(ops.multiply(draw, ops.subtract(high, minval)), minval)


def truncated_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", seed: Any = None, name: Any = None
) -> Any:
    """From the normal distribution, never more than two standard deviations from the mean."""
    draw = random.truncated_normal(sizes(shape), 0.0, 1.0, str(as_dtype(dtype)), _stream(seed))
    return ops.add(ops.multiply(draw, stddev), mean)


def categorical(logits: Any, num_samples: Any, dtype: Any = "int64", seed: Any = None, name: Any = None) -> Any:
    """Class numbers, by softmax of each row."""
    return _put(random.categorical(raw(logits), int(num_samples), seed=_stream(seed)), dtype or "int64")


multinomial = categorical


def shuffle(value: Any, seed: Any = None, name: Any = None) -> Any:
    """The rows in random order."""
    value = convert_to_tensor(value)
    return value[make_rng(_stream(seed)).permutation(len(value))]


def gamma(shape: Any, alpha: Any, beta: Any = None, dtype: Any = "float32", seed: Any = None, name: Any = None) -> Any:
    """From the gamma distribution; ``shape`` draws for each alpha."""
    alpha = raw(alpha)
    draw = random.gamma((*sizes(shape), *alpha.shape), alpha, str(as_dtype(dtype)), _stream(seed))
    return _put(draw if beta is None else draw / raw(beta), dtype)


def poisson(shape: Any, lam: Any, dtype: Any = "float32", seed: Any = None, name: Any = None) -> Any:
    """From the Poisson distribution; ``shape`` draws for each rate."""
    lam = raw(lam)
    return _put(make_rng(_stream(seed)).poisson(lam, (*sizes(shape), *lam.shape)), dtype)


def create_rng_state(seed: Any, alg: Any = None) -> Any:
    """The state that a seed stands for."""
    return _put([int(seed), 0], "int64")


def _stateless(function):
    def run(shape, seed, *args, **kwargs):
        two = raw(seed).reshape(-1).astype("int64")
        one = int(np.random.default_rng(two % 2**32).integers(2**31))  # both numbers of the seed count
        kwargs.pop("alg", None)
        return function(shape, *args, seed=np.array(one), **kwargs)

    run.__doc__ = f"{function.__doc__[:-1]}; the same for the same seed, two integers."
    return run


stateless_normal, stateless_uniform = _stateless(normal), _stateless(uniform)
stateless_truncated_normal = _stateless(truncated_normal)


def stateless_categorical(logits: Any, num_samples: Any, seed: Any, dtype: Any = "int64", name: Any = None) -> Any:
    """Class numbers, by softmax of each row; the same for the same seed."""
    return categorical(logits, num_samples, dtype, np.array(int(raw(seed).reshape(-1).sum())))


class Generator:
    """A stream of draws of its own.

    >>> g = Generator.from_seed(1); g.normal([2]).shape
    (2,)
    """

    def __init__(self, seed: Any = None):
        self._seeds = random.SeedGenerator(None if seed is None else int(seed) % 2**32)

    @classmethod
    def from_seed(cls, seed: Any, alg: Any = None) -> Generator:
        """One that begins at a seed."""
        return cls(seed)

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """One that begins anywhere."""
        return cls(int(np.random.SeedSequence().entropy) % 2**32)

    def reset_from_seed(self, seed: Any) -> None:
        """Begin anew."""
        self._seeds = random.SeedGenerator(int(seed) % 2**32)

    def make_seeds(self, count: int = 1) -> Any:
        """Seeds for the stateless functions."""
        return _put(self._seeds.rng().integers(0, 2**31, (2, count)), "int64")

    def split(self, count: int = 1) -> list[Generator]:
        """Further streams."""
        return [Generator(int(s)) for s in self.make_seeds(count)[0]]

    def normal(self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", name: Any = None) -> Any:
        """From the normal distribution."""
        return ops.add(ops.multiply(random.normal(sizes(shape), dtype=str(as_dtype(dtype)), seed=self._seeds), stddev), mean)

    def truncated_normal(self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", name: Any = None) -> Any:
        """From the normal distribution, never far from the mean."""
        draw = random.truncated_normal(sizes(shape), dtype=str(as_dtype(dtype)), seed=self._seeds)
        return ops.add(ops.multiply(draw, stddev), mean)

    def uniform(self, shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32", name: Any = None) -> Any:
        """Evenly from [minval, maxval)."""
        return uniform(shape, minval, maxval, dtype, np.array(int(self._seeds.rng().integers(2**31))))


_global: list[Generator] = []


def get_global_generator() -> Generator:
    """The generator that all code shares."""
    if not _global:
        _global.append(Generator())
    return _global[0]


def set_global_generator(generator: Generator) -> None:
    """Set it."""
    _global[:] = [generator]


_STATELESS = "stateless_normal stateless_uniform stateless_truncated_normal"
__all__ = exported(globals(), f"{_STATELESS} multinomial")
__getattr__ = absent("tf.random", globals(), {"experimental": "Generator stands in tf.random itself."})
