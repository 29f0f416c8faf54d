"""Random bending of images."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.layers.layer import registry
from minikeras.layers.preprocessing.image_preprocessing.affine import AffineLayer
from minikeras.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import factor_range, value_pair
from minikeras.layers.preprocessing.image_preprocessing.colors import blur_axis, gaussian


@registry.register
class RandomElasticTransform(AffineLayer):
    """In training, bend some of the images as if they were printed on rubber.

    Each pixel is read at a place that is moved by smoothed noise: the noise has deviation σ = 0.05 s · min(height,
    width), is blurred with a bell of that width, and multiplied by 0.1 s · max(height, width), s drawn by ``scale``.

    Args:
        factor: the probability is drawn from (0, factor), or between a pair of bounds.
        scale: s is drawn from (0, scale), or between a pair of bounds; 0 to 1.
        interpolation: "bilinear" or "nearest".
        fill_mode: what stands outside of the image: "reflect", "wrap", "constant", "nearest" or "mirror".
        fill_value: the value outside, for fill mode "constant".
        value_range: lowest and highest value of a pixel.
        seed: an integer, for the same draws in each run.
        data_format: see `keras.config.image_data_format`.

    Input and output ``(batch, height, width, channels)``, or one image.

    References: Simard et al., Best practices for convolutional neural networks, ICDAR 2003.

    >>> RandomElasticTransform(seed=1)(np.ones((2, 8, 8, 3)), training=True).mean().item()
    1.0
    """

    def __init__(
        self,
        factor: Any = 1.0,
        scale: Any = 1.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        value_range: Any = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs,
    ):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format=data_format, **kwargs)
        self.factor = factor_range("RandomElasticTransform", "factor", factor, 0, 1)
        self.scale = factor_range("RandomElasticTransform", "scale", scale, 0, 1)
        self.value_range = value_pair("RandomElasticTransform", value_range)

    def draw(self, shape: tuple, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draw where each pixel of each image comes from."""
        n, height, width = shape[:3]
        probability = rng.uniform(*self.factor, (n, 1, 1))
        bent = rng.random((n, 1, 1)) < probability
        scale = rng.uniform(*self.scale)
        sigma, alpha = 0.05 * scale * min(height, width), 0.1 * scale * max(height, width)
        size = int(6 * sigma) | 1
        places = []
        for start in (np.arange(height)[:, None], np.arange(width)):
            noise = rng.standard_normal((n, height, width, 1)) * sigma
            if sigma > 0:
                bell = gaussian(size, sigma)
                noise = blur_axis(blur_axis(noise, bell, 1), bell, 2)
            places.append(start + bent * alpha * noise[..., 0])
        return places[0], places[1]

    def apply(self, images: np.ndarray, drawn: tuple) -> np.ndarray:
        """Read the images at the moved places."""
        return np.clip(super().apply(images, drawn), float(self.value_range[0]), float(self.value_range[1]))

    def apply_backward(self, dy: np.ndarray, images: np.ndarray, drawn: tuple) -> np.ndarray:
        """Give ∂L/∂y back to the pixels that were read, where nothing was cut off."""
        y = super().apply(images, drawn)
        inside = (y >= self.value_range[0]) & (y <= self.value_range[1])
        return super().apply_backward(dy * inside, images, drawn)
