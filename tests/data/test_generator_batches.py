"""Batches from generators, iterators and loaders."""

import itertools

import numpy as np
import pytest

from minikeras import data
from minikeras.data.generator_batches import GeneratorBatches


def pairs(n, log=None):
    for i in range(n):
        if log is not None:
            log.append(i)
        yield np.full((2, 1), i), np.array([0.0, 1.0])


def firsts(epoch):
    return [int(x[0, 0]) for x, _, _ in epoch]


def test_a_generator_is_read_once_in_order():
    log = []
    batches = data.open(pairs(4, log), dtype="float32")
    assert log == [] and batches.steps is None
    x, y, w = batches.peek()
    assert x.dtype.kind == "i" and y.dtype == "float64" and w is None and log == [0]  # as they came
    batches.prepare()
    x, y, _ = batches.peek()
    assert x.dtype == y.dtype == "float32"
    assert log == [0] and firsts(batches.epoch(0)) == [0, 1, 2, 3]
    assert batches.steps == 4 and batches.exhausted


def test_a_generator_that_ran_dry_warns_once_and_gives_nothing():
    batches = data.open(pairs(2))
    assert firsts(batches.epoch(0)) == [0, 1]
    with pytest.warns(UserWarning, match="Your input ran out of data"):
        assert firsts(batches.epoch(1)) == []
    assert firsts(batches.epoch(2)) == []


def test_steps_go_through_a_generator_across_epochs():
    log = []
    batches = data.open(pairs(100, log), steps=3)
    batches.peek()
    assert batches.steps == 3
    assert [firsts(batches.epoch(e)) for e in range(3)] == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    assert log == list(range(9)) and not batches.exhausted  # no batch is read ahead


def test_steps_beyond_the_end():
    batches = data.open(pairs(5), steps=3)
    assert firsts(batches.epoch(0)) == [0, 1, 2]
    with pytest.warns(UserWarning, match="steps_per_epoch"):
        assert firsts(batches.epoch(1)) == [3, 4]
    assert firsts(batches.epoch(2)) == [] and batches.exhausted


def test_an_epoch_resumes_at_a_step():
    assert firsts(data.open(pairs(4)).epoch(skip=2)) == [2, 3]
    assert firsts(data.open(pairs(9), steps=3).epoch(skip=1)) == [1, 2]


class Loader:
    """Like torch's DataLoader: iterates anew each epoch and gives lists."""

    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return iter([[np.full((2, 1), i), np.zeros(2), np.ones((2, 1))] for i in range(self.n)])

    def __len__(self):
        return self.n


def test_a_loader_is_iterated_anew_each_epoch():
    batches = data.open(Loader(3))
    assert batches.steps == 3
    batches.peek()
    assert [firsts(batches.epoch(e)) for e in range(2)] == [[0, 1, 2]] * 2
    assert next(batches.epoch())[2].tolist() == [1.0, 1.0] and not batches.exhausted
    assert [firsts(data.open(Loader(3), steps=2).epoch(e)) for e in range(1)] == [[0, 1]]


@pytest.mark.parametrize("error", [TypeError, NotImplementedError])
def test_steps_that_use_up_a_loader_of_unknown_length_start_it_anew(error):
    class Unknown(Loader):
        def __len__(self):
            raise error("not known")

    batches = data.open(Unknown(4), steps=2)
    assert [firsts(batches.epoch(e)) for e in range(4)] == [[0, 1], [2, 3]] * 2 and not batches.dry
    assert data.open(Unknown(3)).steps is None


def test_an_epoch_without_batches_is_known():
    batches = data.open(pairs(4), steps=2)
    assert [firsts(batches.epoch(e)) for e in range(2)] == [[0, 1], [2, 3]] and not batches.dry
    with pytest.warns(UserWarning, match="ran out of data"):
        assert firsts(batches.epoch(2)) == []
    assert batches.dry and batches.exhausted
    batches = data.open(pairs(3), steps=2)
    with pytest.warns(UserWarning, match="ran out of data"):
        assert [firsts(batches.epoch(e)) for e in range(2)] == [[0, 1], [2]]
    assert not batches.dry


def test_restarting_does_not_repeat_what_a_generator_gave():
    batches = data.open(pairs(9), steps=2)  # validation_steps
    seen = []
    for epoch in range(3):
        batches.restart()
        seen.append(firsts(batches.epoch(epoch)))
    assert seen == [[0, 1], [2, 3], [4, 5]]
    batches = data.open(Loader(9), steps=2)
    list(batches.epoch())
    batches.restart()
    assert firsts(batches.epoch()) == [0, 1]


