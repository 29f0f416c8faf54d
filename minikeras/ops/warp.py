"""Images seen through other coordinates: turned, sheared, in perspective, as of rubber."""

from __future__ import annotations

import itertools

import numpy as np

from minikeras._core.now import TRIAL
from minikeras._core.random import make_rng
from minikeras.ops.convolution import as_given, channels_last
from minikeras.ops.dtypes import array, cast, floats, promote_floats, wide
from minikeras.ops.operation import operation
from minikeras.ops.resize import gaussian, image_axes, resized

FILLS = ("constant", "nearest", "wrap", "mirror", "reflect")


def inside(index, size, fill_mode):
    """Indices beyond the edge, led back as the fill mode says."""
    if fill_mode == "wrap":
        return np.mod(index, size)
    if fill_mode == "mirror":  # the edge stands once
        period = max(2 * (size - 1), 1)
        return (size - 1) - np.abs(np.mod(index, period) - (size - 1))
    if fill_mode == "reflect":  # the edge stands twice
        index = np.mod(index, 2 * size)
        return np.where(index < size, index, 2 * size - 1 - index)
    return np.clip(index, 0, size - 1)


@operation(settings="fill_value")
def map_coordinates(inputs, coordinates, order, fill_mode="constant", fill_value=0):
    """The numbers of an array at places between its own.

    Args:
        inputs: array.
        coordinates: the places: an array for each axis, all of one shape.
        order: 0: the nearest number, 1: a weighted mean of those around.
        fill_mode: what is beyond the edge: "constant", "nearest", "wrap", "mirror" or "reflect".
        fill_value: with "constant".

    >>> map_coordinates(np.array([1.0, 3.0]), np.array([[0.5, 1.0]]), 1)
    array([2., 3.])
    """
    if order not in (0, 1):
        raise ValueError(f"Invalid value for argument `order`. Expected one of [0, 1]. Received: order={order}")
    if fill_mode not in FILLS:
        raise ValueError(f"Invalid value for argument `fill_mode`. Expected one of {FILLS}. Received: fill_mode={fill_mode}")
    x, coordinates = array(inputs), [floats(c) for c in coordinates]
    if not coordinates or not coordinates[0].ndim:
        raise ValueError("Argument `coordinates` must be an array of at least rank 2: one array of places for each axis.")
    if len(coordinates) != x.ndim:
        raise ValueError(
            "First dim of `coordinates` must be the same as the rank of `inputs`. "
            f"Received inputs with shape: {x.shape} and {len(coordinates)} coordinates."
        )
    kind, work = x.dtype, floats(x)
    sides = [neighbours(c, n, order, fill_mode) for c, n in zip(coordinates, x.shape)]
    total = None
    for corner in itertools.product(*sides):
        value = work[tuple(index for index, _, _ in corner)]
        valid = [v for _, v, _ in corner if v is not None]
        if valid:
            ok = valid[0]
            for more in valid[1:]:
                ok = ok & more
            value = np.where(ok, value, cast(fill_value, work.dtype))
        for _, _, weight in corner:
            value = value if weight is None else value * cast(weight, work.dtype)
        total = value if total is None else total + value
    return cast(np.round(total) if kind.kind in "iu" else total, kind)


def neighbours(c, size, order, fill_mode):
    """Along one axis, the numbers around each place: their index, whether they are there, their weight."""
    if order == 0:
        places = [(np.sign(c) * np.floor(np.abs(c) + 0.5), None)]  # halves go away from 0
    else:
        low = np.floor(c)
        places = [(low, 1 - (c - low)), (low + 1, c - low)]
    found = []
    for at, weight in places:
        index = np.asarray(at).astype("int64")
        valid = (index >= 0) & (index < size) if fill_mode == "constant" else None
        found.append((inside(index, size, fill_mode), valid, weight))
    return found


def warped(x, rows, columns, interpolation, fill_mode, fill_value):
    """Images (batch, height, width, channels) at the places (batch, height, width)."""
    order = {"nearest": 0, "bilinear": 1}.get(interpolation)
    if order is None:
        raise ValueError(f"Invalid `interpolation`: one of 'nearest', 'bilinear'. Received: {interpolation!r}")
    if fill_mode not in FILLS:
        raise ValueError(f"Invalid value for argument `fill_mode`. Expected one of {FILLS}. Received: fill_mode={fill_mode}")
    shape = (x.shape[0], *np.shape(rows)[1:], x.shape[-1])
    batch, channels = np.arange(x.shape[0]).reshape(-1, 1, 1, 1), np.arange(x.shape[-1])
    work, total = floats(x), 0.0
    for (i, vi, wi), (j, vj, wj) in itertools.product(
        neighbours(rows, x.shape[1], order, fill_mode), neighbours(columns, x.shape[2], order, fill_mode)
    ):
        value = work[np.broadcast_to(batch, shape), i[..., None], j[..., None], np.broadcast_to(channels, shape)]
        if vi is not None:
            value = np.where((vi & vj)[..., None], value, cast(fill_value, work.dtype))
        total = total + (value if wi is None else value * cast(wi * wj, work.dtype)[..., None])
    return cast(np.round(total) if x.dtype.kind in "iu" else total, x.dtype)


def batched(images, data_format):
    """Images as a batch with channels last, and the way back."""
    images = array(images)
    image_axes(images, data_format)
    single = images.ndim == 3
    x = channels_last(images[None] if single else images, data_format)

    def back(y):
        y = as_given(y, data_format)
        return y[0] if single else y

    return x, back


def grid(h, w):
    """The coordinates (y, x) of all pixels."""
    return np.arange(h, dtype="float32")[:, None], np.arange(w, dtype="float32")[None, :]


