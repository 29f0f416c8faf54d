"""What all layers have in common that pool to an output of a given size."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.pool import (
    Windows,
    adaptive_windows,
    average_pool,
    average_pool_back,
    max_pool,
    max_pool_back,
)
from minikeras._core.symbolic import InputSpec
from minikeras.layers.data_format import standardize_data_format
from minikeras.layers.layer import Layer
from minikeras.layers.sizes import space_axes, standardize_sizes


class BaseAdaptivePooling(Layer):
    """Base of pooling to a given size: the windows are as long as it takes."""

    stateless = True
    axes = 0  # of space

    def __init__(self, output_size: Any, data_format: str | None = None, **kwargs):
        super().__init__(**kwargs)
        self.output_size = standardize_sizes(type(self).__name__, "output_size", output_size, self.axes)
        self.data_format = standardize_data_format(type(self).__name__, data_format)
        self.input_spec = InputSpec(ndim=self.axes + 2)

    def plan(self, shape: tuple) -> list[tuple[int, Windows]]:
        """Each axis of space of an input of this shape, with its windows."""
        if 0 in shape:
            self.compute_output_shape(shape)
        axes = space_axes(self.data_format, self.axes)
        return [(axis, adaptive_windows(shape[axis], size)) for axis, size in zip(axes, self.output_size)]

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the input with ``output_size`` for the sizes of space."""
        shape = list(input_shape)
        for axis, size in zip(space_axes(self.data_format, self.axes), self.output_size):
            if shape[axis] == 0:
                raise ValueError(
                    f"Layer {self.name!r} ({type(self).__name__}) can't pool over nothing: its input has shape "
                    f"{tuple(input_shape)}."
                )
            shape[axis] = size
        return tuple(shape)


class BaseAdaptiveAveragePooling(BaseAdaptivePooling):
    """Base of the layers that take the mean of each window."""

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, list]:
        """Compute y = Σ x / n over each window."""
        plan = self.plan(x.shape)
        return average_pool(x, plan), plan

    def backward(self, dy: np.ndarray, kept: list, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂y into ∂L/∂x."""
        return average_pool_back(dy, kept) if need_dx else None  # ∂L/∂x = Σ ∂L/∂y / n over the windows that x lies in


class BaseAdaptiveMaxPooling(BaseAdaptivePooling):
    """Base of the layers that take the largest number of each window."""

    float_inputs = False

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Compute y = max x over each window; in training note where it stood, a byte per window."""
        plan = self.plan(x.shape)  # the first axis first, so that of equals the same one wins as in Keras
        y, places = max_pool(x, plan, keep=training)
        return y, (plan, places, None if training else x)

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂y into ∂L/∂x."""
        plan, places, x = kept
        if not need_dx:
            return None
        if places is None:
            places = max_pool(x, plan, keep=True)[1]
        return max_pool_back(dy, plan, places)  # ∂L/∂x = Σ ∂L/∂y · [x is the first maximum of the window]
