"""What all sources of batches share, seen at a source of our own."""

import numpy as np
import pytest

from minikeras.data import open as open_data
from minikeras.data.batches import Batches


class Counting(Batches):
    def __init__(self, available, limit):
        super().__init__()
        self._available, self._limit = available, limit
        self.passes = 0

    def _pass(self, shuffle, skip):
        self.passes += 1
        yield from range(skip, self._available)


def test_an_epoch_is_a_pass_where_no_steps_are_given():
    batches = Counting(3, None)
    assert batches.steps == 3
    assert [list(batches.epoch(e)) for e in range(2)] == [[0, 1, 2]] * 2 and batches.passes == 2


def test_epochs_of_fewer_steps_share_a_pass():
    batches = Counting(6, 2)
    assert batches.steps == 2
    assert [list(batches.epoch(e)) for e in range(4)] == [[0, 1], [2, 3], [4, 5], [0, 1]] and batches.passes == 2


def test_an_epoch_that_broke_off_goes_on_where_it_stopped():
    batches = Counting(6, 4)
    for _ in batches.epoch(0):
        break
    assert list(batches.epoch(1)) == [1, 2, 3, 4]


def test_defaults():
    batches = Batches()
    assert (batches.steps, batches.num_samples, batches.batch_size, batches.exhausted) == (None, None, None, False)
    for method in (batches.peek, batches.epoch):
        with pytest.raises(NotImplementedError):
            method()


def test_it_is_handed_through():
    batches = Counting(1, None)
    assert open_data(batches) is batches and np.ndim(batches.shuffle) == 0
