"""Histograms made level tile by tile, with bounded contrast."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.layers.layer import registry
from minikeras.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import (
    BaseImagePreprocessingLayer,
    value_pair,
)
from minikeras.layers.preprocessing.image_preprocessing.colors import to_range


@registry.register
class ContrastLimitedAdaptiveHistogramEqualization(BaseImagePreprocessingLayer):
    """Level the histogram of each tile of each channel, and go smoothly from tile to tile.

    Args:
        value_range: lowest and highest value of a pixel.
        clip_limit: how much more frequent than the average a value may count; what is above is spread over all.
        tile_grid_size: number of tiles along height and width.
        data_format: see `keras.config.image_data_format`.

    Input and output ``(batch, height, width, channels)``, or one image; the same in training and prediction.

    References: Zuiderveld, Contrast limited adaptive histogram equalization, Graphics Gems IV, 1994.

    >>> ContrastLimitedAdaptiveHistogramEqualization(tile_grid_size=(2, 2))(np.zeros((1, 8, 8, 1))).shape
    (1, 8, 8, 1)
    """

    training_by_default = False

    def __init__(
        self,
        value_range: Any = (0, 255),
        clip_limit: float = 4.0,
        tile_grid_size: Any = (8, 8),
        data_format: str | None = None,
        **kwargs,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = value_pair(type(self).__name__, value_range)
        self.clip_limit = clip_limit
        self.tile_grid_size = tuple(tile_grid_size)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple | None]:
        """Level the tiles, whether in training or not."""
        return super().forward(x, True)

    def apply(self, images: np.ndarray, drawn: None) -> np.ndarray:
        """Level the tiles."""
        grid_h, grid_w = self.tile_grid_size
        n, height, width, channels = images.shape
        tile_h, tile_w = -(-height // grid_h), -(-width // grid_w)
        pad = (0, tile_h * grid_h - height), (0, tile_w * grid_w - width)
        x = np.pad(to_range(images, self.value_range, (0, 255)), ((0, 0), *pad, (0, 0)), mode="symmetric")
        pixels = np.clip(x, 0, 255).astype(np.intp)
        tables = self._tables(pixels, tile_h, tile_w).astype(images.dtype)
        y = _between_tiles(pixels, tables, tile_h, tile_w)[:, :height, :width]
        return to_range(y, (0, 255), self.value_range)

    def apply_backward(self, dy: np.ndarray, images: np.ndarray, drawn: None) -> np.ndarray:
        """Return zeros: the steps are flat."""
        return np.zeros_like(images)

    def _tables(self, pixels: np.ndarray, tile_h: int, tile_w: int) -> np.ndarray:
        """The new value of each value, for each tile: (batch, tiles, tiles, channels, 256)."""
        n, _, _, channels = pixels.shape
        grid_h, grid_w = self.tile_grid_size
        tiles = pixels.reshape(n, grid_h, tile_h, grid_w, tile_w, channels).transpose(0, 1, 3, 5, 2, 4)
        flat = tiles.reshape(-1, tile_h * tile_w)
        number = flat + 256 * np.arange(len(flat))[:, None]
        counts = np.bincount(number.ravel(), minlength=256 * len(flat)).reshape(len(flat), 256).astype(float)
        if self.clip_limit > 0:
            kept = np.minimum(counts, self.clip_limit * (tile_h * tile_w) / 256.0)
            counts = kept + (counts - kept).sum(1, keepdims=True) / 256.0
        cdf = np.cumsum(counts, 1)
        low = cdf.min(1, keepdims=True)
        spread = tile_h * tile_w - low
        table = np.clip((cdf - low) * 255.0 / np.where(spread == 0, 1.0, spread), 0, 255)
        return table.reshape(n, grid_h, grid_w, channels, 256)


def _between_tiles(pixels: np.ndarray, tables: np.ndarray, tile_h: int, tile_w: int) -> np.ndarray:
    """Look the pixels up in the four tables around, and weigh by distance."""
    n, height, width, channels = pixels.shape
    ys = (np.arange(height) - tile_h / 2.0) / tile_h
    xs = (np.arange(width) - tile_w / 2.0) / tile_w
    batch, channel = np.arange(n)[:, None, None, None], np.arange(channels)
    y = 0.0
    for row_shift in (0, 1):
        row = np.floor(ys) + row_shift
        row_weight = 1.0 - np.abs(ys - row)
        row = np.clip(row, 0, tables.shape[1] - 1).astype(np.intp)[:, None, None]
        for column_shift in (0, 1):
            column = np.floor(xs) + column_shift
            weight = (row_weight[:, None] * (1.0 - np.abs(xs - column)))[..., None].astype(tables.dtype)
            column = np.clip(column, 0, tables.shape[2] - 1).astype(np.intp)[:, None]
            y = y + weight * tables[batch, row, column, channel, pixels]
    return y
