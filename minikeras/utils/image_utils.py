"""Images from files and to files, by Pillow; images as arrays."""

from __future__ import annotations

import io
import os
import pathlib
import warnings
from typing import Any

import numpy as np

from minikeras._core.config import floatx
from minikeras.layers.data_format import standardize_data_format
from minikeras.layers.preprocessing.image_preprocessing.resizing import aspect_crop
from minikeras.layers.preprocessing.image_preprocessing.sampling import resize

INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")
COLOR_MODES = {"rgb": 3, "rgba": 4, "grayscale": 1}


def pillow() -> Any:
    """Import Pillow's ``PIL.Image``, which reads and writes image files.

    >>> pillow().__name__
    'PIL.Image'
    """
    try:
        import PIL.Image
    except ImportError:
        raise ImportError(
            "Reading and writing image files needs Pillow, which is not installed: pip install pillow"
        ) from None
    return PIL.Image


def load_img(
    path: Any,
    color_mode: str = "rgb",
    target_size: tuple[int, int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Any:
    """Read an image file.

    Args:
        path: of the file; or an open ``io.BytesIO``.
        color_mode: "rgb", "rgba" or "grayscale".
        target_size: (height, width) to bring it to.
        interpolation: "nearest", "bilinear", "bicubic", "lanczos", "box" or "hamming".
        keep_aspect_ratio: cut off the sides first, so that nothing is distorted.

    Returns:
        A Pillow image; `img_to_array` makes an array of it.

    >>> file = io.BytesIO()
    >>> save_img(file, np.zeros((4, 6, 3)), file_format="png")
    >>> load_img(file, target_size=(2, 3)).size
    (3, 2)
    """
    image = _opened(path)
    if color_mode not in COLOR_MODES:
        raise ValueError(f"color_mode of load_img must be 'grayscale', 'rgb', or 'rgba', got {color_mode!r}.")
    mode = {"rgb": "RGB", "rgba": "RGBA", "grayscale": "L"}[color_mode]
    if image.mode != mode and not (mode == "L" and image.mode in ("I;16", "I")):
        image = image.convert(mode)
    if target_size is None:
        return image
    size = int(target_size[1]), int(target_size[0])
    if image.size == size:
        return image
    if interpolation not in INTERPOLATIONS:
        raise ValueError(f"Invalid interpolation method {interpolation!r} of load_img. Supported: {', '.join(INTERPOLATIONS)}.")
    resample = getattr(pillow().Resampling, interpolation.upper())
    if not keep_aspect_ratio:
        return image.resize(size, resample)
    (width, height), (new_width, new_height) = image.size, size
    crop_height = min(height, width * new_height // new_width)
    crop_width = min(width, height * new_width // new_height)
    top, left = (height - crop_height) // 2, (width - crop_width) // 2
    return image.resize(size, resample, box=(left, top, left + crop_width, top + crop_height))


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> np.ndarray:
    """Turn a Pillow image, or an array, into an array with an axis of channels.

    Args:
        img: the image.
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.
        dtype: type of the result, ``floatx()`` by default.

    >>> img_to_array(np.zeros((2, 3))).shape
    (2, 3, 1)
    """
    data_format = standardize_data_format("img_to_array", data_format)
    x = np.asarray(img, dtype=dtype or floatx())
    if x.ndim not in (2, 3):
        raise ValueError(f"Unsupported image shape of img_to_array: {x.shape}; expected (height, width[, channels]).")
    x = x[..., None] if x.ndim == 2 else x
    return x.transpose(2, 0, 1) if data_format == "channels_first" else x


def array_to_img(x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None) -> Any:
    """Turn an array into a Pillow image.

    Args:
        x: array of rank 3 with 1, 3 or 4 channels.
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.
        scale: stretch the values to 0 ... 255; else they are taken as they are.
        dtype: type to compute in, ``floatx()`` by default.

    >>> array_to_img(np.zeros((2, 3, 1))).size
    (3, 2)
    """
    data_format = standardize_data_format("array_to_img", data_format)
    x = np.asarray(x, dtype=dtype or floatx())
    if x.ndim != 3:
        raise ValueError(f"array_to_img expects an array of rank 3 (one image), got shape {x.shape}.")
    if data_format == "channels_first":
        x = x.transpose(1, 2, 0)
    if scale:
        x = x - np.min(x)
        largest = np.max(x)
        x = x / (largest if largest != 0 else 1) * 255
    if x.shape[2] == 1:
        x = x[:, :, 0]
        return pillow().fromarray(x.astype("int32" if np.max(x) > 255 else "uint8"))
    if x.shape[2] not in (3, 4):
        raise ValueError(f"array_to_img expects 1, 3 or 4 channels, got an array of shape {x.shape}.")
    return pillow().fromarray(np.ascontiguousarray(x.astype("uint8")))


def save_img(
    path: Any, x: Any, data_format: str | None = None, file_format: str | None = None, scale: bool = True, **kwargs
) -> None:
    """Write an array to an image file.

    Args:
        path: of the file, or an open binary file.
        x: array of rank 3 with 1, 3 or 4 channels.
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.
        file_format: "png", "jpeg", ...; by the name of the file by default.
        scale: stretch the values to 0 ... 255.
        **kwargs: go to Pillow's ``Image.save``.

    >>> file = io.BytesIO()
    >>> save_img(file, np.zeros((2, 2, 3)), file_format="png"); file.getvalue()[1:4]
    b'PNG'
    """
    if file_format is None and isinstance(path, (str, pathlib.Path)):
        file_format = pathlib.Path(path).suffix[1:].lower()
    if file_format and file_format.lower() == "jpg":
        file_format = "jpeg"
    image = array_to_img(x, data_format=data_format, scale=scale)
    if image.mode == "RGBA" and file_format == "jpeg":
        warnings.warn("The JPEG format does not support RGBA images, converting to RGB.", stacklevel=2)
        image = image.convert("RGB")
    image.save(path, format=file_format, **kwargs)


def smart_resize(
    x: Any, size: tuple[int, int], interpolation: str = "bilinear", data_format: str = "channels_last", **kwargs
) -> np.ndarray:
    """Cut the largest window of the right aspect ratio out of the middle of images, and resize it.

    Args:
        x: one image or a batch of images.
        size: (height, width).
        interpolation: "bilinear", "nearest", "bicubic", "lanczos3" or "lanczos5".
        data_format: ``"channels_last"`` or ``"channels_first"``.

    >>> smart_resize(np.zeros((4, 8, 3)), (2, 2)).shape
    (2, 2, 3)
    """
    if len(size) != 2:
        raise ValueError(f"smart_resize expects `size` as a tuple of 2 integers, got {size}.")
    x = np.asarray(x)
    if x.ndim not in (3, 4):
        raise ValueError(f"smart_resize expects one image (rank 3) or a batch of images (rank 4), got shape {x.shape}.")
    images = x if x.dtype.kind == "f" else x.astype(floatx())
    images = images[None] if x.ndim == 3 else images
    images = np.moveaxis(images, 1, -1) if data_format == "channels_first" else images
    y = resize(images[aspect_crop(images.shape, *size)[1]], tuple(size), interpolation)
    y = np.moveaxis(y, -1, 1) if data_format == "channels_first" else y
    return y[0] if x.ndim == 3 else y


def _opened(path: Any) -> Any:
    if isinstance(path, io.BytesIO):
        return pillow().open(path)
    if not isinstance(path, (str, bytes, os.PathLike)):
        raise TypeError(f"The path of an image should be path-like or io.BytesIO, got {type(path).__name__}.")
    with open(path, "rb") as file:
        return pillow().open(io.BytesIO(file.read()))
