"""Layer normalization: each sample gets mean 0 and variance 1 over its features, then a scale and an offset per feature."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.symbolic import InputSpec
from minikeras.layers.layer import registry
from minikeras.layers.normalization.affine import Affine, checked_axis, known_size, number_from_0
from minikeras.layers.normalization.rows import axes_in, column_sums, from_rows, row_means, row_squares, to_rows


@registry.register
class LayerNormalization(Affine):
    """Normalize each sample: y = γ x̂ + β, x̂ = (x - μ) / √(σ² + ε), μ and σ² over the features of the sample.

    Other samples of the batch have no influence, so training and prediction are the same.

    Args:
        axis: the axis of the features, or a list of axes; the statistics go over them.
        epsilon: ε, at least 0, keeps the root away from 0.
        center, scale: whether there is a β, a γ.
        beta_initializer, gamma_initializer: start values of β and γ, one for each feature.
        beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint: penalties on β and γ, and projections.
        rms_scaling: y = γ x / √(σ² + ε), without μ and β; kept for old models. `RMSNormalization` divides by the root of
            the mean square, which this does not.

    Input and output of any shape.

    References: Ba, Kiros and Hinton, Layer normalization, 2016.

    >>> import numpy as np
    >>> LayerNormalization()(np.array([[1.0, 3.0], [10.0, 30.0]])).tolist()
    [[-0.9995, 0.9995], [-1.0, 1.0]]
    """

    def __init__(
        self,
        axis: Any = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        rms_scaling: bool = False,
        **kwargs,
    ):
        super().__init__(
            center, scale, beta_initializer, gamma_initializer, beta_regularizer, gamma_regularizer, beta_constraint,
            gamma_constraint, **kwargs,
        )  # fmt: skip
        self.axis = checked_axis("LayerNormalization", axis)
        self.epsilon = number_from_0("LayerNormalization", "epsilon", epsilon)
        self.rms_scaling = bool(rms_scaling)

    @property
    def by_rows(self) -> bool:
        """Whether each row follows from that row of the input alone."""
        return 0 not in np.ravel(self.axis)

    def build(self, input_shape: tuple) -> None:
        """Make γ and β for inputs with so many features."""
        shape = feature_shape(self, input_shape)
        if self.scale or self.rms_scaling:
            self.add_gamma(shape)
        if self.center and not self.rms_scaling:
            self.add_beta(shape)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Compute y = γ x̂ + β."""
        axes = axes_in(self.axis, x.ndim)
        rows = to_rows(x, axes)
        hat = rows - row_means(rows)
        inverse = row_squares(hat)  # σ² = Σ (x - μ)² / n
        inverse += self.epsilon
        np.sqrt(inverse, out=inverse)
        np.divide(1.0, inverse, out=inverse)
        hat *= inverse  # x̂ = (x - μ) / √(σ² + ε)
        base = rows * inverse if self.rms_scaling else hat
        y = base
        if self.gamma is not None:
            y = base * self.gamma.value.reshape(-1)
        if self.beta is not None:
            y = np.add(y, self.beta.value.reshape(-1), out=None if y is hat else y)
        return from_rows(y, x, axes), (hat, base, inverse)

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂y into ∂L/∂x, with ∂L/∂γ and ∂L/∂β written on the way."""
        hat, base, inverse = kept
        axes = axes_in(self.axis, dy.ndim)
        rows = to_rows(dy, axes)
        gamma = None if self.gamma is None else self.gamma.value.reshape(-1)
        part = rows * base
        if self.gamma is not None and self.gamma.trainable:
            self.gamma.grad[...] = column_sums(part).reshape(self.gamma.shape)  # ∂L/∂γ = Σ δ x̂
        if self.beta is not None and self.beta.trainable:
            self.beta.grad[...] = column_sums(rows).reshape(self.beta.shape)  # ∂L/∂β = Σ δ
        if not need_dx:
            return None
        part = np.multiply(hat, row_means(part, gamma), out=part)
        if not self.rms_scaling:
            part += row_means(rows, gamma)
        dx = rows - part if gamma is None else rows * gamma
        if gamma is not None:
            dx -= part
        dx *= inverse  # ∂L/∂x = (γ δ - (Σ γ δ + x̂ Σ γ δ x̂) / n) / √(σ² + ε)
        return from_rows(dx, dy, axes)


def feature_shape(layer: Any, shape: tuple) -> tuple[int, ...]:
    """The shape of the weights of a layer that has one for each feature: the sizes of the axes that its ``axis`` names.

    >>> from minikeras.layers import LayerNormalization
    >>> feature_shape(LayerNormalization([-1, 1]), (None, 3, 4))
    (4, 3)
    """
    given = sorted(layer.axis) if isinstance(layer.axis, list) else [layer.axis]
    sizes = tuple(known_size(layer, shape, axis) for axis in given)
    if len(axes_in(layer.axis, len(shape))) < len(given):
        raise ValueError(f"Argument `axis` of layer {layer.name!r} ({type(layer).__name__}) names an axis twice: {layer.axis}.")
    layer.input_spec = InputSpec(min_ndim=max(i + 1 if i >= 0 else -i for i in given), axes=dict(zip(given, sizes)))
    return sizes
