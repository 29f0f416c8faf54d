"""A few random changes out of many."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.random import SeedGenerator
from minikeras.layers.layer import registry
from minikeras.layers.preprocessing.image_preprocessing.auto_contrast import AutoContrast
from minikeras.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import (
    BaseImagePreprocessingLayer,
    factor_range,
    value_pair,
)
from minikeras.layers.preprocessing.image_preprocessing.equalization import Equalization
from minikeras.layers.preprocessing.image_preprocessing.random_brightness import RandomBrightness
from minikeras.layers.preprocessing.image_preprocessing.random_color_degeneration import RandomColorDegeneration
from minikeras.layers.preprocessing.image_preprocessing.random_contrast import RandomContrast
from minikeras.layers.preprocessing.image_preprocessing.random_posterization import RandomPosterization
from minikeras.layers.preprocessing.image_preprocessing.random_rotation import RandomRotation
from minikeras.layers.preprocessing.image_preprocessing.random_sharpness import RandomSharpness
from minikeras.layers.preprocessing.image_preprocessing.random_shear import RandomShear
from minikeras.layers.preprocessing.image_preprocessing.random_translation import RandomTranslation
from minikeras.layers.preprocessing.image_preprocessing.solarization import Solarization

GEOMETRY = ("random_shear", "random_translation", "random_rotation")
BASIC = ("solarization", "random_posterization", "auto_contrast", "equalization")
COLOURS = ("random_brightness", "random_color_degeneration", "random_contrast", "random_sharpness")


def make_augmentations(layer: Any, names: tuple, data_format: str) -> dict[str, BaseImagePreprocessingLayer]:
    """Make the layers that RandAugment and AugMix choose from, with the factor, value range and seed of one of them.

    >>> sorted(make_augmentations(RandAugment(factor=0.3), ("auto_contrast", "random_shear"), "channels_last"))
    ['auto_contrast', 'random_shear']
    """
    low, high = layer.factor
    common = {"seed": layer.seed, "dtype": layer.dtype_policy, "data_format": data_format}
    moved, coloured = {"interpolation": layer.interpolation, **common}, {"value_range": layer.value_range, **common}
    still = {key: value for key, value in coloured.items() if key != "seed"}
    factor = (low, high)
    makers = {
        "random_shear": lambda: RandomShear(factor, factor, **moved),
        "random_translation": lambda: RandomTranslation(factor, factor, **moved),
        "random_rotation": lambda: RandomRotation(factor, **moved),
        "random_brightness": lambda: RandomBrightness(factor, **coloured),
        "random_color_degeneration": lambda: RandomColorDegeneration(factor, **coloured),
        "random_contrast": lambda: RandomContrast(factor, **coloured),
        "random_sharpness": lambda: RandomSharpness(factor, **coloured),
        "solarization": lambda: Solarization(factor, factor, **coloured),
        "random_posterization": lambda: RandomPosterization(max(1, int(8 * high)), **coloured),
        "auto_contrast": lambda: AutoContrast(**still),
        "equalization": lambda: Equalization(**still),
    }
    return {name: makers[name]() for name in names}


@registry.register
class RandAugment(BaseImagePreprocessingLayer):
    """In training, apply a few changes drawn from eleven (shear, shift, turn, brightness, ..., equalization).

    Args:
        value_range: lowest and highest value of a pixel.
        num_ops: how many changes, one after the other.
        factor: how strong they are, from 0 to 1; or a pair of bounds.
        interpolation: "bilinear" or "nearest".
        seed: an integer, for the same draws in each run.
        data_format: see `keras.config.image_data_format`.

    Input and output ``(batch, height, width, 3)``, or one image.

    References: Cubuk et al., RandAugment: Practical automated data augmentation, NeurIPS 2020.

    >>> RandAugment(seed=1)(np.zeros((2, 8, 8, 3)), training=True).shape
    (2, 8, 8, 3)
    """

    def __init__(
        self,
        value_range: Any = (0, 255),
        num_ops: int = 2,
        factor: Any = 0.5,
        interpolation: str = "bilinear",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = value_pair("RandAugment", value_range)
        self.num_ops = num_ops
        self.factor = factor_range("RandAugment", "factor", factor, 0, 1)
        self.interpolation = interpolation
        self.seed = seed
        self.generator = SeedGenerator(seed)
        for name, layer in make_augmentations(self, GEOMETRY + COLOURS + BASIC, self.data_format).items():
            setattr(self, name, layer)

    def draw(self, shape: tuple, rng: np.random.Generator) -> list[tuple]:
        """Draw the changes, and for each what it does to which image."""
        names = rng.choice(GEOMETRY + COLOURS + BASIC, self.num_ops).tolist()
        return [(name, getattr(self, name).draw(shape, rng)) for name in names]

    def apply(self, images: np.ndarray, drawn: list[tuple]) -> np.ndarray:
        """Apply the changes one after the other."""
        for name, what in drawn:
            images = getattr(self, name).apply(images, what)
        return images

    def apply_backward(self, dy: np.ndarray, images: np.ndarray, drawn: list[tuple]) -> np.ndarray:
        """Go back through the changes."""
        return chain_backward(self, dy, images, drawn)

    def apply_to_masks(self, masks: np.ndarray, drawn: list[tuple]) -> np.ndarray:
        """Move the masks where the images were moved."""
        for name, what in drawn:
            masks = getattr(self, name).apply_to_masks(masks, what)
        return masks


def chain_backward(owner: Any, dy: np.ndarray, images: np.ndarray, chain: list[tuple]) -> np.ndarray:
    """The way back through changes applied one after the other.

    >>> chain_backward(None, np.ones((1, 1, 1, 1)), np.ones((1, 1, 1, 1)), []).tolist()
    [[[[1.0]]]]
    """
    inputs = []
    for name, what in chain:
        inputs.append(images)
        images = getattr(owner, name).apply(images, what)
    for (name, what), x in zip(reversed(chain), reversed(inputs)):
        dy = getattr(owner, name).apply_backward(dy, x, what)
    return dy
