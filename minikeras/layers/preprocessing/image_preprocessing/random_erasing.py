"""Random holes in images."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.random import SeedGenerator
from minikeras.layers.layer import registry
from minikeras.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import (
    BaseImagePreprocessingLayer,
    factor_range,
    value_pair,
)


@registry.register
class RandomErasing(BaseImagePreprocessingLayer):
    """In training, fill a rectangle of some of the images with noise or a colour.

    Args:
        factor: the probability is drawn from (0, factor), or between a pair of bounds.
        scale: the square of the rectangle's part of height and width, each drawn between these bounds.
        fill_value: a number, or three for a colour; None for normal noise as strong as the highest value.
        value_range: lowest and highest value of a pixel.
        seed: an integer, for the same draws in each run.
        data_format: see `keras.config.image_data_format`.

    Input and output ``(batch, height, width, channels)``, or one image.

    References: Zhong et al., Random erasing data augmentation, AAAI 2020.

    >>> RandomErasing((1, 1), (0.25, 0.25), fill_value=9.0, seed=1)(np.zeros((8, 8, 1)), training=True).sum().item()
    144.0
    """

    def __init__(
        self,
        factor: Any = 1.0,
        scale: Any = (0.02, 0.33),
        fill_value: Any = None,
        value_range: Any = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.factor = factor_range("RandomErasing", "factor", factor, 0, 1)
        self.scale = factor_range("RandomErasing", "scale", scale, 0, 1)
        colour = isinstance(fill_value, (tuple, list)) and len(fill_value) == 3
        if fill_value is not None and not colour and not isinstance(fill_value, (int, float, np.number)):
            raise ValueError(
                "The `fill_value` argument of RandomErasing should be a number (or a list of three numbers), "
                f"got {fill_value!r}."
            )
        self.fill_value = fill_value
        self.value_range = value_pair("RandomErasing", value_range)
        self.seed = seed
        self.generator = SeedGenerator(seed)

    def draw(self, shape: tuple, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draw the holes and what fills them."""
        part = np.sqrt(rng.uniform(*self.scale, (shape[0], 2)))
        hole = rectangles(shape, part[:, 0], part[:, 1], rng)[0]
        probability = rng.uniform(*self.factor, (shape[0], 1, 1, 1))
        hole = hole & (rng.random((shape[0], 1, 1, 1)) < probability)
        if self.fill_value is None:
            fill = rng.standard_normal(shape) * self.value_range[1]
        else:
            fill = np.broadcast_to(np.asarray(self.fill_value, float), (1, 1, 1, shape[-1]))
        return hole, np.clip(fill, self.value_range[0], self.value_range[1])

    def apply(self, images: np.ndarray, drawn: tuple) -> np.ndarray:
        """Fill the holes."""
        return np.where(drawn[0], drawn[1].astype(images.dtype), images)


def rectangles(shape: tuple, width: np.ndarray, height: np.ndarray, rng: np.random.Generator) -> tuple:
    """Draw where rectangles lie in images: (mask ``(batch, height, width, 1)``, the part that each covers).

    Args:
        shape: ``(batch, height, width, channels)``.
        width, height: their size as a part of the image's.

    >>> mask, part = rectangles((1, 8, 8, 1), np.array([0.5]), np.array([0.25]), np.random.default_rng(1))
    >>> int(mask.sum()), part.tolist()
    (8, [0.125])
    """
    spans = []
    for size, part in ((shape[2], width), (shape[1], height)):
        start = rng.random(shape[0]) * (size - part * size)
        at = np.arange(size)
        spans.append((at >= start[:, None]) & (at < (start + part * size)[:, None]))
    mask = (spans[1][:, :, None] & spans[0][:, None, :])[..., None]
    return mask, width * height
