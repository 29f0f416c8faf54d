"""Steps that hold nothing but a certain value are marked as not there."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.serialize import deserialize_keras_object
from minikeras.layers.identity import SameShape
from minikeras.layers.layer import registry


@registry.register
class Masking(SameShape):
    """Steps all of whose features are ``mask_value`` are set to 0, and later layers are told to skip them.

    Args:
        mask_value: the number that stands for "nothing here".

    Input and output ``(batch, steps, features)``; the mask has shape ``(batch, steps)``, True where something is.

    >>> layer, x = Masking(-1.0), np.array([[[1.0, -1.0], [-1.0, -1.0]]])
    >>> layer(x).tolist(), layer.compute_mask(x).tolist()
    ([[[1.0, -1.0], [0.0, 0.0]]], [[True, False]])
    """

    makes_mask = True

    def __init__(self, mask_value: Any = 0.0, **kwargs):
        super().__init__(**kwargs)
        self.mask_value = deserialize_keras_object(mask_value) if isinstance(mask_value, dict) else mask_value

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Compute y = x · m, m = 1 where one of the features is not the value."""
        there = self.compute_mask(x)[..., None]
        return np.where(there, x, np.zeros((), x.dtype)), there

    def backward(self, dy: np.ndarray, kept: np.ndarray, need_dx: bool = True) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x."""
        return dy * kept  # ∂L/∂x = ∂L/∂y · m

    def compute_mask(self, inputs: np.ndarray, mask: Any = None) -> np.ndarray:
        """Return where one of the features is not the value."""
        return np.logical_or.reduce(np.not_equal(inputs, self.mask_value), -1)
