"""Arrays as one dataset of samples."""

import numpy as np
import pytest

from minikeras import data
from minikeras.data.array_dataset import ArrayDataset, stack


def test_samples_and_batches():
    d = ArrayDataset((np.arange(5), np.arange(5) * 2))
    assert len(d) == 5 and d[1] == (1, 2) and [int(y) for _, y in d] == [0, 2, 4, 6, 8]
    assert [len(x) for x, _ in d.batch(2)] == [2, 2, 1]
    assert [x.tolist() for x, _, _ in data.open(d.batch(2)).epoch()] == [[0, 1], [2, 3], [4]]
    with pytest.raises(IndexError, match="Batch 3 of 3"):
        d.batch(2)[3]
    assert ArrayDataset(np.arange(3)).batch(2)[1].tolist() == [2]


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="part 0 has 2, part 1 has 3"):
        ArrayDataset((np.zeros(2), np.zeros(3)))


def test_samples_of_several_arrays():
    d = ArrayDataset(({"a": np.arange(3), "b": np.ones((3, 2))}, np.arange(3) * 2))
    assert len(d) == 3 and d[1][0]["a"] == 1 and d[1][1] == 2 and d[:2][0]["b"].shape == (2, 2)
    (x, y, _), _ = data.open(d, batch_size=2, inputs="structure").epoch()
    assert x["a"].tolist() == [0, 1] and x["b"].shape == (2, 2) and y.tolist() == [0, 2]
    with pytest.raises(ValueError, match=r"part 0\['a'\] has 2, part 1 has 3"):
        ArrayDataset(({"a": np.zeros(2)}, np.zeros(3)))


def test_stack():
    assert stack([1, 2]).tolist() == [1, 2]
    x, y = stack([([1, 2], 0), ([3, 4], 1)])
    assert x.tolist() == [[1, 2], [3, 4]] and y.tolist() == [0, 1]
    pair = stack([[{"a": [1, 2], "b": 3}, (1, 2)], [{"a": [4, 5], "b": 6}, (3, 4)]])
    x, y = pair
    assert type(pair) is tuple  # (x, y), although the samples came as lists
    assert x["a"].tolist() == [[1, 2], [4, 5]] and x["b"].tolist() == [3, 6] and y.tolist() == [[1, 2], [3, 4]]
    with pytest.raises(ValueError, match="as many parts as the first, 2"):
        stack([(1, 2), (3,)])
