"""Seeds. Every random draw comes from a generator that a seed and a call count alone determine."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.arguments import unknown_arguments
from minikeras._core.naming import auto_name
from minikeras._core.variable import Variable


def set_random_seed(seed: int) -> None:
    """Seed everything that is random here: weights, shuffling, dropout (and Python's and NumPy's own generators).

    Two runs from the same seed are equal to the bit.

    Args:
        seed: an integer from 0 to 2**32 - 1.

    >>> set_random_seed(1); a = make_default_seed(); set_random_seed(1); a == make_default_seed()
    True
    """
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not 0 <= seed < 2**32:
        raise ValueError(f"set_random_seed expects an integer from 0 to 2**32 - 1, got {seed!r}.")
    _of_python().seed(int(seed))
    np.random.seed(int(seed))
    _global.clear()
    _source.update(seeded=True, own=None)


def make_default_seed() -> int:
    """Draw the seed of something that was given none. Python's generator is the source, as in Keras.

    >>> 1 <= make_default_seed() <= 10**9
    True
    """
    return (_of_numpy() or _of_python()).randint(1, 10**9)


_source: dict = {"numpy": False, "seeded": False, "own": None}  # see `follow_numpy`


def follow_numpy(so: bool = True) -> None:
    """Whether ``np.random.seed`` alone fixes what is random here, as it did in Keras 1 and 2; nothing is drawn from NumPy.

    >>> follow_numpy(); follow_numpy(False)
    """
    _source.update(numpy=so, own=None)


def _of_python() -> Any:
    """Python's own generator, whose module takes 1 ms to import."""
    import random

    return random


def _of_numpy() -> Any:
    """A generator that follows from the state that ``np.random.seed`` has set; None where it has not, or all was seeded."""
    if not _source["numpy"] or _source["seeded"]:
        return None
    if _source["own"] is None and getattr(np.random.get_bit_generator(), "seed_seq", 0) is None:  # seeded by hand
        state = np.random.get_state()
        import zlib

        _source["own"] = _of_python().Random(zlib.crc32(state[1].tobytes()) + state[2])
    return _source["own"]


class SeedGenerator:
    """A stream of seeds: a start and a count of the draws so far, kept in a variable so that it can be restored.

    Args:
        seed: integer, or None for a random one.
        name: name of the stream.

    >>> a, b = SeedGenerator(7), SeedGenerator(7)
    >>> bool(a.rng().random() == b.rng().random())
    True
    """

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs):
        kwargs.pop("backend", None)
        unknown_arguments("SeedGenerator", kwargs, ("seed", "name"))
        self.name = name or auto_name("SeedGenerator")
        if seed is not None and (isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0):
            raise ValueError(f"Argument `seed` must be an integer >= 0 or None for a SeedGenerator, got {seed!r}.")
        self._initial_seed = seed
        seed = make_default_seed() if seed is None else int(seed)
        self.state = Variable(
            np.array([seed & 0xFFFFFFFF, 0], "uint32"), dtype="uint32", trainable=False, name="seed_generator_state"
        )
        self.state.path = f"{self.name}/seed_generator_state"
        self._bits = None

    def next(self, ordered: bool = True) -> np.ndarray:
        """Return the current (seed, count) and count on.

        >>> SeedGenerator(7).next().tolist()
        [7, 0]
        """
        state = self.state.value.copy()
        self.state.value[1] += 1
        return state

    def rng(self) -> np.random.Generator:
        """Return NumPy's generator for the next draw; use it up before the next call.

        >>> SeedGenerator(7).rng().random(2).shape
        (2,)
        """
        seed, count = self.state.value.tolist()
        self.state.value[1] = (count + 1) & 0xFFFFFFFF
        if self._bits is None or self._bits[0] != seed:
            bits = np.random.PCG64(seed)
            self._bits = seed, bits, bits.state, np.random.Generator(bits)
        _, bits, start, generator = self._bits
        bits.state = start
        bits.advance(count << 64)  # draws of one call never reach those of the next
        return generator

    def get_config(self) -> dict:
        """Return what rebuilds the stream from its start.

        >>> SeedGenerator(7).get_config()
        {'seed': 7}
        """
        return {"seed": self._initial_seed}

    @classmethod
    def from_config(cls, config: dict) -> SeedGenerator:
        """Rebuild a stream from ``get_config()``.

        >>> SeedGenerator.from_config({"seed": 7}).next().tolist()
        [7, 0]
        """
        return cls(**config)

    def __repr__(self):
        return f"<SeedGenerator name={self.name}, state={self.state.value.tolist()}>"


_global: dict[str, SeedGenerator] = {}


def global_state() -> np.ndarray | None:
    """Where the stream stands that is drawn from when nobody gives a seed; None before its first draw.

    >>> _global.clear(); global_state() is None
    True
    """
    return _global["seed"].state.numpy() if _global else None


def set_global_state(state: np.ndarray | None) -> None:
    """Go back to where `global_state` stood.

    >>> _ = make_rng(); kept = global_state(); a = make_rng().random(); set_global_state(kept); make_rng().random() == a
    True
    """
    _global.clear()  # made anew from Python's generator when asked for
    if state is not None:
        _global["seed"] = SeedGenerator(0, name="global_seed_generator")
        _global["seed"].state.assign(state)


def make_rng(seed=None) -> np.random.Generator:
    """Return a generator for a seed given as Keras takes it: None, an integer or a ``SeedGenerator``.

    >>> bool(make_rng(3).random() == make_rng(3).random())
    True
    """
    if seed is None:
        if "seed" not in _global:
            _global["seed"] = SeedGenerator(name="global_seed_generator")
        return _global["seed"].rng()
    if isinstance(seed, SeedGenerator):
        return seed.rng()
    if isinstance(seed, (int, np.integer)):
        return np.random.Generator(np.random.PCG64(int(seed) & 0xFFFFFFFFFFFFFFFF))
    raise ValueError(f"Argument `seed` must be either an integer, a SeedGenerator or None, got {seed!r}.")
