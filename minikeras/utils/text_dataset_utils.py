"""Datasets of texts from folders."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.utils.dataset_utils import dataset_from_directory


def text_dataset_from_directory(
    directory: str,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: list[str] | None = None,
    batch_size: int | None = 32,
    max_length: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """Read batches of texts from a folder that holds one folder of ``.txt`` files for each class.

    Files are read when they are needed; a batch is an array of strings.

    Args:
        max_length: cut longer texts off after so many characters.
        directory, labels, label_mode, class_names, batch_size, shuffle, seed, validation_split, subset, follow_links,
            format, verbose: see `image_dataset_from_directory`.

    >>> import os, tempfile; folder = tempfile.mkdtemp(); os.mkdir(folder + "/good")
    >>> with open(folder + "/good/a.txt", "w") as file: _ = file.write("well done")
    >>> data = text_dataset_from_directory(folder, max_length=4, verbose=False)
    >>> [(x.tolist(), y.tolist()) for x, y in data], data.class_names
    ([(['well'], [0])], ['good'])
    """
    if format not in ("tf", "grain"):
        raise ValueError(f'`format` should be either "tf" or "grain", got {format!r}.')

    def load(path):
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
        return np.asarray(text if max_length is None else text[:max_length])

    return dataset_from_directory(
        directory,
        (".txt",),
        load,
        labels=labels,
        label_mode=label_mode,
        class_names=class_names,
        batch_size=batch_size,
        shuffle=shuffle,
        seed=seed,
        validation_split=validation_split,
        subset=subset,
        follow_links=follow_links,
        verbose=verbose,
    )
