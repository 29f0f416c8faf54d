"""Flatten: each sample in one row."""

from __future__ import annotations

import math

import numpy as np

from minikeras._core.symbolic import InputSpec
from minikeras.layers.data_format import standardize_data_format
from minikeras.layers.layer import Layer, registry


@registry.register
class Flatten(Layer):
    """All axes but the batch in one: ``(batch, a, b, ...)`` to ``(batch, a · b · ...)``.

    Args:
        data_format: where the channels stand, ``"channels_last"`` or ``"channels_first"``; with the latter they are
            moved to the end first. `keras.config.image_data_format` by default.

    >>> Flatten()(np.zeros((5, 2, 3))).shape
    (5, 6)
    """

    by_rows = True

    float_inputs = False

    def __init__(self, data_format: str | None = None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = standardize_data_format("Flatten", data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Lay each sample out in one row."""
        if self.data_format == "channels_first" and x.ndim > 2:
            x = np.moveaxis(x, 1, -1)
        return x.reshape(len(x), math.prod(x.shape[1:])), x.shape

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray:
        """Put each entry of ∂L/∂y back where it came from."""
        dx = dy.reshape(kept)
        return np.moveaxis(dx, -1, 1) if self.data_format == "channels_first" and dx.ndim > 2 else dx

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return ``(batch, product of the others)``."""
        sizes = input_shape[1:]
        return (input_shape[0], None if None in sizes else math.prod(sizes))
