"""What the layers have in common that repeat each place in space."""

from __future__ import annotations

import numpy as np

from minikeras._core.pool import spread_windows, sum_windows, windows
from minikeras._core.symbolic import InputSpec
from minikeras.layers.layer import Layer


class BaseUpSampling(Layer):
    """Base of the layers that repeat each place in space."""

    is_linear = True
    float_inputs = False
    stateless = True
    axes = 0  # of space

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.input_spec = InputSpec(ndim=self.axes + 2)

    def factors(self) -> tuple[tuple[int, int], ...]:
        """Each axis of space, with how often its places are repeated."""
        raise NotImplementedError

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, None]:
        """Repeat each place along each axis."""
        for axis, times in reversed(self.factors()):
            x = spread_windows(x, axis, windows(x.shape[axis] * times, times, times, "valid"))
        return x, None

    def backward(self, dy: np.ndarray, kept: None, need_dx: bool = True) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x."""
        for axis, times in self.factors():
            dy = sum_windows(dy, axis, windows(dy.shape[axis], times, times, "valid"))  # ∂L/∂x = Σ ∂L/∂y over the copies
        return dy

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the input with the sizes of space multiplied."""
        shape = list(input_shape)
        for axis, times in self.factors():
            shape[axis] = None if shape[axis] is None else shape[axis] * times
        return tuple(shape)
