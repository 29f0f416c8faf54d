"""One dataset in two."""

import random

import numpy as np
import pytest

from minikeras import data
from minikeras.utils import PyDataset, split_dataset

X = np.arange(10)


@pytest.mark.parametrize(
    ("left", "right", "sizes"),
    [(0.8, None, (8, 2)), (None, 0.3, (7, 3)), (4, None, (4, 6)), (None, 4, (6, 4)), (0.5, 0.2, (5, 2)), (3, 0.2, (3, 2))],
)
def test_sizes(left, right, sizes):
    a, b = split_dataset(X, left, right)
    assert (len(a), len(b)) == sizes
    assert a.arrays.tolist() == list(range(sizes[0])) and b.arrays.tolist() == list(range(10 - sizes[1], 10))


class Batched(PyDataset):
    def __len__(self):
        return 4

    def __getitem__(self, i):
        return X[3 * i : 3 * i + 3], X[3 * i : 3 * i + 3] * 2


@pytest.mark.parametrize(
    "dataset",
    [(X, X * 2), [X, X * 2], ((x, 2 * x) for x in range(10)), Batched(), data.ArrayDataset((X, X * 2))],
    ids=["tuple", "list", "generator", "PyDataset", "ArrayDataset"],
)
def test_kinds_of_datasets(dataset):
    left, right = split_dataset(dataset, 0.7)
    assert type(left.arrays) is tuple
    assert left.arrays[0].tolist() == list(range(7)) and right.arrays[1].tolist() == [14, 16, 18]
    (x, y, w) = data.open(left).peek()
    assert x.tolist() == list(range(7)) and y.tolist() == [2 * i for i in range(7)] and w is None


def test_structures_of_arrays():
    left, right = split_dataset(({"a": X, "b": X[:, None]}, X * 2), 0.7, shuffle=True, seed=1)
    (x, y) = left.arrays
    assert x["b"][:, 0].tolist() == x["a"].tolist() == (y / 2).tolist() and len(right.arrays[0]["a"]) == 3
    left, _ = split_dataset({"a": X, "b": X}, 4)
    assert left.arrays["b"].tolist() == [0, 1, 2, 3]
    left, _ = split_dataset((({"a": x}, [x, x]) for x in range(10)), 4)
    assert left.arrays[0]["a"].tolist() == [0, 1, 2, 3] and left.arrays[1].shape == (4, 2)


class Dicts(Batched):
    def __getitem__(self, i):
        if i > 3:
            raise AssertionError("asked for too much")
        return {"a": X[3 * i : 3 * i + 3]}, X[3 * i : 3 * i + 3]


class Flow:
    """Like the iterators of image generators: no `__iter__`."""

    __len__, __getitem__ = Batched.__len__, Batched.__getitem__

    def on_epoch_end(self):
        pass


class Endless(PyDataset):
    num_batches = None


def test_datasets_of_batches():
    assert split_dataset(Dicts(), 4)[1].arrays[0]["a"].tolist() == [4, 5, 6, 7, 8, 9]
    assert split_dataset(Flow(), 4)[0].arrays[1].tolist() == [0, 2, 4, 6]
    with pytest.raises(ValueError, match="needs a dataset that ends, but this Endless has no length"):
        split_dataset(Endless(), 4)


def test_shuffle_repeats_with_the_seed():
    order = list(range(10))
    random.Random(7).shuffle(order)  # as Keras: random.seed(7); random.shuffle(samples)
    state = random.getstate()
    left, right = split_dataset((X, X * 2), 0.6, shuffle=True, seed=7)
    assert left.arrays[0].tolist() + right.arrays[0].tolist() == order and (left.arrays[1] == left.arrays[0] * 2).all()
    assert random.getstate() == state
    assert sorted(split_dataset(X, 5, shuffle=True)[0].arrays) != list(range(10))


@pytest.mark.parametrize(
    ("dataset", "sizes", "error", "message"),
    [
        (X, (None, None), ValueError, "needs left_size or right_size"),
        (X, (0, None), ValueError, "left_size should be an integer above 0 and below 10, or a fraction"),
        (X, (10, None), ValueError, "left_size should be"),
        (X, (None, 1.5), ValueError, "right_size should be"),
        (X, ("a", None), TypeError, "left_size should be an integer, a float or None, got 'a'"),
        (X, (True, None), TypeError, "left_size should be"),
        (X, (0.7, 0.4), ValueError, "above 1: 0.7 \\+ 0.4"),
        (X, (7, 4), ValueError, "make 7 \\+ 4 samples, but the dataset has 10"),
        (X, (0.01, None), ValueError, "one part would be empty"),
        (X[:0], (0.5, None), ValueError, "empty dataset"),
        (iter([]), (0.5, None), ValueError, "empty dataset"),
        ([], (0.5, None), ValueError, "empty dataset"),
        ([X, [1]], (0.5, None), ValueError, "needs a list of arrays, got list at index 1"),
        ((X, X[:3]), (0.5, None), ValueError, "part 0 has 10, part 1 has 3"),
        (3, (0.5, None), TypeError, "needs arrays or an iterable of samples, got int"),
    ],
    ids=str,
)
def test_errors(dataset, sizes, error, message):
    with pytest.raises(error, match=message):
        split_dataset(dataset, *sizes)
