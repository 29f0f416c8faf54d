"""Images read at places between their pixels: coordinates, affine maps, homographies, resizing."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

FILL_MODES = ("reflect", "wrap", "constant", "nearest", "mirror")
INTERPOLATIONS = {"nearest": 0, "bilinear": 1}
RESIZINGS = ("bilinear", "nearest", "lanczos3", "lanczos5", "bicubic")


def index_inside(index: np.ndarray, size: int, mode: str) -> np.ndarray:
    """Bring pixel numbers that lie outside of ``0 ... size - 1`` inside, as a fill mode says.

    >>> [index_inside(np.arange(-2, 5), 3, mode).tolist() for mode in ("nearest", "wrap", "reflect", "mirror")]
    [[0, 0, 0, 1, 2, 2, 2], [1, 2, 0, 1, 2, 0, 1], [1, 0, 0, 1, 2, 2, 1], [2, 1, 0, 1, 2, 1, 0]]
    """
    if mode == "wrap":
        return index % size
    if mode == "reflect":
        index = index % (2 * size)
        return np.minimum(index, 2 * size - 1 - index)
    if mode == "mirror" and size > 1:
        return np.abs((index + size - 1) % (2 * (size - 1)) - (size - 1))
    return np.clip(index, 0, size - 1)


def corners(at: np.ndarray, size: int, order: int, mode: str) -> list[tuple]:
    """The pixels along one axis that a coordinate lies between: (number, weight, whether there is one) each.

    >>> [(i.tolist(), w.tolist()) for i, w, valid in corners(np.array([0.25]), 3, 1, "nearest")]
    [([0], [0.75]), ([1], [0.25])]
    """
    if order == 0:
        found = [(np.trunc(at + np.copysign(0.5, at)), np.ones_like(at))]  # halves away from zero
    else:
        low = np.floor(at)
        upper = at - low
        found = [(low, 1.0 - upper), (low + 1.0, upper)]
    result = []
    for index, weight in found:
        index = index.astype(np.intp)
        valid = (index >= 0) & (index < size) if mode == "constant" else None
        result.append((index_inside(index, size, mode), weight, valid))
    return result


def map_coordinates(
    images: np.ndarray, rows: np.ndarray, columns: np.ndarray, order: int = 1, mode: str = "constant", cval: float = 0.0
) -> np.ndarray:
    """Read images at coordinates.

    Args:
        images: shape ``(batch, height, width, channels)``.
        rows, columns: where to read, shape ``(batch, h, w)``.
        order: 0 takes the nearest pixel, 1 goes linearly between the four around.
        mode: what stands outside of the image, one of `FILL_MODES`.
        cval: the value outside, for mode "constant".

    Returns:
        Array of shape ``(batch, h, w, channels)``.

    >>> image = np.array([0.0, 10.0, 20.0]).reshape(1, 1, 3, 1)
    >>> map_coordinates(image, np.zeros((1, 1, 2)), np.array([[[0.5, 1.25]]])).ravel().tolist()
    [5.0, 12.5]
    """
    batch, height, width, channels = images.shape
    flat, y = images.reshape(-1, channels), None
    start = (np.arange(batch) * (height * width))[:, None, None]
    dtype = images.dtype if images.dtype.kind == "f" else rows.dtype
    for r, row_weight, row_valid in corners(rows, height, order, mode):
        for c, column_weight, column_valid in corners(columns, width, order, mode):
            pixels = flat.take(start + r * width + c, 0, None, "clip").astype(dtype, copy=False)
            if mode == "constant":
                pixels[~(row_valid & column_valid)] = cval
            pixels *= (row_weight * column_weight).astype(dtype)[..., None]
            y = pixels if y is None else np.add(y, pixels, out=y)
    return y


def spread_coordinates(
    dy: np.ndarray, shape: tuple, rows: np.ndarray, columns: np.ndarray, order: int = 1, mode: str = "constant"
) -> np.ndarray:
    """The way back of `map_coordinates`: each pixel gets the shares of all places that were read from it.

    >>> spread_coordinates(np.ones((1, 1, 1, 1)), (1, 1, 3, 1), np.zeros((1, 1, 1)), np.array([[[1.25]]])).ravel().tolist()
    [0.0, 0.75, 0.25]
    """
    batch, height, width, channels = shape
    dx = np.zeros((batch * height * width, channels), dy.dtype)
    start = (np.arange(batch) * (height * width))[:, None, None]
    for r, row_weight, row_valid in corners(rows, height, order, mode):
        for c, column_weight, column_valid in corners(columns, width, order, mode):
            weight = row_weight * column_weight
            if mode == "constant":
                weight = weight * (row_valid & column_valid)
            np.add.at(dx, (start + r * width + c).ravel(), (dy * weight[..., None]).reshape(-1, channels))
    return dx.reshape(shape)


def projected(transforms: np.ndarray, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the pixels of an output come from: (rows, columns) of shape ``(batch, height, width)``.

    Args:
        transforms: eight numbers for each image, ``[a0, a1, a2, b0, b1, b2, c0, c1]``: the output pixel (x, y) is
            read at ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k) with k = c0 x + c1 y + 1.

    >>> rows, columns = projected(np.array([[1.0, 0, 5, 0, 1, 0, 0, 0]]), 1, 3); columns.tolist()
    [[[5.0, 6.0, 7.0]]]
    """
    a0, a1, a2, b0, b1, b2, c0, c1 = np.moveaxis(np.asarray(transforms), -1, 0)[..., None, None]
    y, x = np.arange(float(height))[:, None], np.arange(float(width))
    columns, rows = a0 * x + a1 * y + a2, b0 * x + b1 * y + b2
    if np.any(c0) or np.any(c1):
        k = c0 * x + c1 * y + 1.0
        columns, rows = columns / k, rows / k
    return rows, columns


