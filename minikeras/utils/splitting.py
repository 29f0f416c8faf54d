"""One dataset in two."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import numpy as np

from minikeras.data.array_dataset import ArrayDataset, join, stack
from minikeras.data.door import is_dataset
from minikeras.data.py_dataset import batches_of
from minikeras.data.reading import is_structure
from minikeras.data.structures import children, leaves


def split_dataset(
    dataset: Any,
    left_size: float | int | None = None,
    right_size: float | int | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: str | None = None,
) -> tuple[ArrayDataset, ArrayDataset]:
    """Split a dataset in two, such as one part to train on and one to test on.

    Args:
        dataset: an array; a list, tuple or dict of arrays of one length, such as ``(x, y)``, where x may be a dict of
            arrays; a generator or other iterable of samples; a `PyDataset` of batches; what this function returned.
        left_size: samples in the left part (integer) or their fraction (float); what the right part leaves by default.
        right_size: the same of the right part.
        shuffle: whether to shuffle the samples first.
        seed: of the shuffling.
        preferred_backend: accepted as in Keras; the result is NumPy in any case.

    Returns:
        Two datasets: `fit` takes them, ``len`` counts their samples, iterating gives samples, ``.arrays`` the arrays,
        ``.batch(n)`` a `PyDataset`.

    >>> left, right = split_dataset((np.arange(5), np.arange(5) * 2), left_size=0.6)
    >>> left.arrays, len(right)
    ((array([0, 1, 2]), array([0, 2, 4])), 2)
    """
    if left_size is None and right_size is None:
        raise ValueError("split_dataset needs left_size or right_size, got None for both.")
    samples = _samples(dataset)
    n = len(samples)
    left, right = _sizes(left_size, right_size, n)
    if not shuffle:
        return ArrayDataset(samples[:left]), ArrayDataset(samples[n - right :])
    order = list(range(n))
    random.Random(random.randint(0, 10**6) if seed is None else seed).shuffle(order)
    return ArrayDataset(samples[order[:left]]), ArrayDataset(samples[order[n - right :]])


def _samples(dataset):
    """The data as an `ArrayDataset`."""
    if isinstance(dataset, ArrayDataset):
        return dataset
    if isinstance(dataset, np.ndarray):
        samples = dataset
    elif isinstance(dataset, (list, tuple, Mapping)):
        for key, part in children(dataset):
            if not isinstance(part, np.ndarray) and not is_structure(part):
                raise ValueError(
                    f"split_dataset needs a {type(dataset).__name__} of arrays, got {type(part).__name__} at index {key!r}."
                )
        samples = tuple(dataset) if isinstance(dataset, list) else dataset
    elif is_dataset(dataset):
        samples = _all_batches(dataset)
    elif hasattr(dataset, "__iter__"):
        rows = list(dataset)
        samples = stack(rows) if rows else ()
    else:
        raise TypeError(f"split_dataset needs arrays or an iterable of samples, got {type(dataset).__name__}.")
    if next((len(a) for _, a in leaves(samples, "")), 0) == 0:
        raise ValueError("split_dataset got an empty dataset.")
    return ArrayDataset(samples)


def _all_batches(dataset):
    """The batches of a dataset, one behind the other."""
    count = batches_of(dataset)
    if count is None:
        raise ValueError(f"split_dataset needs a dataset that ends, but this {type(dataset).__name__} has no length.")
    batches = [dataset[i] for i in range(count)]
    return join(batches, np.concatenate) if batches else ()


def _sizes(left, right, n):
    """Sizes as two counts of samples, from counts, fractions and None."""
    for name, size in (("left_size", left), ("right_size", right)):
        if size is None:
            continue
        if isinstance(size, bool) or not isinstance(size, (int, float, np.integer, np.floating)):
            raise TypeError(f"{name} should be an integer, a float or None, got {size!r}.")
        if not 0 < size < (1 if isinstance(size, (float, np.floating)) else n):
            raise ValueError(f"{name} should be an integer above 0 and below {n}, or a fraction between 0 and 1, got {size}.")
    fractions = [s for s in (left, right) if isinstance(s, (float, np.floating))]
    if len(fractions) == 2 and sum(fractions) > 1:
        raise ValueError(f"The sum of left_size and right_size is above 1: {left} + {right}.")
    left, right = (round(s * n) if isinstance(s, (float, np.floating)) else s for s in (left, right))
    left = n - right if left is None else int(left)
    right = n - left if right is None else int(right)
    if left + right > n:
        raise ValueError(f"left_size and right_size make {left} + {right} samples, but the dataset has {n}.")
    if not left or not right:
        raise ValueError(f"Split into {left} and {right} of {n} samples, one part would be empty. Choose another size.")
    return left, right
