"""What all layers have in common that pool over windows of one size."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.now import KERNELS
from minikeras._core.pool import (
    Windows,
    average_pool,
    average_pool_back,
    max_pool,
    max_pool_back,
    pooled_length,
    windows,
)
from minikeras._core.symbolic import InputSpec
from minikeras.layers.data_format import NO_CHANNELS, standardize_data_format
from minikeras.layers.layer import Layer
from minikeras.layers.sizes import space_axes, standardize_sizes


class BasePooling(Layer):
    """Base of pooling over windows: knows how the windows lie; what becomes of a window is said below."""

    stateless = True
    one_axis_more = NO_CHANNELS
    axes = 0  # of space

    def __init__(
        self,
        pool_size: Any = 2,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        kind = type(self).__name__
        self.pool_size = standardize_sizes(kind, "pool_size", pool_size, self.axes)
        self.strides = standardize_sizes(kind, "strides", self.pool_size if strides is None else strides, self.axes)
        self.padding = padding.lower() if isinstance(padding, str) else padding
        if self.padding not in ("valid", "same"):
            raise ValueError(f"Argument `padding` of {kind} must be 'valid' or 'same', got {padding!r}.")
        self.data_format = standardize_data_format(kind, data_format)
        self.input_spec = InputSpec(ndim=self.axes + 2)

    def plan(self, shape: tuple) -> list[tuple[int, Windows]]:
        """Each axis of space of an input of this shape, with its windows."""
        places = zip(space_axes(self.data_format, self.axes), self.pool_size, self.strides)
        plan = [(axis, windows(shape[axis], size, stride, self.padding)) for axis, size, stride in places]
        if not all(along.count for _, along in plan):
            self.compute_output_shape(shape)  # knows what to say
        return plan

    def kernels(self, x: np.ndarray) -> Any:
        """Compiled kernels for this input, where they may be used and know the case; else None."""
        fast = KERNELS.get()
        return fast.pooling.Pooling(self, x) if fast is not None and fast.pooling.takes(self, x) else None

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the output; a ValueError if no window fits into the input."""
        shape = list(input_shape)
        for axis, size, stride in zip(space_axes(self.data_format, self.axes), self.pool_size, self.strides):
            shape[axis] = pooled_length(input_shape[axis], size, stride, self.padding)
            if shape[axis] == 0:
                advice = " Take a smaller pool_size, or padding='same'." if input_shape[axis] else ""
                raise ValueError(
                    f"Layer {self.name!r} ({type(self).__name__}) has windows of {self.pool_size}, but its input of shape "
                    f"{tuple(input_shape)} is only {input_shape[axis]} long on axis {axis}: nothing would be left.{advice}"
                )
        return tuple(shape)


class BaseMaxPooling(BasePooling):
    """Base of the layers that take the largest number of each window."""

    float_inputs = False

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Compute y = max x over each window; in training note where it stood, a byte per window."""
        if (kernels := self.kernels(x)) is not None:
            y = kernels.largest(x)
            return y, (kernels, y, x)
        plan = self.plan(x.shape)[::-1]  # the last axis first: of equals, the first in memory wins
        y, places = max_pool(x, plan, keep=training)
        return y, (plan, places, None if training else x)

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂y into ∂L/∂x."""
        plan, places, x = kept
        if not need_dx:
            return None
        if not isinstance(plan, list):
            return plan.largest_back(x, places, dy)
        if places is None:
            places = max_pool(x, plan, keep=True)[1]
        return max_pool_back(dy, plan, places)  # ∂L/∂x = Σ ∂L/∂y · [x is the first maximum of the window]


class BaseAveragePooling(BasePooling):
    """Base of the layers that take the mean of each window; what padding adds is not counted."""

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, Any]:
        """Compute y = Σ x / n over each window."""
        if (kernels := self.kernels(x)) is not None:
            return kernels.mean(x), kernels
        plan = self.plan(x.shape)
        return average_pool(x, plan), plan

    def backward(self, dy: np.ndarray, kept: Any, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂y into ∂L/∂x."""
        if not isinstance(kept, list):
            return kept.mean_back(dy) if need_dx else None
        return average_pool_back(dy, kept) if need_dx else None  # ∂L/∂x = Σ ∂L/∂y / n over the windows that x lies in
