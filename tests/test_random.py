"""Distributions by their moments and bounds; seeds."""

from __future__ import annotations

import numpy as np
import pytest

from minikeras import random
from minikeras._core.random import set_random_seed
from minikeras._core.serialize import serialize_keras_object
from minikeras._core.tape import vjp

N = 40000
DRAWS = {
    "normal": lambda **kw: random.normal((7, 3), **kw),
    "uniform": lambda **kw: random.uniform((7, 3), **kw),
    "truncated_normal": lambda **kw: random.truncated_normal((7, 3), **kw),
    "randint": lambda **kw: random.randint((7, 3), 0, 1000, **kw),
    "categorical": lambda **kw: random.categorical(np.zeros((7, 100)), 3, **kw),
    "gamma": lambda **kw: random.gamma((7, 3), 2.0, **kw),
    "beta": lambda **kw: random.beta((7, 3), 2.0, 3.0, **kw),
    "binomial": lambda **kw: random.binomial((7, 3), 1000, 0.5, **kw),
    "dropout": lambda **kw: random.dropout(np.ones((7, 30)), 0.5, **kw),
    "shuffle": lambda **kw: random.shuffle(np.arange(50), **kw),
}


@pytest.mark.parametrize("name", DRAWS)
def test_seeds(name):
    draw = DRAWS[name]
    np.testing.assert_array_equal(draw(seed=3), draw(seed=3))
    assert np.any(draw(seed=3) != draw(seed=4))
    stream, again = random.SeedGenerator(3), random.SeedGenerator(3)
    first, second = draw(seed=stream), draw(seed=stream)
    assert np.any(first != second)
    np.testing.assert_array_equal(draw(seed=again), first)
    np.testing.assert_array_equal(draw(seed=again), second)
    set_random_seed(5)
    first, second = draw(), draw()
    assert np.any(first != second)
    set_random_seed(5)
    np.testing.assert_array_equal(draw(), first)


@pytest.mark.parametrize("name", ["normal", "uniform", "truncated_normal", "gamma", "beta", "binomial"])
def test_dtypes(name):
    for dtype in ("float16", "float32", "float64"):
        assert DRAWS[name](dtype=dtype, seed=1).dtype == dtype
    assert DRAWS[name](seed=1).dtype == "float32"
    with pytest.raises(ValueError, match="requires a floating point `dtype`. It got 'int32'"):
        DRAWS[name](dtype="int32", seed=1)


def test_integers_have_integer_types():
    assert random.randint((2,), 0, 3, seed=1).dtype == "int32"
    assert random.randint((2,), 0, 3, dtype="uint8", seed=1).dtype == "uint8"
    assert random.categorical(np.zeros((2, 3)), 2, dtype="int64", seed=1).dtype == "int64"
    with pytest.raises(ValueError, match="requires an integer `dtype`. It got 'float32'"):
        random.randint((2,), 0, 3, dtype="float32")


def test_normal():
    x = random.normal((N,), 2.0, 3.0, seed=1)
    assert x.mean() == pytest.approx(2, abs=0.06) and x.std() == pytest.approx(3, rel=0.02)


def test_means_and_deviations_may_be_arrays():
    np.testing.assert_allclose(random.normal((4, 2), [1.0, 2.0], [0.0, 0.0], seed=1), [[1, 2]] * 4)


def test_shapes_of_no_axis():
    assert (
        random.normal((), seed=1).shape == random.uniform([], seed=1).shape == random.truncated_normal((), seed=1).shape == ()
    )


def test_uniform():
    x = random.uniform((N,), -1.0, 3.0, seed=1)
    assert (
        x.min() >= -1
        and x.max() <= 3
        and x.mean() == pytest.approx(1, abs=0.03)
        and x.var() == pytest.approx(16 / 12, rel=0.02)
    )