def projected(x, m, interpolation, fill_mode, fill_value):
    """Each output pixel (x, y) from ((a₀ x + a₁ y + a₂) / k, (b₀ x + b₁ y + b₂) / k) with k = c₀ x + c₁ y + 1."""
    ys, xs = grid(*x.shape[1:3])
    a0, a1, a2, b0, b1, b2, c0, c1 = (m[:, i, None, None] for i in range(8))
    k = c0 * xs + c1 * ys + 1
    return warped(x, (b0 * xs + b1 * ys + b2) / k, (a0 * xs + a1 * ys + a2) / k, interpolation, fill_mode, fill_value)


@operation(settings="fill_value")
def affine_transform(images, transform, interpolation="bilinear", fill_mode="constant", fill_value=0, data_format=None):
    """Images turned, stretched, sheared, shifted.

    Args:
        images: of shape (batch, height, width, channels) or without batch.
        transform: eight numbers (a₀ a₁ a₂ b₀ b₁ b₂ c₀ c₁), or as many for each image: output (x, y) is taken from
            ((a₀ x + a₁ y + a₂) / k, (b₀ x + b₁ y + b₂) / k), where k = c₀ x + c₁ y + 1.
        interpolation: "nearest" or "bilinear".
        fill_mode: "constant", "nearest", "wrap", "mirror" or "reflect"; fill_value with "constant".
        data_format: "channels_last" or "channels_first".

    >>> affine_transform(np.array([[[1.0], [2.0]]]), [1, 0, 1, 0, 1, 0, 0, 0]).ravel()
    array([2., 0.])
    """
    x, back = batched(images, data_format)
    m = floats(transform)
    if m.ndim not in (1, 2) or m.shape[-1] != 8:
        raise ValueError(f"Invalid transform rank: expected shape (8,) or (batch, 8). Received shape: {m.shape}")
    return back(projected(x, m if m.ndim == 2 else m[None], interpolation, fill_mode, fill_value))


@operation(settings="fill_value")
def perspective_transform(images, start_points, end_points, interpolation="bilinear", fill_value=0, data_format=None):
    """Images in the perspective that moves four points to four others.

    Args:
        images: of shape (batch, height, width, channels) or without batch.
        start_points, end_points: (x, y) of four points, of shape (4, 2), or (batch, 4, 2).
        interpolation, fill_value, data_format: as of `affine_transform`.

    >>> corners = [[0, 0], [1, 0], [0, 1], [1, 1]]
    >>> perspective_transform(np.arange(4.0).reshape(2, 2, 1), corners, corners).ravel().round(4)
    array([0., 1., 2., 3.])
    """
    x, back = batched(images, data_format)
    start, end = promote_floats(start_points, end_points)
    if start.shape[-2:] != (4, 2) or start.ndim not in (2, 3) or end.shape != start.shape:
        raise ValueError(f"Invalid start_points and end_points: expected (4, 2) or (n, 4, 2), got {start.shape}, {end.shape}.")
    start, end = (p if p.ndim == 3 else p[None] for p in (start, end))
    return back(projected(x, homography(start, end), interpolation, "constant", fill_value))


def homography(start, end):
    """The eight numbers that lead from each end point back to its start point."""
    ex, ey, sx, sy = end[..., 0], end[..., 1], start[..., 0], start[..., 1]
    one, zero = np.ones_like(ex), np.zeros_like(ex)
    top = np.stack([ex, ey, one, zero, zero, zero, -sx * ex, -sx * ey], -1)
    low = np.stack([zero, zero, zero, ex, ey, one, -sy * ex, -sy * ey], -1)
    if TRIAL.get() is not None:  # only shapes are asked for, and the points stand on each other
        return np.broadcast_to(np.asarray([1, 0, 0, 0, 1, 0, 0, 0], start.dtype), (*start.shape[:-2], 8))
    h = np.linalg.solve(wide(np.concatenate([top, low], -2)), wide(np.concatenate([sx, sy], -1))[..., None])[..., 0]
    return cast(h, start.dtype)


@operation(settings="fill_value")
def elastic_transform(
    images,
    alpha=20.0,
    sigma=5.0,
    interpolation="bilinear",
    fill_mode="reflect",
    fill_value=0.0,
    seed=None,
    data_format=None,
):
    """Images as if on rubber: each pixel taken from a place nearby, neighbours from neighbouring ones.

    Args:
        images: of shape (batch, height, width, channels) or without batch.
        alpha: how far pixels move.
        sigma: how far moves hang together.
        interpolation, fill_mode, fill_value, data_format: as of `affine_transform`.
        seed: None, an integer or a `SeedGenerator`.

    >>> float(elastic_transform(np.ones((4, 4, 1)), seed=1)[0, 0, 0])
    1.0
    """
    x, back = batched(images, data_format)
    rng, size = make_rng(seed), int(6 * sigma) | 1
    moves = []
    for _ in range(2):
        noise = rng.standard_normal(x.shape[:3]).astype("float32") * sigma
        for axis in (1, 2):
            noise = resized(noise, axis, band(noise.shape[axis], gaussian(size, sigma)))
        moves.append(noise * alpha)
    ys, xs = grid(*x.shape[1:3])
    return back(warped(x, ys + moves[1], xs + moves[0], interpolation, fill_mode, fill_value))


def band(n, weights):
    """The matrix of a blur along an axis of n numbers, zeros beyond the edges."""
    apart = np.arange(n) - np.arange(n)[:, None] + len(weights) // 2
    return np.where((apart >= 0) & (apart < len(weights)), weights[np.clip(apart, 0, len(weights) - 1)], 0.0)
