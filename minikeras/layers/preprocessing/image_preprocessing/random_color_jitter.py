"""Random brightness, contrast, saturation and hue in one."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.random import SeedGenerator
from minikeras.layers.layer import registry
from minikeras.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import BaseImagePreprocessingLayer
from minikeras.layers.preprocessing.image_preprocessing.random_brightness import RandomBrightness
from minikeras.layers.preprocessing.image_preprocessing.random_contrast import RandomContrast
from minikeras.layers.preprocessing.image_preprocessing.random_hue import RandomHue
from minikeras.layers.preprocessing.image_preprocessing.random_saturation import RandomSaturation


@registry.register
class RandomColorJitter(BaseImagePreprocessingLayer):
    """In training, change brightness, contrast, saturation and hue of each image, in this order.

    Args:
        value_range: lowest and highest value of a pixel.
        brightness_factor, contrast_factor, saturation_factor, hue_factor: as `RandomBrightness`, `RandomContrast`,
            `RandomSaturation` and `RandomHue` take them; None leaves that out.
        seed: an integer, for the same draws in each run.
        data_format: see `keras.config.image_data_format`.

    Input and output ``(batch, height, width, 3)``, or one image.

    >>> RandomColorJitter((0, 1), brightness_factor=(0.1, 0.1))(np.full((1, 1, 3), 0.5), training=True).tolist()
    [[[0.6, 0.6, 0.6]]]
    """

    def __init__(
        self,
        value_range: Any = (0, 255),
        brightness_factor: Any = None,
        contrast_factor: Any = None,
        saturation_factor: Any = None,
        hue_factor: Any = None,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = value_range
        self.brightness_factor, self.contrast_factor = brightness_factor, contrast_factor
        self.saturation_factor, self.hue_factor = saturation_factor, hue_factor
        self.seed = seed
        self.generator = SeedGenerator(seed)
        self.random_brightness = _made(RandomBrightness, brightness_factor, self)
        self.random_contrast = _made(RandomContrast, contrast_factor, self)
        self.random_saturation = _made(RandomSaturation, saturation_factor, self)
        self.random_hue = _made(RandomHue, hue_factor, self)

    def steps(self) -> list[BaseImagePreprocessingLayer]:
        """The layers that are applied one after the other."""
        every = (self.random_brightness, self.random_contrast, self.random_saturation, self.random_hue)
        return [layer for layer in every if layer is not None]

    def draw(self, shape: tuple, rng: np.random.Generator) -> list:
        """Draw for each of the steps."""
        return [layer.draw(shape, rng) for layer in self.steps()]

    def apply(self, images: np.ndarray, drawn: list) -> np.ndarray:
        """Apply the steps one after the other."""
        for layer, what in zip(self.steps(), drawn):
            images = layer.apply(images, what)
        return images


def _made(cls: type, factor: Any, jitter: RandomColorJitter) -> BaseImagePreprocessingLayer | None:
    if factor is None:
        return None
    common = {"seed": jitter.seed, "data_format": jitter.data_format, "dtype": jitter.dtype_policy}
    return cls(factor, value_range=jitter.value_range, **common)
