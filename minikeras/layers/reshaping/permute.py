"""Permute: the axes of each sample in another order."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.symbolic import InputSpec
from minikeras.layers.layer import Layer, registry


@registry.register
class Permute(Layer):
    """Put the axes of each sample in another order.

    Args:
        dims: the order, counted from 1 (the batch is 0 and stays): ``(2, 1)`` swaps the first two.

    >>> Permute((2, 1))(np.zeros((5, 10, 64))).shape
    (5, 64, 10)
    """

    float_inputs = False

    def __init__(self, dims: Any, **kwargs):
        super().__init__(**kwargs)
        dims = (dims,) if isinstance(dims, (int, np.integer)) else tuple(dims)
        if sorted(dims) != list(range(1, len(dims) + 1)):
            raise ValueError(f"Invalid permutation {dims} for argument `dims` of Permute: it wants each number from 1 up once.")
        self.dims = tuple(int(n) for n in dims)
        self.input_spec = InputSpec(ndim=len(dims) + 1)
        self._order = (0, *self.dims)
        self._back = tuple(int(i) for i in np.argsort(self._order))

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, None]:
        """Transpose each sample."""
        return x.transpose(self._order), None

    def backward(self, dy: np.ndarray, kept: None, need_dx: bool = True) -> np.ndarray:
        """Transpose ∂L/∂y back."""
        return dy.transpose(self._back)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the sizes in the new order."""
        return tuple(input_shape[i] for i in self._order)
