"""The base class."""

from __future__ import annotations

import numpy as np
import pytest

from minikeras.initializers import Initializer, RandomNormal


class Ramp(Initializer):
    def __init__(self, slope=1.0):
        self.slope = slope

    def __call__(self, shape, dtype=None):
        return np.arange(np.prod(shape), dtype=dtype).reshape(shape) * self.slope


def test_a_subclass_describes_itself():
    ramp = Ramp(2.0)
    assert ramp.get_config() == {"slope": 2.0}
    assert Ramp.from_config(ramp.get_config())((3,), "float64").tolist() == [0, 2, 4]
    assert ramp.clone().slope == 2.0


def test_the_base_makes_nothing():
    with pytest.raises(NotImplementedError, match="__call__"):
        Initializer()((2,))


def test_clones_of_a_seeded_one_are_equal():
    a = RandomNormal(seed=3)
    np.testing.assert_array_equal(a((4,)), a.clone()((4,)))
