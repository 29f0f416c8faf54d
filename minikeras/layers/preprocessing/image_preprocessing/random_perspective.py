"""Random changes of perspective."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.layers.layer import registry
from minikeras.layers.preprocessing.image_preprocessing.affine import AffineLayer
from minikeras.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import factor_range
from minikeras.layers.preprocessing.image_preprocessing.sampling import homography

STRAIGHT = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]


@registry.register
class RandomPerspective(AffineLayer):
    """In training, look at some of the images from elsewhere: their corners are moved at random.

    Args:
        factor: probability that an image is changed, or a pair that it is drawn between.
        scale: how far corners may go, from 0 to 1: each is moved by up to scale / 2 of its coordinates.
        interpolation: "bilinear" or "nearest".
        fill_value: the value outside of the image.
        seed: an integer, for the same draws in each run.
        data_format: see `keras.config.image_data_format`.

    Input and output ``(batch, height, width, channels)``, or one image.

    >>> RandomPerspective(seed=1)(np.zeros((2, 4, 4, 3)), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        factor: Any = 1.0,
        scale: float = 1.0,
        interpolation: str = "bilinear",
        fill_value: float = 0.0,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs,
    ):
        super().__init__("constant", interpolation, seed, fill_value, data_format=data_format, **kwargs)
        self.factor = factor_range("RandomPerspective", "factor", factor, 0, 1)
        if not 0.0 <= scale <= 1.0:
            raise ValueError(f"The `scale` argument of RandomPerspective should be in the range [0, 1], got {scale!r}.")
        self.scale = scale

    def draw(self, shape: tuple, rng: np.random.Generator) -> np.ndarray:
        """Draw the corners of each image."""
        n, height, width = shape[:3]
        changed = rng.random(n) < rng.uniform(*self.factor, n)
        start = np.array([[0.0, 0.0], [width - 1, 0.0], [0.0, height - 1], [width - 1, height - 1]])
        start = np.repeat(start[None], n, 0)
        end = start + start * rng.uniform(-0.5 * self.scale, 0.5 * self.scale, (n, 4, 2))
        return np.where(changed[:, None], homography(start, end), STRAIGHT)

    def get_config(self) -> dict:
        """Return the arguments that rebuild this layer."""
        return {key: value for key, value in super().get_config().items() if key != "fill_mode"}
