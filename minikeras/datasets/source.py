"""Where the files of the data sets come from, and how numbers are read from them."""

from __future__ import annotations

import numpy as np

from minikeras.utils.file_utils import get_file

FOLDER = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


def fetch(path: str, name: str, file_hash: str | None, **how: str) -> str:
    """Return the path of a file of Keras' folder of data sets.

    Args:
        path: what it is called here.
        name: what it is called there.
        file_hash: its sha256 or md5; None where Keras knows none.
        how: what `get_file` takes besides.
    """
    return get_file(path, origin=FOLDER + name, file_hash=file_hash, **how)


def arrays(path: str, *names: str) -> list[np.ndarray]:
    """Arrays of numbers from an .npz file; what would need a pickle is refused.

    >>> import tempfile
    >>> with tempfile.TemporaryFile() as file:
    ...     np.savez(file, x=[1, 2]); n = file.seek(0); arrays(file, "x")
    [array([1, 2])]
    """
    with np.load(path, allow_pickle=False) as file:
        return [file[name] for name in names]


def shuffled_split(x: np.ndarray, y: np.ndarray, test_split: float, seed: int) -> tuple:
    """Shuffle as Keras does, and cut off the last share for tests.

    >>> (x, y), (x_test, y_test) = shuffled_split(np.arange(5), np.arange(5), 0.2, seed=113)
    >>> sorted(x.tolist() + x_test.tolist()), len(x_test)
    ([0, 1, 2, 3, 4], 1)
    """
    order = np.arange(len(x))
    np.random.RandomState(seed).shuffle(order)
    x, y = x[order], y[order]
    cut = int(len(x) * (1 - test_split))
    return (x[:cut], y[:cut]), (x[cut:], y[cut:])


def check_split(test_split: float) -> None:
    """Raise unless a share is left to train on.

    >>> check_split(0.2)
    """
    if not 0 <= test_split < 1:
        raise ValueError(f"test_split must be at least 0 and below 1, got {test_split}.")
