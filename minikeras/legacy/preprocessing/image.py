"""Images varied at random while a model trains, as Keras 2 had it."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from minikeras._core.config import floatx
from minikeras._core.lazy import lazily
from minikeras.layers.data_format import standardize_data_format
from minikeras.legacy.preprocessing.affine import (
    apply_affine_transform,
    apply_brightness_shift,
    apply_channel_shift,
    flip_axis,
    random_brightness,
    random_channel_shift,
    random_part,
    random_rotation,
    random_shear,
    random_shift,
    random_zoom,
)
from minikeras.legacy.preprocessing.dataframe_iterator import DataFrameIterator
from minikeras.legacy.preprocessing.iterators import DirectoryIterator, Iterator, NumpyArrayIterator
from minikeras.utils.image_utils import array_to_img, img_to_array, load_img, save_img, smart_resize

__getattr__ = lazily(__name__)

__all__ = [
    "DataFrameIterator",
    "DirectoryIterator",
    "ImageDataGenerator",
    "Iterator",
    "NumpyArrayIterator",
    "apply_affine_transform",
    "apply_brightness_shift",
    "apply_channel_shift",
    "array_to_img",
    "img_to_array",
    "load_img",
    "random_brightness",
    "random_channel_shift",
    "random_rotation",
    "random_shear",
    "random_shift",
    "random_zoom",
    "save_img",
    "smart_resize",
]


class ImageDataGenerator:
    """Batches of images, each changed at random: turned, moved, zoomed, mirrored, recoloured, standardized.

    The draws come from ``np.random`` in Keras' order, so that the same seed gives the same images.

    Args:
        featurewise_center, featurewise_std_normalization: subtract the mean, divide by the deviation of all images;
            needs `fit`.
        samplewise_center, samplewise_std_normalization: the same with each image's own.
        zca_whitening, zca_epsilon: remove the correlation of pixels; needs `fit`.
        rotation_range: turn by up to so many degrees.
        width_shift_range, height_shift_range: move by up to this part of the size (below 1) or so many pixels; or a list
            of pixels to choose from.
        brightness_range: two numbers; the brightness is multiplied by one drawn between them.
        shear_range: slant by up to so many degrees.
        zoom_range: z for 1 - z to 1 + z, or two factors.
        channel_shift_range: add a number of up to this.
        fill_mode, cval: what stands outside: "nearest", "constant" (cval), "reflect" or "wrap".
        horizontal_flip, vertical_flip: mirror half of the images.
        rescale: multiply by this, after the changes.
        preprocessing_function: called with each image before that.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        validation_split: the part of the images that is kept back as subset "validation".
        interpolation_order: 1 for linear interpolation, 0 for none.
        dtype: of the images.

    >>> generator = ImageDataGenerator(horizontal_flip=True, rescale=0.5)
    >>> x, y = next(generator.flow(np.ones((4, 2, 2, 1)), [0, 1, 0, 1], batch_size=2))
    >>> x.shape, float(x.max())
    ((2, 2, 2, 1), 0.5)
    """

    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        zca_whitening: bool = False,
        zca_epsilon: float = 1e-6,
        rotation_range: float = 0,
        width_shift_range: Any = 0.0,
        height_shift_range: Any = 0.0,
        brightness_range: Any = None,
        shear_range: float = 0.0,
        zoom_range: Any = 0.0,
        channel_shift_range: float = 0.0,
        fill_mode: str = "nearest",
        cval: float = 0.0,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        rescale: float | None = None,
        preprocessing_function: Any = None,
        data_format: str | None = None,
        validation_split: float = 0.0,
        interpolation_order: int = 1,
        dtype: Any = None,
    ):
        self.featurewise_center, self.samplewise_center = featurewise_center, samplewise_center
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening, self.zca_epsilon = zca_whitening, zca_epsilon
        self.rotation_range, self.shear_range = rotation_range, shear_range
        self.width_shift_range, self.height_shift_range = width_shift_range, height_shift_range
        self.channel_shift_range = channel_shift_range
        self.fill_mode, self.cval = fill_mode, cval
        self.horizontal_flip, self.vertical_flip = horizontal_flip, vertical_flip
        self.rescale, self.preprocessing_function = rescale, preprocessing_function
        self.dtype, self.interpolation_order = dtype or floatx(), interpolation_order
        self.data_format = standardize_data_format("ImageDataGenerator", data_format)
        first = self.data_format == "channels_first"
        self.channel_axis, self.row_axis, self.col_axis = (1, 2, 3) if first else (3, 1, 2)
        if validation_split and not 0 < validation_split < 1:
            raise ValueError(f"`validation_split` must be strictly between 0 and 1, got {validation_split}.")
        self._validation_split = validation_split
        self.mean = self.std = self.zca_whitening_matrix = None
        self.zoom_range = _zooms(zoom_range)
        if brightness_range is not None and (not isinstance(brightness_range, (tuple, list)) or len(brightness_range) != 2):
            raise ValueError(f"`brightness_range` should be a tuple or list of two floats, got {brightness_range}.")
        self.brightness_range = brightness_range
        self._imply("zca_whitening", "featurewise_center", True)
        self._imply("zca_whitening", "featurewise_std_normalization", False)
        self._imply("featurewise_std_normalization", "featurewise_center", True)
        self._imply("samplewise_std_normalization", "samplewise_center", True)

    def flow(
        self,
        x: Any,
        y: Any = None,
        batch_size: int = 32,
        shuffle: bool = True,
        sample_weight: Any = None,
        seed: int | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        ignore_class_split: bool = False,
        subset: str | None = None,
    ) -> NumpyArrayIterator:
        """Batches from arrays; see `NumpyArrayIterator`."""
        return NumpyArrayIterator(
            x,
            y,
            self,
            batch_size=batch_size,
            shuffle=shuffle,
            sample_weight=sample_weight,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            ignore_class_split=ignore_class_split,
            subset=subset,
            dtype=self.dtype,
        )

    def flow_from_directory(
        self,
        directory: str,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: list[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
    ) -> DirectoryIterator:
        """Batches from a folder that holds one folder of image files for each class.

        Args:
            directory: the folder.
            target_size: (height, width) that all images are brought to.
            color_mode: "rgb", "rgba" or "grayscale".
            classes: names of the folders, in the order of their numbers; all of them, sorted, by default.
            class_mode: targets as "categorical" (one-hot), "binary" or "sparse" (numbers), "input" (the images), or None.
            batch_size, shuffle, seed: see `NumpyArrayIterator`.
            save_to_dir, save_prefix, save_format: write the changed images to files, to look at.
            follow_links: whether to go into linked folders.
            subset: "training" or "validation", by ``validation_split``.
            interpolation, keep_aspect_ratio: see `load_img`.
        """
        return DirectoryIterator(
            directory,
            self,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            follow_links=follow_links,
            subset=subset,
            interpolation=interpolation,
            keep_aspect_ratio=keep_aspect_ratio,
            dtype=self.dtype,
        )

    def flow_from_dataframe(
        self, dataframe: Any, directory: str | None = None, x_col: str = "filename", y_col: Any = "class", **kwargs
    ) -> DataFrameIterator:
        """Batches of images whose files a pandas DataFrame names.

        Args:
            dataframe: one row for each image.
            directory: the folder that the names start from; None if they are whole paths.
            x_col: column of the file names.
            y_col: column of the class, or of the targets (several for class_mode "multi_output").
            **kwargs: weight_col (column of weights), validate_filenames, and what `flow_from_directory` takes;
                class_mode may be "raw" and "multi_output", too.
        """
        for old in ("has_ext", "sort", "drop_duplicates"):
            if kwargs.pop(old, None) is not None:
                warnings.warn(f"`{old}` has no effect any more.", DeprecationWarning, stacklevel=2)
        if kwargs.get("class_mode") == "other":
            warnings.warn('`class_mode="other"` is deprecated, use `class_mode="raw"`.', DeprecationWarning, stacklevel=2)
            kwargs["class_mode"] = "raw"
        own = {"data_format": self.data_format, "dtype": self.dtype}
        return DataFrameIterator(dataframe, directory, self, x_col=x_col, y_col=y_col, **own, **kwargs)

    def standardize(self, x: np.ndarray) -> np.ndarray:
        """Call the function, rescale, centre and normalize an image, as the arguments say; ``x`` may be changed."""
        if self.preprocessing_function:
            x = self.preprocessing_function(x)
        if self.rescale:
            x *= self.rescale
        if self.samplewise_center:
            x -= np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x /= np.std(x, keepdims=True) + 1e-6
        if self.featurewise_center and self._fitted("mean", "featurewise_center"):
            x -= self.mean
        if self.featurewise_std_normalization and self._fitted("std", "featurewise_std_normalization"):
            x /= self.std + 1e-6
        if self.zca_whitening and self._fitted("zca_whitening_matrix", "zca_whitening"):
            flat = x.reshape(-1, math.prod(x.shape[-3:]))
            x = (flat @ self.zca_whitening_matrix).reshape(x.shape)
        return x

    def get_random_transform(self, img_shape: tuple, seed: int | None = None) -> dict:
        """Draw what is done to an image of a shape: the arguments of `apply_transform`."""
        if seed is not None:
            np.random.seed(seed)
        draw = np.random.uniform
        theta = draw(-self.rotation_range, self.rotation_range) if self.rotation_range else 0
        tx = self._shift(self.height_shift_range, img_shape[self.row_axis - 1])
        ty = self._shift(self.width_shift_range, img_shape[self.col_axis - 1])
        shear = draw(-self.shear_range, self.shear_range) if self.shear_range else 0
        zx, zy = (1, 1) if self.zoom_range[0] == self.zoom_range[1] == 1 else draw(*self.zoom_range, 2)
        horizontal = (np.random.random() < 0.5) * self.horizontal_flip
        vertical = (np.random.random() < 0.5) * self.vertical_flip
        channel = draw(-self.channel_shift_range, self.channel_shift_range) if self.channel_shift_range != 0 else None
        brightness = None if self.brightness_range is None else draw(*self.brightness_range)
        moved = {"theta": theta, "tx": tx, "ty": ty, "shear": shear, "zx": zx, "zy": zy}
        flipped = {"flip_horizontal": horizontal, "flip_vertical": vertical}
        return {**moved, **flipped, "channel_shift_intensity": channel, "brightness": brightness}

    def apply_transform(self, x: np.ndarray, transform_parameters: dict) -> np.ndarray:
        """Change an image.

        Args:
            x: image of rank 3.
            transform_parameters: any of "theta", "tx", "ty", "shear", "zx", "zy", "flip_horizontal", "flip_vertical",
                "channel_shift_intensity" and "brightness".
        """
        given = transform_parameters.get
        row, column, channel = self.row_axis - 1, self.col_axis - 1, self.channel_axis - 1
        moved = given("theta", 0), given("tx", 0), given("ty", 0), given("shear", 0), given("zx", 1), given("zy", 1)
        how = self.fill_mode, self.cval, self.interpolation_order
        x = apply_affine_transform(x, *moved, row, column, channel, *how)
        if given("channel_shift_intensity") is not None:
            x = apply_channel_shift(x, given("channel_shift_intensity"), channel)
        if given("flip_horizontal", False):
            x = flip_axis(x, column)
        if given("flip_vertical", False):
            x = flip_axis(x, row)
        if given("brightness") is not None:
            x = apply_brightness_shift(x, given("brightness"), False)
        return x

    def random_transform(self, x: np.ndarray, seed: int | None = None) -> np.ndarray:
        """Change an image at random."""
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))

    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Learn mean, deviation and whitening from images.

        Args:
            x: images ``(n, height, width, channels)``.
            augment: whether to learn from changed images.
            rounds: how many versions of each, then.
            seed: of the changes.
        """
        x = np.array(x, dtype=self.dtype)
        if x.ndim != 4:
            raise ValueError(f"Input to `.fit()` should have rank 4, (n, height, width, channels), got shape {x.shape}.")
        if x.shape[self.channel_axis] not in (1, 3, 4):
            warnings.warn(
                f"Expected images with 1, 3 or 4 channels in the format {self.data_format!r}, got shape {x.shape}.",
                stacklevel=2,
            )
        if seed is not None:
            np.random.seed(seed)
        if self.rescale:
            x *= self.rescale
        if augment:
            x = np.stack([self.random_transform(image) for _ in range(rounds) for image in x])
        axes, shape = (0, self.row_axis, self.col_axis), [1, 1, 1]
        shape[self.channel_axis - 1] = x.shape[self.channel_axis]
        if self.featurewise_center:
            self.mean = np.mean(x, axis=axes).reshape(shape)
            x -= self.mean
        if self.featurewise_std_normalization:
            self.std = np.std(x, axis=axes).reshape(shape)
            x /= self.std + 1e-6
        if self.zca_whitening:
            u, s, _ = np.linalg.svd(x.reshape(len(x), -1).T, full_matrices=False)
            self.zca_whitening_matrix = (u * (np.sqrt(len(x)) / (s + self.zca_epsilon))) @ u.T

    def _shift(self, span: Any, size: int) -> float:
        if not np.any(span):
            return 0
        return random_part(span) * (size if np.max(span) < 1 else 1)

    def _imply(self, cause: str, name: str, value: bool) -> None:
        if getattr(self, cause) and getattr(self, name) != value:
            setattr(self, name, value)
            warnings.warn(f"This ImageDataGenerator specifies `{cause}`, which overrides setting of `{name}`.", stacklevel=3)

    def _fitted(self, name: str, asked_by: str) -> bool:
        if getattr(self, name) is None:
            warnings.warn(
                f"This ImageDataGenerator specifies `{asked_by}`, but it hasn't been fit on any training data. "
                "Fit it first by calling `.fit(numpy_data)`.",
                stacklevel=3,
            )
        return getattr(self, name) is not None


def _zooms(zoom_range: Any) -> list[float]:
    if isinstance(zoom_range, (int, float)):
        return [1 - zoom_range, 1 + zoom_range]
    if len(zoom_range) != 2 or not all(isinstance(z, (int, float)) for z in zoom_range):
        raise ValueError(f"`zoom_range` should be a float or a tuple or list of two floats, got {zoom_range}.")
    return list(zoom_range)
