"""Several chains of changes, mixed."""

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
from minikeras.layers.preprocessing.image_preprocessing.rand_augment import (
    BASIC,
    COLOURS,
    GEOMETRY,
    chain_backward,
    make_augmentations,
)


@registry.register
class AugMix(BaseImagePreprocessingLayer):
    """In training, mix the images with several versions of them, each made by a chain of random changes.

    y = w x + (1 - w) Σ vᵢ chainᵢ(x), cut off at the range, with w from a beta and v from a Dirichlet distribution.

    Args:
        value_range: lowest and highest value of a pixel.
        num_chains: number of chains.
        chain_depth: changes in a chain, at most.
        factor: how strong they are, from 0 to 1; or a pair of bounds.
        alpha: parameter of the two distributions.
        all_ops: whether brightness, contrast, sharpness and colour may change, too.
        interpolation: "bilinear" or "nearest".
        seed: an integer, for the same draws in each run.
        data_format: see `keras.config.image_data_format`.

    Input and output ``(batch, height, width, 3)``, or one image.

    References: Hendrycks et al., AugMix: A simple data processing method to improve robustness, ICLR 2020.

    >>> AugMix(seed=1)(np.zeros((2, 8, 8, 3)), training=True).shape
    (2, 8, 8, 3)
    """

    def __init__(
        self,
        value_range: Any = (0, 255),
        num_chains: int = 3,
        chain_depth: int = 3,
        factor: Any = 0.3,
        alpha: float = 1.0,
        all_ops: bool = True,
        interpolation: str = "bilinear",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = value_pair("AugMix", value_range)
        self.num_chains, self.chain_depth = num_chains, chain_depth
        self.factor = factor_range("AugMix", "factor", factor, 0, 1)
        self.alpha, self.all_ops = alpha, all_ops
        self.interpolation = interpolation
        self.seed = seed
        self.generator = SeedGenerator(seed)
        self._names = GEOMETRY + BASIC + (COLOURS if all_ops else ())
        for name, layer in make_augmentations(self, self._names, self.data_format).items():
            setattr(self, name, layer)

    def draw(self, shape: tuple, rng: np.random.Generator) -> tuple:
        """Draw the weights and the chains."""
        weights = rng.dirichlet([self.alpha] * self.num_chains)
        share = rng.beta(self.alpha, self.alpha)
        chains = []
        for _ in range(self.num_chains):
            picked = rng.integers(0, len(self._names) + 1, self.chain_depth)  # the last one stands for no change
            names = [self._names[i] for i in picked if i < len(self._names)]
            chains.append([(name, getattr(self, name).draw(shape, rng)) for name in names])
        return weights.tolist(), float(share), chains

    def apply(self, images: np.ndarray, drawn: tuple) -> np.ndarray:
        """Mix the images with their changed versions."""
        return np.clip(self._mixed(images, drawn), float(self.value_range[0]), float(self.value_range[1]))

    def apply_backward(self, dy: np.ndarray, images: np.ndarray, drawn: tuple) -> np.ndarray:
        """Go back through the chains."""
        weights, share, chains = drawn
        y = self._mixed(images, drawn)
        dy = dy * ((y >= self.value_range[0]) & (y <= self.value_range[1]))
        dx = share * dy
        for weight, chain in zip(weights, chains):
            dx = dx + chain_backward(self, (1.0 - share) * weight * dy, images, chain)
        return dx

    def _mixed(self, images, drawn):
        weights, share, chains = drawn
        y = share * images
        for weight, chain in zip(weights, chains):
            changed = images
            for name, what in chain:
                changed = getattr(self, name).apply(changed, what)
            y = y + (1.0 - share) * weight * changed
        return y
