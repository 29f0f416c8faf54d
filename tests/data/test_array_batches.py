"""Batches of arrays. The orders are those of real Keras 3.15.1 on JAX after ``np.random.seed(0)``."""

import tempfile

import numpy as np
import pytest
from hypothesis import configuration, given, settings
from hypothesis import strategies as st
from scipy import sparse

from minikeras import data
from minikeras.data import array_batches

configuration.set_hypothesis_home_dir(tempfile.gettempdir() + "/hypothesis")  # no folder of it in the repository

N = 10
X = np.arange(N, dtype="float32")[:, None]


def rows(epoch):
    return [x[:, 0].astype(int).tolist() for x, _, _ in epoch]


def test_shuffle_gives_the_order_of_keras():
    np.random.seed(0)
    batches = data.open(X, X, batch_size=4, shuffle=True)
    batches.peek(build=True)  # Keras draws once when the first fit builds the model
    assert rows(batches.epoch(0)) == [[3, 5, 1, 2], [9, 8, 0, 6], [7, 4]]
    assert rows(batches.epoch(1)) == [[2, 3, 8, 4], [5, 1, 0, 6], [9, 7]]
    again = data.open(X, X, batch_size=4, shuffle=True)  # a second fit
    assert rows(again.epoch(0)) == [[6, 1, 9, 2], [7, 5, 8, 0], [3, 4]]
    assert rows(again.epoch(1)) == [[5, 2, 7, 4], [1, 0, 6, 8], [9, 3]]


def test_shuffle_batch_gives_the_order_of_keras():
    np.random.seed(0)
    batches = data.open(X, X, batch_size=4, shuffle="batch")
    batches.peek(build=True)
    assert rows(batches.epoch(0)) == [[0, 2, 1, 3], [7, 4, 6, 5], [8, 9]]
    assert rows(batches.epoch(1)) == [[1, 3, 0, 2], [7, 5, 6, 4], [9, 8]]


def test_one_permutation_per_epoch_and_none_without_shuffle():
    np.random.seed(1)
    orders = [np.random.permutation(N).tolist() for _ in range(2)]
    np.random.seed(1)
    batches = data.open(X, batch_size=N, shuffle=True)
    batches.peek()
    assert [rows(batches.epoch(e))[0] for e in range(2)] == orders
    assert rows(batches.epoch(2, shuffle=False)) == [list(range(N))]
    state = np.random.get_state()[1].tolist()
    rows(data.open(X).epoch())
    assert np.random.get_state()[1].tolist() == state


def test_steps_below_the_number_of_batches_go_on_in_the_next_epoch():
    batches = data.open(X, batch_size=4, steps=2)
    assert batches.steps == 2
    assert rows(batches.epoch(0)) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    with pytest.warns(UserWarning, match="Your input ran out of data"):
        assert rows(batches.epoch(1)) == [[8, 9]]  # as Keras does
    assert rows(batches.epoch(2)) == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_steps_above_the_number_of_batches_warn_once():
    batches = data.open(X, batch_size=4, steps=7)
    assert batches.steps == 7
    with pytest.warns(UserWarning, match="Your input ran out of data; interrupting training"):
        assert len(rows(batches.epoch(0))) == 3
    assert len(rows(batches.epoch(1))) == 3


def test_sizes():
    batches = data.open(np.zeros((70, 2)), np.zeros(70))
    assert (batches.batch_size, batches.steps, batches.num_samples) == (32, 3, 70)
    assert data.open(X, steps=3).batch_size == 4  # ceil(10 / 3), as Keras does
    assert data.open(X, steps=0).steps == 1
    assert data.open(X, batch_size=np.int64(100)).steps == 1


def test_an_epoch_resumes_at_a_step():
    np.random.seed(0)
    whole = rows(data.open(X, batch_size=4, shuffle=True).epoch())
    np.random.seed(0)
    assert rows(data.open(X, batch_size=4, shuffle=True).epoch(skip=2)) == whole[2:]
    assert rows(data.open(X, batch_size=4, steps=2).epoch(skip=1)) == [[4, 5, 6, 7]]


def test_types_at_the_door():
    x, y = np.arange(4), np.array([0.5, 1, 2, 3])
    first = next(data.open(x, y, [1, 1, 1, 2], dtype="float64").epoch())
    assert [a.dtype.name for a in first] == ["float64", "float32", "float64"]
    assert next(data.open(y, dtype="int32").epoch())[0].tolist() == [0, 1, 2, 3]
    assert next(data.open(y, np.array([1, 2, 3, 4])).epoch())[1].dtype.kind == "i"
    batches = data.open(x, y)
    batches.prepare(prepare_y=lambda y: y[:, None].astype("float16"))
    prepared = batches.peek()[1]
    assert prepared.shape == (4, 1) and prepared.dtype == "float16"


