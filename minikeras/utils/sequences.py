"""Sequences of different lengths made into one array; windows over a time series."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras.data.dataset import Dataset
from minikeras.data.py_dataset import PyDataset


def pad_sequences(
    sequences: Any,
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """Bring sequences to one length: fill up the short ones, cut the long ones.

    Args:
        sequences: lists of numbers, or of equally shaped items.
        maxlen: the common length; that of the longest by default.
        dtype: type of the result; ``object`` for text.
        padding: fill up before (``"pre"``) or after (``"post"``) what is there.
        truncating: cut at the start (``"pre"``) or at the end (``"post"``).
        value: what to fill with.

    Returns:
        An array of shape ``(len(sequences), maxlen)`` plus the shape of an item.

    >>> pad_sequences([[1], [2, 3], [4, 5, 6]], maxlen=2)
    array([[0, 1], [2, 3], [5, 6]], dtype=int32)
    """
    for name, side in (("padding", padding), ("truncating", truncating)):
        if side not in ("pre", "post"):
            raise ValueError(f"pad_sequences: {name} should be 'pre' or 'post', got {side!r}.")
    if not hasattr(sequences, "__len__"):
        raise ValueError(f"pad_sequences needs a list of sequences, got {type(sequences).__name__}.")
    for i, s in enumerate(sequences):
        if not hasattr(s, "__len__"):
            raise ValueError(f"pad_sequences needs a list of sequences, got {s!r} at position {i}.")
    if isinstance(value, str) and dtype is not object and np.dtype(dtype).kind not in "USO":
        raise ValueError(f"`dtype` {np.dtype(dtype)} is not compatible with the text {value!r} to pad with; pass dtype=object.")
    if maxlen is None:
        if len(sequences) == 0:
            raise ValueError("pad_sequences got no sequences, so it can't tell their length; pass maxlen.")
        maxlen = max(len(s) for s in sequences)
    item = next((np.asarray(s).shape[1:] for s in sequences if len(s)), ())
    padded = np.full((len(sequences), maxlen, *item), value, dtype)
    for i, s in enumerate(sequences):
        kept = s[max(len(s) - maxlen, 0) :] if truncating == "pre" else s[:maxlen]
        if len(kept) == 0:
            continue
        kept = np.asarray(kept, dtype)
        if kept.shape[1:] != item:
            raise ValueError(f"pad_sequences: items at position {i} have shape {kept.shape[1:]}, the first ones {item}.")
        padded[i, slice(maxlen - len(kept), None) if padding == "pre" else slice(len(kept))] = kept
    return padded


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str | None = None,
) -> PyDataset:
    """Cut windows out of a time series; window i is ``data[i], data[i + r], ...`` with target ``targets[i]``.

    Args:
        data: values along the first axis.
        targets: one for each start of a window; None for windows alone.
        sequence_length: values in a window.
        sequence_stride: steps from one window to the next.
        sampling_rate: steps r from one value in a window to the next.
        batch_size: windows in a batch; None gives single windows.
        shuffle: a new order of windows each epoch.
        seed: of the shuffling.
        start_index, end_index: use ``data[start_index:end_index]`` only.
        format: None, "tf" or "grain" as in Keras; the result is a `PyDataset` and a `Dataset` in any case.

    >>> windows = timeseries_dataset_from_array(np.arange(6), np.arange(6) + 3, sequence_length=3, batch_size=2)
    >>> windows[0]
    (array([[0, 1, 2], [1, 2, 3]]), array([3, 4]))
    """
    n = len(data)
    if format not in (None, "tf", "grain"):
        raise ValueError(f"`format` should be None, 'tf' or 'grain', got {format!r}.")
    if start_index and not 0 <= start_index < n:
        raise ValueError(f"`start_index` must be from 0 to {n - 1}, got {start_index}.")
    if end_index and not (start_index or 0) < end_index < n:
        raise ValueError(f"`end_index` must be above start_index={start_index} and below {n}, got {end_index}.")
    for name, step in (("sampling_rate", sampling_rate), ("sequence_stride", sequence_stride)):
        if not 0 < step < n:
            raise ValueError(f"`{name}` must be above 0 and below the length of data, {n}, got {step}.")
    span = slice(start_index, end_index)
    data, targets = np.asarray(data)[span], None if targets is None else np.asarray(targets)[span]
    count = len(data) - (sequence_length - 1) * sampling_rate
    count = count if targets is None else min(count, len(targets))
    if count < 1:
        raise ValueError(f"data of length {len(data)} holds no window of {sequence_length} values {sampling_rate} apart.")
    offsets = np.arange(0, sequence_length * sampling_rate, sampling_rate)
    return _Windows(data, targets, np.arange(0, count, sequence_stride), offsets, batch_size, shuffle, seed)


class _Windows(PyDataset, Dataset):
    def __init__(self, data, targets, starts, offsets, batch_size, shuffle, seed):
        PyDataset.__init__(self)
        Dataset.__init__(self, self._once, math.ceil(len(starts) / (batch_size or 1)), batch_size is not None)
        self.data, self.targets, self.starts, self.offsets = data, targets, starts, offsets
        self.batch_size = batch_size
        self.rng = np.random.RandomState(np.random.randint(10**6) if seed is None else seed) if shuffle else None
        self.on_epoch_end()

    def __len__(self):
        return math.ceil(len(self.starts) / (self.batch_size or 1))

    def _once(self):
        for i in range(len(self)):
            yield self[i]
        self.on_epoch_end()

    __iter__ = Dataset.__iter__

    def __getitem__(self, index):
        if not 0 <= index < len(self):
            raise IndexError(f"Batch {index} of {len(self)}.")
        size = self.batch_size or 1
        starts = self.starts[index * size : (index + 1) * size]
        x = self.data[starts[:, None] + self.offsets]
        y = None if self.targets is None else self.targets[starts]
        if self.batch_size is None:
            x, y = x[0], None if y is None else y[0]
        return x if y is None else (x, y)

    def on_epoch_end(self):
        if self.rng is not None:
            self.rng.shuffle(self.starts)
