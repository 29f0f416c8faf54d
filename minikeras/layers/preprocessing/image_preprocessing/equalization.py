"""Histograms made level."""

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
class Equalization(BaseImagePreprocessingLayer):
    """In training, spread the values of each channel so that all are about as frequent: y = 255 · cdf(x).

    As in Keras, a channel's histogram is taken over the whole batch.

    Args:
        value_range: lowest and highest value of a pixel.
        bins: how many values are told apart.
        data_format: see `keras.config.image_data_format`.

    Input and output ``(batch, height, width, channels)``, or one image.

    >>> Equalization()(np.array([[[10.0], [11.0], [12.0]]]), training=True).ravel().tolist()
    [0.0, 128.0, 255.0]
    """

    def __init__(self, value_range: Any = (0, 255), bins: int = 256, data_format: str | None = None, **kwargs):
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = sorted(value_pair("Equalization", value_range))
        self.bins = bins

    def apply(self, images: np.ndarray, drawn: None) -> np.ndarray:
        """Replace each value by its place in the order of all values."""
        y = np.empty_like(images)
        for c in range(images.shape[-1]):
            y[..., c] = self._equalized(to_range(images[..., c], self.value_range, (0, 255)))
        return to_range(y, (0, 255), self.value_range)

    def apply_backward(self, dy: np.ndarray, images: np.ndarray, drawn: None) -> np.ndarray:
        """Return zeros: the steps are flat."""
        return np.zeros_like(images)

    def _equalized(self, channel: np.ndarray) -> np.ndarray:
        last = self.bins - 1
        number = np.clip((channel * last / 255.0).astype(np.intp), 0, last)
        histogram = np.bincount(number.ravel(), minlength=self.bins)
        if np.count_nonzero(histogram) <= 1:
            return channel
        cdf = np.cumsum(histogram)
        first = cdf[np.argmax(cdf > 0)]
        table = np.clip(np.round((cdf - first) * 255 / max(cdf[-1] - first, 1)), 0, 255)
        return table[np.clip(channel / 255.0 * last, 0, last).astype(np.intp)]
