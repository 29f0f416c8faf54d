"""`tf.data.experimental`: cardinality, CSV files, older functions that datasets are handed to by ``apply``.

>>> int(cardinality(Dataset.range(3)))
3
"""

from __future__ import annotations

import csv
import gzip
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import IO, Any

import numpy as np

from minikeras._core.text import text
from minikeras.compat.tensorflow import data
from minikeras.compat.tensorflow._tools import absent, exported
from minikeras.compat.tensorflow.data import _files
from minikeras.compat.tensorflow.dtypes import DType, as_dtype
from minikeras.data.dataset import AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, Dataset  # noqa: F401


def cardinality(dataset: Any) -> Any:
    """The number of elements, -1 for one without end, -2 if it is not known."""
    return dataset.cardinality()


def assert_cardinality(expected_cardinality: Any) -> Callable:
    """Say how many elements there are."""
    return lambda dataset: Dataset(dataset._make, int(expected_cardinality), dataset._open_ended)


def Counter(start: int = 0, step: int = 1, dtype: Any = "int64") -> Dataset:  # noqa: N802 - TensorFlow's name
    """Numbers without end."""
    def make():
        i = start
        while True:
            yield np.dtype(str(as_dtype(dtype))).type(i)
            i += step

    return Dataset(make, INFINITE_CARDINALITY)


def _opened(path: str, compression: Any = None) -> IO[str]:
    """A text file, packed with gzip or plain."""
    return (gzip.open if str(compression or "").upper() == "GZIP" else open)(path, "rt", newline="", encoding="utf-8")


def _rows(files: list[str], delimiter: str, header: bool, compression: Any = None) -> Iterator[list[str]]:
    for path in files:
        with _opened(path, compression) as file:
            rows = csv.reader(file, delimiter=delimiter)
            if header:
                next(rows, None)
            yield from (row for row in rows if row)


def _value(word: str, default: Any, kind: str, na_value: str = "") -> Any:
    if word == na_value:
        if default is None:
            raise ValueError("A field of a CSV file is empty, and its column has no default.")
        word = default
    if kind == "string":
        return text(word).view(np.ndarray)
    return np.dtype(kind).type(word)


def _column(default: Any) -> tuple[str, Any]:
    """Type and default of a column, from one of the two."""
    if isinstance(default, DType):
        return str(default), None
    default = default[0] if isinstance(default, (list, tuple)) and len(default) == 1 else default
    default = default.numpy() if hasattr(default, "numpy") else default
    default = default.item() if isinstance(default, (np.ndarray, np.generic)) else default
    return ("string" if isinstance(default, (str, bytes)) else "int32" if isinstance(default, int) else "float32"), default


class CsvDataset(Dataset):
    """The rows of CSV files, as tuples."""

    def __init__(
        self, filenames: Any, record_defaults: Any, compression_type: Any = None, buffer_size: Any = None, header: bool = False,
        field_delim: str = ",", use_quote_delim: bool = True, na_value: str = "", select_cols: Any = None,
        exclude_cols: Any = None,
    ):  # fmt: skip
        files, columns = _files(filenames), [_column(d) for d in record_defaults]

        def make():
            for row in _rows(files, field_delim, header, compression_type):
                words = row if select_cols is None else [row[i] for i in select_cols]
                words = words if exclude_cols is None else [w for i, w in enumerate(row) if i not in exclude_cols]
                yield tuple(_value(w, default, kind, na_value) for w, (kind, default) in zip(words, columns))

        super().__init__(make)


