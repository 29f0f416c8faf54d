"""Images mixed with each other."""

from __future__ import annotations

import numpy as np

from minikeras._core.random import SeedGenerator
from minikeras.layers.layer import registry
from minikeras.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import BaseImagePreprocessingLayer


@registry.register
class MixUp(BaseImagePreprocessingLayer):
    """In training, mix each image of a batch with another one, and their labels alike: y = w x + (1 - w) x′.

    Args:
        alpha: w is drawn from the beta distribution with both parameters alpha.
        data_format: see `keras.config.image_data_format`.
        seed: an integer, for the same draws in each run.

    Input and output ``(batch, height, width, channels)``, or a dict of "images" and "labels" (one-hot).

    References: Zhang et al., mixup: Beyond empirical risk minimization, ICLR 2018.

    >>> data = {"images": np.zeros((2, 4, 4, 3)), "labels": np.eye(2)}
    >>> MixUp(seed=1)(data, training=True)["labels"].sum(axis=1).tolist()
    [1.0, 1.0]
    """

    def __init__(self, alpha: float = 0.2, data_format: str | None = None, seed: int | None = None, **kwargs):
        super().__init__(data_format=data_format, **kwargs)
        self.alpha = alpha
        self.seed = seed
        self.generator = SeedGenerator(seed)

    def draw(self, shape: tuple, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draw a partner and a weight for each image."""
        return rng.permutation(shape[0]), rng.beta(self.alpha, self.alpha, shape[0])

    def apply(self, images: np.ndarray, drawn: tuple) -> np.ndarray:
        """Compute y = w x + (1 - w) x′."""
        return mixed(images, *drawn)

    def apply_backward(self, dy: np.ndarray, images: np.ndarray, drawn: tuple) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x."""
        partner, weight = drawn
        w = weight.reshape(-1, 1, 1, 1).astype(dy.dtype)
        return w * dy + ((1.0 - w) * dy)[np.argsort(partner)]  # who was whose partner: the inverse permutation

    def apply_to_labels(self, labels: np.ndarray, drawn: tuple) -> np.ndarray:
        """Mix the labels as the images."""
        return mixed(labels if labels.dtype.kind == "f" else labels.astype(self.compute_dtype), *drawn)

    def apply_to_masks(self, masks: np.ndarray, drawn: tuple) -> np.ndarray:
        """Mix the masks as the images."""
        return mixed(masks if masks.dtype.kind == "f" else masks.astype(self.compute_dtype), *drawn)


def mixed(x: np.ndarray, partner: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """w x + (1 - w) x′, with x′ = x[partner].

    >>> mixed(np.array([0.0, 1.0]), np.array([1, 0]), np.array([0.75, 0.75])).tolist()
    [0.25, 0.75]
    """
    w = weight.reshape(-1, *(1,) * (x.ndim - 1)).astype(x.dtype)
    return w * x + (1.0 - w) * x[partner]
