"""Pieces of images put into each other."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.random import SeedGenerator
from minikeras.layers.layer import registry
from minikeras.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import (
    BaseImagePreprocessingLayer,
    factor_range,
)
from minikeras.layers.preprocessing.image_preprocessing.mix_up import mixed
from minikeras.layers.preprocessing.image_preprocessing.random_erasing import rectangles


@registry.register
class CutMix(BaseImagePreprocessingLayer):
    """In training, put a rectangle of another image of the batch into each image; labels are mixed by its area.

    Args:
        factor: the parameter of the beta distribution of the area is drawn from (0, factor), or between two bounds.
        seed: an integer, for the same draws in each run.
        data_format: see `keras.config.image_data_format`.

    Input and output ``(batch, height, width, channels)``, or a dict of "images" and "labels" (one-hot).

    References: Yun et al., CutMix: Regularization strategy to train strong classifiers, ICCV 2019.

    >>> data = {"images": np.zeros((2, 4, 4, 3)), "labels": np.eye(2)}
    >>> CutMix(seed=1)(data, training=True)["labels"].sum(axis=1).tolist()
    [1.0, 1.0]
    """

    def __init__(self, factor: Any = 1.0, seed: int | None = None, data_format: str | None = None, **kwargs):
        super().__init__(data_format=data_format, **kwargs)
        self.factor = factor_range("CutMix", "factor", factor, 0, 1)
        self.seed = seed
        self.generator = SeedGenerator(seed)

    def draw(self, shape: tuple, rng: np.random.Generator) -> tuple:
        """Draw a partner and a rectangle for each image."""
        alpha = rng.uniform(*self.factor) + 1e-6
        side = np.sqrt(1.0 - rng.beta(alpha, alpha, shape[0]))
        mask, part = rectangles(shape, side, side, rng)
        return rng.permutation(shape[0]), 1.0 - part, mask

    def apply(self, images: np.ndarray, drawn: tuple) -> np.ndarray:
        """Put the rectangles in."""
        return np.where(drawn[2], images[drawn[0]], images)

    def apply_backward(self, dy: np.ndarray, images: np.ndarray, drawn: tuple) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x."""
        partner, _, mask = drawn
        return np.where(mask, 0, dy) + np.where(mask, dy, 0)[np.argsort(partner)]

    def apply_to_labels(self, labels: np.ndarray, drawn: tuple) -> np.ndarray:
        """Mix the labels by the area."""
        return mixed(labels if labels.dtype.kind == "f" else labels.astype(self.compute_dtype), *drawn[:2])

    def apply_to_masks(self, masks: np.ndarray, drawn: tuple) -> np.ndarray:
        """Put the rectangles of the masks in."""
        return self.apply(masks, drawn)
