"""What all layers have in common that pool over the whole of space."""

from __future__ import annotations

import math

import numpy as np

from minikeras._core.symbolic import InputSpec
from minikeras.layers.data_format import standardize_data_format
from minikeras.layers.layer import Layer
from minikeras.layers.sizes import space_axes


class BaseGlobalPooling(Layer):
    """Base of pooling over all of space: one number is left of each channel of each sample."""

    stateless = True
    axes = 0  # of space

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs):
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(type(self).__name__, data_format)
        self.keepdims = bool(keepdims)
        self.input_spec = InputSpec(ndim=self.axes + 2)
        self._space = space_axes(self.data_format, self.axes)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return ``(batch, channels)``, with sizes of 1 between them where ``keepdims`` is set."""
        if 0 in [input_shape[axis] for axis in self._space]:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) can't pool over nothing, got an input of shape "
                f"{tuple(input_shape)}."
            )
        if self.keepdims:
            return tuple(1 if axis in self._space else n for axis, n in enumerate(input_shape))
        return tuple(n for axis, n in enumerate(input_shape) if axis not in self._space)

    def spread_out(self, small: np.ndarray) -> np.ndarray:
        """Give an array of the output's shape the axes of space again, of size 1, unless it has them."""
        return small if self.keepdims else np.expand_dims(small, self._space)


class BaseGlobalMaxPooling(BaseGlobalPooling):
    """Base of the layers that take the largest number of each channel."""

    float_inputs = False

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Compute y = max x over space."""
        if not x.size:
            self.compute_output_shape(x.shape)
        y = np.maximum.reduce(x, self._space, keepdims=self.keepdims)
        return y, (x, y)

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂y into ∂L/∂x; numbers that are equally large share it."""
        if not need_dx:
            return None
        x, y = kept
        largest = np.equal(x, self.spread_out(y))
        winners = np.add.reduce(largest, self._space, dtype=dy.dtype, keepdims=True)
        return largest * (self.spread_out(dy) / np.maximum(winners, 1.0))  # ∂L/∂x = ∂L/∂y · [x = y] / how many are


class BaseGlobalAveragePooling(BaseGlobalPooling):
    """Base of the layers that take the mean of each channel."""

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Compute y = Σ x / n over space."""
        if not x.size:
            self.compute_output_shape(x.shape)
        if self._space == (1,) and x.dtype.itemsize > 2:  # as a product: eight times faster than a mean over the middle axis
            y = np.matmul(np.full((1, x.shape[1]), 1.0 / x.shape[1], x.dtype), x)
            return (y if self.keepdims else y[:, 0]), x.shape
        return np.mean(x, self._space, keepdims=self.keepdims), x.shape

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂y into ∂L/∂x."""
        if not need_dx:
            return None
        n = math.prod(kept[axis] for axis in self._space)
        return np.broadcast_to(self.spread_out(dy * (1.0 / n)), kept)  # ∂L/∂x = ∂L/∂y / n everywhere: a view, no copy
