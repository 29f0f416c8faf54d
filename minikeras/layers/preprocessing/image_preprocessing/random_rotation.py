"""Random turning of images."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras.layers.layer import registry
from minikeras.layers.preprocessing.image_preprocessing.affine import AffineLayer
from minikeras.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import factor_range


@registry.register
class RandomRotation(AffineLayer):
    """In training, turn each image about its centre by a random angle.

    Args:
        factor: the largest angle as a part of a whole turn: 0.2 draws from -72 to 72 degrees; or a pair of bounds.
            Positive angles turn counter-clockwise.
        fill_mode: what stands outside of the image: "reflect", "wrap", "constant" or "nearest".
        interpolation: "bilinear" or "nearest".
        seed: an integer, for the same draws in each run.
        fill_value: the value outside, for fill mode "constant".
        data_format: see `keras.config.image_data_format`.

    Input and output ``(batch, height, width, channels)``, or one image.

    >>> quarter = RandomRotation((0.25, 0.25), interpolation="nearest")
    >>> quarter(np.arange(4.0).reshape(2, 2, 1), training=True)[..., 0].tolist()
    [[1.0, 3.0], [0.0, 2.0]]
    """

    def __init__(
        self,
        factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs,
    ):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format=data_format, **kwargs)
        self.factor = factor_range("RandomRotation", "factor", factor, -1, 1)

    def draw(self, shape: tuple, rng: np.random.Generator) -> np.ndarray:
        """Draw an angle for each image."""
        return turned(2 * math.pi * rng.uniform(*self.factor, shape[0]), *shape[1:3])


def turned(angle: np.ndarray, height: int, width: int) -> np.ndarray:
    """The eight numbers of `projected` for turns about the centre, by angles in radians.

    >>> turned(np.array([math.pi]), 3, 3).round(6).tolist()[0][:6] == [-1, 0, 2, 0, -1, 2]
    True
    """
    cos, sin, zero = np.cos(angle), np.sin(angle), np.zeros_like(angle)
    cx, cy = (width - 1) / 2, (height - 1) / 2
    a2, b2 = cx - cx * cos + cy * sin, cy - cx * sin - cy * cos  # the centre stays
    return np.stack([cos, -sin, a2, sin, cos, b2, zero, zero], -1)
