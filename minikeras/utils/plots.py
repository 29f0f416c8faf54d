"""Pictures for teaching: where a model decides, what its weights look like."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras.callbacks.history_plot import new_axes

_COLOURS = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#f0e442", "#000000"  # Okabe, Ito: for all eyes
_MARKS = "osD^v<>P"


def plot_decision_surface(
    model: Any, x: Any, y: Any = None, ax: Any = None, resolution: int = 200, margin: float = 0.1, batch_size: int = 4096
) -> Any:
    """Draw what a model says at each place of a plane, and points with their true kinds.

    One output from 0 to 1: shades from one kind to the other, and a line at 0.5. Several outputs: the kind with the
    greatest, paler where the model is less sure. Any other output: a map of its values.

    Args:
        model: takes ``(n, 2)``; anything with ``predict``.
        x: points ``(n, 2)``: they say which part of the plane is shown.
        y: their kinds, as integers or one-hot, or values; None: points alone aren't drawn.
        ax: a matplotlib axes; by default a new figure.
        resolution: places along each axis.
        margin: share by which the part shown is wider than the points.
        batch_size: places that the model is asked about at a time.

    Returns:
        The axes.

    >>> import minikeras as keras
    >>> x, y = keras.datasets.toy.circle(50, seed=0)
    >>> model = keras.Sequential([keras.layers.Dense(1, "sigmoid", input_shape=(2,))])
    >>> type(plot_decision_surface(model, x, y, resolution=20)).__name__
    'Axes'
    """
    x = np.asarray(x)
    if x.ndim != 2 or x.shape[1] != 2:
        raise ValueError(f"plot_decision_surface draws a plane: x must have the shape (n, 2), got {x.shape}.")
    ax = _axes(ax)
    low, high = x.min(0), x.max(0)
    pad = (high - low) * margin + 1e-9
    across, up = (np.linspace(low[i] - pad[i], high[i] + pad[i], resolution) for i in (0, 1))
    places = np.stack(np.meshgrid(across, up), -1).reshape(-1, 2).astype("float32")
    said = np.asarray(model.predict(places, batch_size=batch_size, verbose=0)).reshape(resolution, resolution, -1)
    y = None if y is None else np.asarray(y).reshape(len(x), -1)
    if y is not None:
        y = y.argmax(1) if y.shape[1] > 1 else y[:, 0]
    extent = (across[0], across[-1], up[0], up[-1])
    one = said.shape[-1] == 1
    kinds = y is None or _are_kinds(y)
    if one and kinds and said.min() >= 0 and said.max() <= 1:
        ax.imshow(_blend(said[..., 0]), origin="lower", extent=extent, aspect="auto", interpolation="bilinear")
        if said.min() < 0.5 < said.max():
            ax.contour(across, up, said[..., 0], [0.5], colors="black", linewidths=1.2)
    elif one:
        image = ax.imshow(said[..., 0], origin="lower", extent=extent, aspect="auto", cmap="cividis")
        ax.figure.colorbar(image, ax=ax)
    else:
        ax.imshow(_shades(said), origin="lower", extent=extent, aspect="auto")
    if y is not None:
        _draw_points(ax, x, y, image.norm if one and not kinds else None)
    ax.set(xlim=extent[:2], ylim=extent[2:], xlabel="x₁", ylabel="x₂")
    ax.grid(False)
    return ax


def plot_weights(layer: Any, ax: Any = None, columns: int | None = None) -> Any:
    """Draw the kernel of a layer: white is zero, blue is less, orange is more.

    A kernel ``(inputs, units)`` is one map; where the inputs are a square image, it is one image for each unit. That of a
    convolution ``(height, width, channels, filters)`` is one image for each filter, of its first channel.

    Args:
        layer: a built layer, or an array.
        ax: a matplotlib axes; by default a new figure.
        columns: images in a row; by default about as many as there are rows.

    Returns:
        The axes.

    >>> import minikeras as keras
    >>> layer = keras.layers.Dense(4, name="d"); layer.build((None, 64))
    >>> plot_weights(layer).get_title()
    'd: kernel (64, 4)'
    """
    kernel, title = _kernel(layer)
    shape = kernel.shape
    if kernel.ndim == 2:
        side = math.isqrt(len(kernel))
        tiles = kernel.T.reshape(-1, side, side) if side * side == len(kernel) and side > 3 else kernel[None]
    elif kernel.ndim in (3, 4):
        tiles = np.moveaxis(kernel[..., 0, :] if kernel.ndim == 4 else kernel, -1, 0)
    else:
        tiles = kernel.reshape(1, 1, -1)
    ax = _axes(ax)
    most = float(np.abs(kernel).max()) or 1.0
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("weights", [_COLOURS[0], "white", _COLOURS[1]])
    ax.set_facecolor("#d0d0d0")  # between images
    aspect = "auto" if len(tiles) == 1 else "equal"
    image = ax.imshow(_tiled(tiles, columns), cmap=colours, vmin=-most, vmax=most, interpolation="nearest", aspect=aspect)
    ax.figure.colorbar(image, ax=ax, shrink=0.8)
    ax.set_title(f"{title} {shape}")
    ax.grid(False)
    if len(tiles) == 1 and kernel.ndim == 2:
        ax.set(xlabel="unit", ylabel="input")
    else:
        ax.set(xticks=[], yticks=[])
    return ax


# -- parts ---------------------------------------------------------------------------------------------------------------


def _axes(ax: Any) -> Any:
    return new_axes(ax, 1)[0]


def _rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])


def _are_kinds(y: np.ndarray) -> bool:
    return bool((y == np.round(y)).all()) and y.min() >= 0 and len(np.unique(y)) <= 20


def _blend(p: np.ndarray) -> np.ndarray:
    """From the first colour over white to the second."""
    p = p[..., None]
    away = np.abs(2 * p - 1) * 0.6
    return 1 - away + away * np.where(p > 0.5, _rgb(_COLOURS[1]), _rgb(_COLOURS[0]))


def _shades(said: np.ndarray) -> np.ndarray:
    """The colour of the greatest output, paler where it isn't much greater than the next."""
    colours = np.array([_rgb(_COLOURS[i % len(_COLOURS)]) for i in range(said.shape[-1])])
    ordered = np.sort(said, -1)
    lead = ordered[..., -1] - ordered[..., -2]
    sure = (0.2 + 0.4 * np.clip(lead / (lead.max() or 1), 0, 1))[..., None]
    return 1 - sure + sure * colours[said.argmax(-1)]


