"""What all layers have in common that slide a kernel over their input: arguments, bias, activation."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import activations, constraints, initializers, regularizers
from minikeras._core.symbolic import InputSpec
from minikeras._core.tape import now
from minikeras._core.variable import Variable
from minikeras.layers.activated import Activated
from minikeras.layers.data_format import NO_CHANNELS, standardize_data_format
from minikeras.layers.layer import Layer
from minikeras.layers.sizes import space_axes, standardize_sizes, whole
from minikeras.layers.sums import ones

RELU = activations.bare(activations.relu)


class BaseConvolutional(Activated, Layer):
    """Base of all convolutions: a = g(z), z = product + b.

    A subclass says how many axes of space there are (``rank``), makes its kernels, and writes `product` and `gradients`.
    """

    one_axis_more = NO_CHANNELS

    rank = 0
    paddings: tuple = ("valid", "same")
    mixed_steps = True  # whether strides and dilation_rate may both be above 1

    def __init__(
        self,
        kernel_size: Any,
        strides: Any,
        padding: str,
        data_format: str | None,
        dilation_rate: Any,
        activation: Any,
        use_bias: bool,
        bias_initializer: Any,
        bias_regularizer: Any,
        bias_constraint: Any,
        **kwargs,
    ):
        super().__init__(**kwargs)
        kind = type(self).__name__
        self.kernel_size = standardize_sizes(kind, "kernel_size", kernel_size, self.rank)
        self.strides = standardize_sizes(kind, "strides", strides, self.rank)
        self.dilation_rate = standardize_sizes(kind, "dilation_rate", dilation_rate, self.rank)
        self.padding = padding.lower() if isinstance(padding, str) else padding
        if self.padding not in self.paddings:
            known = ", ".join(map(repr, self.paddings))
            raise ValueError(f"Argument `padding` of {kind} must be one of {known}, got {padding!r}.")
        if not self.mixed_steps and max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"Arguments `strides` and `dilation_rate` of {kind} can't both be above 1, "
                f"got strides={self.strides} and dilation_rate={self.dilation_rate}."
            )
        self.data_format = standardize_data_format(kind, data_format)
        self.activation = activation
        self.use_bias = bool(use_bias)
        self.bias_initializer = initializers.get(bias_initializer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.bias_constraint = constraints.get(bias_constraint)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self.bias: Variable | None = None

    # -- for subclasses ----------------------------------------------------------------------------------------------

    def product(self, x: np.ndarray) -> tuple[np.ndarray, Any]:
        """Compute z, the bias included, and what else `gradients` needs."""
        raise NotImplementedError

    def gradients(self, delta: np.ndarray, x: np.ndarray, between: Any, need_dx: bool) -> np.ndarray | None:
        """Turn δ = ∂L/∂z into ∂L/∂x, with the kernels' gradients written on the way."""
        raise NotImplementedError

    # -- computing ---------------------------------------------------------------------------------------------------

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Compute z and a = g(z)."""
        z, between = self.product(x)
        if self.bare_activation is RELU:  # written over z, which its derivative does not ask for: a third less memory
            a = np.maximum(z, 0.0, out=z)
            return a, (x, a, a, between)
        a = self.bare_activation(z)
        return a, (x, z, a, between)

    def retrace(self, x: Any, training: bool = False) -> Any:
        """The same in functions that the tape knows: for second derivatives."""
        last = self.data_format == "channels_last"
        z = self.traced_product(x if last else np.moveaxis(x, 1, -1))
        if self.bias is not None:
            z = z + now(self.bias)
        return self.activation(z if last else np.moveaxis(z, -1, 1))

    def traced_product(self, x: Any) -> Any:
        """The same without the bias, channels last."""
        raise NotImplementedError

    def logits(self, kept: tuple) -> np.ndarray:
        """Return z, the output before the activation."""
        return self.product(kept[0])[0] if self.bare_activation is RELU else kept[1]

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂a into ∂L/∂x, with the gradients of the weights written on the way."""
        _, z, a, _ = kept
        return self.backward_from_logits(self.derivative(dy, z, a), kept, need_dx)  # δ = ∂L/∂z = ∂L/∂a · g′(z)

    def backward_from_logits(self, delta: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray | None:
        """The same from δ = ∂L/∂z."""
        x, _, _, between = kept
        bias = self.bias
        if bias is not None and bias.trainable:  # ∂L/∂b = Σ δ
            if self.data_format == "channels_last":
                places = np.dot(ones(delta), delta.reshape(len(delta), -1)).reshape(-1, bias.size)
                np.dot(ones(places), places, out=bias.grad)
            else:
                np.sum(delta, axis=(0, *space_axes(self.data_format, self.rank)), out=bias.grad)
        return self.gradients(delta, x, between, need_dx)

    # -- shapes and weights ------------------------------------------------------------------------------------------

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the output; a ValueError if the kernel finds no place."""
        channels_first = self.data_format == "channels_first"
        sizes = tuple(input_shape[axis] for axis in space_axes(self.data_format, self.rank))
        out = self.output_sizes(sizes)
        if any(n is not None and n < 1 for n in out):
            advice = " Take a smaller kernel_size, or padding='same'." if all(n is None or n > 0 for n in sizes) else ""
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) has a kernel of {self.kernel_size} with dilation_rate "
                f"{self.dilation_rate}, but its input of shape {tuple(input_shape)} is too small for it: "
                f"nothing would be left.{advice}"
            )
        filters = self.output_channels(input_shape[1 if channels_first else -1])
        return (input_shape[0], filters, *out) if channels_first else (input_shape[0], *out, filters)

    def output_sizes(self, sizes: tuple) -> tuple:
        """Return the sizes of the output along the axes of space; None stays None."""
        out = []
        for n, k, s, d in zip(sizes, self.kernel_size, self.strides, self.dilation_rate):
            inner = n if n is None or self.padding != "valid" else n - d * (k - 1)
            out.append(None if n is None else -(-inner // s))  # in each stride begins one output
        return tuple(out)

    def output_channels(self, channels: int | None) -> int | None:
        """Return the number of channels of the output."""
        return self.filters

    def channels_of(self, input_shape: tuple) -> int:
        """Return the number of channels of the input, and expect it from now on."""
        axis = 1 if self.data_format == "channels_first" else -1
        channels = input_shape[axis]
        if not channels:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) needs to know how many channels its input has (axis {axis}, "
                f"as data_format is {self.data_format!r}), got shape {tuple(input_shape)}."
            )
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={axis: channels})
        return channels

    def add_kernel(self, name: str, shape: tuple, kind: str) -> Variable:
        """Make a kernel; ``kind`` begins the names of the arguments about it."""
        parts = {part: getattr(self, f"{kind}_{part}") for part in ("initializer", "regularizer", "constraint")}
        return self.add_weight(shape=shape, name=name, **parts)

    def add_bias(self, filters: int) -> None:
        """Make the bias, if there is one."""
        if self.use_bias:
            self.bias = self.add_kernel("bias", (filters,), "bias")

    def bias_value(self) -> np.ndarray | None:
        """The numbers of the bias, None without one."""
        return None if self.bias is None else self.bias.value

    def positive(self, name: str, value: Any) -> int:
        """Return the value of an argument that must be a positive integer."""
        if not whole(value, 1):
            raise ValueError(f"Argument `{name}` of {type(self).__name__} must be a positive integer, got {value!r}.")
        return int(value)

    def sizes_of(self, x: np.ndarray) -> tuple:
        """The sizes of x along the axes of space."""
        return x.shape[1:-1] if self.data_format == "channels_last" else x.shape[2:]

    def get_config(self) -> dict:
        """Return the arguments that rebuild this layer; the penalty on the output is always among them, as in Keras."""
        return {"activity_regularizer": None, **super().get_config()}
