"""The convolution in two steps: along space within each channel, then across the channels at each place."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import constraints, initializers, regularizers
from minikeras._core import trace_windows
from minikeras._core.convolve import convolve, convolve_kernel, convolve_transpose
from minikeras._core.tape import now
from minikeras.layers.convolutional.base_convolutional import BaseConvolutional
from minikeras.layers.convolutional.base_depthwise_conv import by_channel


class BaseSeparableConv(BaseConvolutional):
    """Base of the separable convolutions: h = x ∗ D within each channel, z = h P + b across them."""

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs,
    ):
        super().__init__(
            kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias,
            bias_initializer, bias_regularizer, bias_constraint, activity_regularizer=activity_regularizer, **kwargs,
        )  # fmt: skip
        self.filters = self.positive("filters", filters)
        self.depth_multiplier = self.positive("depth_multiplier", depth_multiplier)
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.pointwise_initializer = initializers.get(pointwise_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)
        self.pointwise_regularizer = regularizers.get(pointwise_regularizer)
        self.depthwise_constraint = constraints.get(depthwise_constraint)
        self.pointwise_constraint = constraints.get(pointwise_constraint)
        self.depthwise_kernel = self.pointwise_kernel = None

    def build(self, input_shape: tuple) -> None:
        """Make D ``(*kernel_size, channels, m)``, P ``(1, ..., channels * m, filters)`` and b; m is the depth multiplier."""
        channels, m = self.channels_of(input_shape), self.depth_multiplier
        self.compute_output_shape(input_shape)
        self.depthwise_kernel = self.add_kernel("depthwise_kernel", (*self.kernel_size, channels, m), "depthwise")
        shape = (*(1,) * self.rank, channels * m, self.filters)
        self.pointwise_kernel = self.add_kernel("pointwise_kernel", shape, "pointwise")
        self.add_bias(self.filters)

    def product(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Compute h = x ∗ D and z = h P + b."""
        h = convolve(x, by_channel(self.depthwise_kernel.value), *self.how())
        return convolve(h, self.pointwise_kernel.value, data_format=self.data_format, bias=self.bias_value()), h

    def traced_product(self, x: Any) -> Any:
        """(x ∗ D) P"""
        h = trace_windows.convolve(x, by_channel(now(self.depthwise_kernel)), *self.how()[:4])
        return trace_windows.convolve(h, now(self.pointwise_kernel), 1, "valid", 1, 1)

    def gradients(self, delta: np.ndarray, x: np.ndarray, between: np.ndarray, need_dx: bool) -> np.ndarray | None:
        """Turn δ = ∂L/∂z into ∂L/∂x, with ∂L/∂P and ∂L/∂D written on the way."""
        h, depthwise, pointwise, places = between, self.depthwise_kernel, self.pointwise_kernel, (1,) * self.rank
        if pointwise.trainable:
            convolve_kernel(h, delta, places, data_format=self.data_format, out=pointwise.grad)  # ∂L/∂P = hᵀ δ
        if not (need_dx or depthwise.trainable):
            return None
        dh = convolve_transpose(delta, pointwise.value, self.sizes_of(h), data_format=self.data_format)  # ∂L/∂h = δ Pᵀ
        if depthwise.trainable:
            convolve_kernel(x, dh, self.kernel_size, *self.how(), out=by_channel(depthwise.grad))
        return convolve_transpose(dh, by_channel(depthwise.value), self.sizes_of(x), *self.how()) if need_dx else None

    def how(self) -> tuple:
        """What the three functions of a convolution want to know of the first step."""
        return self.strides, self.padding, self.dilation_rate, self.depthwise_kernel.shape[-2], self.data_format
