"""Distributions, seeds and fans."""

from __future__ import annotations

import math

import numpy as np
import pytest

from minikeras import initializers as I
from minikeras._core.random import SeedGenerator, set_random_seed
from minikeras.initializers.scaling import compute_fans

SHAPE = (300, 200)
RANDOM = [
    I.RandomNormal,
    I.TruncatedNormal,
    I.RandomUniform,
    I.VarianceScaling,
    I.GlorotNormal,
    I.GlorotUniform,
    I.HeNormal,
    I.HeUniform,
    I.LecunNormal,
    I.LecunUniform,
    I.Orthogonal,
]


@pytest.mark.parametrize(
    "initializer, std, bound",
    [
        (I.RandomNormal(0.0, 0.2, seed=1), 0.2, math.inf),
        (I.TruncatedNormal(0.0, 0.2, seed=1), 0.2 * 0.8796256610, 0.4),
        (I.RandomUniform(-0.3, 0.3, seed=1), 0.3 / math.sqrt(3), 0.3),
        (I.GlorotUniform(seed=1), math.sqrt(2 / 500), math.sqrt(6 / 500)),
        (I.GlorotNormal(seed=1), math.sqrt(2 / 500), 2 * math.sqrt(2 / 500) / 0.8796256610),
        (I.HeUniform(seed=1), math.sqrt(2 / 300), math.sqrt(6 / 300)),
        (I.HeNormal(seed=1), math.sqrt(2 / 300), 2 * math.sqrt(2 / 300) / 0.8796256610),
        (I.LecunUniform(seed=1), math.sqrt(1 / 300), math.sqrt(3 / 300)),
        (I.LecunNormal(seed=1), math.sqrt(1 / 300), 2 * math.sqrt(1 / 300) / 0.8796256610),
        (I.VarianceScaling(3.0, "fan_out", "untruncated_normal", seed=1), math.sqrt(3 / 200), math.inf),
        (I.VarianceScaling(3.0, "fan_out", "uniform", seed=1), math.sqrt(3 / 200), math.sqrt(9 / 200)),
    ],
    ids=lambda v: type(v).__name__ if isinstance(v, I.Initializer) else None,
)
def test_moments_and_bounds(initializer, std, bound):
    x = initializer(SHAPE)
    n = x.size
    assert x.dtype == "float32" and x.shape == SHAPE
    assert abs(x.mean()) < 4 * std / math.sqrt(n)
    assert x.std() == pytest.approx(std, rel=4 / math.sqrt(2 * n))
    assert np.abs(x).max() <= bound * (1 + 1e-6)
    if bound < math.inf:
        assert np.abs(x).max() > 0.98 * bound


def test_a_normal_distribution_has_normal_tails():
    x = I.RandomNormal(stddev=1.0, seed=5)((200000,))
    assert np.mean(np.abs(x) > 2) == pytest.approx(0.0455, abs=0.002)


def test_means():
    assert I.RandomNormal(3.0, 0.1, seed=1)(SHAPE).mean() == pytest.approx(3.0, abs=0.01)
    assert I.RandomUniform(2.0, 4.0, seed=1)(SHAPE).mean() == pytest.approx(3.0, abs=0.02)


@pytest.mark.parametrize("cls", RANDOM)
def test_an_integer_or_no_seed_gives_the_same_values_at_each_call(cls):
    for initializer in (cls(seed=7), cls()):
        np.testing.assert_array_equal(initializer((3, 4)), initializer((3, 4)))
    np.testing.assert_array_equal(cls(seed=7)((3, 4)), cls(seed=np.int64(7))((3, 4)))
    assert np.any(cls(seed=7)((3, 4)) != cls(seed=8)((3, 4)))
    assert np.any(cls()((3, 4)) != cls()((3, 4)))


@pytest.mark.parametrize("cls", RANDOM)
def test_a_generator_gives_new_values_at_each_call(cls):
    initializer = cls(seed=SeedGenerator(7))
    first, second = initializer((3, 4)), initializer((3, 4))
    assert np.any(first != second)
    again = cls(seed=SeedGenerator(7))
    np.testing.assert_array_equal(again((3, 4)), first)
    np.testing.assert_array_equal(again((3, 4)), second)


@pytest.mark.parametrize("cls", RANDOM)
def test_set_random_seed_repeats_everything(cls):
    set_random_seed(3)
    first = cls()((3, 4))
    set_random_seed(3)
    np.testing.assert_array_equal(cls()((3, 4)), first)


def test_a_generator_survives_the_config():
    again = I.deserialize(I.serialize(I.GlorotUniform(seed=SeedGenerator(7))))
    np.testing.assert_array_equal(again((3, 4)), I.GlorotUniform(seed=SeedGenerator(7))((3, 4)))


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (2, 3, 5), (3, 3, 2, 4)])
def test_orthogonal(shape):
    q = I.Orthogonal(gain=2.0, seed=1)(shape, "float64").reshape(-1, shape[-1])
    small = q if q.shape[0] >= q.shape[1] else q.T
    np.testing.assert_allclose(small.T @ small, 4 * np.eye(small.shape[1]), atol=1e-12)


def test_orthogonal_favours_no_sign():
    corners = [I.Orthogonal(seed=s)((2, 2))[0, 0] for s in range(200)]
    assert 70 < np.sum(np.array(corners) > 0) < 130


def test_orthogonal_wants_two_axes():
    with pytest.raises(ValueError, match=r"two axes or more, got shape \(3,\)"):
        I.Orthogonal()((3,))


@pytest.mark.parametrize(
    "kwargs, message",
    [
        ({"scale": 0}, "`scale` must be positive float. .* got 0"),
        ({"mode": "fan"}, "Invalid `mode` argument: .* fan_avg, got 'fan'"),
        ({"distribution": "cauchy"}, "Invalid `distribution` argument: .* got 'cauchy'"),
        ({"seed": "a"}, "`seed` .* got 'a'"),
        ({"seed": 1.5}, "`seed` .* got 1.5"),
    ],
)
def test_wrong_arguments(kwargs, message):
    with pytest.raises(ValueError, match=message):
        I.VarianceScaling(**kwargs)


def test_normal_is_the_old_name_of_truncated_normal():
    assert I.VarianceScaling(distribution="normal").get_config()["distribution"] == "truncated_normal"


@pytest.mark.parametrize(
    "shape, expected",
    [((), (1, 1)), ((7,), (7, 7)), ((10, 32), (10, 32)), ((3, 8, 16), (24, 48)), ((3, 3, 8, 16), (72, 144))],
)
def test_fans(shape, expected):
    assert compute_fans(shape) == expected


def test_fans_of_given_axes():
    assert compute_fans((2, 3, 4), input_axes=[0], output_axes=[1, 2]) == (2, 12)
    assert I.VarianceScaling(distribution="uniform", seed=1, input_axes=[1], output_axes=[0])((2, 300)).max() <= 0.1 + 1e-8
