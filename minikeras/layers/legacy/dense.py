"""Relatives of the Dense layer that Keras 1 had."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import activations, constraints, initializers, regularizers
from minikeras._core.old_arguments import Old, teach
from minikeras.layers.layer import Layer, registry
from minikeras.layers.old_arguments import KERNEL


class _Kernels(Layer):
    """What the layers here are made of."""

    fixed_axes = (-1,)

    def __init__(
        self,
        kernel_initializer: Any = "glorot_uniform",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_bias: bool = True,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.use_bias = bool(use_bias)

    def _add_kernel(self, name: str, shape: tuple) -> Any:
        how = {"regularizer": self.kernel_regularizer, "constraint": self.kernel_constraint}
        return self.add_weight(shape=shape, initializer=self.kernel_initializer, name=name, **how)

    def _add_bias(self, name: str, shape: tuple, initializer: Any = "zeros") -> Any:
        if not self.use_bias:
            return 0.0
        how = {"regularizer": self.bias_regularizer, "constraint": self.bias_constraint}
        return self.add_weight(shape=shape, initializer=initializer, name=name, **how)


@registry.register
class Highway(_Kernels):
    """A Dense layer with a way past it: y = t · g(xW + b) + (1 - t) · x, with the gate t = σ(xW' + b').

    Args:
        init: start values of W and W'; ``kernel_initializer`` is the same.
        activation: g, by name or as a function; None is linear.
        W_regularizer, b_regularizer, W_constraint, b_constraint: penalties on the weights, projections.
        bias: whether there are b and b'.
        transform_bias: start value of b': below 0, most of x passes by at first.

    Input and output ``(batch, features)``.

    References: Srivastava, Greff and Schmidhuber, Highway networks, arXiv:1505.00387 (2015).

    >>> layer = Highway(activation="relu", transform_bias=-50.0)
    >>> layer(np.array([[1.0, -2.0]])).round(3).tolist()
    [[1.0, -2.0]]
    """

    def __init__(self, kernel_initializer: Any = "glorot_uniform", activation: Any = None, transform_bias: float = -1, **kw):
        super().__init__(kernel_initializer, **kw)
        self.activation = activations.get(activation)
        self.transform_bias = transform_bias

    def build(self, input_shape: tuple) -> None:
        """Make W, W', b and b'."""
        n = input_shape[-1]
        self.kernel = self._add_kernel("kernel", (n, n))
        self.carry_kernel = self._add_kernel("carry_kernel", (n, n))
        self.bias = self._add_bias("bias", (n,))
        self.carry_bias = self._add_bias("carry_bias", (n,), initializers.Constant(self.transform_bias))

    def call(self, x: Any) -> Any:
        """Compute y = t · g(xW + b) + (1 - t) · x."""
        t = activations.sigmoid(np.dot(x, self.carry_kernel) + self.carry_bias)
        return t * self.activation(np.dot(x, self.kernel) + self.bias) + (1.0 - t) * x

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the input."""
        return tuple(input_shape)


@registry.register
class MaxoutDense(_Kernels):
    """The largest of several linear functions: y = max_k (x W_k + b_k).

    Args:
        units: the width of the output; ``output_dim`` is the same.
        nb_feature: how many linear functions there are.
        init: start values of W; ``kernel_initializer`` is the same.
        W_regularizer, b_regularizer, W_constraint, b_constraint: penalties on the weights, projections.
        bias: whether there is a b.

    Input ``(batch, features)``, output ``(batch, units)``.

    References: Goodfellow et al., Maxout networks, ICML 2013.

    >>> MaxoutDense(3, nb_feature=2)(np.ones((4, 5))).shape
    (4, 3)
    """

    def __init__(self, units: int, nb_feature: int = 4, kernel_initializer: Any = "glorot_uniform", **kwargs):
        super().__init__(kernel_initializer, **kwargs)
        self.units, self.nb_feature = int(units), int(nb_feature)

    def build(self, input_shape: tuple) -> None:
        """Make W and b."""
        self.kernel = self._add_kernel("kernel", (self.nb_feature, input_shape[-1], self.units))
        self.bias = self._add_bias("bias", (self.nb_feature, 1, self.units))

    def call(self, x: Any) -> Any:
        """Compute y = max_k (x W_k + b_k)."""
        return np.max(np.matmul(x, self.kernel) + self.bias, axis=0)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return ``(batch, units)``."""
        return (input_shape[0], self.units)


teach(Highway, Old(KERNEL))
teach(MaxoutDense, Old({"output_dim": "units", **KERNEL}))
