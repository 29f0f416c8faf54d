"""Normalization by the root of the mean square, with a scale per feature."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.layers.identity import SameShape
from minikeras.layers.layer import registry
from minikeras.layers.normalization.affine import checked_axis, number_from_0
from minikeras.layers.normalization.layer_normalization import feature_shape
from minikeras.layers.normalization.rows import axes_in, column_sums, from_rows, row_means, row_squares, to_rows


@registry.register
class RMSNormalization(SameShape):
    """Divide each sample by the root of its mean square: y = s x / √(Σ x² / n + ε), with a learned s per feature.

    Args:
        axis: the axis of the features, or a list of axes; the mean goes over them.
        epsilon: ε, at least 0, keeps the root away from 0.

    Input and output of any shape.

    References: Zhang and Sennrich, Root mean square layer normalization, NeurIPS 2019.

    >>> import numpy as np
    >>> RMSNormalization()(np.array([[1.0, 7.0]])).tolist()
    [[0.2, 1.4]]
    """

    supports_masking = False

    def __init__(self, axis: Any = -1, epsilon: float = 1e-6, **kwargs):
        super().__init__(**kwargs)
        self.axis = checked_axis("RMSNormalization", axis)
        self.epsilon = number_from_0("RMSNormalization", "epsilon", epsilon)
        self.scale = None

    def build(self, input_shape: tuple) -> None:
        """Make s for inputs with so many features."""
        self.scale = self.add_weight(shape=feature_shape(self, input_shape), initializer="ones", name="scale")

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Compute y = s x̂, x̂ = x / √(Σ x² / n + ε)."""
        axes = axes_in(self.axis, x.ndim)
        rows = to_rows(x, axes)
        inverse = row_squares(rows)
        inverse += self.epsilon
        np.sqrt(inverse, out=inverse)
        np.divide(1.0, inverse, out=inverse)
        hat = rows * inverse
        return from_rows(hat * self.scale.value.reshape(-1), x, axes), (hat, inverse)

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂y into ∂L/∂x, with ∂L/∂s written on the way."""
        hat, inverse = kept
        axes = axes_in(self.axis, dy.ndim)
        rows, scale = to_rows(dy, axes), self.scale.value.reshape(-1)
        part = rows * hat
        if self.scale.trainable:
            self.scale.grad[...] = column_sums(part).reshape(self.scale.shape)  # ∂L/∂s = Σ ∂L/∂y x̂
        if not need_dx:
            return None
        dx = rows * scale
        dx -= np.multiply(hat, row_means(part, scale), out=part)
        dx *= inverse  # ∂L/∂x = (δ - x̂ Σ δ x̂ / n) / √(Σ x² / n + ε), δ = s ∂L/∂y
        return from_rows(dx, dy, axes)
