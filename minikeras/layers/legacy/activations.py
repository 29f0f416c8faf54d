"""Activations with weights that Keras 1 had."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import activations, initializers
from minikeras.layers.layer import Layer, registry


class _Shaped(Layer):
    """One weight of each kind for every unit, or for those along the axes that are not shared."""

    @property
    def fixed_axes(self) -> list[int]:
        """The axes along which each unit has a weight of its own."""
        return [axis for axis in range(1, len(self._build_shape)) if axis not in (self.shared_axes or ())]

    def _add(self, name: str, input_shape: tuple, initializer: Any) -> Any:
        shape = [1 if i in (self.shared_axes or ()) else n for i, n in enumerate(input_shape[1:], 1)]
        return self.add_weight(shape=tuple(shape), initializer=initializer, name=name)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the shape of the input."""
        return tuple(input_shape)


@registry.register
class ParametricSoftplus(_Shaped):
    """y = α · ln(1 + exp(β x)), with α and β learned.

    Args:
        alpha_init, beta_init: their start values.
        shared_axes: the axes along which units share them.

    >>> ParametricSoftplus(alpha_init=1.0, beta_init=1.0)(np.array([[0.0]])).round(3).tolist()
    [[0.693]]
    """

    def __init__(self, alpha_init: float = 0.2, beta_init: float = 5.0, shared_axes: Any = None, **kwargs):
        super().__init__(**kwargs)
        self.alpha_init, self.beta_init, self.shared_axes = alpha_init, beta_init, shared_axes

    def build(self, input_shape: tuple) -> None:
        """Make α and β."""
        self.alpha = self._add("alpha", input_shape, initializers.Constant(self.alpha_init))
        self.beta = self._add("beta", input_shape, initializers.Constant(self.beta_init))

    def call(self, x: Any) -> Any:
        """Compute y = α · ln(1 + exp(β x))."""
        return activations.softplus(self.beta * x) * self.alpha


@registry.register
class SReLU(_Shaped):
    """An S of three straight lines: slope a_l below t_l, 1 from there to t_r, a_r above; all four are learned.

    Args:
        t_left_init, a_left_init, t_right_init, a_right_init: start values; t_r is kept as its distance from t_l.
        shared_axes: the axes along which units share them.

    References: Jin et al., Deep learning with S-shaped rectified linear activation units, AAAI 2016.

    >>> SReLU(t_right_init="ones", a_left_init="zeros")(np.array([[-1.0, 0.5]])).tolist()
    [[0.0, 0.5]]
    """

    def __init__(
        self,
        t_left_init: Any = "zeros",
        a_left_init: Any = "glorot_uniform",
        t_right_init: Any = "glorot_uniform",
        a_right_init: Any = "ones",
        shared_axes: Any = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.t_left_init, self.a_left_init = initializers.get(t_left_init), initializers.get(a_left_init)
        self.t_right_init, self.a_right_init = initializers.get(t_right_init), initializers.get(a_right_init)
        self.shared_axes = shared_axes

    def build(self, input_shape: tuple) -> None:
        """Make the thresholds and slopes."""
        self.t_left = self._add("t_left", input_shape, self.t_left_init)
        self.a_left = self._add("a_left", input_shape, self.a_left_init)
        self.t_right = self._add("t_right", input_shape, self.t_right_init)
        self.a_right = self._add("a_right", input_shape, self.a_right_init)

    def call(self, x: Any) -> Any:
        """Compute the three lines."""
        low, high = self.t_left, self.t_left + np.abs(self.t_right)
        middle = low + np.minimum(np.maximum(x - low, 0.0), high - low) + self.a_left * np.minimum(x - low, 0.0)
        return middle + self.a_right * np.maximum(x - high, 0.0)
