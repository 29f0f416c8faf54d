"""Convolutions whose weights differ from place to place, which Keras 2 had."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras import activations, constraints, initializers, regularizers
from minikeras._core.config import image_data_format
from minikeras._core.old_arguments import Old, teach
from minikeras.layers.layer import Layer, registry
from minikeras.layers.old_arguments import _SIDE_MOOT, CONV, CONV_1D, WORDS, sides_to_kernel


class _LocallyConnected(Layer):
    rank = 0

    @property
    def fixed_axes(self) -> range:
        """All axes but the batch: each place has weights of its own."""
        return range(1, self.rank + 2)

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        implementation: int = 1,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        if padding != "valid":
            raise ValueError(f"Argument `padding` of {type(self).__name__} can only be 'valid', got {padding!r}.")
        self.filters, self.padding = int(filters), padding
        self.kernel_size, self.strides = self._sizes(kernel_size), self._sizes(strides)
        self.data_format = data_format or image_data_format()
        self.activation, self.use_bias = activations.get(activation), bool(use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.implementation = implementation

    def _sizes(self, size: Any) -> tuple:
        return (int(size),) * self.rank if isinstance(size, (int, np.integer)) else tuple(int(n) for n in size)

    @property
    def _first(self) -> bool:
        return self.data_format == "channels_first"

    def _places(self, input_shape: tuple) -> tuple:
        sizes = input_shape[2:] if self._first else input_shape[1:-1]
        if None in sizes:
            raise ValueError(f"{type(self).__name__} {self.name!r} needs inputs of full shape, got {input_shape}.")
        return tuple((n - k) // s + 1 for n, k, s in zip(sizes, self.kernel_size, self.strides))

    def build(self, input_shape: tuple) -> None:
        """Make W (places, taps times channels, filters) and b (places, filters)."""
        places = self._places(input_shape)
        taps = math.prod(self.kernel_size) * input_shape[1 if self._first else -1]
        self.kernel = self.add_weight(
            shape=(math.prod(places), taps, self.filters), initializer=self.kernel_initializer, name="kernel",
            regularizer=self.kernel_regularizer, constraint=self.kernel_constraint,
        )  # fmt: skip
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(*places, self.filters), initializer=self.bias_initializer, name="bias",
                regularizer=self.bias_regularizer, constraint=self.bias_constraint,
            )  # fmt: skip

    def call(self, x: Any) -> Any:
        """Compute g(z), z[n, o] = Σ x[n, window of o] W[o] + b[o]."""
        places, rank = self._places(x.shape), self.rank
        if self._first:
            x = np.moveaxis(x, 1, -1)
        for axis, (n, k, s) in enumerate(zip(places, self.kernel_size, self.strides)):
            x = np.take(x, np.arange(n)[:, None] * s + np.arange(k), axis=1 + 2 * axis)  # the taps of each place
        order = (0, *range(1, 2 * rank, 2), *range(2, 2 * rank + 1, 2), 2 * rank + 1)
        windows = np.transpose(x, order)  # (batch, *places, *taps, channels)
        if self._first:
            windows = np.moveaxis(windows, -1, rank + 1)
        z = np.einsum("npt,ptf->npf", np.reshape(windows, (-1, *self.kernel.shape[:2])), self.kernel)
        z = np.reshape(z, (-1, *places, self.filters))
        y = self.activation(z if self.bias is None else z + self.bias)
        return np.moveaxis(y, -1, 1) if self._first else y

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return ``(batch, *places, filters)``, or the filters first."""
        places = self._places(input_shape)
        return (input_shape[0], self.filters, *places) if self._first else (input_shape[0], *places, self.filters)


@registry.register
class LocallyConnected1D(_LocallyConnected):
    """`Conv1D` with weights of their own at each place.

    Args:
        filters, kernel_size, strides, data_format, activation, use_bias: as of `Conv1D`.
        padding: ``"valid"``.
        kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint,
            bias_constraint: as of `Conv1D`.
        implementation: kept for Keras' sake.

    Input ``(batch, steps, channels)``, output ``(batch, new steps, filters)``.

    >>> layer = LocallyConnected1D(4, 3); layer(np.ones((2, 8, 5))).shape, layer.kernel.shape
    ((2, 6, 4), (6, 15, 4))
    """

    rank = 1


@registry.register
class LocallyConnected2D(_LocallyConnected):
    """`Conv2D` with weights of their own at each place.

    Args:
        filters, kernel_size, strides, data_format, activation, use_bias: as of `Conv2D`.
        padding: ``"valid"``.
        kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint,
            bias_constraint: as of `Conv2D`.
        implementation: kept for Keras' sake.

    Input ``(batch, rows, columns, channels)``, output ``(batch, new rows, new columns, filters)``.

    >>> layer = LocallyConnected2D(4, 3); layer(np.ones((2, 6, 5, 1))).shape, layer.kernel.shape
    ((2, 4, 3, 4), (12, 9, 4))
    """

    rank = 2


teach(LocallyConnected1D, Old(CONV_1D, WORDS))
teach(LocallyConnected2D, Old(CONV, WORDS, _SIDE_MOOT, sides_to_kernel, positions=3))