def test_data_that_fits_is_not_copied_and_can_not_be_changed():
    x, y = X.copy(), X.copy()
    x.flags.writeable = False
    batches = data.open(x, y, batch_size=4, dtype="float32", shuffle=True)
    bx, by, _ = next(batches.epoch(shuffle=False))
    assert np.shares_memory(bx, x) and np.shares_memory(by, y)
    with pytest.raises(ValueError, match="read-only"):
        by += 1
    shuffled = next(batches.epoch())[0]
    assert not np.shares_memory(shuffled, x) and not shuffled.flags.writeable
    assert x.ravel().tolist() == list(range(N))


def test_the_shuffle_buffer_is_reused():
    batches = data.open(X, batch_size=4, shuffle=True)
    first, second = (next(batches.epoch())[0] for _ in range(2))
    assert np.shares_memory(first, second)


def test_large_data_is_gathered_and_cast_batch_by_batch(monkeypatch):
    x = np.arange(N)[:, None]
    monkeypatch.setattr(array_batches, "LARGE", 8)
    np.random.seed(3)
    large = data.open(x, x.ravel(), np.ones(N), batch_size=4, shuffle=True, dtype="float32")
    assert large.peek()[0].dtype == x.dtype
    got = [(x.tolist(), y.tolist(), w.tolist()) for x, y, w in large.epoch()]
    assert large.peek()[0].dtype == "float32" and large._arrays[0] is x
    monkeypatch.undo()
    np.random.seed(3)
    small = data.open(x, x.ravel(), np.ones(N), batch_size=4, shuffle=True, dtype="float32")
    assert got == [(x.tolist(), y.tolist(), w.tolist()) for x, y, w in small.epoch()]


def test_sparse_input_comes_dense_batch_by_batch():
    x = sparse.random(9, 5, 0.4, random_state=0, dtype="float64").tocoo()
    batches = data.open(x, np.arange(9), batch_size=4, dtype="float32", shuffle=True)
    for bx, by, _ in batches.epoch():
        assert type(bx) is np.ndarray and bx.dtype == "float32"
        np.testing.assert_array_equal(bx, x.toarray()[by].astype("float32"))


def test_large_batches_are_gathered_one_by_one():
    x = np.arange(3000.0).reshape(10, 300)
    np.random.seed(0)
    batches = data.open(x, X[:, 0], X, batch_size=8, shuffle=True, dtype="float64")
    epoch = list(batches.epoch())
    assert [y.astype(int).tolist() for _, y, _ in epoch] == [[2, 8, 4, 9, 1, 6, 7, 3], [0, 5]]
    for bx, by, bw in epoch:
        assert (bx[:, 0] == by * 300).all() and (by == bw).all() and not np.shares_memory(bx, x)
    assert not batches._buffers and np.shares_memory(next(batches.epoch(shuffle=False))[0], x)


def test_many_batches_are_sliced_as_they_come(monkeypatch):
    monkeypatch.setattr(array_batches, "MANY", 1)
    assert rows(data.open(X, batch_size=4).epoch(skip=1)) == [[4, 5, 6, 7], [8, 9]]


@pytest.mark.parametrize("shuffle", [True, False, "batch"])
@pytest.mark.parametrize("limits", [(0, 2**60), (2**60, 2**60), (8, 8)], ids=["gathered", "at once", "lazy"])
def test_several_arrays_come_in_the_order_of_one(monkeypatch, shuffle, limits):
    monkeypatch.setattr(array_batches, "SMALL", limits[0])
    monkeypatch.setattr(array_batches, "LARGE", limits[1])
    np.random.seed(0)
    orders = [rows(data.open(X, X, batch_size=4, shuffle=shuffle).epoch()) for _ in range(2)]
    np.random.seed(0)
    x, y = {"a": X, "b": [X * 2, (X[:, 0] * 3, None)]}, [X[:, 0] * 4, X * 5]
    batches = data.open(x, y, [None, X[:, 0] * 6], batch_size=4, shuffle=shuffle, inputs="structure", outputs="structure")
    batches.peek()
    assert batches._lazy is (limits[1] == 8)
    epochs = [list(batches.epoch()), list(batches.epoch())]
    assert [[x["a"][:, 0].astype(int).tolist() for x, _, _ in epoch] for epoch in epochs[1:]] == orders[1:]
    for x, y, w in epochs[1]:
        a = x["a"][:, 0]
        others = x["b"][0][:, 0] / 2, x["b"][1][0] / 3, y[0] / 4, y[1][:, 0] / 5, w[1] / 6
        assert all((other == a).all() for other in others) and x["b"][1][1] is None and w[0] is None
        assert not x["b"][0].flags.writeable or limits[0] == 0 or limits[1] == 8  # gathered rows are a copy
    assert rows((x["a"], 0, 0) for x, _, _ in batches.epoch(shuffle=False, skip=2)) == [[8, 9]]


