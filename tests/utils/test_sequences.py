"""Padded sequences and windows, with the numbers of real Keras 3.15.1."""

import numpy as np
import pytest

from minikeras import data
from minikeras.utils import pad_sequences, timeseries_dataset_from_array

SEQUENCES = [[1], [2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [[0, 0, 1], [0, 2, 3], [4, 5, 6]]),
        ({"value": -1}, [[-1, -1, 1], [-1, 2, 3], [4, 5, 6]]),
        ({"padding": "post"}, [[1, 0, 0], [2, 3, 0], [4, 5, 6]]),
        ({"maxlen": 2}, [[0, 1], [2, 3], [5, 6]]),
        ({"maxlen": 2, "truncating": "post", "padding": "post", "value": 9}, [[1, 9], [2, 3], [4, 5]]),
    ],
    ids=str,
)
def test_pad_sequences(options, expected):
    padded = pad_sequences(SEQUENCES, **options)
    assert padded.dtype == "int32" and padded.tolist() == expected


def test_pad_sequences_of_other_things():
    assert pad_sequences([[1.5], [0.5, 2]], dtype="float32").tolist() == [[0, 1.5], [0.5, 2]]
    assert pad_sequences([[], [1]]).tolist() == [[0], [1]]
    assert pad_sequences([], maxlen=3).shape == (0, 3)
    assert pad_sequences([[1], [2, 3]], maxlen=0).shape == (2, 0)
    assert pad_sequences([[[1, 2]], [[3, 4], [5, 6]]]).tolist() == [[[0, 0], [1, 2]], [[3, 4], [5, 6]]]
    assert pad_sequences([["a"], ["b", "c"]], dtype=object, value="_").tolist() == [["_", "a"], ["b", "c"]]
    assert pad_sequences((np.array([1]), np.array([2, 3]))).tolist() == [[0, 1], [2, 3]]


@pytest.mark.parametrize(
    ("sequences", "options", "message"),
    [
        (3, {}, "needs a list of sequences, got int"),
        ([1, 2], {}, "got 1 at position 0"),
        ([[1]], {"padding": "x"}, "padding should be 'pre' or 'post', got 'x'"),
        ([[1]], {"truncating": "z"}, "truncating should be 'pre' or 'post', got 'z'"),
        ([["a"]], {"value": "_"}, "`dtype` int32 is not compatible with the text '_' .*; pass dtype=object"),
        ([], {}, "pass maxlen"),
        ([[1], [[2, 3]]], {}, r"items at position 1 have shape \(2,\), the first ones \(\)"),
    ],
    ids=str,
)
def test_pad_sequences_errors(sequences, options, message):
    with pytest.raises(ValueError, match=message):
        pad_sequences(sequences, **options)


def test_windows():
    series = np.arange(10)
    windows = timeseries_dataset_from_array(series, series * 10, 3, sequence_stride=2, sampling_rate=2, batch_size=2)
    assert len(windows) == 2
    batches = [(x.tolist(), y.tolist()) for x, y in windows]
    assert batches == [([[0, 2, 4], [2, 4, 6]], [0, 20]), ([[4, 6, 8]], [40])]
    with pytest.raises(IndexError, match="Batch 2 of 2"):
        windows[2]


def test_windows_of_a_part_without_targets():
    windows = timeseries_dataset_from_array(np.arange(10), None, 2, start_index=3, end_index=7)
    assert windows[0].tolist() == [[3, 4], [4, 5], [5, 6]]
    single = timeseries_dataset_from_array(np.arange(4), np.arange(4), 2, batch_size=None)
    assert [(x.tolist(), int(y)) for x, y in single] == [([0, 1], 0), ([1, 2], 1), ([2, 3], 2)]


def test_fewer_targets_than_windows():
    windows = timeseries_dataset_from_array(np.arange(9), np.arange(2), 3)
    assert windows[0][0].tolist() == [[0, 1, 2], [1, 2, 3]]


def test_shuffled_windows_keep_their_targets():
    series = np.arange(20)
    windows, same = (timeseries_dataset_from_array(series, series, 2, batch_size=4, shuffle=True, seed=1) for _ in range(2))
    batches = data.open(windows)
    first, second = ([x[:, 0].tolist() for x, y, _ in batches.epoch(e) if (x[:, 0] == y).all()] for e in range(2))
    assert first != second and sorted(sum(first, [])) == sorted(sum(second, [])) == list(range(19))
    assert first == [x[:, 0].tolist() for x, _ in same]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sequence_length": 11}, "holds no window of 11 values"),
        ({"sequence_length": 2, "sampling_rate": 0}, "`sampling_rate` must be above 0 .* got 0"),
        ({"sequence_length": 2, "sequence_stride": 10}, "`sequence_stride` must be above 0 and below .* 10, got 10"),
        ({"sequence_length": 2, "start_index": -1}, "`start_index` must be from 0 to 9, got -1"),
        ({"sequence_length": 2, "start_index": 5, "end_index": 4}, "`end_index` must be above start_index=5"),
        ({"sequence_length": 2, "format": "numpy"}, "`format` should be None, 'tf' or 'grain', got 'numpy'"),
    ],
    ids=str,
)
def test_windows_errors(options, message):
    with pytest.raises(ValueError, match=message):
        timeseries_dataset_from_array(np.arange(10), None, **options)


def test_windows_answer_as_a_dataset_too():
    data = timeseries_dataset_from_array(np.arange(10), np.arange(10) + 2, 3, batch_size=4, shuffle=True, seed=1)
    assert len(data.take(1)) == 1 and [len(y) for _, y in data.unbatch().batch(5)] == [5, 3]
    orders = [[int(v) for _, y in data for v in y] for _ in range(2)]
    assert orders[0] != orders[1] and sorted(orders[0]) == sorted(orders[1]) == list(range(2, 10))
    doubled = data.map(lambda x, y: (x * 2, y)).prefetch(1)
    x, y = next(iter(doubled))
    assert np.array_equal(x[:, 0], (y - 2) * 2)
