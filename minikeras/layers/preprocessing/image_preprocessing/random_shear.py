"""Random slanting of images."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.layers.layer import registry
from minikeras.layers.preprocessing.image_preprocessing.affine import AffineLayer
from minikeras.layers.preprocessing.image_preprocessing.random_zoom import bounds


@registry.register
class RandomShear(AffineLayer):
    """In training, slant each image: the pixel (x, y) comes from (x + s y, t x + y), with s and t drawn, either sign.

    Args:
        x_factor: f for (-f, f), or a pair of bounds from 0 to 1.
        y_factor: the same for the other direction.
        interpolation: "bilinear" or "nearest".
        fill_mode: what stands outside of the image: "reflect", "wrap", "constant" or "nearest".
        fill_value: the value outside, for fill mode "constant".
        data_format: see `keras.config.image_data_format`.
        seed: an integer, for the same draws in each run.

    Input and output ``(batch, height, width, channels)``, or one image.

    >>> RandomShear(0.5, seed=1)(np.zeros((2, 4, 4, 3)), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        x_factor: Any = 0.0,
        y_factor: Any = 0.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format=data_format, **kwargs)
        self.x_factor = bounds("RandomShear", "x_factor", _both_signs(x_factor), -1.0, 1.0)
        self.y_factor = bounds("RandomShear", "y_factor", _both_signs(y_factor), -1.0, 1.0)

    def draw(self, shape: tuple, rng: np.random.Generator) -> np.ndarray:
        """Draw two slants for each image."""
        zero, one = np.zeros(shape[0]), np.ones(shape[0])
        sign = np.where(rng.random(shape[0]) > 0.5, -1.0, 1.0)
        y, x = (sign * rng.uniform(*factor, shape[0]) for factor in (self.y_factor, self.x_factor))
        return np.stack([one, x, zero, y, one, zero, zero, zero], -1)


def _both_signs(factor: Any) -> Any:
    """A pair from a config, (-f, f), is what a number f was; any other pair must not be negative."""
    pair = isinstance(factor, (tuple, list)) and len(factor) == 2
    if pair and factor[0] == -factor[1]:
        return factor[1]
    numbers = factor if pair else [factor]
    if any(isinstance(n, (int, float)) and n < 0 for n in numbers):
        raise ValueError(
            f"The factors of RandomShear should be a number (or a list of two numbers) in the range [0, 1.0], got {factor!r}."
        )
    return factor