def test_truncated_normal():
    x = random.truncated_normal((N,), 1.0, 2.0, seed=1)
    assert x.min() >= -3 and x.max() <= 5 and x.mean() == pytest.approx(1, abs=0.04)
    assert x.std() == pytest.approx(2 * 0.8796256610, rel=0.015)


def test_randint():
    counts = np.bincount(random.randint((N,), 2, 6, seed=1), minlength=6)
    assert counts[:2].tolist() == [0, 0] and len(counts) == 6
    np.testing.assert_allclose(counts[2:] / N, 0.25, atol=0.01)


def test_categorical():
    p = np.array([[0.1, 0.0, 0.9], [0.5, 0.25, 0.25]])
    with np.errstate(divide="ignore"):
        drawn = random.categorical(np.log(p) + [[5.0], [-700.0]], N, seed=1)
    for row, expected in zip(drawn, p, strict=True):
        np.testing.assert_allclose(np.bincount(row, minlength=3) / N, expected, atol=0.01)
        assert not np.any(np.isin(row, np.flatnonzero(expected == 0)))
    with pytest.raises(ValueError, match=r"\(rows, classes\), got shape \(3,\)"):
        random.categorical(np.zeros(3), 2)


def test_gamma_beta_binomial():
    x = random.gamma((N,), 3.0, seed=1)
    assert x.min() > 0 and x.mean() == pytest.approx(3, rel=0.02) and x.var() == pytest.approx(3, rel=0.05)
    x = random.beta((N,), 2.0, 6.0, seed=1)
    assert 0 < x.min() and x.max() < 1 and x.mean() == pytest.approx(0.25, rel=0.02)
    x = random.binomial((N,), 10, 0.3, seed=1)
    assert x.mean() == pytest.approx(3, rel=0.02) and x.var() == pytest.approx(2.1, rel=0.05)
    assert random.binomial((2,), [3, 4], [1.0, 1.0], seed=1).tolist() == [3, 4]
    assert random.gamma((2, 2), [1.0, 100.0], seed=1).shape == (2, 2)


def test_dropout():
    x = np.full((100, 100), 3.0, "float32")
    x.flags.writeable = False
    y = random.dropout(x, 0.25, seed=1)
    assert y.dtype == "float32" and set(np.unique(y).tolist()) == {0.0, 4.0}
    assert np.mean(y == 0) == pytest.approx(0.25, abs=0.02)
    np.testing.assert_array_equal(random.dropout(x, 0.0), x)
    assert not random.dropout(x, 1.0).any()
    with pytest.raises(ValueError, match="share from 0 to 1, got 1.5"):
        random.dropout(x, 1.5)


def test_dropout_of_whole_rows():
    y = random.dropout(np.ones((50, 4)), 0.5, noise_shape=(None, 1), seed=1)
    assert all(len(set(row)) == 1 for row in y.tolist()) and 0 < y[:, 0].mean() < 2


def test_shuffle():
    x = np.arange(20).reshape(10, 2)
    y = random.shuffle(x, seed=1)
    assert y.tolist() != x.tolist() and sorted(y.tolist()) == x.tolist()
    columns = random.shuffle(x, axis=1, seed=2)
    assert sorted(columns[0].tolist()) == [0, 1] and x.tolist() == np.arange(20).reshape(10, 2).tolist()


def test_a_generator_goes_through_a_config():
    config = serialize_keras_object(random.SeedGenerator(3))
    assert config["module"] == "keras.random" and config["class_name"] == "SeedGenerator"
    assert random.registry.deserialize(config).next().tolist() == [3, 0]


def test_gradients_flow_through_dropout_and_shuffle():
    x = np.arange(1.0, 9.0)
    dx = vjp(lambda x: random.dropout(x, 0.5, seed=1), x)[1](np.ones(8))[0]
    assert dx.tolist() == (random.dropout(x, 0.5, seed=1) / x).tolist()
    dx = vjp(lambda x: random.shuffle(x, seed=1), x)[1](random.shuffle(x, seed=1))[0]
    assert dx.tolist() == x.tolist()
