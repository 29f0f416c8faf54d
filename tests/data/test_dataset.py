import itertools

import numpy as np
import pytest

import minikeras as keras
from minikeras.data.dataset import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, Dataset

TEN = Dataset.range(10)


def lists(data):
    return [np.asarray(e).tolist() for e in data]


def test_sources():
    x, y = next(iter(Dataset.from_tensor_slices(([[1.0, 2.0]], np.array([3])))))
    assert x.tolist() == [1.0, 2.0] and x.dtype == "float32" and y == 3
    assert lists(Dataset.from_tensors([1, 2])) == [[1, 2]]
    assert [e["a"].tolist() for e in Dataset.from_tensor_slices({"a": [1, 2]})] == [1, 2]
    assert lists(Dataset.range(2, 8, 3)) == [2, 5] and Dataset.range(3).element_spec.dtype == "int64"
    typed = Dataset.from_generator(lambda n: ((i, str(i)) for i in range(n)), output_types=("float32", "string"), args=(2,))
    assert [(a.dtype.name, str(b)) for a, b in typed] == [("float32", "0"), ("float32", "1")]


def test_it_can_be_read_again_and_its_length_is_known_where_it_can_be():
    data = TEN.map(lambda i: i * 2).batch(3)
    assert lists(data) == lists(data) == [[0, 2, 4], [6, 8, 10], [12, 14, 16], [18]]
    assert len(data) == 4 and len(data.take(9)) == 4 and len(data.skip(1)) == 3 and len(data.repeat(2)) == 8
    assert TEN.batch(3, drop_remainder=True).cardinality() == 3 and TEN.repeat().cardinality() == INFINITE_CARDINALITY
    assert TEN.filter(lambda i: i > 2).cardinality() == UNKNOWN_CARDINALITY
    assert TEN.cardinality().numpy() == 10 and list(range(TEN.batch(5).cardinality())) == [0, 1]
    for endless in (TEN.repeat(), TEN.filter(bool)):
        with pytest.raises(TypeError):
            len(endless)


def test_tuples_go_to_functions_as_several_arguments_dicts_as_one():
    pairs = Dataset.zip(TEN, TEN.map(lambda i: i * i)).take(3)
    assert lists(pairs.map(lambda a, b: a + b)) == [0, 2, 6]
    assert lists(Dataset.from_tensor_slices({"a": [1, 2]}).map(lambda d: d["a"] + 1)) == [2, 3]
    assert lists(pairs.filter(lambda a, b: b > a).map(lambda a, b: b)) == [4]
    assert [d["x"].tolist() for d in Dataset.zip({"x": TEN, "y": TEN}).take(2)] == [0, 1]
    assert [(int(i), int(e)) for i, e in TEN.skip(8).enumerate(start=5)] == [(5, 8), (6, 9)]


def test_shuffling_is_a_permutation_new_each_pass_and_the_same_for_a_seed():
    data = TEN.shuffle(10, seed=1)
    first, second = lists(data), lists(data)
    assert sorted(first) == sorted(second) == list(range(10)) and first != second
    assert lists(TEN.shuffle(10, seed=1)) == first
    still = TEN.shuffle(10, seed=1, reshuffle_each_iteration=False)
    assert lists(still) == lists(still)
    keras.utils.set_random_seed(3)
    one = lists(TEN.shuffle(10))
    keras.utils.set_random_seed(3)
    assert lists(TEN.shuffle(10)) == one
    small = lists(TEN.shuffle(2, seed=1))
    assert sorted(small) == list(range(10)) and all(e <= i + 1 for i, e in enumerate(small))
    places = np.mean([lists(TEN.shuffle(10, seed=s)).index(0) for s in range(2000)])
    assert abs(places - 4.5) < 0.25


def test_batches_and_back():
    batches = Dataset.from_tensor_slices((np.arange(5), np.arange(5) * 2)).batch(2)
    assert [(x.tolist(), y.tolist()) for x, y in batches] == [([0, 1], [0, 2]), ([2, 3], [4, 6]), ([4], [8])]
    assert [int(x) for x, _ in batches.unbatch()] == [0, 1, 2, 3, 4]
    assert lists(batches.map(lambda x, y: x).rebatch(3)) == [[0, 1, 2], [3, 4]]
    assert [s.shape for s in batches.element_spec] == [(None,), (None,)]
    rows = Dataset.from_generator(lambda: iter([[1], [2, 3]]))
    assert lists(rows.padded_batch(2)) == [[[1, 0], [2, 3]]]
    assert lists(rows.padded_batch(2, padded_shapes=[4], padding_values=9)) == [[[1, 9, 9, 9], [2, 3, 9, 9]]]
    for size in (0, 2.5, True):
        with pytest.raises(ValueError, match="positive integer"):
            TEN.batch(size)


