"""Batches of images whose file names stand in a table."""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np

from minikeras._core.config import floatx
from minikeras.legacy.preprocessing.iterators import FORMATS, BatchFromFiles

WITHOUT_CLASSES = ("input", "multi_output", "raw", None)


class DataFrameIterator(BatchFromFiles):
    """Batches of images whose files a pandas DataFrame names; see `ImageDataGenerator.flow_from_dataframe`."""

    allowed_class_modes = ("binary", "categorical", "input", "multi_output", "raw", "sparse", None)

    def __init__(
        self,
        dataframe: Any,
        directory: str | None = None,
        image_data_generator: Any = None,
        x_col: str = "filename",
        y_col: Any = "class",
        weight_col: str | None = None,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: list | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        data_format: str | None = "channels_last",
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        dtype: Any = None,
        validate_filenames: bool = True,
    ):
        saved = save_to_dir, save_prefix, save_format
        how = subset, interpolation, keep_aspect_ratio
        self.set_processing_attrs(image_data_generator, target_size, color_mode, data_format, *saved, *how)
        self.directory, self.class_mode, self.dtype = directory or "", class_mode, dtype or floatx()
        table = dataframe
        self._check(table, x_col, y_col, weight_col, classes)
        if validate_filenames:
            table = self._with_files(table, x_col)
        labelled = class_mode not in WITHOUT_CLASSES
        if labelled:
            table, names = self._with_classes(table, y_col, classes)
            self.class_indices = {name: i for i, name in enumerate(names)}
        if self.split:
            table = table.iloc[int(self.split[0] * len(table)) : int(self.split[1] * len(table))]
        self.filenames = table[x_col].tolist()
        self.samples = len(self.filenames)
        self.filepaths = [os.path.join(self.directory, f) for f in self.filenames]
        self.sample_weight = table[weight_col].to_numpy() if weight_col else None
        if labelled:
            number = self.class_indices
            self.classes = [
                [number[v] for v in label] if isinstance(label, (list, tuple)) else number[label] for label in table[y_col]
            ]
            self.labels = self.classes
        elif class_mode == "multi_output":
            self.labels = [np.array(table[c].tolist()) for c in y_col]
        elif class_mode == "raw":
            self.labels = table[y_col].to_numpy()
        kind = "validated" if validate_filenames else "non-validated"
        of_classes = f" belonging to {len(self.class_indices)} classes" if labelled else ""
        print(f"Found {self.samples} {kind} image filenames{of_classes}.")
        super().__init__(self.samples, batch_size, shuffle, seed)

    def _check(self, table, x_col, y_col, weight_col, classes):
        mode = self.class_mode
        if mode not in self.allowed_class_modes:
            raise ValueError(f"Invalid class_mode {mode!r}; expected one of: {self.allowed_class_modes}.")
        if mode == "multi_output" and not isinstance(y_col, list):
            raise TypeError(f"If class_mode='multi_output', y_col must be a list, got {type(y_col).__name__}.")
        if not all(isinstance(v, str) for v in table[x_col]):
            raise TypeError(f"All values in column x_col={x_col!r} must be strings.")
        allowed = {"binary": (str,), "sparse": (str,), "categorical": (str, list, tuple)}.get(mode)
        if allowed and not all(isinstance(v, allowed) for v in table[y_col]):
            raise TypeError(
                f"If class_mode={mode!r}, all values in column y_col={y_col!r} must be of type "
                f"{' or '.join(t.__name__ for t in allowed)}. Numbers become strings by df[{y_col!r}].astype(str)."
            )
        if mode == "binary" and len(set(classes) if classes else set(table[y_col])) != 2:
            raise ValueError(f"If class_mode='binary' there must be 2 classes, got {classes or sorted(set(table[y_col]))}.")
        if classes and mode in WITHOUT_CLASSES:
            warnings.warn(f"`classes` will be ignored given the class_mode={mode!r}", stacklevel=4)
        if weight_col and not np.issubdtype(table[weight_col].dtype, np.number):
            raise TypeError(f"Column weight_col={weight_col!r} must be numeric.")

    def _with_files(self, table, x_col):
        paths = [os.path.join(self.directory, f) for f in table[x_col]]
        good = np.array([p.lower().endswith(FORMATS) and os.path.isfile(p) for p in paths], bool)
        if not good.all():
            warnings.warn(
                f'Found {np.count_nonzero(~good)} invalid image filename(s) in x_col="{x_col}". They will be ignored.',
                stacklevel=4,
            )
        return table[good]

    def _with_classes(self, table, y_col, classes):
        if not classes:
            found = set()
            for label in table[y_col]:
                found.update(label if isinstance(label, (list, tuple)) else [label])
            return table, sorted(found)
        names = list(dict.fromkeys(classes))
        kept = [
            [v for v in label if v in names] if isinstance(label, (list, tuple)) else label if label in names else None
            for label in table[y_col]
        ]
        table = table.assign(**{y_col: kept})
        return table[np.array([bool(k) for k in kept], bool)], names
