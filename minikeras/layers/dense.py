"""The fully connected layer: a = g(xW + b)."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import constraints, initializers, regularizers
from minikeras._core.symbolic import InputSpec
from minikeras._core.threads import dot
from minikeras.layers.activated import Activated
from minikeras.layers.layer import Layer, registry
from minikeras.layers.sums import ones

MANY = 10_000  # weights; products with fewer are small in any batch but the largest


@registry.register
class Dense(Activated, Layer):
    """Every output unit sees every input: a = g(z), z = xW + b.

    Args:
        units: number of outputs, a positive integer.
        activation: g, by name or as a function; None is linear.
        use_bias: whether there is a b.
        kernel_initializer, bias_initializer: start values of W (inputs x units) and b (units).
        kernel_regularizer, bias_regularizer, activity_regularizer: penalties on W, b and a, added to the loss.
        kernel_constraint, bias_constraint: projections of W and b after each update.

    Input ``(batch, ..., inputs)``, output ``(batch, ..., units)``.

    >>> layer = Dense(2, activation="relu", kernel_initializer="ones")
    >>> layer(np.array([[1.0, 2.0, 3.0]]))
    array([[6., 6.]], dtype=float32)
    >>> layer.kernel.shape, layer.count_params()
    ((3, 2), 8)
    """

    by_rows = True

    supports_masking = True
    _times = staticmethod(dot)  # BLAS at once where W is small

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: None = None,
        lora_alpha: None = None,
        quantization_config: None = None,
        **kwargs,
    ):
        if isinstance(units, bool) or not isinstance(units, (int, np.integer)) or units <= 0:
            raise ValueError(f"Argument `units` of Dense must be a positive integer, got {units!r}.")
        for name, value in (("lora_rank", lora_rank), ("quantization_config", quantization_config)):
            if value is not None:
                raise ValueError(f"Argument `{name}` of Dense is for large language models and not supported, got {value!r}.")
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.units = int(units)
        self.activation = activation
        self.use_bias = bool(use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.lora_rank, self.lora_alpha, self.quantization_config = lora_rank, lora_alpha, quantization_config
        self.input_spec = InputSpec(min_ndim=2)
        self.kernel = self.bias = None

    def build(self, input_shape: tuple) -> None:
        """Make W and b for inputs of this width."""
        inputs = input_shape[-1]
        if inputs is None:
            raise ValueError(f"Layer {self.name!r} (Dense) needs to know the size of the last axis, got shape {input_shape}.")
        self.kernel = self.add_weight(
            shape=(inputs, self.units),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(self.units,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )
        self.input_spec = InputSpec(min_ndim=2, axes={-1: inputs})
        self._times = np.ndarray.dot if self.kernel.size < MANY else dot

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Compute z = xW + b and a = g(z)."""
        kernel, bias, g = self.kernel.value, self.bias, self.bare_activation
        times = self._times if type(x) is np.ndarray is type(kernel) else np.dot  # which asks whose arrays these are: a tape's
        if x.ndim > 2:  # all axes but the last are samples; np.dot of more axes than two knows no BLAS
            z = times(x.reshape(-1, x.shape[-1]), kernel).reshape(*x.shape[:-1], self.units)
        else:
            z = times(x, kernel)
        if bias is not None:
            z += bias.value
        a = g(z)
        return a, (x, z, a)

    def logits(self, kept: tuple) -> np.ndarray:
        """Return z, the output before the activation."""
        return kept[1]

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂a into ∂L/∂x, with ∂L/∂W and ∂L/∂b written on the way."""
        slope = self.derivative
        return self.backward_from_logits(slope(dy, kept[1], kept[2]), kept, need_dx)  # δ = ∂L/∂z = ∂L/∂a · g′(z)

    def backward_from_logits(self, delta: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray | None:
        """The same from δ = ∂L/∂z."""
        x, kernel, bias = kept[0], self.kernel, self.bias
        times = self._times if type(x) is np.ndarray is type(delta) else np.dot
        rows, xs = delta, x
        if x.ndim > 2:
            rows, xs = delta.reshape(-1, self.units), x.reshape(-1, x.shape[-1])
        if kernel.trainable:
            times(xs.T, rows, kernel.grad)  # ∂L/∂W = xᵀ δ
        if bias is not None and bias.trainable:
            ones(rows).dot(rows, bias.grad)  # ∂L/∂b = Σ δ, as a product: three times faster than sum()
        if not need_dx:
            return None
        dx = times(rows, kernel.value.T)  # ∂L/∂x = δ Wᵀ
        return dx if x.ndim == 2 else dx.reshape(x.shape)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return ``(batch, ..., units)``."""
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict:
        """Return the arguments that rebuild this layer; those of LoRA are not among them, as in Keras."""
        config = super().get_config()
        return {name: value for name, value in config.items() if name not in ("lora_rank", "lora_alpha")}
