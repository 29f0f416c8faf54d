"""The convolution that keeps the channels apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import constraints, initializers, regularizers
from minikeras._core import trace_windows
from minikeras._core.convolve import convolve, convolve_kernel, convolve_transpose
from minikeras._core.tape import now
from minikeras.layers.convolutional.base_convolutional import BaseConvolutional


class BaseDepthwiseConv(BaseConvolutional):
    """Base of the depthwise convolutions: z[n, o, m·c + j] = Σ_t x[n, s·o + d·t − p, c] · W[t, c, j] + b[m·c + j]."""

    def __init__(
        self,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs,
    ):
        super().__init__(
            kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias,
            bias_initializer, bias_regularizer, bias_constraint, activity_regularizer=activity_regularizer, **kwargs,
        )  # fmt: skip
        self.depth_multiplier = self.positive("depth_multiplier", depth_multiplier)
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)
        self.depthwise_constraint = constraints.get(depthwise_constraint)
        self.kernel = None

    def build(self, input_shape: tuple) -> None:
        """Make W ``(*kernel_size, channels, depth_multiplier)`` and b ``(channels * depth_multiplier,)``."""
        channels = self.channels_of(input_shape)
        self.compute_output_shape(input_shape)
        self.kernel = self.add_kernel("kernel", (*self.kernel_size, channels, self.depth_multiplier), "depthwise")
        self.add_bias(channels * self.depth_multiplier)

    def product(self, x: np.ndarray) -> tuple[np.ndarray, None]:
        """Compute z = x ∗ W + b, with as many groups as channels."""
        return convolve(x, by_channel(self.kernel.value), *self.how(), bias=self.bias_value()), None

    def traced_product(self, x: Any) -> Any:
        """x ∗ W"""
        return trace_windows.convolve(x, by_channel(now(self.kernel)), *self.how()[:4])

    def gradients(self, delta: np.ndarray, x: np.ndarray, between: None, need_dx: bool) -> np.ndarray | None:
        """Turn δ = ∂L/∂z into ∂L/∂x, with ∂L/∂W written on the way."""
        if self.kernel.trainable:
            convolve_kernel(x, delta, self.kernel_size, *self.how(), out=by_channel(self.kernel.grad))
        return convolve_transpose(delta, by_channel(self.kernel.value), self.sizes_of(x), *self.how()) if need_dx else None

    def how(self) -> tuple:
        """What the three functions of a convolution want to know."""
        return self.strides, self.padding, self.dilation_rate, self.kernel.shape[-2], self.data_format

    def output_channels(self, channels: int | None) -> int | None:
        """Return channels · depth_multiplier."""
        return None if channels is None else channels * self.depth_multiplier


def by_channel(kernel: np.ndarray) -> np.ndarray:
    """A view of ``(*window, channels, m)`` as the kernel of a convolution in groups of one: ``(*window, 1, channels · m)``.

    >>> by_channel(np.zeros((3, 3, 4, 2))).shape
    (3, 3, 1, 8)
    """
    return kernel.reshape(*kernel.shape[:-2], 1, -1)
