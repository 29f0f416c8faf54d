"""The base of layers that turn, move, stretch and bend images: all read their input at moved coordinates."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.random import SeedGenerator
from minikeras.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import (
    BaseImagePreprocessingLayer,
    choice,
)
from minikeras.layers.preprocessing.image_preprocessing.sampling import (
    FILL_MODES,
    INTERPOLATIONS,
    map_coordinates,
    projected,
    spread_coordinates,
)


class AffineLayer(BaseImagePreprocessingLayer):
    """A layer whose `draw` gives the eight numbers of `projected` for each image, or a pair (rows, columns).

    Args:
        fill_mode: what stands outside of the image: "reflect", "wrap", "constant" or "nearest".
        interpolation: "bilinear" or "nearest".
        fill_value: the value outside, for fill mode "constant".
        seed: an integer, for the same draws in each run.
    """

    moves_pixels = True

    def __init__(
        self,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.fill_mode = choice(type(self).__name__, "fill_mode", fill_mode, FILL_MODES)
        self.interpolation = choice(type(self).__name__, "interpolation", interpolation, tuple(INTERPOLATIONS))
        self.fill_value = fill_value
        self.seed = seed
        self.generator = SeedGenerator(seed)

    def _places(self, shape: tuple, drawn: Any) -> tuple[np.ndarray, np.ndarray]:
        return drawn if isinstance(drawn, tuple) else projected(drawn, *shape[1:3])

    def apply(self, images: np.ndarray, drawn: Any) -> np.ndarray:
        """Read the images at their coordinates."""
        return self._sampled(images, drawn, INTERPOLATIONS[self.interpolation])

    def apply_backward(self, dy: np.ndarray, images: np.ndarray, drawn: Any) -> np.ndarray:
        """Give ∂L/∂y back to the pixels that were read."""
        order = INTERPOLATIONS[self.interpolation]
        return spread_coordinates(dy, images.shape, *self._places(images.shape, drawn), order, self.fill_mode)

    def apply_to_masks(self, masks: np.ndarray, drawn: Any) -> np.ndarray:
        """Move masks as the images, without mixing their numbers."""
        return self._sampled(masks, drawn, 0).astype(masks.dtype)

    def _sampled(self, images, drawn, order):
        return map_coordinates(images, *self._places(images.shape, drawn), order, self.fill_mode, self.fill_value)
