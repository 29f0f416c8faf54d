"""Contrast stretched to the whole range."""

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
class AutoContrast(BaseImagePreprocessingLayer):
    """Stretch each channel of each image to the whole range: y = 255 · (x - min) / (max - min).

    Args:
        value_range: lowest and highest value of a pixel.

    Input and output ``(batch, height, width, channels)``, or one image; the same in training and prediction.

    >>> AutoContrast()(np.array([[[1.0], [2.0], [3.0]]])).ravel().tolist()
    [0.0, 127.5, 255.0]
    """

    def __init__(self, value_range: Any = (0, 255), **kwargs):
        super().__init__(**kwargs)
        self.value_range = sorted(value_pair("AutoContrast", value_range))

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple | None]:
        """Stretch the channels, whether in training or not."""
        return super().forward(x, True)

    def apply(self, images: np.ndarray, drawn: None) -> np.ndarray:
        """Compute y = 255 · (x - min) / (max - min)."""
        x = to_range(images, self.value_range, (0, 255))
        low, high = np.min(x, axis=(1, 2), keepdims=True), np.max(x, axis=(1, 2), keepdims=True)
        flat = high == low
        scale = 255.0 / np.where(flat, 1.0, high - low)
        y = to_range(np.clip(x * scale - low * scale, 0.0, 255.0), (0, 255), self.value_range)
        return np.where(flat, images, y)
