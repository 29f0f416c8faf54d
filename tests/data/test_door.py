"""What comes in, what is refused, and the split for validation."""

import numpy as np
import pandas as pd
import pytest

import minikeras as keras
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


def test_words_for_what_lists_are():
    with pytest.raises(ValueError, match="outputs should be one of .* got 'many'"):
        data.open(X, Y, outputs="many")


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
    assert train[0].tolist() == [[0], [1]] and validation[1].tolist() == [[2], [3]] and len(validation[2]) == 2
    train, validation = data.split(data.ArrayDataset((X, Y)), validation_split=0.5)
    assert train[0].shape == (3, 2) and validation[1].shape == (3, 1)


def test_split_of_several_arrays():
    how = {"inputs": "structure", "outputs": "structure"}
    x = {"a": np.arange(5), "b": pd.Series(range(5))}
    (x, y, w), (vx, vy, vw) = data.split(x, [range(5), None], np.ones(5), 0.4, **how)
    assert x["a"].tolist() == y[0].tolist() == [0, 1, 2] and vx["b"].tolist() == [[3], [4]] and vy[0].tolist() == [3, 4]
    assert y[1] is None and len(w) == 3 and len(vw) == 2
    opened = data.open(x, y, w, **how)
    assert next(opened.epoch())[0]["b"].shape == (3, 1)
    with pytest.raises(ValueError, match=r"x\['a'\] has 2, y\[0\] has 3"):
        data.split({"a": [1, 2]}, [[1, 2, 3]], **how)
    with pytest.raises(ValueError, match="inputs should be one of"):
        data.split(X, inputs="lists")
    assert data.split(["a", "b"], text=True, validation_split=0.5)[1][0].tolist() == ["b"]


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


def test_it_only_reads():
    calls = []
    opened = data.open(X, list(range(6)), np.ones(6), batch_size=4)
    x, y, w = opened.peek()
    assert x.dtype == "float64" and len(x) == len(y) == len(w) == 4
    opened.prepare(lambda x: calls.append(x.shape) or x.astype("float16"), lambda y: y * 2, lambda w: w + 1)
    assert calls == [(6, 2)]
    (x, y, w), _ = opened.epoch()
    assert x.dtype == w.dtype == "float16" and y.tolist() == [0, 2, 4, 6] and w.tolist() == [2] * 4
    assert opened.peek()[0].dtype == "float16"


def test_what_is_known_of_the_classes():
    opened = data.open(X, np.array([[0, 1]] * 6), class_weight={1: 2.0})
    opened.prepare(one_hot=False, classes=2)
    assert next(opened.epoch())[2].tolist() == [[1, 2]] * 6
    opened = data.open(X, np.zeros(6), class_weight={1: 2.0, 2: 1.0})
    opened.prepare(classes=3)
    with pytest.raises(ValueError, match="key 2, which no label can have: there are 2 classes"):
        opened.prepare(classes=2)
    with pytest.raises(ValueError, match="key 5, which no label can have: the labels in y go from 0 to 1"):
        next(data.open(X, np.arange(6) % 2, class_weight={5: 2.0}).epoch())
    with pytest.raises(ValueError, match="finite numbers, 0 or more, got 0: -1"):
        data.open(X, Y, class_weight={0: -1})


def test_class_weight_is_for_one_output():
    opened = data.open(X, [Y], class_weight={0: 2.0}, outputs="structure")
    assert next(opened.epoch())[2].tolist() == [2] * 6
    with pytest.raises(ValueError, match="`class_weight` is only supported for models with a single output, but y holds 2"):
        next(data.open(X, [Y, Y], class_weight={0: 2.0}, outputs="structure").epoch())
    with pytest.raises(ValueError, match="can't be given at the same time"):
        data.open(iter([(X, Y, Y)]), class_weight={0: 2.0}).peek()


@pytest.mark.parametrize("weight", [[np.nan] + [1.0] * 5, [-1.0] + [1.0] * 5])
def test_weights_that_mean_nothing(weight):
    for read in (lambda: data.open(X, Y, weight), lambda: data.open(iter([(X, Y, weight)])).peek()):
        with pytest.raises(ValueError, match="sample_weight should hold finite numbers, 0 or more"):
            read()


def test_text():
    towns = ["Rome", "Oslo"] * 3
    opened = data.open(towns, Y, text=True)
    opened.prepare(lambda x: (x == "Oslo").astype("float32"))
    assert next(opened.epoch())[0].tolist() == [0, 1] * 3
    opened = data.open(dict(pd.DataFrame({"age": range(6), "town": towns})), Y, text=True, inputs="structure")
    x, _, _ = next(opened.epoch())
    assert x["age"].tolist() == [[i] for i in range(6)] and x["town"][1] == ["Oslo"] and x["town"].shape == (6, 1)
    with pytest.raises(ValueError, match="y holds text"):
        data.open(X, towns, text=True)
    with pytest.raises(ValueError, match=r"x\['town'\] holds text"):
        data.open({"age": X, "town": towns}, inputs="structure")


def test_a_generator_function_is_to_be_called():
    with pytest.raises(ValueError, match="Call it"):
        data.open(batches)


def test_nothing_is_prepared_twice():
    calls = []

    def prepare_x(x):
        calls.append(("x", x.shape))
        return x.astype("float16")

    def prepare_y(y):
        calls.append(("y", None if y is None else y.shape))
        return y

    opened = data.open(X, Y, batch_size=4)
    opened.prepare(prepare_x, prepare_y)
    assert len(list(opened.epoch())) == 2 == len(list(opened.epoch()))
    assert calls == [("x", (6, 2)), ("y", (6, 1))]
    calls.clear()
    data.open(X).prepare(prepare_x, prepare_y)
    assert calls == [("x", (6, 2)), ("y", None)]
    calls.clear()
    opened = data.open(batches())
    opened.peek()
    opened.prepare(prepare_x, prepare_y)
    assert calls == []
    assert len(list(opened.epoch())) == 1
    assert calls == [("x", (6, 2)), ("y", (6, 1))]


def test_building_draws_as_keras_does():
    np.random.seed(0)
    opened = data.open(np.arange(10.0), shuffle=True)
    opened.peek(build=True)
    order = next(opened.epoch())[0]
    assert order.astype(int).tolist() == [3, 5, 1, 2, 9, 8, 0, 6, 7, 4]


def test_all_in_one_batch():
    opened = data.open(np.zeros((100, 2)), batch_size=data.ALL)
    assert opened.steps == 1 and len(opened.peek()[0]) == 100
    assert [len(x) for x, _, _ in data.open(np.zeros((100, 2)), batch_size=data.ALL, shuffle=True).epoch()] == [100]


def test_a_pipeline_keeps_its_order():
    windows = keras.utils.timeseries_dataset_from_array(np.arange(40.0), None, 2, batch_size=4)
    first = [[float(x[0, 0]) for x, _, _ in data.open(d, shuffle=True).epoch(0)] for d in (windows, windows.map(lambda x: x))]
    assert first[0] == first[1] == [4.0 * i for i in range(10)]
