"""What comes in, what is refused, and the split for validation."""

import numpy as np
import pandas as pd
import pytest

from minikeras import data

X, Y = np.zeros((6, 2)), np.zeros((6, 1))


@pytest.mark.parametrize("size", [0, -1, 2.5, "a", True, np.float64(3)])
def test_a_bad_batch_size(size):
    with pytest.raises(ValueError, match="batch_size should be a positive integer or None, got "):
        data.open(X, Y, batch_size=size)


@pytest.mark.parametrize("steps", [-1, 1.5, "3"])
def test_bad_steps(steps):
    with pytest.raises(ValueError, match="steps_per_epoch should be a positive integer or None, got "):
        data.open(X, Y, steps=steps)


def test_lengths_that_differ():
    with pytest.raises(ValueError, match="same number of samples: x has 6, y has 3, sample_weight has 2."):
        data.open(X, Y[:3], [1, 2], class_weight=None)


def test_shuffle_is_one_of_three():
    with pytest.raises(ValueError, match="shuffle should be True, False or 'batch', got 'yes'"):
        data.open(X, Y, shuffle="yes")


def test_no_data():
    with pytest.raises(ValueError, match=r"x holds no samples: its shape is \(0, 2\)"):
        data.open(X[:0], Y[:0])


def batches():
    yield X, Y


@pytest.mark.parametrize("source", [batches(), data.ArrayDataset((X, Y))], ids=["generator", "ArrayDataset"])
@pytest.mark.parametrize("name", ["y", "sample_weight"])
def test_targets_beside_a_generator_are_refused(source, name):
    with pytest.raises(ValueError, match=f"When x is a .*, {name} should not be given"):
        data.open(source, **{name: Y})


@pytest.mark.parametrize("x", [None, object(), {1.0, 2.0}, len])
def test_what_is_no_data(x):
    with pytest.raises(ValueError, match="x should be an array, a list of numbers, a DataFrame, or a generator"):
        data.open(x)


def test_samples_without_batches():
    class Samples:
        def __getitem__(self, i):
            return 0

        def __len__(self):
            return 1

    with pytest.raises(ValueError, match="Wrap it in a DataLoader"):
        data.open(Samples())


def test_batch_size_is_without_meaning_for_generators():  # as in Keras 3
    assert data.open(batches(), batch_size=7).batch_size is None


def test_opened_data_passes():
    opened = data.open(X)
    assert data.open(opened) is opened


def test_a_dataset_of_arrays_is_batched():
    opened = data.open(data.ArrayDataset((X, Y)), batch_size=4)
    assert [len(x) for x, _, _ in opened.epoch()] == [4, 2] and opened.peek()[1].shape == (4, 1)


@pytest.mark.parametrize(("n", "fraction", "at"), [(10, 0.25, 7), (6, 0.1, 5), (569, 0.2, 455), (10, 0.3, 7), (3, 1 / 3, 2)])
def test_split_keeps_back_the_last_fraction(n, fraction, at):
    (x, y, w), (vx, vy, vw) = data.split(np.arange(n), list(range(n)), None, fraction)
    assert x.tolist() == y.tolist() == list(range(at)) and vx.tolist() == vy.tolist() == list(range(at, n))
    assert w is vw is None


def test_split_takes_tables_and_weights():
    train, validation = data.split(pd.DataFrame({"a": range(4)}), pd.Series(range(4)), np.ones(4), 0.5)
    assert train[0].tolist() == [[0], [1]] and validation[1].tolist() == [2, 3] and len(validation[2]) == 2
    train, validation = data.split(data.ArrayDataset((X, Y)), validation_split=0.5)
    assert train[0].shape == (3, 2) and validation[1].shape == (3, 1)


@pytest.mark.parametrize("fraction", [0.0, 1.0, 1.5, -0.1, "0.2"])
def test_split_wants_a_fraction(fraction):
    with pytest.raises(ValueError, match="validation_split should be a fraction above 0 and below 1, got "):
        data.split(X, Y, None, fraction)


def test_split_errors():
    with pytest.raises(ValueError, match=r"validation_split=0.99 of 6 sample\(s\) leaves none for training"):
        data.split(X, Y, None, 0.99)
    with pytest.raises(ValueError, match="validation_split only works on arrays, got x of type generator"):
        data.split(batches(), validation_split=0.2)
    with pytest.raises(ValueError, match="x has 6, y has 3"):
        data.split(X, Y[:3], None, 0.2)


def test_the_model_is_built_at_the_door():
    calls = []

    def prepare_x(x):
        calls.append(("x", x.shape))
        return x.astype("float16")

    def prepare_y(y):
        calls.append(("y", None if y is None else y.shape))
        return y

    how = {"prepare_x": prepare_x, "prepare_y": prepare_y}
    first = data.open(X, Y, np.ones(6), **how)
    assert calls == [("x", (6, 2)), ("y", (6, 1))]
    x, y, w = next(first.epoch())
    assert x.dtype == w.dtype == "float16" and len(calls) == 2
    data.open(X, **how)
    assert calls[2:] == [("x", (6, 2)), ("y", None)]
    calls.clear()
    opened = data.open(batches(), **how)
    assert calls == [("x", (6, 2)), ("y", (6, 1))]
    assert len(list(opened.epoch())) == 1
    calls.clear()
    data.open(batches(), **how, build=False)
    data.open(batches())
    assert calls == []


def test_building_draws_as_keras_does():
    np.random.seed(0)
    order = next(data.open(np.arange(10.0), shuffle=True, build=True).epoch())[0]
    assert order.astype(int).tolist() == [3, 5, 1, 2, 9, 8, 0, 6, 7, 4]


def test_all_in_one_batch():
    opened = data.open(np.zeros((100, 2)), batch_size=data.ALL)
    assert opened.steps == 1 and len(opened.peek()[0]) == 100
    assert [len(x) for x, _, _ in data.open(np.zeros((100, 2)), batch_size=data.ALL, shuffle=True).epoch()] == [100]
