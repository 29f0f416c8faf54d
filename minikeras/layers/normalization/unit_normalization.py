"""Normalization to vectors of length 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.layers.identity import SameShape
from minikeras.layers.layer import registry
from minikeras.layers.normalization.affine import checked_axis
from minikeras.layers.normalization.rows import axes_in, from_rows, to_rows

TINY = 1e-12  # shorter vectors are divided by this


@registry.register
class UnitNormalization(SameShape):
    """Make each vector one of length 1: y = x / √(Σ x²). A vector of zeros stays one.

    Args:
        axis: the axis along which the vectors lie, or a list of axes.

    Input and output of any shape.

    >>> import numpy as np
    >>> UnitNormalization()(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """

    def __init__(self, axis: Any = -1, **kwargs):
        super().__init__(**kwargs)
        self.axis = checked_axis("UnitNormalization", axis)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Compute y = x / √(Σ x²)."""
        axes = self._axes_of(x.shape)
        rows = to_rows(x, axes)
        length = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
        inverse = 1.0 / np.maximum(length, TINY)
        y = rows * inverse
        return from_rows(y, x, axes), (y, inverse, length > TINY, axes)

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂y into ∂L/∂x."""
        y, inverse, long, axes = kept
        if not need_dx:
            return None
        rows = to_rows(dy, axes)
        dx = y * (np.einsum("ij,ij->i", rows, y)[:, None] * long)
        np.subtract(rows, dx, out=dx)
        dx *= inverse  # ∂L/∂x = (∂L/∂y - y Σ y ∂L/∂y) / √(Σ x²)
        return from_rows(dx, dy, axes)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the input; a ValueError if it lacks an axis."""
        self._axes_of(input_shape)
        return tuple(input_shape)

    def _axes_of(self, shape: tuple) -> tuple[int, ...]:
        axes, n = self.axis if isinstance(self.axis, list) else [self.axis], len(shape)
        for axis in axes:
            if not -n <= axis < n:
                raise ValueError(f"Layer {self.name!r} (UnitNormalization) finds no axis {axis} in {tuple(shape)}, its input.")
        return axes_in(self.axis, n)
