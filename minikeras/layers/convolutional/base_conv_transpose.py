"""The convolution that runs backwards: from small to large."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import constraints, initializers, regularizers
from minikeras._core import trace_windows
from minikeras._core.convolve import convolve, convolve_kernel, convolve_transpose
from minikeras._core.tape import now
from minikeras._core.windows import transposed_size
from minikeras.layers.convolutional.base_convolutional import BaseConvolutional
from minikeras.layers.sizes import standardize_sizes


class BaseConvTranspose(BaseConvolutional):
    """Base of the transposed convolutions: z[n, s·o + d·t − p, f] = Σ x[n, o, c] · W[t, f, c] + b[f]."""

    mixed_steps = False

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        output_padding: Any = None,
        data_format: str | None = None,
        dilation_rate: Any = 1,
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
        self.filters = self.positive("filters", filters)
        self.output_padding = output_padding
        if output_padding is not None:
            kind = type(self).__name__
            self.output_padding = standardize_sizes(kind, "output_padding", output_padding, self.rank, least=0)
            if any(more >= stride for more, stride in zip(self.output_padding, self.strides)):
                raise ValueError(
                    f"Argument `output_padding` of {kind} must be smaller than `strides` on each axis, "
                    f"got output_padding={self.output_padding} and strides={self.strides}."
                )
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.kernel = None

    def build(self, input_shape: tuple) -> None:
        """Make W ``(*kernel_size, filters, channels)`` and b ``(filters,)``."""
        channels = self.channels_of(input_shape)
        self.compute_output_shape(input_shape)
        self.kernel = self.add_kernel("kernel", (*self.kernel_size, self.filters, channels), "kernel")
        self.add_bias(self.filters)

    def product(self, x: np.ndarray) -> tuple[np.ndarray, None]:
        """Compute z = x ∗ᵀ W + b: what ∂L/∂x is for a convolution, the output is here."""
        sizes, pads = self.plan(self.sizes_of(x))
        z = convolve_transpose(x, self.kernel.value, sizes, *self.how(pads))
        if self.bias is not None:
            z += self.bias.value if self.data_format == "channels_last" else self.bias.value.reshape(-1, *[1] * self.rank)
        return z, None

    def traced_product(self, x: Any) -> Any:
        """x ∗ᵀ W"""
        sizes, pads = self.plan(x.shape[1:-1])
        return trace_windows.convolve_transpose(x, now(self.kernel), sizes, *self.how(pads)[:4])

    def gradients(self, delta: np.ndarray, x: np.ndarray, between: None, need_dx: bool) -> np.ndarray | None:
        """Turn δ = ∂L/∂z into ∂L/∂x, with ∂L/∂W written on the way: the convolution's formulas, input and output exchanged."""
        how = self.how(self.plan(self.sizes_of(x))[1])
        if self.kernel.trainable:
            convolve_kernel(delta, x, self.kernel_size, *how, out=self.kernel.grad)
        return convolve(delta, self.kernel.value, *how) if need_dx else None

    def how(self, pads: tuple) -> tuple:
        """What the three functions of a convolution want to know."""
        return self.strides, pads, self.dilation_rate, 1, self.data_format

    def plan(self, sizes: tuple) -> tuple[tuple, tuple]:
        """The sizes of the output along the axes of space, and the pads of the convolution that leads back from there."""
        more = self.output_padding or (None,) * self.rank
        each = zip(sizes, self.kernel_size, self.strides, more, self.dilation_rate)
        return tuple(zip(*(transposed_size(n, k, s, self.padding, m, d) for n, k, s, m, d in each)))

    def output_sizes(self, sizes: tuple) -> tuple:
        """Return the sizes of the output along the axes of space; None stays None."""
        planned = self.plan(tuple(n or 1 for n in sizes))[0]
        return tuple(None if n is None else size for n, size in zip(sizes, planned))
