"""What the layers have in common that put zeros around space or cut its edges off: each is the other's way back."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.symbolic import InputSpec
from minikeras.layers.data_format import standardize_data_format
from minikeras.layers.layer import Layer
from minikeras.layers.sizes import space_axes, standardize_edges, standardize_sizes

Edges = tuple[tuple[int, int], ...]  # how much before and after, for each axis of space


class BaseEdges(Layer):
    """Base of the layers that change the edges of space."""

    is_linear = True
    float_inputs = False
    stateless = True
    axes = 0  # of space
    data_format = "channels_last"

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.input_spec = InputSpec(ndim=self.axes + 2)

    @property
    def _space(self) -> tuple[int, ...]:
        return space_axes(self.data_format, self.axes)

    def edges_of(self, argument: str, value: Any) -> Any:
        """Bring an argument into its full form: (before, after) for a series, else one such pair for each axis."""
        if self.axes == 1:
            return standardize_sizes(type(self).__name__, argument, value, 2, least=0)
        return standardize_edges(type(self).__name__, argument, value, self.axes)

    def lengthened(self, shape: tuple, edges: Edges, sign: int) -> tuple:
        """The shape with the edges put on (sign 1) or cut off (sign -1)."""
        sizes = list(shape)
        for axis, (before, after) in zip(self._space, edges):
            sizes[axis] = None if sizes[axis] is None else sizes[axis] + sign * (before + after)
        return tuple(sizes)

    def put_on(self, x: np.ndarray, edges: Edges) -> np.ndarray:
        """Put zeros around an array."""
        y = np.zeros(self.lengthened(x.shape, edges, 1), x.dtype)
        self.cut_off(y, edges)[...] = x
        return y

    def cut_off(self, x: np.ndarray, edges: Edges) -> np.ndarray:
        """A view of what is left without the edges."""
        cut = [slice(None)] * x.ndim
        for axis, (before, after) in zip(self._space, edges):
            cut[axis] = slice(before, x.shape[axis] - after)
        return x[tuple(cut)]


class BaseZeroPadding(BaseEdges):
    """Base of the layers that put zeros around space."""

    def __init__(self, padding: Any = 1, data_format: str | None = None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(type(self).__name__, data_format)
        self.padding = self.edges_of("padding", padding)

    @property
    def _edges(self) -> Edges:
        return (self.padding,) if self.axes == 1 else self.padding

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, None]:
        """Put the zeros on."""
        return self.put_on(x, self._edges), None

    def backward(self, dy: np.ndarray, kept: None, need_dx: bool = True) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x: what belongs to the zeros is left out."""
        return self.cut_off(dy, self._edges)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the input with the edges."""
        return self.lengthened(input_shape, self._edges, 1)


class BaseCropping(BaseEdges):
    """Base of the layers that cut the edges of space off."""

    def __init__(self, cropping: Any = 1, **kwargs):
        super().__init__(**kwargs)
        self.cropping = self.edges_of("cropping", cropping)

    @property
    def _edges(self) -> Edges:
        return (self.cropping,) if self.axes == 1 else self.cropping

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, None]:
        """Cut the edges off."""
        self.compute_output_shape(x.shape)
        return self.cut_off(x, self._edges), None

    def backward(self, dy: np.ndarray, kept: None, need_dx: bool = True) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x: what was cut off had no influence."""
        return self.put_on(dy, self._edges)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of what is left; a ValueError if that is nothing."""
        shape = self.lengthened(input_shape, self._edges, -1)
        for axis in self._space:
            if shape[axis] is not None and shape[axis] <= 0:
                raise ValueError(
                    f"Layer {self.name!r} ({type(self).__name__}) cuts off {self.cropping}, but its input of shape "
                    f"{tuple(input_shape)} is only {input_shape[axis]} long on axis {axis}: nothing would be left. "
                    "Take a smaller `cropping`."
                )
        return shape
