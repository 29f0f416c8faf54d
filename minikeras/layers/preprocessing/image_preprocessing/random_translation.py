"""Random moving of images."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.layers.layer import registry
from minikeras.layers.preprocessing.image_preprocessing.affine import AffineLayer
from minikeras.layers.preprocessing.image_preprocessing.random_zoom import bounds


@registry.register
class RandomTranslation(AffineLayer):
    """In training, move each image by a random part of its height and width.

    Args:
        height_factor: a pair of bounds, or f for (-f, f); positive moves down.
        width_factor: the same for the width; positive moves to the right.
        fill_mode: what stands outside of the image: "reflect", "wrap", "constant" or "nearest".
        interpolation: "bilinear" or "nearest".
        seed: an integer, for the same draws in each run.
        fill_value: the value outside, for fill mode "constant".
        data_format: see `keras.config.image_data_format`.

    Input and output ``(batch, height, width, channels)``, or one image.

    >>> RandomTranslation(0.0, (0.5, 0.5), "constant")(np.arange(1.0, 5.0).reshape(1, 4, 1), training=True).ravel().tolist()
    [0.0, 0.0, 1.0, 2.0]
    """

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs,
    ):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format=data_format, **kwargs)
        self.height_factor, self.width_factor = height_factor, width_factor
        self._height = bounds("RandomTranslation", "height_factor", height_factor, -1.0, 1.0)
        self._width = bounds("RandomTranslation", "width_factor", width_factor, -1.0, 1.0)

    def draw(self, shape: tuple, rng: np.random.Generator) -> np.ndarray:
        """Draw a way for each image."""
        zero, one = np.zeros(shape[0]), np.ones(shape[0])
        y = rng.uniform(*self._height, shape[0]) * shape[1]
        x = rng.uniform(*self._width, shape[0]) * shape[2]
        return np.stack([one, zero, -x, zero, one, -y, zero, zero], -1)