def homography(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The eight numbers of the projection that takes four points ``end`` to four points ``start``, for each image.

    >>> square = np.array([[[0.0, 0], [2, 0], [0, 2], [2, 2]]])
    >>> homography(square, square).round(6).tolist() == [[1, 0, 0, 0, 1, 0, 0, 0]]
    True
    """
    (sx, sy), (ex, ey) = np.moveaxis(start, -1, 0), np.moveaxis(end, -1, 0)
    zero, one = np.zeros_like(ex), np.ones_like(ex)
    x_rows = np.stack([ex, ey, one, zero, zero, zero, -sx * ex, -sx * ey], -1)
    y_rows = np.stack([zero, zero, zero, ex, ey, one, -sy * ex, -sy * ey], -1)
    return np.linalg.solve(np.concatenate([x_rows, y_rows], 1), np.concatenate([sx, sy], -1)[..., None])[..., 0]


@lru_cache(maxsize=64)
def resizing_matrix(old: int, new: int, interpolation: str, antialias: bool) -> np.ndarray:
    """The matrix W, ``(new, old)``, that resizes along one axis: y = W x.

    >>> resizing_matrix(2, 4, "bilinear", False).tolist()
    [[1.0, 0.0], [0.75, 0.25], [0.25, 0.75], [0.0, 1.0]]
    """
    if interpolation == "nearest":
        at = np.floor((np.arange(new) + 0.5) * old / new).astype(int)
        return np.eye(old)[np.minimum(at, old - 1)]
    step = old / new
    at = (np.arange(new) + 0.5) * step - 0.5
    distance = np.abs(at[:, None] - np.arange(old)) / (max(step, 1.0) if antialias else 1.0)
    weights = KERNELS[interpolation](distance)
    total = weights.sum(1, keepdims=True)
    weights = np.divide(weights, total, out=np.zeros_like(weights), where=np.abs(total) > 1e-4)
    weights.flags.writeable = False
    return weights


def resize(images: np.ndarray, size: tuple[int, int], interpolation: str = "bilinear", antialias: bool = False) -> np.ndarray:
    """Bring images ``(..., height, width, channels)`` to another height and width.

    >>> resize(np.array([0.0, 4.0]).reshape(1, 2, 1), (1, 4))[0, :, 0].tolist()
    [0.0, 1.0, 3.0, 4.0]
    """
    rows, columns = resizing_matrices(images.shape, size, interpolation, antialias, images.dtype)
    y = np.matmul(columns, images)  # along the width
    return np.moveaxis(np.moveaxis(y, -3, -1) @ rows.T, -1, -3)


def resize_backward(dy: np.ndarray, shape: tuple, interpolation: str = "bilinear", antialias: bool = False) -> np.ndarray:
    """The way back of `resize`: ∂L/∂x = Wᵀ ∂L/∂y along both axes.

    >>> resize_backward(np.ones((1, 4, 1)), (1, 2, 1))[0, :, 0].tolist()
    [2.0, 2.0]
    """
    rows, columns = resizing_matrices(shape, dy.shape[-3:-1], interpolation, antialias, dy.dtype)
    dx = np.moveaxis(np.moveaxis(dy, -3, -1) @ rows, -1, -3)
    return np.matmul(columns.T, dx)


def resizing_matrices(shape: tuple, size: tuple, interpolation: str, antialias: bool, dtype: np.dtype) -> list[np.ndarray]:
    """The matrices of both axes, in the type of the images."""
    return [
        resizing_matrix(int(old), int(new), interpolation, antialias).astype(dtype)
        for old, new in zip(shape[-3:-1], size)
    ]


def _triangle(x: np.ndarray) -> np.ndarray:
    return np.maximum(0.0, 1.0 - x)


def _cubic(x: np.ndarray) -> np.ndarray:
    near = ((1.5 * x - 2.5) * x) * x + 1.0
    far = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return np.where(x >= 2.0, 0.0, np.where(x >= 1.0, far, near))


def _lanczos(radius: int):
    def kernel(x: np.ndarray) -> np.ndarray:
        y = np.sinc(x) * np.sinc(x / radius)
        return np.where(x > radius, 0.0, y)

    return kernel


KERNELS = {"bilinear": _triangle, "bicubic": _cubic, "lanczos3": _lanczos(3), "lanczos5": _lanczos(5)}