def _draw_points(ax: Any, x: np.ndarray, y: np.ndarray, norm: Any) -> None:
    if norm is not None:
        ax.scatter(*x.T, c=y, cmap="cividis", norm=norm, edgecolors="white", linewidths=0.6, s=24)
        return
    kinds = np.unique(y).astype(int).tolist()
    for kind in kinds:
        colour, mark = _COLOURS[kind % len(_COLOURS)], _MARKS[kind % len(_MARKS)]
        ax.scatter(*x[y == kind].T, color=colour, marker=mark, edgecolors="white", linewidths=0.6, s=24, label=str(kind))
    if len(kinds) <= 10:
        ax.legend(title="kind", loc="upper right")


def _kernel(layer: Any) -> tuple[np.ndarray, str]:
    if not hasattr(layer, "weights"):
        return np.asarray(layer), "weights"
    if not layer.weights:
        raise ValueError(f"The layer {layer.name!r} has no weights{'' if layer.built else ': it is not built yet'}.")
    weight = next((w for w in layer.weights if w.name in ("kernel", "embeddings", "depthwise_kernel")), layer.weights[0])
    return np.asarray(weight.value), f"{layer.name}: {weight.name}"


def _tiled(tiles: np.ndarray, columns: int | None) -> np.ndarray:
    """Images side by side, with gaps of nan."""
    n, height, width = tiles.shape
    if n == 1:
        return tiles[0]
    columns = columns or math.ceil(math.sqrt(n))
    rows = math.ceil(n / columns)
    board = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1), np.nan)
    for i, tile in enumerate(tiles):
        top, left = i // columns * (height + 1), i % columns * (width + 1)
        board[top : top + height, left : left + width] = tile
    return board