def test_windows():
    windows = TEN.take(7).window(3, shift=2)
    assert [lists(w) for w in windows] == [[0, 1, 2], [2, 3, 4], [4, 5, 6], [6]]
    assert [lists(w) for w in TEN.take(7).window(3, shift=2, drop_remainder=True)] == [[0, 1, 2], [2, 3, 4], [4, 5, 6]]
    assert [lists(w) for w in TEN.window(2, shift=4, stride=3)] == [[0, 3], [4, 7], [8]]
    flat = TEN.window(3, shift=1, drop_remainder=True).flat_map(lambda w: w.batch(3))
    assert len(list(flat)) == 8 and lists(flat.take(2)) == [[0, 1, 2], [1, 2, 3]]
    x, y = next(iter(Dataset.zip(TEN, TEN).window(2)))
    assert lists(x) == lists(y) == [0, 1]


def test_joining_and_choosing():
    assert lists(TEN.take(2).concatenate(TEN.skip(8))) == [0, 1, 8, 9] and len(TEN.concatenate(TEN)) == 20
    assert lists(TEN.shard(3, 1)) == [1, 4, 7] and len(TEN.shard(3, 1)) == 3
    assert lists(TEN.take_while(lambda i: i < 3)) == [0, 1, 2]
    double = Dataset.range(1, 4).interleave(lambda i: Dataset.from_tensors(i).repeat(3), cycle_length=2, block_length=2)
    assert lists(double) == [1, 1, 2, 2, 1, 2, 3, 3, 3]
    assert lists(Dataset.from_tensor_slices([1, 2, 1]).unique()) == [1, 2]
    assert lists(TEN.take(4).scan(0, lambda s, i: (s + i, s + i))) == [0, 1, 3, 6]
    mixed = lists(Dataset.sample_from_datasets([TEN, TEN.map(lambda i: i + 100)], [0.9, 0.1], seed=1))
    assert sorted(mixed) == [*range(10), *range(100, 110)]
    assert int(TEN.reduce(0, lambda s, i: s + i)) == 45 and Dataset.from_tensors(3).get_single_element() == 3
    assert lists(TEN.apply(lambda d: d.take(1))) == [0] and list(TEN.take(0)) == [] and len(TEN.take(-1)) == 10


def test_repeat_take_and_as_numpy_iterator():
    assert lists(itertools.islice(TEN.take(2).repeat(), 5)) == [0, 1, 0, 1, 0]
    assert lists(TEN.take(0).repeat()) == []
    assert list(TEN.prefetch(2).as_numpy_iterator()) == list(range(10))


def test_cache_reads_once():
    reads = []
    data = TEN.map(lambda i: reads.append(1) or i).cache()
    next(iter(data))
    reads.clear()
    assert lists(data) == lists(data) == list(range(10)) and len(reads) == 10


def test_list_files(tmp_path):
    for name in ("b.txt", "a.txt", "c.png"):
        (tmp_path / name).touch()
    found = Dataset.list_files(str(tmp_path / "*.txt"), shuffle=False)
    assert [str(f)[-5:] for f in found] == ["a.txt", "b.txt"]
    with pytest.raises(ValueError, match="No files matched"):
        Dataset.list_files(str(tmp_path / "*.jpg"))


@pytest.mark.parametrize("repeat", [False, True])
def test_fit_takes_it(repeat):
    x = np.random.RandomState(0).normal(size=(10, 3)).astype("float32")
    data = Dataset.from_tensor_slices((x, x.sum(1))).shuffle(10, seed=1).batch(4).prefetch(1)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    extra = {"steps_per_epoch": 3} if repeat else {}
    losses = model.fit(data.repeat() if repeat else data, epochs=30, verbose=0, validation_data=data, **extra).history["loss"]
    assert losses[-1] < losses[0] / 5
    assert model.predict(data.map(lambda x, y: x), verbose=0).shape == (10, 1)
    assert model.evaluate(data, verbose=0) < losses[0]


def test_what_a_user_sees_answers_as_a_tensor():
    x, y = next(iter(Dataset.from_tensor_slices((np.ones((2, 3)), [0, 1])).batch(2)))
    assert x.shape.as_list() == [2, 3] and y.numpy().tolist() == [0, 1]
    assert type(next(TEN.batch(2).as_numpy_iterator())) is np.ndarray
    assert [type(e) for e in TEN.take(1).map(lambda i: i * 2).as_numpy_iterator()] == [np.int64]


def test_a_list_from_map_is_a_tuple():
    pairs = TEN.take(3).map(lambda i: [i, 2 * i])
    assert list(pairs.as_numpy_iterator()) == [(0, 0), (1, 2), (2, 4)]
    assert [int(i) for i in pairs.map(lambda a, b: a + b)] == [0, 3, 6]
    assert [a.tolist() for a, _ in TEN.take(2).map(lambda i: ([i, 2 * i], i))] == [[0, 0], [1, 2]]


def test_what_reduce_hands_over_and_returns_are_tensors():
    total = TEN.reduce(np.int64(0), lambda state, i: state + i)
    assert total.numpy() == 45 and isinstance(total.numpy(), np.integer)
    count, most = TEN.reduce((0, 0), lambda state, i: (state[0] + 1, max(state[1].numpy(), i.numpy())))
    assert (int(count), int(most)) == (10, 9)
