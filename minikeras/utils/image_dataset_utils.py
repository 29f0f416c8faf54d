"""Datasets of images from folders."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.config import floatx
from minikeras.layers.data_format import standardize_data_format
from minikeras.layers.preprocessing.image_preprocessing.sampling import RESIZINGS, resize
from minikeras.utils.dataset_utils import dataset_from_directory
from minikeras.utils.image_utils import COLOR_MODES, load_img, smart_resize

FORMATS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")


def image_dataset_from_directory(
    directory: str,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: list[str] | None = None,
    color_mode: str = "rgb",
    batch_size: int | None = 32,
    image_size: Any = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """Read batches of images from a folder that holds one folder for each class.

    Files are read when they are needed. The images are floats from 0 to 255 of shape (batch, height, width, channels).

    Args:
        directory: the folder.
        labels: "inferred" takes the folders for classes; None gives images alone; or a list of class numbers, one for each
            file in the order of their sorted paths.
        label_mode: "int" gives class numbers, "categorical" one-hot rows, "binary" 0.0 and 1.0 of shape (batch, 1).
        class_names: names of the folders, in the order of their numbers; all of them, sorted, by default.
        color_mode: "rgb", "rgba" or "grayscale".
        batch_size: images in a batch; None gives single images.
        image_size: (height, width) that all images are brought to.
        shuffle: whether each pass has an order of its own.
        seed: of the order.
        validation_split: the part of the files that is kept back for validation.
        subset: "training", "validation", or "both" for a pair of datasets.
        interpolation: "bilinear", "nearest", "bicubic", "lanczos3" or "lanczos5".
        follow_links: whether to go into linked folders.
        crop_to_aspect_ratio: cut off the sides, so that nothing is distorted.
        pad_to_aspect_ratio: fill up with 0, so that nothing is distorted.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        format: kept as in Keras; the result is a `Dataset` in any case.
        verbose: whether to print how many files there are.

    Returns:
        A `Dataset` of batches with the attributes ``class_names`` and ``file_paths``, or a pair of them.

    >>> import tempfile; from minikeras.utils.image_utils import save_img
    >>> folder = tempfile.mkdtemp(); save_img(folder + "/a.png", np.zeros((8, 8, 3)))
    >>> data = image_dataset_from_directory(folder, labels=None, image_size=(4, 4), verbose=False)
    >>> next(iter(data)).shape
    (1, 4, 4, 3)
    """
    if color_mode not in COLOR_MODES:
        raise ValueError(f"`color_mode` must be one of {sorted(COLOR_MODES)}, got {color_mode!r}.")
    size = (image_size, image_size) if isinstance(image_size, int) else image_size
    if not isinstance(size, (list, tuple)) or len(size) != 2:
        raise ValueError(f"Invalid `image_size` value. Expected a tuple of 2 integers, got {image_size!r}.")
    if interpolation.lower() not in RESIZINGS:
        raise ValueError(f"`interpolation` should be one of {RESIZINGS}, got {interpolation!r}.")
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError("Only one of `pad_to_aspect_ratio`, `crop_to_aspect_ratio` can be set to `True`.")
    if format not in ("tf", "grain"):
        raise ValueError(f'`format` should be either "tf" or "grain", got {format!r}.')
    data_format = standardize_data_format("image_dataset_from_directory", data_format)

    def load(path):
        x = np.asarray(load_img(path, color_mode), floatx())
        x = x[..., None] if x.ndim == 2 else x
        if crop_to_aspect_ratio:
            x = smart_resize(x, tuple(size), interpolation.lower())
        elif pad_to_aspect_ratio:
            x = resized_with_pad(x, tuple(size), interpolation.lower())
        else:
            x = resize(x, tuple(size), interpolation.lower())
        return x.transpose(2, 0, 1) if data_format == "channels_first" else x

    return dataset_from_directory(
        directory,
        FORMATS,
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


def resized_with_pad(image: np.ndarray, size: tuple[int, int], interpolation: str = "bilinear") -> np.ndarray:
    """Resize an image so that it fits into a size, and fill up with 0 around it.

    >>> resized_with_pad(np.ones((2, 4, 1)), (4, 4))[..., 0].sum(axis=1).tolist()
    [0.0, 4.0, 4.0, 0.0]
    """
    height, width, channels = image.shape
    ratio = max(width / size[1], height / size[0])
    inner = max(int(height / ratio), 1), max(int(width / ratio), 1)
    top, left = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    y = np.zeros((*size, channels), image.dtype)
    y[top : top + inner[0], left : left + inner[1]] = resize(image, inner, interpolation)
    return y