def test_sparse_among_several_arrays():
    s = sparse.random(9, 5, 0.4, random_state=0, dtype="float64").tocoo()
    batches = data.open([np.arange(9), s], np.arange(9), batch_size=4, dtype="float32", shuffle=True, inputs="structure")
    assert type(batches.peek()[0][1]) is np.ndarray
    for (number, bx), by, _ in batches.epoch():
        assert number.tolist() == by.tolist() and bx.dtype == "float32"
        np.testing.assert_array_equal(bx, s.toarray()[by].astype("float32"))


def test_what_prepares_may_change_the_structure():
    batches = data.open({"a": X, "b": X + 1}, X, batch_size=4, inputs="structure", shuffle=True)
    for _ in range(2):  # it may be said anew
        batches.prepare(lambda x: np.concatenate([x["b"], x["a"]], 1), lambda y: {"head": y})
        for x, y, _ in batches.epoch():
            assert (x[:, 0] == x[:, 1] + 1).all() and (y["head"][:, 0] == x[:, 1]).all()
    batches.prepare()
    assert sorted(next(batches.epoch())[0]) == ["a", "b"]


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("small", [0, 2**60])
def test_what_prepares_may_change_within_the_data(monkeypatch, shuffle, small):
    monkeypatch.setattr(array_batches, "SMALL", small)
    batches = data.open(X, X[:, 0], batch_size=2, steps=2, shuffle=shuffle)
    seen = [x for x in rows(batches.epoch(0))]
    batches.prepare(prepare_y=lambda y: y * 10)  # another loss from the second epoch on
    for x, y, _ in batches.epoch(1):
        assert (y == x[:, 0] * 10).all()
        seen += rows([(x, 0, 0)])
    assert len(seen) == 4 and len({i for row in seen for i in row}) == 8


def test_class_weight_stands_for_sample_weight():
    batches = data.open(X, np.arange(N) % 2, batch_size=4, class_weight={1: 3.0})
    assert batches.peek()[2] is None
    assert [w.tolist() for _, _, w in batches.epoch()] == [[1, 3, 1, 3], [1, 3, 1, 3], [1, 3]]
    with pytest.raises(ValueError, match="class_weight and sample_weight can't be given at the same time"):
        data.open(X, X, np.ones(N), class_weight={1: 3.0})


@settings(max_examples=60, deadline=None, database=None)
@given(
    n=st.integers(1, 60),
    batch_size=st.integers(1, 70),
    shuffle=st.sampled_from([True, False, "batch"]),
    weighted=st.booleans(),
    large=st.booleans(),
    small=st.booleans(),
)
def test_every_row_comes_once_with_its_own_target_and_weight(n, batch_size, shuffle, weighted, large, small):
    x = np.arange(n, dtype="float32")
    limits = array_batches.LARGE, array_batches.SMALL
    array_batches.LARGE, array_batches.SMALL = 0 if large else limits[0], limits[1] if small else 0
    try:
        weight = x / 2 if weighted else None
        batches = data.open(np.stack([x, -x], 1), x.astype(int) * 3, weight, batch_size=batch_size, shuffle=shuffle)
    finally:
        array_batches.LARGE, array_batches.SMALL = limits
    for epoch in range(2):
        seen = []
        for bx, by, bw in batches.epoch(epoch):
            assert (bx[:, 1] == -bx[:, 0]).all() and (by == bx[:, 0] * 3).all() and len(bx) <= batch_size
            assert (bw is None) is not weighted and (bw is None or (bw == bx[:, 0] / 2).all())
            seen += bx[:, 0].tolist()
        assert sorted(seen) == x.tolist() and (shuffle or seen == x.tolist())