def test_none_is_a_bad_batch_and_not_the_end():
    for read in (lambda b: b.peek(), lambda b: list(b.epoch())):
        for steps in (None, 1):
            with pytest.raises(ValueError, match="Batch 0 of the list_iterator: x should be an array"):
                read(data.open(iter([None]), steps=steps))


def test_only_the_end_of_the_iterator_ends_the_data():
    class Broken:
        def __iter__(self):
            return next(iter([]))

    for read in (lambda b: b.peek(), lambda b: list(b.epoch())):
        with pytest.raises(RuntimeError, match="`__iter__` of the Broken raised StopIteration"):
            read(data.open(Broken()))

    def inner(numbers):
        while True:
            yield np.full((2, 1), next(numbers))

    with pytest.raises(RuntimeError, match="StopIteration"):
        list(data.open(inner(iter([1, 2]))).epoch())


def test_what_prepares_a_batch_can_not_end_the_data():
    def broken(x):
        raise StopIteration

    for steps in (None, 1):
        batches = data.open(pairs(2), steps=steps)
        batches.prepare(broken)
        with pytest.raises(RuntimeError, match="StopIteration"):
            list(batches.epoch())


def test_batches_of_several_arrays():
    def batch(i):
        return {"a": np.full((2, 1), i), "b": [[1], [2]]}, [[0, 1], np.zeros((2, 3))], [None, np.ones(2)]

    batches = data.open((batch(i) for i in range(2)), inputs="structure", outputs="structure")
    x, y, w = batches.peek()
    assert x["b"].tolist() == [[1], [2]] and y[0].tolist() == [0, 1] and w[0] is None
    (x, y, w), last = batches.epoch()
    assert list(x) == ["a", "b"] and y[1].dtype == "float32" and w[1].dtype == "float32"
    assert last[0]["a"].tolist() == [[1], [1]]
    bad = {"a": np.zeros((2, 1)), "b": np.zeros((3, 1))}
    with pytest.raises(ValueError, match=r"Batch 0 of the list_iterator: .* x\['a'\] has 2, x\['b'\] has 3"):
        data.open(iter([bad]), inputs="structure").peek()


@pytest.mark.parametrize(
    "batch", [np.ones((2, 3)), (np.ones((2, 3)),), [np.ones((2, 3)), [0, 1]], ([[1, 2, 3], [4, 5, 6]], [0, 1], [1, 2])]
)
def test_forms_of_a_batch(batch):
    x, y, w = data.open(iter([batch])).peek()
    assert x.shape == (2, 3) and (y is None or y.shape == (2,)) and (w is None or w.tolist() == [1.0, 2.0])


def test_targets_and_class_weights_batch_by_batch():
    batches = data.open(pairs(2), class_weight={1: 4.0})
    batches.prepare(prepare_y=lambda y: y[:, None])
    x, y, w = next(batches.epoch())
    assert y.shape == (2, 1) and w.tolist() == [1.0, 4.0]


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        ((np.ones((2, 3)), np.ones(3)), "Batch 0 of the list_iterator: Make sure all arrays .* x has 2, y has 3"),
        ((1, 2, 3, 4), "Batch 0 of the list_iterator: Data should come as"),
        ((np.array(["a"]), [1]), "Batch 0 of the list_iterator: x holds text"),
        ((object(), [1]), "Batch 0 of the list_iterator: x should be an array"),
        (np.float32(3), "Batch 0 of the list_iterator: x should hold samples"),
    ],
    ids=lambda v: str(v)[:30],
)
def test_a_bad_batch_is_named(batch, message):
    with pytest.raises(ValueError, match=message):
        list(data.open(iter([batch])).epoch())


def test_no_batch_at_all():
    for read in (lambda b: b.peek(), lambda b: list(b.epoch())):
        with pytest.raises(ValueError, match="the generator must yield at least one batch"):
            read(data.open(pairs(0)))
    with pytest.raises(ValueError, match="gave no batch at all"):
        list(data.open(pairs(0), steps=2).epoch())


def test_an_error_of_the_generator_itself_passes_untouched():
    def broken():
        raise ValueError("mine")
        yield

    with pytest.raises(ValueError, match="^mine$"):
        list(data.open(broken()).epoch())


def test_the_generator_stays_open_when_an_epoch_ends():
    def numbers():
        for i in itertools.count():
            yield np.full((2, 1), i), np.zeros(2)

    source = numbers()
    batches = GeneratorBatches(source, steps=2)
    batches.peek()
    epoch = batches.epoch()
    next(epoch), next(epoch)
    epoch.close()
    del epoch, batches
    assert next(source)[0][0, 0] == 2  # for whoever reads on
