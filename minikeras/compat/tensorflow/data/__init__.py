"""`tf.data`: the pipelines of `minikeras.data`, and datasets out of text and TFRecord files.

>>> [x.numpy().tolist() for x in Dataset.range(4).batch(2).prefetch(AUTOTUNE)]
[[0, 1], [2, 3]]
"""

from __future__ import annotations

import gzip
from typing import Any

import numpy as np

from minikeras._core.text import text, to_str
from minikeras.compat.tensorflow._records import read_records
from minikeras.compat.tensorflow._tools import absent, exported
from minikeras.data.dataset import AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, Dataset

DatasetV2 = Dataset


def _files(filenames: Any) -> list[str]:
    if isinstance(filenames, Dataset):
        return [str(to_str(f.numpy())) for f in filenames]
    if isinstance(filenames, (list, tuple)):
        return [name for f in filenames for name in _files(f)]
    words = text(filenames).view(np.ndarray) if not hasattr(filenames, "__fspath__") or hasattr(filenames, "numpy") else None
    return [str(filenames)] if words is None else [str(w) for w in words.reshape(-1)]


class TextLineDataset(Dataset):
    """The lines of text files, without their ends."""

    def __init__(self, filenames: Any, compression_type: Any = None, buffer_size: Any = None, num_parallel_reads: Any = None,
                 name: str | None = None):  # fmt: skip
        files, opened = _files(filenames), gzip.open if str(compression_type or "").upper() == "GZIP" else open

        def make():
            for path in files:
                with opened(path, "rt", encoding="utf-8", newline="\n") as file:
                    for line in file:
                        yield text(line.rstrip("\n").rstrip("\r")).view(np.ndarray)

        super().__init__(make)


class TFRecordDataset(Dataset):
    """The records of TFRecord files."""

    def __init__(self, filenames: Any, compression_type: Any = None, buffer_size: Any = None, num_parallel_reads: Any = None,
                 name: str | None = None):  # fmt: skip
        files = _files(filenames)
        super().__init__(lambda: (text(r).view(np.ndarray) for path in files for r in read_records(path, compression_type)))


class Options:
    """Settings, which change nothing here.

    >>> o = Options(); o.experimental_distribute.auto_shard_policy = "OFF"; o.deterministic = False
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        self.__dict__[name] = Options()
        return self.__dict__[name]


class Iterator:
    """What `iter` of a dataset is called in type annotations."""


_ALSO = "AUTOTUNE INFINITE_CARDINALITY UNKNOWN_CARDINALITY Dataset DatasetV2"
__all__ = exported(globals(), _ALSO)
__getattr__ = absent("tf.data", globals(), {"FixedLengthRecordDataset": "Use Dataset.from_generator."}, modules="experimental")