def make_csv_dataset(
    file_pattern: Any, batch_size: int, column_names: Any = None, column_defaults: Any = None, label_name: str | None = None,
    select_columns: Any = None, field_delim: str = ",", use_quote_delim: bool = True, na_value: str = "", header: bool = True,
    num_epochs: int | None = None, shuffle: bool = True, shuffle_buffer_size: int = 10000, shuffle_seed: int | None = None,
    prefetch_buffer_size: Any = None, num_parallel_reads: Any = None, sloppy: bool = False, num_rows_for_inference: int = 100,
    compression_type: Any = None, ignore_errors: bool = False,
) -> Dataset:  # fmt: skip
    """Batches of the columns of CSV files, in a dict by name; with a label apart if one is named.

    Args:
        file_pattern: a pattern of paths, or several.
        batch_size: rows in a batch.
        column_names: those of the first line by default.
        label_name: the column that is the target.
        num_epochs: how often the files are read; without end by default.
        shuffle: whether rows come in random order.
    """
    files = sorted(data.Dataset.list_files(_files(file_pattern), shuffle=False).as_numpy_iterator())
    with _opened(files[0], compression_type) as file:
        names = list(column_names) if column_names is not None else next(csv.reader(file, delimiter=field_delim))
    chosen = list(names) if select_columns is None else [names[c] if isinstance(c, int) else c for c in select_columns]
    places = [names.index(c) for c in chosen]
    if column_defaults is None:
        first = range(num_rows_for_inference or 10**9)
        sample = [row for row, _ in zip(_rows(files, field_delim, header, compression_type), first)]
        columns = [_inferred([row[i] for row in sample], na_value) for i in places]
    else:
        columns = [_column(d) for d in column_defaults]

    def make():
        for row in _rows(files, field_delim, header, compression_type):
            values = (_value(row[i], default, kind, na_value) for i, (kind, default) in zip(places, columns))
            yield dict(zip(chosen, values))

    rows = Dataset(make)
    rows = rows.shuffle(shuffle_buffer_size, shuffle_seed) if shuffle else rows
    batches = rows.repeat(num_epochs).batch(batch_size, drop_remainder=num_epochs is None)
    return batches.map(lambda row: _with_label(row, label_name))


def _with_label(row: dict, label_name: str | None) -> Any:
    row = OrderedDict(row)
    return row if label_name is None else (row, row.pop(label_name))


def _inferred(words: list[str], na_value: str) -> tuple[str, Any]:
    """The type of a column: the first of int32, int64, float32 and string that takes all its words."""
    words = [w for w in words if w != na_value]
    for kind, read, default in (("int32", int, 0), ("int64", int, 0), ("float32", float, 0.0)):
        try:
            np.array([read(w) for w in words], kind)
        except (ValueError, OverflowError):
            continue
        return kind, default
    return "string", ""


def shuffle_and_repeat(buffer_size: int, count: int | None = None, seed: int | None = None) -> Callable:
    """Shuffle, and read again and again."""
    return lambda dataset: dataset.shuffle(buffer_size, seed).repeat(count)


def map_and_batch(map_func: Callable, batch_size: int, *args: Any, drop_remainder: bool = False, **kwargs: Any) -> Callable:
    """Map, and join to batches."""
    return lambda dataset: dataset.map(map_func).batch(batch_size, drop_remainder)


def unbatch() -> Callable:
    """Take batches apart."""
    return lambda dataset: dataset.unbatch()


def ignore_errors(log_warning: bool = False) -> Callable:
    """Pass over elements that can't be made."""
    def apply(dataset):
        def make():
            source = dataset._make()
            while True:
                try:
                    yield next(source)
                except StopIteration:
                    return
                except Exception:  # noqa: BLE001 - that is what it is for
                    continue

        return Dataset(make)

    return apply


def prefetch_to_device(device: str, buffer_size: Any = None) -> Callable:
    """The dataset as it is."""
    return lambda dataset: dataset


def parallel_interleave(map_func: Callable, cycle_length: int, block_length: int = 1, *args: Any, **kwargs: Any) -> Callable:
    """Datasets made of each element, read in turns."""
    return lambda dataset: dataset.interleave(map_func, cycle_length, block_length)


def enumerate_dataset(start: int = 0) -> Callable:
    """Pairs of number and element."""
    return lambda dataset: dataset.enumerate(start)


def take_while(predicate: Callable) -> Callable:
    """Stop where something is no longer true."""
    return lambda dataset: dataset.take_while(predicate)


def unique() -> Callable:
    """Each element once."""
    return lambda dataset: dataset.unique()


def get_single_element(dataset: Any) -> Any:
    """The only element."""
    return dataset.get_single_element()


def sample_from_datasets(datasets: list, weights: Any = None, seed: Any = None, **kwargs: Any) -> Dataset:
    """Elements of several datasets in random order."""
    return Dataset.sample_from_datasets(datasets, weights, seed)


class AutoShardPolicy:
    """Names of ways to part data among machines."""

    OFF, AUTO, FILE, DATA, HINT = -1, 0, 1, 2, 3


class DistributeOptions(data.Options):
    """Settings, which change nothing here."""


class OptimizationOptions(data.Options):
    """Settings, which change nothing here."""


class ThreadingOptions(data.Options):
    """Settings, which change nothing here."""


__all__ = exported(globals(), "AUTOTUNE INFINITE_CARDINALITY UNKNOWN_CARDINALITY")
__getattr__ = absent("tf.data.experimental", globals())
