"""Reshape: each sample in another shape."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras.layers.layer import Layer, registry


@registry.register
class Reshape(Layer):
    """Give each sample another shape.

    Args:
        target_shape: shape of one sample; one -1 stands for what is left over.

    >>> Reshape((3, -1))(np.zeros((5, 12))).shape
    (5, 3, 4)
    """

    by_rows = True
    float_inputs = False
    stateless = True

    def __init__(self, target_shape: Any, **kwargs):
        super().__init__(**kwargs)
        sizes = (target_shape,) if isinstance(target_shape, (int, np.integer)) else tuple(target_shape)
        if any(isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < -1 for n in sizes) or sizes.count(-1) > 1:
            raise ValueError(
                "The target of Reshape must consist of non-negative integers, with one -1 at most for what is left, "
                f"got target_shape={target_shape!r}."
            )
        self.target_shape = tuple(int(n) for n in sizes)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Reshape each sample."""
        return x.reshape(self.compute_output_shape(x.shape)), x.shape

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray:
        """Reshape ∂L/∂y as the input was."""
        return dy.reshape(kept)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the batch and the target shape, with the size of -1 worked out where it can be known."""
        sizes, target = input_shape[1:], self.target_shape
        if None in sizes:
            return (input_shape[0], *(None if n == -1 else n for n in target))
        size, known = math.prod(sizes), math.prod(n for n in target if n != -1)
        if size != known and (-1 not in target or known == 0 or size % known):
            raise ValueError(
                f"Layer {self.name!r} (Reshape) can't make samples of shape {target} out of samples of shape {sizes}: "
                f"{size} numbers do not fit."
            )
        return (input_shape[0], *(size // max(known, 1) if n == -1 else n for n in target))
