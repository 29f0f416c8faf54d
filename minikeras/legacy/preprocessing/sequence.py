"""Sequences, as Keras 2 had them: windows over a series, pairs of words."""

from __future__ import annotations

import json
import random
from typing import Any

import numpy as np

from minikeras._core.lazy import lazily
from minikeras.data.py_dataset import PyDataset
from minikeras.utils.sequences import pad_sequences

__getattr__ = lazily(__name__)

__all__ = ["TimeseriesGenerator", "make_sampling_table", "pad_sequences", "skipgrams"]


class TimeseriesGenerator(PyDataset):
    """Windows over a time series and their targets: window ``data[i - length : i : sampling_rate]`` has target i.

    Args:
        data: values along the first axis.
        targets: as many.
        length: steps that a window spans.
        sampling_rate: steps from one value in a window to the next.
        stride: steps from one window to the next.
        start_index, end_index: use the data from one to the other, both included.
        shuffle: draw windows at random, instead of one after the other.
        reverse: put the values of a window in reverse order.
        batch_size: windows in a batch; the last one may hold fewer.

    >>> data = np.arange(10).reshape(10, 1)
    >>> x, y = TimeseriesGenerator(data, data, length=3, batch_size=2)[0]
    >>> x[..., 0].tolist(), y.ravel().tolist()
    ([[0, 1, 2], [1, 2, 3]], [3, 4])
    """

    def __init__(
        self,
        data: Any,
        targets: Any,
        length: int,
        sampling_rate: int = 1,
        stride: int = 1,
        start_index: int = 0,
        end_index: int | None = None,
        shuffle: bool = False,
        reverse: bool = False,
        batch_size: int = 128,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if len(data) != len(targets):
            raise ValueError(f"Data and targets have to be of same length: data has {len(data)}, targets {len(targets)}.")
        self.data, self.targets, self.length = data, targets, length
        self.sampling_rate, self.stride = sampling_rate, stride
        self.start_index = start_index + length
        self.end_index = len(data) - 1 if end_index is None else end_index
        self.shuffle, self.reverse, self.batch_size = shuffle, reverse, batch_size
        if self.start_index > self.end_index:
            raise ValueError(
                f"`start_index+length={self.start_index} > end_index={self.end_index}` is disallowed: no part of the data "
                "would be left to be used as a target. Use a smaller `length`."
            )

    def __len__(self) -> int:
        step = self.batch_size * self.stride
        return (self.end_index - self.start_index + step) // step

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Return batch number ``index``."""
        if not -len(self) <= index < len(self):
            raise IndexError(f"Batch {index} of {len(self)}.")
        if self.shuffle:
            rows = np.random.randint(self.start_index, self.end_index + 1, size=self.batch_size)
        else:
            step = self.batch_size * self.stride
            first = self.start_index + step * (index % len(self))
            rows = np.arange(first, min(first + step, self.end_index + 1), self.stride)
        samples = np.array([_part(self.data, slice(row - self.length, row, self.sampling_rate)) for row in rows])
        targets = np.array([_part(self.targets, row) for row in rows])
        return (samples[:, ::-1] if self.reverse else samples), targets

    def get_config(self) -> dict:
        """Return the arguments, data and targets as JSON."""
        names = ("length", "sampling_rate", "stride", "start_index", "end_index", "shuffle", "reverse", "batch_size")
        texts = {name: json.dumps(np.asarray(getattr(self, name)).tolist()) for name in ("data", "targets")}
        return {**texts, **{n: getattr(self, n) for n in names}}

    def to_json(self, **kwargs) -> str:
        """Return all of it as JSON. ``kwargs`` go to ``json.dumps``."""
        return json.dumps({"class_name": type(self).__name__, "config": self.get_config()}, **kwargs)


def _part(data: Any, at: Any) -> Any:
    return data.iloc[at] if hasattr(data, "iloc") else data[at]  # pandas counts by label else


def make_sampling_table(size: int, sampling_factor: float = 1e-5) -> np.ndarray:
    """Probabilities of keeping the words of rank 0, 1, ... by Zipf's law: √(factor / frequency), up to 1.

    Args:
        size: number of words.
        sampling_factor: what makes a word frequent.

    >>> make_sampling_table(3, 0.1)
    array([0.315, 0.315, 0.548])
    """
    rank = np.arange(size)
    rank[:1] = 1
    inverse_frequency = rank * (np.log(rank) + 0.577) + 0.5 - 1.0 / (12.0 * rank)
    f = sampling_factor * inverse_frequency
    return np.minimum(1.0, f / np.sqrt(f))


def skipgrams(
    sequence: list[int],
    vocabulary_size: int,
    window_size: int = 4,
    negative_samples: float = 1.0,
    shuffle: bool = True,
    categorical: bool = False,
    sampling_table: Any = None,
    seed: int | None = None,
) -> tuple[list, list]:
    """Pairs of words that stand near each other (label 1), and pairs with random words (label 0).

    Args:
        sequence: numbers of words; 0 is no word.
        vocabulary_size: numbers go up to vocabulary_size - 1.
        window_size: how far words of a pair may be apart.
        negative_samples: random pairs for each true one.
        shuffle: whether to mix the pairs.
        categorical: give labels as [0, 1] and [1, 0].
        sampling_table: probability of keeping each word, see `make_sampling_table`.
        seed: of the mixing.

    References: Mikolov et al., Efficient estimation of word representations in vector space, 2013.

    >>> skipgrams([1, 2, 3], 4, window_size=1, negative_samples=0, shuffle=False)
    ([[1, 2], [2, 1], [2, 3], [3, 2]], [1, 1, 1, 1])
    """
    couples, n = [], len(sequence)
    for i, word in enumerate(sequence):
        if not word or sampling_table is not None and sampling_table[word] < random.random():
            continue
        near = range(max(0, i - window_size), min(n, i + window_size + 1))
        couples += [[word, sequence[j]] for j in near if j != i and sequence[j]]
    labels: list = [[0, 1] if categorical else 1] * len(couples)
    if negative_samples > 0 and couples:
        count = int(len(labels) * negative_samples)
        words = [c[0] for c in couples]
        random.shuffle(words)
        couples += [[words[i % len(words)], random.randint(1, vocabulary_size - 1)] for i in range(count)]
        labels += [[1, 0] if categorical else 0] * count
    if shuffle:
        seed = random.randint(0, 10_000_000) if seed is None else seed
        for values in (couples, labels):
            random.seed(seed)
            random.shuffle(values)
    return couples, labels
