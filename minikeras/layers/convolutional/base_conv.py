"""The convolution with a kernel that mixes all channels, or those of a group."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import constraints, initializers, regularizers
from minikeras._core import trace_windows
from minikeras._core.convolve import convolve, convolve_kernel, convolve_transpose
from minikeras._core.now import KERNELS
from minikeras._core.tape import now
from minikeras.layers.convolutional.base_convolutional import RELU, BaseConvolutional


class BaseConv(BaseConvolutional):
    """Base of Conv1D, Conv2D and Conv3D: z[n, o, f] = Σ_t Σ_c x[n, s·o + d·t − p, c] · W[t, c, f] + b[f]."""

    mixed_steps = False

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs,
    ):
        super().__init__(
            kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias,
            bias_initializer, bias_regularizer, bias_constraint, activity_regularizer=activity_regularizer, **kwargs,
        )  # fmt: skip
        self.filters, self.groups = self.positive("filters", filters), self.positive("groups", groups)
        if self.filters % self.groups:
            raise ValueError(
                f"Argument `filters` of {type(self).__name__} must be a multiple of `groups`, so that each group has as many, "
                f"got filters={filters} and groups={groups}."
            )
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.kernel = None

    def build(self, input_shape: tuple) -> None:
        """Make W ``(*kernel_size, channels / groups, filters)`` and b ``(filters,)``."""
        channels = self.channels_of(input_shape)
        if channels % self.groups:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) has {self.groups} groups, and its input must have a multiple "
                f"of that many channels, got {channels} in an input of shape {tuple(input_shape)}."
            )
        self.compute_output_shape(input_shape)
        self.kernel = self.add_kernel("kernel", (*self.kernel_size, channels // self.groups, self.filters), "kernel")
        self.add_bias(self.filters)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Compute z and a = g(z)."""
        fast = KERNELS.get()
        if fast is None or not fast.convolution.takes(self, x):
            return super().forward(x, training)
        kernels, relu = fast.convolution.Convolution(self, x), self.bare_activation is RELU
        z = kernels.forward(x, relu)
        return (a := z if relu else self.bare_activation(z)), (x, z, a, kernels)

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂a into ∂L/∂x, with the gradients of the weights written on the way."""
        x, _, a, kernels = kept
        if kernels is None or self.bare_activation is not RELU:
            return super().backward(dy, kept, need_dx)
        return kernels.backward(x, a, dy, need_dx, True)

    def backward_from_logits(self, delta: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray | None:
        """The same from δ = ∂L/∂z."""
        x, _, _, kernels = kept
        if kernels is None:
            return super().backward_from_logits(delta, kept, need_dx)
        return kernels.backward(x, delta, delta, need_dx, False)

    def product(self, x: np.ndarray) -> tuple[np.ndarray, None]:
        """Compute z = x ∗ W + b."""
        return convolve(x, self.kernel.value, *self.how(), bias=self.bias_value()), None

    def traced_product(self, x: Any) -> Any:
        """x ∗ W"""
        return trace_windows.convolve(x, now(self.kernel), *self.how()[:4])

    def gradients(self, delta: np.ndarray, x: np.ndarray, between: None, need_dx: bool) -> np.ndarray | None:
        """Turn δ = ∂L/∂z into ∂L/∂x, with ∂L/∂W written on the way."""
        if self.kernel.trainable:
            convolve_kernel(x, delta, self.kernel_size, *self.how(), out=self.kernel.grad)
        return convolve_transpose(delta, self.kernel.value, self.sizes_of(x), *self.how()) if need_dx else None

    def how(self) -> tuple:
        """What the three functions of a convolution want to know."""
        return self.strides, self.padding, self.dilation_rate, self.groups, self.data_format
