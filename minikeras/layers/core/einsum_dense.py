"""A fully connected layer whose product is any sum of products: z = einsum(x, W) + b."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import constraints, initializers, regularizers
from minikeras._core.constructors import are_axes
from minikeras._core.symbolic import InputSpec
from minikeras.initializers.scaling import VarianceScaling
from minikeras.layers.activated import Activated
from minikeras.layers.core.einsum import Plan, analyse, product, split_equation
from minikeras.layers.layer import Layer, registry


@registry.register
class EinsumDense(Activated, Layer):
    """Dense in Einstein's notation: a = g(z), z = Σ x W + b over the letters that do not stand in the output.

    Args:
        equation: ``"axes of x,axes of W->axes of z"``, one letter for each axis, such as ``"abc,cd->abd"``. In place of
            axes that only pass through, ``...`` may stand at the left or at the right of x and z.
        output_shape: the sizes of the output without the batch (with ``...``: of the axes that have letters); None for a
            size that is that of the input.
        activation: g, by name or as a function; None is linear.
        bias_axes: the letters of the output's axes that b has; None for no b.
        kernel_initializer, bias_initializer: start values of W and b.
        kernel_regularizer, bias_regularizer, activity_regularizer: penalties on W, b and a, added to the loss.
        kernel_constraint, bias_constraint: projections of W and b after each update.

    >>> layer = EinsumDense("abc,cd->abd", output_shape=(None, 2), bias_axes="d", kernel_initializer="ones")
    >>> layer(np.array([[[1.0, 2.0], [3.0, 4.0]]])).tolist(), layer.kernel.shape
    ([[[3.0, 3.0], [7.0, 7.0]]], (2, 2))
    >>> EinsumDense("...x,xy->...y", output_shape=64, bias_axes="y")(np.ones((5, 32, 128))).shape
    (5, 32, 64)
    """

    def __init__(
        self,
        equation: str,
        output_shape: Any,
        activation: Any = None,
        bias_axes: str | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: None = None,
        lora_alpha: None = None,
        gptq_unpacked_column_size: None = None,
        quantization_config: None = None,
        activity_regularizer: Any = None,
        **kwargs,
    ):
        for name, value in (("lora_rank", lora_rank), ("quantization_config", quantization_config)):
            if value is not None:
                raise ValueError(
                    f"Argument `{name}` of EinsumDense is for large language models and not supported, got {value!r}."
                )
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.equation = equation
        if not are_axes(output_shape):
            raise ValueError(
                f"Argument `output_shape` of EinsumDense must be an integer or a tuple of them, got {output_shape!r}."
            )
        self.partial_output_shape = (output_shape,) if isinstance(output_shape, (int, np.integer)) else tuple(output_shape)
        self.activation = activation
        self.bias_axes = bias_axes
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.quantization_config = quantization_config
        self.kernel = self.bias = None
        split_equation(equation)

    def build(self, input_shape: tuple) -> None:
        """Make W and b."""
        plan = self._plan(input_shape)
        letters, kernel, _, elided = split_equation(self.equation)
        places = range(-len(letters), 0) if elided == "left" else range(len(letters))
        fixed = {i: input_shape[i] for i, letter in zip(places, letters) if letter in kernel}
        self.input_spec = InputSpec(ndim=len(input_shape), axes=fixed)
        self.kernel = self.add_weight(
            shape=plan.kernel_shape,
            initializer=with_axes(self.kernel_initializer, plan),
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        if plan.bias_shape is not None:
            self.bias = self.add_weight(
                shape=plan.bias_shape,
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

    def _plan(self, shape: tuple) -> Plan:
        try:
            return analyse(self.equation, self.bias_axes, tuple(shape), self.partial_output_shape)
        except ValueError as error:
            raise ValueError(f"Layer {self.name!r} (EinsumDense): {error}") from None

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Compute z = Σ x W + b and a = g(z)."""
        path = product(self.equation, x.ndim)
        rows, z = path.forward(x, self.kernel.value)
        if self.bias is not None:
            z = z + self.bias.value
        a = self.bare_activation(z)
        return a, (path, x.shape, rows, z, a)

    def logits(self, kept: tuple) -> np.ndarray:
        """Return z, the output before the activation."""
        return kept[3]

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂a into ∂L/∂x, with ∂L/∂W and ∂L/∂b written on the way."""
        *_, z, a = kept
        return self.backward_from_logits(self.derivative(dy, z, a), kept, need_dx)  # δ = ∂L/∂z = ∂L/∂a · g′(z)

    def backward_from_logits(self, delta: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray | None:
        """The same from δ = ∂L/∂z."""
        path, shape, rows, *_ = kept
        kernel, bias = self.kernel, self.bias
        if bias is not None and bias.trainable:
            first = delta.ndim - bias.ndim
            axes = (*range(first), *(first + i for i, n in enumerate(bias.shape) if n == 1))
            bias.grad[...] = np.add.reduce(delta, axes, keepdims=True).reshape(bias.shape)  # ∂L/∂b = Σ δ
        return path.backward(delta, rows, shape, kernel, need_dx)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the sizes of the output's axes."""
        return self._plan(input_shape).output_shape

    def _own_config(self, leave_out: Any = ()) -> dict:
        absent = "output_shape", "lora_rank", "lora_alpha", "gptq_unpacked_column_size"  # the first is a property of all layers
        config = {"output_shape": self.partial_output_shape, **super()._own_config((*leave_out, *absent))}
        return {**config, "activity_regularizer": regularizers.serialize(self.activity_regularizer)}


def with_axes(initializer: Any, plan: Plan) -> Any:
    """An initializer that counts inputs and outputs, told which axes of W are which."""
    if not isinstance(initializer, VarianceScaling) or None not in (initializer.input_axes, initializer.output_axes):
        return initializer
    config = {**initializer.get_config(), "seed": initializer.seed}
    return type(initializer).from_config({**config, "input_axes": plan.input_axes, "output_axes": plan.output_axes})
