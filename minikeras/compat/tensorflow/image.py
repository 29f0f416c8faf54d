"""`tf.image`: images (height, width, channels), one or a batch, resized, cropped, flipped, coloured, read from files.

>>> flip_left_right([[[1], [2]]]).numpy().tolist(), resize(np.ones((4, 4, 3)), (2, 2)).shape.as_list()
([[[2], [1]]], [2, 2, 3])
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import ops
from minikeras._core.random import make_rng
from minikeras.compat.tensorflow._image_colors import adjust_brightness, adjust_contrast, adjust_hue, adjust_saturation
from minikeras.compat.tensorflow._image_files import (
    convert_image_dtype,
    decode_jpeg,
    encode_jpeg,
)
from minikeras.compat.tensorflow._tensors import convert_to_tensor
from minikeras.compat.tensorflow._tools import absent, exported, op, raw, sizes, taken
from minikeras.compat.tensorflow.random import _stream
from minikeras.ops.dtypes import array

_FILES = "decode_image decode_jpeg decode_png decode_bmp decode_gif encode_jpeg encode_png is_jpeg convert_image_dtype"
_COLORS = """adjust_brightness adjust_contrast adjust_gamma adjust_hue adjust_saturation grayscale_to_rgb hsv_to_rgb
    rgb_to_grayscale rgb_to_hsv"""
globals().update({**taken("_image_files", _FILES), **taken("_image_colors", _COLORS)})


class ResizeMethod:
    """Names of ways to resize."""

    BILINEAR, NEAREST_NEIGHBOR, BICUBIC, AREA = "bilinear", "nearest", "bicubic", "area"
    LANCZOS3, LANCZOS5, GAUSSIAN, MITCHELLCUBIC = "lanczos3", "lanczos5", "gaussian", "mitchellcubic"


_METHODS = {0: "bilinear", 1: "nearest", 2: "bicubic", 3: "area", "nearest_neighbor": "nearest"}


@op
def resize(images, size, method="bilinear", preserve_aspect_ratio=False, antialias=False, align_corners=False):
    """In another size: floats, but of the same type with "nearest"."""
    x, (height, width) = array(images), sizes(size)
    method = str(method).lower() if isinstance(method, str) else method
    method = _METHODS.get(method, method)
    if preserve_aspect_ratio:
        share = min(height / x.shape[-3], width / x.shape[-2])
        height, width = max(1, round(x.shape[-3] * share)), max(1, round(x.shape[-2] * share))
    if method == "area":
        return _areas(ops.cast(x, "float32"), height, width)
    if method != "nearest":
        x = x if x.dtype.kind == "f" else x.astype("float32")
    return ops.image.resize(x, (height, width), method, antialias, data_format="channels_last").astype(x.dtype)


def _areas(x, height, width):
    """The means of the areas that new pixels cover."""
    rows, columns = _shares(x.shape[-3], height), _shares(x.shape[-2], width)
    return np.einsum("ih,...hwc,jw->...ijc", rows, x, columns)


def _shares(old: int, new: int) -> np.ndarray:
    edges = np.arange(new + 1) * old / new
    low, high = edges[:-1, None], edges[1:, None]
    cover = np.clip(np.minimum(high, np.arange(1, old + 1)) - np.maximum(low, np.arange(old)), 0, None)
    return (cover / cover.sum(1, keepdims=True)).astype("float32")


@op
def resize_with_pad(image, target_height, target_width, method="bilinear", antialias=False):
    """In another size without distortion, with black margins."""
    x, (height, width) = array(image), sizes((target_height, target_width))
    ratio = max(x.shape[-3] / height, x.shape[-2] / width)
    h, w = x.shape[-3] / ratio, x.shape[-2] / ratio
    y = resize(x, (int(h), int(w)), method, antialias=antialias)
    return pad_to_bounding_box(y, int((height - h) / 2), int((width - w) / 2), height, width)


@op
def resize_with_crop_or_pad(image, target_height, target_width):
    """Cut at the sides, or with black margins, to a size."""
    x = array(image)
    for axis, n in ((-3, int(target_height)), (-2, int(target_width))):
        have = x.shape[axis]
        if have > n:
            x = np.take(x, np.arange(n) + (have - n) // 2, axis)
        elif have < n:
            margins = [(0, 0)] * x.ndim
            margins[axis] = ((n - have) // 2, n - have - (n - have) // 2)
            x = np.pad(x, margins)
    return x


resize_image_with_crop_or_pad = resize_with_crop_or_pad


@op
def crop_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    """A box."""
    x, (top, left, h, w) = array(image), (int(n) for n in (offset_height, offset_width, target_height, target_width))
    if top < 0 or left < 0 or top + h > x.shape[-3] or left + w > x.shape[-2]:
        raise ValueError(f"The box {h}x{w} at {top}, {left} does not lie in an image of {x.shape[-3]}x{x.shape[-2]}.")
    return x[..., top : top + h, left : left + w, :]


@op
def pad_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    """In a larger black image."""
    x, (top, left, h, w) = array(image), (int(n) for n in (offset_height, offset_width, target_height, target_width))
    margins = [(top, h - top - x.shape[-3]), (left, w - left - x.shape[-2]), (0, 0)]
    return np.pad(x, [(0, 0)] * (x.ndim - 3) + margins)


@op
def central_crop(image, central_fraction):
    """The middle share along both axes."""
    x = array(image)
    starts = [int((n - n * float(central_fraction)) / 2) for n in x.shape[-3:-1]]
    (top, left), (h, w) = starts, (n - 2 * s for n, s in zip(x.shape[-3:-1], starts))
    return x[..., top : top + h, left : left + w, :]


@op
def crop_and_resize(image, boxes, box_indices, crop_size, method="bilinear", extrapolation_value=0.0):
    """Boxes (y1, x1, y2, x2, as shares of the image) of images, each in one size."""
    x, boxes, (h, w) = array(image), raw(boxes), sizes(crop_size)
    found = []
    for (y1, x1, y2, x2), i in zip(boxes, raw(box_indices)):
        rows = _steps(y1, y2, h, x.shape[1])
        columns = _steps(x1, x2, w, x.shape[2])
        grid = np.stack(np.meshgrid(rows, columns, indexing="ij"))
        planes = [ops.image.map_coordinates(x[i, ..., c], grid, 1 if method == "bilinear" else 0, "nearest") for c in
                  range(x.shape[-1])]  # fmt: skip
        inside = (grid[0] >= 0) & (grid[0] <= x.shape[1] - 1) & (grid[1] >= 0) & (grid[1] <= x.shape[2] - 1)
        found.append(ops.where(inside[..., None], ops.stack(planes, -1), extrapolation_value))
    return ops.cast(ops.stack(found), "float32")


def _steps(low, high, n, size):
    if n == 1:
        return np.array([(low + high) / 2 * (size - 1)])
    return np.linspace(low * (size - 1), high * (size - 1), n)


# Flips and turns


@op
def flip_left_right(image):
    """Mirrored, left to right."""
    return np.flip(array(image), -2)


@op
def flip_up_down(image):
    """Mirrored, top to bottom."""
    return np.flip(array(image), -3)


@op
def transpose(image):
    """Rows become columns."""
    return np.swapaxes(array(image), -3, -2)


@op
def rot90(image, k=1):
    """Turned by 90°, counter-clockwise, k times."""
    return np.rot90(array(image), int(k), (-3, -2))


def _by_chance(flip, image, seed):
    x = convert_to_tensor(image)
    if x.ndim == 3:
        return flip(x) if _draw(seed) < 0.5 else x
    keep = make_rng(_stream(seed)).random(len(x)) >= 0.5
    return ops.where(keep[:, None, None, None], x, flip(x))


def _draw(seed: Any, low: float = 0.0, high: float = 1.0) -> float:
    return float(make_rng(_stream(seed)).uniform(low, high))


def random_flip_left_right(image: Any, seed: Any = None) -> Any:
    """Mirrored left to right, or not."""
    return _by_chance(flip_left_right, image, seed)


def random_flip_up_down(image: Any, seed: Any = None) -> Any:
    """Mirrored top to bottom, or not."""
    return _by_chance(flip_up_down, image, seed)


def random_crop(value: Any, size: Any, seed: Any = None, name: str | None = None) -> Any:
    """A block of a size from somewhere in a tensor."""
    x, size = convert_to_tensor(value), sizes(size)
    size = tuple(n if k == -1 else k for k, n in zip(size, x.shape))
    if len(size) != x.ndim or any(k > n for k, n in zip(size, x.shape)):
        raise ValueError(f"random_crop: a block of {size} does not fit into a tensor of shape {tuple(x.shape)}.")
    rng = make_rng(_stream(seed))
    starts = [int(rng.integers(n - k + 1)) for k, n in zip(size, x.shape)]
    return x[tuple(slice(s, s + k) for s, k in zip(starts, size))]


# Chance


def random_brightness(image: Any, max_delta: float, seed: Any = None) -> Any:
    """Brighter or darker by up to a number."""
    return adjust_brightness(image, _draw(seed, -max_delta, max_delta))


def random_contrast(image: Any, lower: float, upper: float, seed: Any = None) -> Any:
    """More or less contrast."""
    return adjust_contrast(image, _draw(seed, lower, upper))


def random_saturation(image: Any, lower: float, upper: float, seed: Any = None) -> Any:
    """More or less colour."""
    return adjust_saturation(image, _draw(seed, lower, upper))


def random_hue(image: Any, max_delta: float, seed: Any = None) -> Any:
    """Other colours."""
    return adjust_hue(image, _draw(seed, -max_delta, max_delta))


def random_jpeg_quality(image: Any, min_jpeg_quality: int, max_jpeg_quality: int, seed: Any = None) -> Any:
    """As after being written as JPEG."""
    return decode_jpeg(encode_jpeg(image, quality=int(_draw(seed, min_jpeg_quality, max_jpeg_quality))), channels=3)


def _stateless(function):
    def run(image, *args, seed=None, **kwargs):
        if seed is None:
            *args, seed = args
        rng = np.random.default_rng(raw(seed).astype("int64") % 2**32)
        return function(image, *args, seed=np.array(int(rng.integers(2**31))))

    run.__doc__ = f"{function.__doc__[:-1]}; the same for the same seed, two integers."
    return run


stateless_random_flip_left_right = _stateless(random_flip_left_right)
stateless_random_flip_up_down = _stateless(random_flip_up_down)
stateless_random_crop = _stateless(random_crop)
stateless_random_brightness = _stateless(random_brightness)
stateless_random_contrast = _stateless(random_contrast)
stateless_random_saturation = _stateless(random_saturation)
stateless_random_hue = _stateless(random_hue)


@op
def per_image_standardization(image):
    """(x - μ) / max(σ, 1/√n) of each image."""
    x = ops.cast(image, "float32") if array(image).dtype.kind != "f" else array(image)
    mean, spread = (f(x, axis=(-3, -2, -1), keepdims=True) for f in (ops.mean, ops.std))
    return (x - mean) / ops.maximum(spread, 1.0 / float(np.prod(x.shape[-3:])) ** 0.5)


# Measures


@op
def psnr(a, b, max_val):
    """Peak signal-to-noise ratio, in decibels, of each image."""
    a, b = (convert_image_dtype(x, "float32") for x in (a, b))
    error = ops.mean(ops.square(a - b), axis=(-3, -2, -1))
    return 20 * float(np.log10(float(max_val))) - 10 * ops.log10(error)


@op
def ssim(img1, img2, max_val, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03):
    """Structural similarity of each image."""
    return ops.image.ssim(img1, img2, max_val, filter_size, filter_sigma, k1, k2, data_format="channels_last")


@op
def sobel_edges(image):
    """Slopes along both axes, last."""
    x = ops.pad(image, [(0, 0), (1, 1), (1, 1), (0, 0)], "reflect")

    def slope(x, along, across):
        x = np.take(x, np.arange(2, x.shape[along]), along) - np.take(x, np.arange(x.shape[along] - 2), along)
        n = x.shape[across]
        parts = [np.take(x, np.arange(k, n - 2 + k), across) for k in range(3)]
        return parts[0] + 2 * parts[1] + parts[2]

    return ops.stack([slope(x, 1, 2), slope(x, 2, 1)], -1)


@op
def total_variation(images):
    """Σ |differences of neighbours| of each image."""
    x = array(images)
    down, right = x[..., 1:, :, :] - x[..., :-1, :, :], x[..., :, 1:, :] - x[..., :, :-1, :]
    return ops.sum(ops.abs(down), axis=(-3, -2, -1)) + ops.sum(ops.abs(right), axis=(-3, -2, -1))


@op
def extract_patches(images, sizes, strides, rates, padding):
    """Patches, side by side in the channels."""
    return ops.image.extract_patches(
        images, tuple(sizes[1:3]), tuple(strides[1:3]), rates[1], padding.lower(), data_format="channels_last"
    )


def non_max_suppression(
    boxes: Any, scores: Any, max_output_size: Any, iou_threshold: float = 0.5, score_threshold: float = -np.inf, name: str = ""
) -> Any:
    """The numbers of the best boxes that hardly overlap."""
    boxes, scores = raw(boxes), raw(scores)
    low, high = np.minimum(boxes[:, :2], boxes[:, 2:]), np.maximum(boxes[:, :2], boxes[:, 2:])
    area = np.prod(high - low, 1)
    kept: list[int] = []
    for i in np.argsort(-scores, kind="stable"):
        if len(kept) >= int(max_output_size) or scores[i] < score_threshold:
            break
        common = np.prod(np.clip(np.minimum(high[i], high[kept]) - np.maximum(low[i], low[kept]), 0, None), 1)
        if not kept or (common <= iou_threshold * (area[i] + area[kept] - common)).all():
            kept.append(int(i))
    return ops.convert_to_tensor(np.array(kept, "int32"))


_ALSO = f"resize_image_with_crop_or_pad {_FILES} {_COLORS} " + " ".join(
    n for n in globals() if n.startswith("stateless_")
)
__all__ = exported(globals(), _ALSO)
__getattr__ = absent("tf.image", globals(), {"draw_bounding_boxes": "Use matplotlib."})
