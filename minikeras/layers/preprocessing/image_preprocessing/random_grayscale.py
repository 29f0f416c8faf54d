"""Random loss of colour."""

from __future__ import annotations

import numpy as np

from minikeras._core.random import SeedGenerator
from minikeras.layers.layer import registry
from minikeras.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import BaseImagePreprocessingLayer
from minikeras.layers.preprocessing.image_preprocessing.colors import to_grey


@registry.register
class RandomGrayscale(BaseImagePreprocessingLayer):
    """In training, make some of the images grey; all three channels stay.

    Args:
        factor: probability for each image.
        data_format: see `keras.config.image_data_format`.
        seed: an integer, for the same draws in each run.

    Input and output ``(batch, height, width, 3)``, or one image.

    >>> RandomGrayscale(1.0)(np.array([[[1.0, 1.0, 0.0]]]), training=True).tolist()
    [[[0.8859, 0.8859, 0.8859]]]
    """

    def __init__(self, factor: float = 0.5, data_format: str | None = None, seed: int | None = None, **kwargs):
        super().__init__(data_format=data_format, **kwargs)
        if not isinstance(factor, (int, float, np.number)) or not 0 <= factor <= 1:
            raise ValueError(f"`factor` of RandomGrayscale should be between 0 and 1, got {factor!r}.")
        self.factor = float(factor)
        self.seed = seed
        self.generator = SeedGenerator(seed)

    def draw(self, shape: tuple, rng: np.random.Generator) -> np.ndarray:
        """Draw which images turn grey."""
        return rng.random((shape[0], 1, 1, 1)) < self.factor

    def apply(self, images: np.ndarray, drawn: np.ndarray) -> np.ndarray:
        """Replace the colours by their brightness."""
        return np.where(drawn, to_grey(images), images)
