"""Endless batches of images, varied on the way: from arrays, from a folder, from a table."""

from __future__ import annotations

import os
import threading
import warnings
from typing import Any

import numpy as np

from minikeras._core.config import floatx, image_data_format
from minikeras.data.py_dataset import PyDataset
from minikeras.utils.image_utils import COLOR_MODES, array_to_img, img_to_array, load_img

FORMATS = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")


class Iterator(PyDataset):
    """Batches by number, and without end for ``next()``; the order comes from ``np.random``.

    Args:
        n: number of samples.
        batch_size: samples in a batch; the last one may hold fewer.
        shuffle: whether each epoch has an order of its own.
        seed: of order and changes; None goes on with ``np.random`` as it stands.
    """

    white_list_formats = FORMATS
    endless = True  # fit(steps_per_epoch=...) goes on with the first batch behind the last, as in Keras 2

    def __init__(self, n: int, batch_size: int, shuffle: bool, seed: int | None, **kwargs):
        super().__init__(**kwargs)
        if isinstance(batch_size, bool) or not isinstance(batch_size, (int, np.integer)) or batch_size < 1:
            raise ValueError(f"batch_size must be a positive integer, got {batch_size!r}.")
        self.n, self.batch_size, self.shuffle, self.seed = n, batch_size, shuffle, seed
        self.batch_index = 0
        self.total_batches_seen = 0
        self.lock = threading.Lock()
        self.index_array: np.ndarray | None = None

    def __len__(self) -> int:
        return -(-self.n // self.batch_size)

    @property
    def nb_sample(self) -> int:
        """How many samples there are; its name in Keras 1, as is ``N``."""
        return self.n

    N = nb_sample

    @property
    def nb_class(self) -> int:
        """How many classes there are, where folders tell them; its name in Keras 1."""
        return self.num_classes

    def __getitem__(self, idx: int) -> Any:
        """Return batch number ``idx`` of the current epoch."""
        if not -len(self) <= idx < len(self):
            raise IndexError(f"Asked for batch {idx}, but there are {len(self)}.")
        self._seed()
        self.total_batches_seen += 1
        if self.index_array is None:
            self._set_index_array()
        start = self.batch_size * (idx % len(self))
        return self._get_batches_of_transformed_samples(self.index_array[start : start + self.batch_size])

    def on_epoch_end(self) -> None:
        """Draw a new order."""
        self._set_index_array()

    def reset(self) -> None:
        """Let ``next()`` start with the first batch."""
        self.batch_index = 0

    def __iter__(self) -> Iterator:
        return self

    def __next__(self) -> Any:
        with self.lock:
            self._seed()
            if self.batch_index == 0 or self.index_array is None:
                self._set_index_array()
            start = self.batch_index * self.batch_size % max(self.n, 1)
            self.batch_index = self.batch_index + 1 if self.n > start + self.batch_size else 0
            self.total_batches_seen += 1
            index = self.index_array[start : start + self.batch_size]
        return self._get_batches_of_transformed_samples(index)

    next = __next__

    def _seed(self):
        if self.seed is not None:
            np.random.seed(self.seed + self.total_batches_seen)

    def _set_index_array(self):
        self.index_array = np.random.permutation(self.n) if self.shuffle else np.arange(self.n)

    def _get_batches_of_transformed_samples(self, index_array):
        raise NotImplementedError(f"{type(self).__name__} should make the batch of the samples that it is told.")

    def _save(self, batch, index_array, largest):
        for i, j in enumerate(index_array if self.save_to_dir else ()):
            name = f"{self.save_prefix}_{j}_{np.random.randint(largest)}.{self.save_format}"
            array_to_img(batch[i], self.data_format, scale=True).save(os.path.join(self.save_to_dir, name))


class NumpyArrayIterator(Iterator):
    """Batches of images from an array, each changed by an `ImageDataGenerator`.

    Args:
        x: images ``(n, height, width, channels)``; or a pair of them and further arrays that go along.
        y: targets, or None.
        image_data_generator: says how to change and standardize.
        batch_size, shuffle, seed: see `Iterator`.
        sample_weight: a weight for each image.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        save_to_dir, save_prefix, save_format: write the changed images to files, to look at.
        subset: "training" or "validation", by the generator's ``validation_split``: validation comes first.
        ignore_class_split: whether the two subsets may have different classes.
        dtype: type of the images, ``floatx()`` by default.
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        image_data_generator: Any,
        batch_size: int = 32,
        shuffle: bool = False,
        sample_weight: Any = None,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        ignore_class_split: bool = False,
        dtype: Any = None,
    ):
        self.dtype, self.data_format = dtype or floatx(), data_format or image_data_format()
        misc = []
        if isinstance(x, (tuple, list)) and len(x) > 1 and np.ndim(x[0]) == 4:
            misc = [np.asarray(m) for m in (x[1] if isinstance(x[1], list) else [x[1]])]
            x = x[0]
        x = np.asarray(x)
        y = None if y is None else np.asarray(y)
        weight = None if sample_weight is None else np.asarray(sample_weight)
        given = [("y", y), ("sample_weight", weight), *(("the arrays that go along with x", m) for m in misc)]
        for name, array in given:
            if array is not None and len(array) != len(x):
                raise ValueError(f"x and {name} should have the same length, got shapes {x.shape} and {array.shape}.")
        part = slice(None) if subset is None else _subset(subset, len(x), image_data_generator._validation_split)
        if subset is not None and y is not None and not ignore_class_split:
            rest = np.setdiff1d(np.arange(len(x)), np.arange(len(x))[part])
            if not np.array_equal(np.unique(y[part]), np.unique(y[rest])):
                raise ValueError(
                    "Training and validation subsets have different classes after the split. If the arrays are sorted by "
                    "label, shuffle them first."
                )
        self.x, self.x_misc = x[part].astype(self.dtype, copy=False), [m[part] for m in misc]
        self.y, self.sample_weight = None if y is None else y[part], None if weight is None else weight[part]
        if self.x.ndim != 4:
            raise ValueError(f"Images from an array should have shape (n, height, width, channels), got {self.x.shape}.")
        channels = self.x.shape[3 if self.data_format == "channels_last" else 1]
        if channels not in (1, 3, 4):
            warnings.warn(
                f"Expected images with 1, 3 or 4 channels in the format {self.data_format!r}, "
                f"got an array of shape {self.x.shape}.",
                stacklevel=3,
            )
        self.image_data_generator = image_data_generator
        self.save_to_dir, self.save_prefix, self.save_format = save_to_dir, save_prefix, save_format
        super().__init__(len(self.x), batch_size, shuffle, seed)

    def _get_batches_of_transformed_samples(self, index_array):
        batch = np.zeros((len(index_array), *self.x.shape[1:]), self.dtype)
        for i, j in enumerate(index_array):
            batch[i] = changed(self.image_data_generator, self.x[j].copy())
        self._save(batch, index_array, 10_000)
        x = [batch, *(m[index_array] for m in self.x_misc)] if self.x_misc else batch
        if self.y is None:
            return x
        if self.sample_weight is None:
            return x, self.y[index_array]
        return x, self.y[index_array], self.sample_weight[index_array]


def changed(generator: Any, x: np.ndarray) -> np.ndarray:
    """An image as a generator changes and standardizes it.

    >>> changed(None, np.ones((1, 1, 1))).shape
    (1, 1, 1)
    """
    if generator is None:
        return x
    return generator.standardize(generator.apply_transform(x, generator.get_random_transform(x.shape)))


class BatchFromFiles(Iterator):
    """Batches of images that are read from files when they are needed."""

    filepaths: list[str]
    labels: Any = None
    sample_weight: Any = None

    def set_processing_attrs(
        self,
        image_data_generator: Any,
        target_size: tuple[int, int],
        color_mode: str,
        data_format: str | None,
        save_to_dir: str | None,
        save_prefix: str,
        save_format: str,
        subset: str | None,
        interpolation: str,
        keep_aspect_ratio: bool,
    ) -> None:
        """Take over how files are read."""
        self.image_data_generator, self.target_size = image_data_generator, tuple(target_size)
        if color_mode not in COLOR_MODES:
            raise ValueError(f"Invalid color_mode {color_mode!r}: expected 'rgb', 'rgba', or 'grayscale'.")
        self.color_mode, self.data_format = color_mode, data_format or image_data_format()
        channels = (COLOR_MODES[color_mode],)
        last = self.data_format == "channels_last"
        self.image_shape = self.target_size + channels if last else channels + self.target_size
        self.save_to_dir, self.save_prefix, self.save_format = save_to_dir, save_prefix, save_format
        self.interpolation, self.keep_aspect_ratio = interpolation, keep_aspect_ratio
        self.subset, self.split = subset, None
        if subset is not None:
            if subset not in ("training", "validation"):
                raise ValueError(f"Invalid subset {subset!r}: expected 'training' or 'validation'.")
            at = image_data_generator._validation_split
            self.split = (0, at) if subset == "validation" else (at, 1)

    def _get_batches_of_transformed_samples(self, index_array):
        batch = np.zeros((len(index_array), *self.image_shape), self.dtype)
        for i, j in enumerate(index_array):
            image = load_img(
                self.filepaths[j], self.color_mode, self.target_size, self.interpolation, self.keep_aspect_ratio
            )
            batch[i] = changed(self.image_data_generator, img_to_array(image, self.data_format).copy())
        self._save(batch, index_array, 10_000_000)
        y = self._targets(batch, index_array)
        if y is None:
            return batch
        return (batch, y) if self.sample_weight is None else (batch, y, self.sample_weight[index_array])

    def _targets(self, batch, index_array):
        if self.class_mode is None:
            return None
        if self.class_mode == "input":
            return batch.copy()
        if self.class_mode == "multi_output":
            return [column[index_array] for column in self.labels]
        if self.class_mode == "raw":
            return self.labels[index_array]
        if self.class_mode in ("binary", "sparse"):
            return np.array([self.classes[j] for j in index_array], self.dtype)
        y = np.zeros((len(batch), len(self.class_indices)), self.dtype)
        for row, j in zip(y, index_array):
            row[self.classes[j]] = 1.0
        return y


class DirectoryIterator(BatchFromFiles):
    """Batches of images from a folder with one folder for each class; see `ImageDataGenerator.flow_from_directory`."""

    allowed_class_modes = ("categorical", "binary", "sparse", "input", None)

    def __init__(
        self,
        directory: str,
        image_data_generator: Any,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: list[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        dtype: Any = None,
    ):
        saved = save_to_dir, save_prefix, save_format
        how = subset, interpolation, keep_aspect_ratio
        self.set_processing_attrs(image_data_generator, target_size, color_mode, data_format, *saved, *how)
        if class_mode not in self.allowed_class_modes:
            raise ValueError(f"Invalid class_mode {class_mode!r}; expected one of: {self.allowed_class_modes}.")
        self.directory, self.class_mode, self.dtype = directory, class_mode, dtype or floatx()
        names = classes or sorted(d for d in os.listdir(directory) if os.path.isdir(os.path.join(directory, d)))
        self.num_classes = len(names)
        self.class_indices = {name: i for i, name in enumerate(names)}
        self.filenames, numbers = [], []
        for i, name in enumerate(names):
            found = _files_below(os.path.join(directory, name), follow_links)
            if self.split:
                found = found[int(self.split[0] * len(found)) : int(self.split[1] * len(found))]
            self.filenames += [os.path.join(name, f) for f in found]
            numbers += [i] * len(found)
        self.samples = len(self.filenames)
        self.classes = self.labels = np.array(numbers, "int32")
        self.filepaths = [os.path.join(directory, f) for f in self.filenames]
        print(f"Found {self.samples} images belonging to {self.num_classes} classes.")
        super().__init__(self.samples, batch_size, shuffle, seed)


def _files_below(folder: str, follow_links: bool) -> list[str]:
    """The image files in a folder and those below, as paths from there, sorted."""
    found = []
    for root, _, files in sorted(os.walk(folder, followlinks=follow_links)):
        found += [os.path.relpath(os.path.join(root, f), folder) for f in sorted(files) if f.lower().endswith(FORMATS)]
    return found


def _subset(name: str, n: int, split: float) -> slice:
    if name not in ("training", "validation"):
        raise ValueError(f"Invalid subset {name!r}: expected 'training' or 'validation'.")
    at = int(n * split)
    return slice(None, at) if name == "validation" else slice(at, None)
