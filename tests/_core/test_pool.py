"""Pooling against loops over the windows, for all sizes that are small."""

import itertools

import numpy as np
import pytest

from minikeras._core.pool import (
    adaptive_windows,
    average_pool,
    average_pool_back,
    max_pool,
    max_pool_back,
    pooled_length,
    spread_windows,
    sum_windows,
    windows,
)
from tests.gradcheck import check_gradient

RNG = np.random.default_rng(0)
REGULAR = [case for case in itertools.product(range(1, 9), range(1, 5), range(1, 5), ("valid", "same")) if pooled_length(*case)]


def spans(length, size, stride, padding):
    """From where to where each window goes, inside the input."""
    count = -(-length // stride) if padding == "same" else (length - size) // stride + 1
    before = max((count - 1) * stride + size - length, 0) // 2 if padding == "same" else 0
    return [(max(i * stride - before, 0), min(i * stride - before + size, length)) for i in range(count)]


def check(along, bounds, x):
    """One axis: sums, maxima and means, and where each gradient goes."""
    assert along.count == len(bounds) and along.sizes == tuple(stop - start for start, stop in bounds)
    plan, dy = [(0, along)], np.arange(1.0, len(bounds) + 1)
    np.testing.assert_allclose(sum_windows(x, 0, along), [x[a:b].sum() for a, b in bounds])
    np.testing.assert_allclose(average_pool(x, plan), [x[a:b].mean() for a, b in bounds])
    y, places = max_pool(x, plan, keep=True)
    assert y.tolist() == [x[a:b].max() for a, b in bounds] and max_pool(x, plan)[1] is None
    assert places[0].dtype == "uint8"
    spread, shared, won = np.zeros_like(x), np.zeros_like(x), np.zeros_like(x)
    for (a, b), g in zip(bounds, dy):
        spread[a:b] += g
        shared[a:b] += g / (b - a)
        won[a + np.argmax(x[a:b])] += g
    np.testing.assert_allclose(spread_windows(dy, 0, along), spread)
    np.testing.assert_allclose(average_pool_back(dy, plan), shared)
    np.testing.assert_allclose(max_pool_back(dy, plan, places), won)


@pytest.mark.parametrize("x", [RNG.standard_normal(8), np.array([1.0, 1, 0, 2, 2, 2, 0, 1])], ids=["distinct", "ties"])
def test_every_small_window(x):
    for length, *case in REGULAR:
        check(windows(length, *case), spans(length, *case), x[:length])
    for length, count in itertools.product(range(1, 9), range(1, 10)):
        bounds = [(i * length // count, -(-(i + 1) * length // count)) for i in range(count)]
        check(adaptive_windows(length, count), bounds, x[:length])


def test_several_axes_are_one_window():
    x = RNG.standard_normal((2, 5, 6, 3))
    plan = [(2, windows(6, 3, 2, "same")), (1, windows(5, 2, 2, "valid"))]
    rows, columns = spans(5, 2, 2, "valid"), spans(6, 3, 2, "same")
    for i, (a, b) in enumerate(rows):
        for j, (c, d) in enumerate(columns):
            np.testing.assert_array_equal(max_pool(x, plan)[0][:, i, j], x[:, a:b, c:d].max((1, 2)))
            np.testing.assert_allclose(average_pool(x, plan)[:, i, j], x[:, a:b, c:d].mean((1, 2)))


def test_gradients_over_several_axes():
    x, weight = RNG.standard_normal((2, 5, 6, 3)), RNG.standard_normal((2, 3, 5, 3))
    plan = [(2, windows(6, 2, 1, "valid")), (1, windows(5, 3, 2, "same"))]
    check_gradient(lambda: np.sum(max_pool(x, plan)[0] * weight), x, max_pool_back(weight, plan, max_pool(x, plan, True)[1]))
    check_gradient(lambda: np.sum(average_pool(x, plan) * weight), x, average_pool_back(weight, plan))


def test_of_equal_numbers_the_first_in_memory_wins_where_the_last_axis_comes_first():
    x, rows, columns = np.array([[0.0, 1.0], [1.0, 0.0]]), (0, windows(2, 2, 2, "valid")), (1, windows(2, 2, 2, "valid"))
    for plan, winner in (([columns, rows], [[0, 1], [0, 0]]), ([rows, columns], [[0, 0], [1, 0]])):
        assert max_pool_back(np.ones((1, 1)), plan, max_pool(x, plan, True)[1]).tolist() == winner


def test_types_are_kept_and_nothing_is_written_into_the_input():
    plan, padded = [(0, windows(6, 2, 2, "valid"))], [(0, windows(6, 3, 2, "same"))]
    for dtype in ("float16", "float32", "float64", "int32", "int64"):
        x = np.arange(-6, 0).astype(dtype)
        x.flags.writeable = False
        assert max_pool(x, plan)[0].dtype == dtype and max_pool(x, padded, True)[0].tolist() == [-4, -2, -1]
    for dtype in ("float16", "float32", "float64"):
        x = np.arange(6).astype(dtype)
        assert average_pool(x, padded).dtype == average_pool_back(x[:3], padded).dtype == dtype
        assert max_pool_back(x[:3], padded, max_pool(x, padded, True)[1]).dtype == dtype


def test_not_a_number_shows_in_each_of_its_windows():
    x = np.array([1.0, np.nan, 3.0, 4.0, 5.0])
    for padding, expected in (("valid", [True, True, False, False]), ("same", [True, True, False, False, False])):
        assert np.isnan(max_pool(x, [(0, windows(5, 2, 1, padding))])[0]).tolist() == expected


def test_windows_longer_than_a_byte_counts():
    x = np.zeros(600)
    x[[300, 599]] = 1.0
    plan = [(0, windows(600, 600, 600, "valid"))]
    places = max_pool(x, plan, True)[1]
    assert places[0].dtype == "uint16" and np.flatnonzero(max_pool_back(np.ones(1), plan, places)).tolist() == [300]
