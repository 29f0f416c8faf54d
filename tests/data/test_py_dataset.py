"""PyDataset and its like. The orders are those of real Keras 3.15.1, which asks for the peeked batch twice."""

import random
import threading
import time

import numpy as np
import pytest

from minikeras import data, utils


class Logged(data.PyDataset):
    def __init__(self, n=5, **kwargs):
        super().__init__(**kwargs)
        self.n, self.log = n, []

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        self.log.append(i)
        return np.full((2, 1), i), np.zeros((2, 1))

    def on_epoch_begin(self):
        self.log.append("(")

    def on_epoch_end(self):
        self.log.append(")")


def firsts(epoch):
    return [int(x[0, 0]) for x, _, _ in epoch]


def test_shuffle_gives_the_order_of_keras():
    random.seed(1)
    d = Logged()
    batches = data.open(d, shuffle=True)
    batches.peek(build=True)
    for epoch in range(2):
        list(batches.epoch(epoch))
    assert d.log == ["(", 2, 0, 1, 4, 3, ")", "(", 2, 3, 4, 0, 1, ")"]
    random.seed(1)
    batches = data.open(Logged(), shuffle=True)
    batches.peek(build=True)
    assert [firsts(batches.epoch(e)) for e in range(2)] == [[0, 2, 1, 4, 3], [2, 3, 4, 0, 1]]


def test_epochs_begin_and_end_once():
    d = Logged()
    batches = data.open(d)
    for epoch in range(2):
        list(batches.epoch(epoch))
    assert d.log == ["(", 0, 1, 2, 3, 4, ")"] * 2
    d.log.clear()
    for _ in batches.epoch(2):
        break
    assert d.log == ["(", 0, ")"]


def test_steps_below_and_above_the_length():
    d = Logged()
    batches = data.open(d, steps=3)
    list(batches.epoch(0))
    with pytest.warns(UserWarning, match="ran out of data"):
        list(batches.epoch(1))
    assert d.log == ["(", 0, 1, 2, ")", "(", 3, 4, ")"]
    with pytest.warns(UserWarning, match="ran out of data"):
        assert len(list(data.open(d, steps=7).epoch())) == 5


def test_an_epoch_resumes_at_a_step():
    d = Logged()
    assert firsts(data.open(d).epoch(skip=3)) == [3, 4] and d.log == ["(", 3, 4, ")"]


@pytest.mark.parametrize("options", [{"workers": 3}, {"workers": 2, "use_multiprocessing": True, "max_queue_size": 1}])
def test_workers_keep_the_order(options):
    threads = set()

    class Slow(Logged):
        def __getitem__(self, i):
            threads.add(threading.get_ident())
            time.sleep(0.002 * (i % 3 == 0))
            return super().__getitem__(i)

    batches = data.open(Slow(12, **options))
    assert firsts(batches.epoch()) == list(range(12)) and threading.get_ident() not in threads
    for _ in batches.epoch():
        break
    assert firsts(batches.epoch()) == list(range(12))


@pytest.mark.parametrize("workers", [1, 2])
def test_each_batch_is_asked_for_once(workers):
    class FromIterator(Logged):
        def __init__(self, n):
            super().__init__(n, workers=workers)
            self.it = iter(range(n))

        def __getitem__(self, i):
            super().__getitem__(i)
            return np.full((2, 1), next(self.it))

    d = FromIterator(3)
    batches = data.open(d)
    assert int(batches.peek()[0][0, 0]) == int(batches.peek()[0][0, 0]) == 0
    assert firsts(batches.epoch()) == [0, 1, 2] and d.log == ["(", 0, 1, 2, ")"]
    with pytest.raises(RuntimeError, match="`__getitem__` of the FromIterator raised StopIteration for batch 0 of 3"):
        list(batches.epoch())
    with pytest.raises(RuntimeError, match="raised StopIteration"):
        list(data.open(d, steps=2).epoch())


def test_a_peeked_batch_that_is_skipped_is_not_kept_for_later():
    d = Logged()
    batches = data.open(d)
    batches.peek()
    assert firsts(batches.epoch(skip=2)) == [2, 3, 4] and d.log == ["(", 0, 2, 3, 4, ")"]
    d.log.clear()
    assert firsts(batches.epoch()) == [0, 1, 2, 3, 4] and d.log == ["(", 0, 1, 2, 3, 4, ")"]


def test_errors_of_workers_arrive():
    class Broken(Logged):
        def __getitem__(self, i):
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        list(data.open(Broken(workers=2)).epoch())


def test_an_endless_dataset():
    class Endless(data.PyDataset):
        num_batches = None

        def __getitem__(self, i):
            return np.full((1, 1), i)

    batches = data.open(Endless(), steps=2)
    assert [firsts(batches.epoch(e)) for e in range(2)] == [[0, 1], [2, 3]]
    assert firsts(data.open(Endless(workers=2), steps=2).epoch()) == [0, 1]
    assert data.open(Endless()).steps is None


def test_iterating_and_defaults():
    d = Logged(3)
    assert (d.workers, d.use_multiprocessing, d.max_queue_size, d.num_batches) == (1, False, 10, 3)
    assert [int(x[0, 0]) for x, _ in d] == [0, 1, 2]
    assert utils.Sequence is utils.PyDataset is data.PyDataset
    bare = data.PyDataset()
    with pytest.raises(NotImplementedError, match="PyDataset should define __len__"):
        bare.num_batches  # noqa: B018  (a property that raises)
    with pytest.raises(NotImplementedError, match="PyDataset should define __getitem__"):
        bare[0]


def test_a_subclass_that_forgets_super_works():
    class Forgot(data.PyDataset):
        def __init__(self):
            pass

        def __len__(self):
            return 1

        def __getitem__(self, i):
            return [[1.0]], [0]

    assert firsts(data.open(Forgot()).epoch()) == [1]


def test_a_like_of_a_dataset_works():
    class Flow:  # such as the iterators of image generators
        def __len__(self):
            return 2

        def __getitem__(self, i):
            return [[i]], [0]

        def on_epoch_end(self):
            pass

    assert firsts(data.open(Flow()).epoch()) == [0, 1]


def test_errors():
    with pytest.raises(ValueError, match="The Logged has no batches"):
        data.open(Logged(0))

    class Bad(Logged):
        def __getitem__(self, i):
            return {"a": [1], "b": [2]}

    with pytest.raises(ValueError, match="Batch 0 of the Bad: x is a dict of 2 entries"):
        list(data.open(Bad()).epoch())


def test_iterating_a_dataset_without_a_length_does_not_end():
    class Endless(utils.PyDataset):
        def __getitem__(self, index):
            return [[index]]

    assert [x for x, _ in zip(Endless(), range(40))][-1] == [[39]]


def test_a_dataset_may_keep_a_num_batches_of_its_own():
    class Pairs(utils.Sequence):
        def __init__(self, num_batches):
            super().__init__()
            self.num_batches = num_batches

        def __getitem__(self, index):
            return np.full((2, 1), index), np.zeros((2, 1))

    class Halves(Pairs):
        def __len__(self):
            return self.num_batches // 2

    for d, n in ((Pairs(3), 3), (Halves(4), 2)):
        assert len(list(d)) == len(firsts(data.open(d).epoch())) == data.open(d).steps == n
        assert len(utils.split_dataset(d, 0.5)[0]) == n
