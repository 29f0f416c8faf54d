"""What the normalizations have in common that end in y = γ x̂ + β: the arguments and the two weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import constraints, initializers, regularizers
from minikeras._core.arguments import scalar
from minikeras.layers.identity import SameShape


class Affine(SameShape):
    """Base of layers with a scale γ and an offset β.

    Args:
        center, scale: whether there is a β, a γ.
        beta_initializer, gamma_initializer: start values of β and γ.
        beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint: penalties on β and γ, and projections.
    """

    def __init__(
        self,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.center, self.scale = bool(center), bool(scale)
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer, self.gamma_regularizer = regularizers.get(beta_regularizer), regularizers.get(gamma_regularizer)
        self.beta_constraint, self.gamma_constraint = constraints.get(beta_constraint), constraints.get(gamma_constraint)
        self.gamma = self.beta = None

    def add_gamma(self, shape: tuple) -> None:
        """Make γ."""
        self.gamma = self.add_weight(
            shape=shape,
            initializer=self.gamma_initializer,
            regularizer=self.gamma_regularizer,
            constraint=self.gamma_constraint,
            name="gamma",
        )

    def add_beta(self, shape: tuple) -> None:
        """Make β."""
        self.beta = self.add_weight(
            shape=shape,
            initializer=self.beta_initializer,
            regularizer=self.beta_regularizer,
            constraint=self.beta_constraint,
            name="beta",
        )


def number_from_0(layer: str, argument: str, value: Any, most: float = float("inf")) -> float:
    """Return an argument as a float that must lie between 0 and ``most``.

    >>> number_from_0("BatchNormalization", "momentum", 0.9, 1.0)
    0.9
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1.0
    if not 0.0 <= number <= most:
        bounds = "at least 0" if most > 1.0 else f"a number from 0 to {most:g}"
        raise ValueError(f"Argument `{argument}` of {layer} must be {bounds}, got {value!r}.")
    return number


def checked_axis(layer: str, axis: Any) -> int | list[int]:
    """Return an argument that is one axis or a list of axes.

    >>> checked_axis("LayerNormalization", -1), checked_axis("LayerNormalization", (1, 2))
    (-1, [1, 2])
    """
    axis = scalar(axis)
    several = axis if isinstance(axis, (list, tuple)) else [axis]
    if not several or any(isinstance(i, bool) or not isinstance(i, (int, np.integer)) for i in several):
        raise ValueError(f"Argument `axis` of {layer} must be an integer or a list of integers, got {axis!r}.")
    return [int(i) for i in several] if isinstance(axis, (list, tuple)) else int(axis)


def one_axis(layer: str, axis: Any) -> int:
    """Return an argument that is one axis; TensorFlow's files write it as a list of one.

    >>> one_axis("BatchNormalization", [3])
    3
    """
    one = scalar(axis[0] if isinstance(axis, (list, tuple)) and len(axis) == 1 else axis)
    if isinstance(one, bool) or not isinstance(one, (int, np.integer)):
        raise ValueError(f"Argument `axis` of {layer} must be one integer, got {axis!r}.")
    return int(one)


def known_size(layer: Any, shape: tuple, axis: int) -> int:
    """Return the size of an axis of the input, which must exist and be known when a layer is built.

    >>> known_size(None, (None, 3), -1)
    3
    """
    kind = type(layer).__name__
    if not -len(shape) <= axis < len(shape):
        raise ValueError(f"Layer {layer.name!r} ({kind}) finds no axis {axis} in {shape}, its input.")
    if shape[axis] is None:
        raise ValueError(f"Layer {layer.name!r} ({kind}) needs to know the size of axis {axis}, got shape {shape}.")
    return shape[axis]
