"""RepeatVector: each sample several times."""

from __future__ import annotations

import numpy as np

from minikeras._core.symbolic import InputSpec
from minikeras.layers.layer import Layer, registry


@registry.register
class RepeatVector(Layer):
    """Copies of each sample, one after the other: ``(batch, features)`` to ``(batch, n, features)``.

    Args:
        n: how many, a positive integer.

    >>> RepeatVector(3)(np.array([[1.0, 2.0]])).tolist()
    [[[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]]]
    """

    float_inputs = False

    def __init__(self, n: int, **kwargs):
        super().__init__(**kwargs)
        if isinstance(n, bool) or not isinstance(n, (int, np.integer)):
            raise TypeError(f"Expected an integer value for `n` of RepeatVector, got {n!r}.")
        if n <= 0:
            raise ValueError(f"Argument `n` of RepeatVector should be a positive integer, got {n!r}.")
        self.n = int(n)
        self.input_spec = InputSpec(ndim=2)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, None]:
        """Copy each sample n times."""
        return np.repeat(x[:, None, :], self.n, axis=1), None

    def backward(self, dy: np.ndarray, kept: None, need_dx: bool = True) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x."""
        return np.add.reduce(dy, 1)  # ∂L/∂x = Σ ∂L/∂y over the copies

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return ``(batch, n, features)``."""
        return (input_shape[0], self.n, input_shape[1])
