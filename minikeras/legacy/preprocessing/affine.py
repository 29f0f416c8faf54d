"""Images turned, moved, slanted, stretched and recoloured, as Keras 2 did it; what it left to SciPy is written out here."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.config import floatx
from minikeras.layers.preprocessing.image_preprocessing.sampling import index_inside

FILL_MODES = ("nearest", "constant", "reflect", "wrap", "mirror")


def affine_transform(
    image: np.ndarray, matrix: np.ndarray, offset: np.ndarray, order: int = 1, mode: str = "nearest", cval: float = 0.0
) -> np.ndarray:
    """Read an image ``(rows, columns, channels)`` at matrix · (row, column) + offset: `scipy.ndimage.affine_transform`.

    Args:
        image: the image.
        matrix: shape (2, 2).
        offset: shape (2,).
        order: 0 takes the nearest pixel, 1 goes linearly between the four around.
        mode: what stands outside of the image, one of `FILL_MODES`.
        cval: the value outside, for mode "constant".

    >>> image = np.arange(4.0).reshape(1, 4, 1)
    >>> affine_transform(image, np.eye(2), np.array([0.0, 1.5])).ravel().tolist()
    [1.5, 2.5, 3.0, 3.0]
    """
    if order not in (0, 1):
        raise ValueError(f"interpolation_order must be 0 or 1, got {order!r}: splines of higher order are not supported.")
    if mode not in FILL_MODES:
        raise ValueError(f"fill_mode must be one of {FILL_MODES}, got {mode!r}.")
    rows, columns = np.arange(float(image.shape[0]))[:, None], np.arange(float(image.shape[1]))
    places, inside = [], None
    for m, start, size in zip(matrix, offset, image.shape):
        at = start + m[0] * rows + m[1] * columns
        if mode == "constant":
            within = (at >= 0) & (at <= size - 1)
            inside = within if inside is None else inside & within
        elif mode == "wrap":  # SciPy's: the last pixel is the first one of the next round
            at = _wrapped(at, size - 1.0)
        places.append(_corners(at, size, order, "nearest" if mode in ("constant", "wrap") else mode))
    flat, width, y = image.reshape(-1, image.shape[2]), image.shape[1], None
    dtype = image.dtype if image.dtype.kind == "f" else np.float64
    for r, row_weight in places[0]:
        for c, column_weight in places[1]:
            pixels = flat.take(r * width + c, 0, None, "clip").astype(dtype, copy=False)
            pixels *= (row_weight * column_weight).astype(dtype)[..., None]
            y = pixels if y is None else np.add(y, pixels, out=y)
    if inside is not None:
        y[~inside] = cval
    if image.dtype.kind in "iu":
        y = np.trunc(np.where(y >= 0, y + 0.5, y - 0.5))
    return y.astype(image.dtype, copy=False)


def _corners(at: np.ndarray, size: int, order: int, mode: str) -> list[tuple[np.ndarray, np.ndarray]]:
    if order == 0:
        return [(index_inside(np.floor(at + 0.5).astype(np.intp), size, mode), np.ones_like(at))]
    low = np.floor(at)
    upper = at - low
    low = low.astype(np.intp)
    return [(index_inside(low, size, mode), 1.0 - upper), (index_inside(low + 1, size, mode), upper)]


def _wrapped(at: np.ndarray, period: float) -> np.ndarray:
    if period <= 0:
        return np.zeros_like(at)
    at = np.where(at < 0, at + period * (np.floor(-at / period) + 1), at)
    return np.where(at > period, at - period * np.floor(at / period), at)


def apply_affine_transform(
    x: np.ndarray,
    theta: float = 0,
    tx: float = 0,
    ty: float = 0,
    shear: float = 0,
    zx: float = 1,
    zy: float = 1,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 1,
) -> np.ndarray:
    """Turn, move, slant and stretch an image about its centre.

    Args:
        x: image of rank 3.
        theta, shear: angles in degrees.
        tx, ty: pixels to move by.
        zx, zy: factors of the zoom.
        row_axis, col_axis, channel_axis: which axis is which.
        fill_mode: what stands outside: "nearest", "constant", "reflect" or "wrap".
        cval: the value outside, for "constant".
        order: 1 for linear interpolation, 0 for none.

    >>> x = np.arange(3.0).reshape(1, 3, 1)
    >>> apply_affine_transform(x, tx=1, row_axis=0, col_axis=1, channel_axis=2).ravel().tolist()
    [1.0, 2.0, 2.0]
    """
    if sorted((row_axis, col_axis, channel_axis)) != [0, 1, 2] or channel_axis == 1:
        raise ValueError(
            "row_axis, col_axis and channel_axis must be 0, 1 and 2, the channels first or last; "
            f"got {row_axis}, {col_axis} and {channel_axis}."
        )
    if x.ndim != 3:
        raise ValueError(f"An image to transform must have rank 3, got shape {x.shape}.")
    matrix = _matrix(theta, tx, ty, shear, zx, zy)
    if matrix is None:
        return x
    center = np.eye(3)
    center[:2, 2] = x.shape[row_axis] / 2 - 0.5, x.shape[col_axis] / 2 - 0.5
    back = np.eye(3)
    back[:2, 2] = -center[:2, 2]
    matrix = center @ matrix @ back
    if col_axis > row_axis:  # as in Keras: x counts columns and y rows
        matrix[:2] = matrix[1::-1]
        matrix[:, :2] = matrix[:, 1::-1]
    image = np.moveaxis(x, channel_axis, -1)
    return np.moveaxis(affine_transform(image, matrix[:2, :2], matrix[:2, 2], order, fill_mode, cval), -1, channel_axis)


def _matrix(theta: float, tx: float, ty: float, shear: float, zx: float, zy: float) -> np.ndarray | None:
    steps = []
    if theta != 0:
        a = np.deg2rad(theta)
        steps.append([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    if tx != 0 or ty != 0:
        steps.append([[1, 0, tx], [0, 1, ty], [0, 0, 1]])
    if shear != 0:
        a = np.deg2rad(shear)
        steps.append([[1, -np.sin(a), 0], [0, np.cos(a), 0], [0, 0, 1]])
    if zx != 1 or zy != 1:
        steps.append([[zx, 0, 0], [0, zy, 0], [0, 0, 1]])
    if not steps:
        return None
    matrix = np.array(steps[0], float)
    for step in steps[1:]:
        matrix = np.dot(matrix, np.array(step, float))
    return matrix


def random_rotation(
    x, rg, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1
) -> np.ndarray:
    """Turn an image by up to ``rg`` degrees, either way.

    >>> float(random_rotation(np.ones((1, 3, 3)), 90).sum())
    9.0
    """
    theta = np.random.uniform(-rg, rg)
    axes = row_axis, col_axis, channel_axis
    return apply_affine_transform(x, theta, 0, 0, 0, 1, 1, *axes, fill_mode, cval, interpolation_order)


def random_shift(
    x, wrg, hrg, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1
) -> np.ndarray:
    """Move an image by up to the parts ``wrg`` and ``hrg`` of its width and height.

    >>> float(random_shift(np.ones((1, 3, 3)), 0.5, 0.5).sum())
    9.0
    """
    tx = np.random.uniform(-hrg, hrg) * x.shape[row_axis]
    ty = np.random.uniform(-wrg, wrg) * x.shape[col_axis]
    axes = row_axis, col_axis, channel_axis
    return apply_affine_transform(x, 0, tx, ty, 0, 1, 1, *axes, fill_mode, cval, interpolation_order)


def random_shear(
    x, intensity, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1
) -> np.ndarray:
    """Slant an image by up to ``intensity`` degrees, either way.

    >>> float(random_shear(np.ones((1, 3, 3)), 45).sum())
    9.0
    """
    shear = np.random.uniform(-intensity, intensity)
    axes = row_axis, col_axis, channel_axis
    return apply_affine_transform(x, 0, 0, 0, shear, 1, 1, *axes, fill_mode, cval, interpolation_order)


def random_zoom(
    x, zoom_range, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1
) -> np.ndarray:
    """Zoom an image by factors drawn between the two numbers of ``zoom_range``.

    >>> float(random_zoom(np.ones((1, 3, 3)), (0.5, 1.5)).sum())
    9.0
    """
    if len(zoom_range) != 2:
        raise ValueError(f"`zoom_range` should be a tuple or list of two floats, got {zoom_range}.")
    zx, zy = (1, 1) if zoom_range[0] == zoom_range[1] == 1 else np.random.uniform(zoom_range[0], zoom_range[1], 2)
    axes = row_axis, col_axis, channel_axis
    return apply_affine_transform(x, 0, 0, 0, 0, zx, zy, *axes, fill_mode, cval, interpolation_order)


def apply_channel_shift(x: np.ndarray, intensity: float, channel_axis: int = 0) -> np.ndarray:
    """Add a number, within the range of values that the image has.

    >>> apply_channel_shift(np.array([[[0.0, 4.0]]]), 1.0).tolist()
    [[[1.0, 4.0]]]
    """
    return np.clip(x + intensity, np.min(x), np.max(x))


def random_channel_shift(x: np.ndarray, intensity_range: float, channel_axis: int = 0) -> np.ndarray:
    """Add a number of up to ``intensity_range``, either sign.

    >>> float(random_channel_shift(np.ones((1, 2, 2)), 5.0).sum())
    4.0
    """
    return apply_channel_shift(x, np.random.uniform(-intensity_range, intensity_range), channel_axis)


def apply_brightness_shift(x: np.ndarray, brightness: float, scale: bool = True) -> np.ndarray:
    """Multiply by a number, in whole steps of 0 ... 255.

    Args:
        x: image.
        brightness: 0 is black, 1 leaves it.
        scale: stretch the values to 0 ... 255 first.

    >>> apply_brightness_shift(np.full((1, 1, 1), 100.0), 0.5, scale=False).tolist()
    [[[50.0]]]
    """
    low, high = np.min(x), np.max(x)
    stretch = bool(low < 0 or high > 255)
    y = np.asarray(x, floatx())
    if stretch or scale:
        y = y - np.min(y)
        y = y / (np.max(y) if np.max(y) != 0 else 1) * 255
    y = np.trunc(y)
    bright = np.trunc(np.clip(y * np.float32(brightness), 0, 255))
    if y.shape[-1] == 4:  # how see-through a pixel is stays
        bright[..., 3] = y[..., 3]
    return bright / 255 * (high - low) + low if stretch and not scale else bright


def random_brightness(x: np.ndarray, brightness_range: Any, scale: bool = True) -> np.ndarray:
    """Multiply by a number drawn between the two of ``brightness_range``.

    >>> random_brightness(np.full((1, 1, 1), 100.0), (0.5, 0.5), scale=False).tolist()
    [[[50.0]]]
    """
    if len(brightness_range) != 2:
        raise ValueError(f"`brightness_range` should be a tuple or list of two floats, got {brightness_range}.")
    return apply_brightness_shift(x, np.random.uniform(brightness_range[0], brightness_range[1]), scale)


def flip_axis(x: np.ndarray, axis: int) -> np.ndarray:
    """Mirror an image along an axis.

    >>> flip_axis(np.array([1, 2, 3]), 0).tolist()
    [3, 2, 1]
    """
    return np.flip(x, axis)


def random_part(span: Any) -> float:
    """Draw a shift: from a list of numbers with a random sign, or up to a number either way.

    >>> float(abs(random_part([2.0])))
    2.0
    """
    try:  # as Keras 2 does, so that the draws are the same ones
        value = np.random.choice(span)
        return value * np.random.choice([-1, 1])
    except (ValueError, TypeError):
        return np.random.uniform(-span, span)

