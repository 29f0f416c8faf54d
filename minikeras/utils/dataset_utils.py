"""Folders with one folder for each class: finding the files, numbering the classes, splitting off validation data."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core.config import floatx
from minikeras.data.dataset import Dataset

LABEL_MODES = ("int", "categorical", "binary", None)


def dataset_from_directory(
    directory: str,
    formats: tuple,
    load: Callable[[str], np.ndarray],
    *,
    labels: Any,
    label_mode: str | None,
    class_names: list[str] | None,
    batch_size: int | None,
    shuffle: bool,
    seed: int | None,
    validation_split: float | None,
    subset: str | None,
    follow_links: bool,
    verbose: bool,
    pad: bool = False,
) -> Any:
    """Make the datasets of `image_dataset_from_directory` and its like; their arguments mean the same here.

    Args:
        formats: endings of the files to read.
        load: reads a file.
        pad: whether samples differ in size and have to be filled up in a batch.
        others: see `image_dataset_from_directory`.

    >>> check_split_arguments(0.2, "training", True, 1)
    """
    if labels not in ("inferred", None) and not isinstance(labels, (list, tuple, np.ndarray)):
        raise ValueError(
            "`labels` should be 'inferred', None, or a list of integer labels, one for each file in the order of their "
            f"sorted paths; got {labels!r}."
        )
    if label_mode not in LABEL_MODES:
        raise ValueError(f"`label_mode` must be one of {LABEL_MODES}, got {label_mode!r}.")
    check_split_arguments(validation_split, subset, shuffle, seed)
    if labels is None or label_mode is None:
        labels = label_mode = None
    seed = np.random.randint(10**6) if seed is None else seed
    files, labels, names = index_directory(
        directory, labels, formats, class_names, shuffle=shuffle, seed=seed, follow_links=follow_links, verbose=verbose
    )
    if label_mode == "binary" and len(names) != 2:
        raise ValueError(f'With `label_mode="binary"` there must be exactly 2 classes, got {names}.')

    def make(part: str | None, mixed: bool) -> Dataset:
        mine, mine_labels = take_split(files, labels, validation_split, part, verbose)
        if not mine:
            which = f"{part} " if part else ""
            raise ValueError(f"No {which}files found in directory {directory}. Allowed formats: {formats}.")
        data = Dataset.from_tensor_slices(np.array(mine))
        if label_mode:
            data = Dataset.zip(data, Dataset.from_tensor_slices(encode_labels(mine_labels, label_mode, len(names))))
        if mixed:
            data = data.shuffle(len(mine), seed)
        data = data.map((lambda f, y: (load(str(f)), y)) if label_mode else (lambda f: load(str(f))))
        if batch_size is not None:
            data = data.padded_batch(batch_size) if pad else data.batch(batch_size)
        data.class_names, data.file_paths = names, mine
        return data

    if subset == "both":
        return [make("training", shuffle), make("validation", False)]
    return make(subset, shuffle)


def index_directory(
    directory: str,
    labels: Any,
    formats: tuple,
    class_names: list[str] | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    follow_links: bool = False,
    verbose: bool = True,
) -> tuple[list[str], Any, list[str] | None]:
    """Find the files of a folder and number their classes: (paths, numbers, names of the classes).

    >>> import tempfile; folder = tempfile.mkdtemp(); os.mkdir(folder + "/cat"); open(folder + "/cat/a.txt", "w").close()
    >>> paths, numbers, names = index_directory(folder, "inferred", (".txt",), verbose=False)
    >>> [os.path.basename(p) for p in paths], numbers.tolist(), names
    (['a.txt'], [0], ['cat'])
    """
    directory = os.fspath(directory)
    inferred = isinstance(labels, str)
    if class_names is not None and not inferred:
        raise ValueError('`class_names` can only be given if `labels="inferred"`.')
    folders = [""]
    if inferred:
        found = sorted(d for d in os.listdir(directory) if os.path.isdir(os.path.join(directory, d)) and d[:1] != ".")
        if class_names is not None and not set(class_names) <= set(found):
            raise ValueError(
                f"`class_names` do not match the folders in {directory}. Expected some of {found}, got {list(class_names)}."
            )
        folders = list(class_names) if class_names is not None else found
    paths, numbers = [], []
    for number, folder in enumerate(folders):
        mine = files_below(os.path.join(directory, folder) if folder else directory, formats, follow_links)
        paths += mine
        numbers += [number] * len(mine)
    names = folders
    if inferred:
        labels = np.array(numbers, "int32")
    elif labels is None:
        names = None
    else:
        if len(labels) != len(paths):
            raise ValueError(f"`labels` has {len(labels)} entries, but there are {len(paths)} files in {directory}.")
        labels = np.array(labels)
        names = [str(v) for v in sorted(set(labels.tolist()))]
    if verbose:
        print(f"Found {len(paths)} files" + (f" belonging to {len(names)} classes." if names is not None else "."))
    if shuffle:
        order = np.arange(len(paths))
        np.random.RandomState(seed).shuffle(order)  # Keras shuffles the list itself: the same order
        paths = [paths[i] for i in order]
        labels = None if labels is None else labels[order]
    return paths, labels, names


def files_below(folder: str, formats: tuple, follow_links: bool = False) -> list[str]:
    """The files with certain endings in a folder and those below, sorted.

    >>> files_below("/nowhere", (".txt",))
    []
    """
    found = []
    for root, _, files in sorted(os.walk(folder, followlinks=follow_links), key=lambda entry: entry[0]):
        found += [os.path.join(root, f) for f in sorted(files) if f.lower().endswith(formats)]
    return found


def take_split(files: list, labels: Any, split: float | None, subset: str | None, verbose: bool = True) -> tuple[list, Any]:
    """The part of the files that is for training (the first ones) or validation (the last ones).

    >>> take_split(["a", "b", "c", "d"], None, 0.25, "validation", verbose=False)
    (['d'], None)
    """
    if not split:
        return files, labels
    at = len(files) - int(split * len(files))
    part = slice(None, at) if subset == "training" else slice(at, None)
    if verbose:
        print(f"Using {len(files[part])} files for {subset}.")
    return files[part], None if labels is None else labels[part]


def encode_labels(labels: Any, label_mode: str, num_classes: int) -> np.ndarray:
    """Class numbers as targets.

    >>> encode_labels(np.array([1]), "categorical", 2).tolist(), encode_labels(np.array([1]), "binary", 2).tolist()
    ([[0.0, 1.0]], [[1.0]])
    """
    labels = np.asarray(labels)
    if label_mode == "binary":
        return labels.astype(floatx())[:, None]
    if label_mode == "categorical":
        return np.eye(num_classes, dtype=floatx())[labels]
    return labels.astype("int32")


def check_split_arguments(validation_split: float | None, subset: str | None, shuffle: bool, seed: int | None) -> None:
    """Check that the arguments about validation data go together.

    >>> check_split_arguments(0.2, None, True, 1)
    Traceback (most recent call last):
    ValueError: If `subset` is set, `validation_split` must be set, and inversely.
    """
    if validation_split and not 0 < validation_split < 1:
        raise ValueError(f"`validation_split` must be between 0 and 1, got {validation_split}.")
    if bool(validation_split) != bool(subset):
        raise ValueError("If `subset` is set, `validation_split` must be set, and inversely.")
    if subset not in ("training", "validation", "both", None):
        raise ValueError(f'`subset` must be either "training", "validation" or "both", got {subset!r}.')
    if validation_split and shuffle and seed is None:
        raise ValueError(
            "With `validation_split` and shuffling, pass a `seed`: else the training and the validation files overlap."
        )
