"""The door: what a user hands to `fit`, `evaluate` and `predict` comes in here and is checked here."""

from __future__ import annotations

import inspect
import math
import sys
from typing import Any

import numpy as np

from minikeras._core.limits import cap_steps
from minikeras._core.naming import shorten
from minikeras.data.array_batches import ArrayBatches
from minikeras.data.batches import Batches
from minikeras.data.convert import is_array_like
from minikeras.data.packing import unpack_x_y_sample_weight
from minikeras.data.reading import Reader, check_kinds
from minikeras.data.structures import map_leaves
from minikeras.data.weights import check_class_weight

ALL = sys.maxsize  # as `batch_size`: everything in one batch


def open(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    batch_size: int | None = None,
    steps: int | None = None,
    shuffle: Any = False,
    class_weight: dict | None = None,
    dtype: Any = None,
    inputs: str | None = None,
    outputs: str | None = None,
    text: bool = False,
) -> Batches:
    """Check the data and cut it into batches. `Batches.peek` then shows what comes; `Batches.prepare` says what it becomes.

    Args:
        x: arrays (ndarray, nested lists, DataFrame, Series, tensors, scipy.sparse), or a generator, iterator,
            `PyDataset` or data loader of batches ``(x, y, sample_weight)``.
        y: targets, for arrays only.
        sample_weight: shape ``(n,)``, ``(n, 1)`` or ``(n, steps)``, for arrays only; with several targets one array of
            shape ``(n,)`` for all, or one for each, or None for it.
        batch_size: rows of a batch, 32 by default, `ALL` for one batch; without meaning where batches come ready.
        steps: batches in an epoch (``steps_per_epoch``); 0 counts as None.
        shuffle: True, False or ``"batch"`` for arrays; any truth value for a `PyDataset`; else, as for a
            `Dataset`, without meaning.
        class_weight: ``{class: weight}``, becomes sample weights.
        dtype: type of the model's input; None leaves integers and makes floats ``floatx()``.
        inputs: None or ``"array"``: x is one array, a list or dict holds its numbers (or it alone); ``"structure"``: a
            list, tuple or dict holds arrays, one for each input; ``"any"``: seen at what is in it. In batches too.
        outputs: the same for y; sample_weight follows it.
        text: let arrays of strings through to ``prepare_x``, which refuses them by `check_numbers` where they don't fit.

    Raises:
        ValueError: data, lengths, sizes or weights that can't be; the message names the argument.

    >>> batches = open([[1.0], [2.0], [3.0]], [0, 1, 1], batch_size=2)
    >>> batches.steps, [len(x) for x, y, w in batches.epoch()]
    (2, [2, 1])
    """
    if isinstance(x, Batches):
        return x
    batch_size = positive(batch_size, "batch_size")
    steps = cap_steps(positive(steps, "steps_per_epoch") if not _is_zero(steps) else None)
    check_kinds(inputs, outputs)
    if class_weight is not None:
        check_class_weight(class_weight)
    x, y, sample_weight = _unpacked(x, y, sample_weight)
    common = {"steps": steps, "class_weight": class_weight, "dtype": dtype, "reader": Reader(inputs, outputs, text)}
    if is_array_like(x):
        if isinstance(shuffle, str) and shuffle != "batch":
            raise ValueError(f"shuffle should be True, False or 'batch', got {shuffle!r}.")
        return ArrayBatches(x, y, sample_weight, batch_size=batch_size, shuffle=shuffle, **common)
    if is_dataset(x):
        from minikeras.data.dataset import Dataset
        from minikeras.data.py_dataset import DatasetBatches

        _refuse(x, y, sample_weight)
        return DatasetBatches(x, shuffle=shuffle and not isinstance(x, Dataset), **common)  # a pipeline keeps its order
    if hasattr(x, "__iter__") and not isinstance(x, (set, frozenset)):
        from minikeras.data.generator_batches import GeneratorBatches

        _refuse(x, y, sample_weight)
        return GeneratorBatches(x, **common)
    raise ValueError(_no_data(x))


def split(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    validation_split: float = 0.2,
    inputs: str | None = None,
    outputs: str | None = None,
    text: bool = False,
) -> tuple[tuple, tuple]:
    """Keep back the last fraction of the samples: the first ``floor(n * (1 - validation_split))`` are for training.

    Args:
        x, y, sample_weight: arrays as `open` takes them; y and sample_weight may be None.
        validation_split: above 0 and below 1.
        inputs, outputs, text: as in `open`.

    Returns:
        ``(x, y, sample_weight)`` for training and the same for validation.

    Raises:
        ValueError: not arrays, a fraction out of range, or too few samples.

    >>> train, validation = split(np.arange(5), validation_split=0.4)
    >>> train[0].tolist(), validation[0].tolist()
    ([0, 1, 2], [3, 4])
    """
    x, y, sample_weight = _unpacked(x, y, sample_weight)
    if not is_array_like(x):
        raise ValueError(
            f"validation_split only works on arrays, got x of type {type(x).__name__}. Pass validation_data instead."
        )
    if not isinstance(validation_split, (int, float, np.number)) or not 0 < validation_split < 1:
        raise ValueError(f"validation_split should be a fraction above 0 and below 1, got {validation_split!r}.")
    check_kinds(inputs, outputs)
    reader = Reader(inputs, outputs, text)
    arrays = reader.read(x, y, sample_weight, sparse=True)
    n = reader.count(*arrays)
    at = math.floor(n * (1.0 - validation_split))
    if not 0 < at < n:
        raise ValueError(
            f"validation_split={validation_split} of {n} sample(s) leaves none for "
            f"{'training' if at == 0 else 'validation'}. Give more data or another fraction."
        )
    return map_leaves(lambda a: a[:at], arrays), map_leaves(lambda a: a[at:], arrays)


def _unpacked(x: Any, y: Any, sample_weight: Any) -> tuple:
    """What an `ArrayDataset` holds; all else as it is."""
    if type(x) is not np.ndarray:
        from minikeras.data.array_dataset import ArrayDataset  # few data come so

        if isinstance(x, ArrayDataset):
            _refuse(x, y, sample_weight)
            return unpack_x_y_sample_weight(x.arrays)
    return x, y, sample_weight


def positive(value: Any, name: str) -> int | None:
    """Check a count: None or a positive integer.

    >>> positive(0, "batch_size")
    Traceback (most recent call last):
    ValueError: batch_size should be a positive integer or None, got 0.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        hint = " Divide with // to get an integer." if isinstance(value, (float, np.floating)) else ""
        raise ValueError(f"{name} should be a positive integer or None, got {value!r}.{hint}")
    return int(value)


def is_dataset(x: Any) -> bool:
    """Whether it gives batches by number, between the two epoch methods: a `PyDataset` or its like.

    >>> is_dataset({})
    False
    """
    return hasattr(x, "__getitem__") and (hasattr(x, "on_epoch_end") or hasattr(x, "num_batches"))


def _is_zero(value):
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value == 0


def _refuse(x, y, sample_weight):
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise ValueError(
                f"When x is a {type(x).__name__}, {name} should not be given: the batches themselves hold it, "
                "as (x, y) or (x, y, sample_weight)."
            )


def _no_data(x):
    hint = " Wrap it in a DataLoader, which makes batches." if hasattr(x, "__getitem__") else ""
    hint = " Call it: what it returns is the generator." if inspect.isgeneratorfunction(x) else hint
    return (
        "x should be an array, a list of numbers, a DataFrame, or a generator or PyDataset of batches, "
        f"got {shorten(x)} of type {type(x).__name__}.{hint}"
    )
