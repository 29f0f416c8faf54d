import numpy as np
import pytest

from minikeras.tensorboard.buckets import histogram


@pytest.mark.parametrize("data", [np.linspace(-1, 3, 100), [5.0, 5.0], [0.1, 0.7, -2e10], np.float16([1, 2, 3])])
def test_every_number_is_counted_once(data):
    counts = histogram(data)
    assert counts.shape == (30, 3) and counts[:, 2].sum() == len(data)
    assert counts[0, 0] == np.min(np.float64(data)) and counts[-1, 1] == np.max(np.float64(data))


def test_numpy_counts_alike():
    data = np.random.default_rng(0).normal(size=1000)
    counts, edges = np.histogram(data, 30)
    ours = histogram(data)
    np.testing.assert_array_equal(ours[:, 2], counts)
    np.testing.assert_allclose(ours[:, 0], edges[:-1])


def test_equal_numbers_stand_in_the_last_interval():
    assert histogram([2.0, 2.0], 2).tolist() == [[2, 2, 0], [2, 2, 2]]


def test_nothing_gives_zeros():
    assert histogram([], 2).tolist() == [[0, 0, 0], [0, 0, 0]]
    assert histogram([1.0], 0).shape == (0, 3)


def test_what_is_not_finite_is_left_out():
    assert histogram([np.nan, 1.0, np.inf, 2.0, -np.inf], 2).tolist() == [[1, 1.5, 1], [1.5, 2, 1]]
    assert histogram([np.nan], 1).tolist() == [[0, 0, 0]]
