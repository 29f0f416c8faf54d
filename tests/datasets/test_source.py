import numpy as np
import pytest

from minikeras.datasets.source import arrays, check_split, shuffled_split


def test_the_split_is_keras():
    (x, y), (x_test, y_test) = shuffled_split(np.arange(10), np.arange(10) * 2, 0.25, seed=113)
    order = np.arange(10)
    np.random.RandomState(113).shuffle(order)
    assert x.tolist() == order[:7].tolist() and x_test.tolist() == order[7:].tolist()
    assert (y == 2 * x).all() and (y_test == 2 * x_test).all()


@pytest.mark.parametrize("share", [-0.1, 1, float("nan")])
def test_shares(share):
    with pytest.raises(ValueError, match="test_split must be"):
        check_split(share)


def test_pickles_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.array([{}], object))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        arrays(tmp_path / "a.npz", "x")
