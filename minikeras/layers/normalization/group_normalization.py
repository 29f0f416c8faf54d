"""Group normalization: groups of channels of each sample get mean 0 and variance 1, then a scale and an offset per channel."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras._core.symbolic import InputSpec
from minikeras.layers.layer import registry
from minikeras.layers.normalization.affine import Affine, known_size, number_from_0, one_axis
from minikeras.layers.normalization.rows import fold
from minikeras.layers.sizes import whole


@registry.register
class GroupNormalization(Affine):
    """Normalize groups of channels: y = γ x̂ + β, x̂ = (x - μ) / √(σ² + ε), μ and σ² over a group of channels of a sample.

    Other samples of the batch have no influence. One group is much like `LayerNormalization` over all axes; as many groups
    as channels is instance normalization.

    Args:
        groups: number of groups, by which the number of channels can be divided; -1 for one group per channel.
        axis: the axis of the channels.
        epsilon: ε, at least 0, keeps the root away from 0.
        center, scale: whether there is a β, a γ.
        beta_initializer, gamma_initializer: start values of β and γ, one for each channel.
        beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint: penalties on β and γ, and projections.

    Input and output of any shape, the batch first.

    References: Wu and He, Group normalization, ECCV 2018.

    >>> import numpy as np
    >>> GroupNormalization(2)(np.array([[1.0, 3.0, 10.0, 30.0]])).tolist()
    [[-0.9995, 0.9995, -1.0, 1.0]]
    """

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 1e-3,
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
        super().__init__(
            center, scale, beta_initializer, gamma_initializer, beta_regularizer, gamma_regularizer, beta_constraint,
            gamma_constraint, **kwargs,
        )  # fmt: skip
        if not whole(groups, 1) and not (whole(groups, -1) and groups == -1):
            raise ValueError(f"Argument `groups` of GroupNormalization must be a positive integer or -1, got {groups!r}.")
        self.groups = int(groups)
        self.axis = one_axis("GroupNormalization", axis)
        self.epsilon = number_from_0("GroupNormalization", "epsilon", epsilon)
        self._channels = 0  # known when it is built

    def build(self, input_shape: tuple) -> None:
        """Make γ and β for inputs with so many channels."""
        channels = known_size(self, input_shape, self.axis)
        if self.axis % len(input_shape) == 0:
            raise ValueError(
                f"Layer {self.name!r} (GroupNormalization) has its channels on axis {self.axis}, that of the batch."
            )
        groups = channels if self.groups == -1 else self.groups
        if channels % groups:
            raise ValueError(
                f"Layer {self.name!r} (GroupNormalization) can't make {groups} equal groups of {channels} channels, which its "
                f"input of shape {input_shape} has on axis {self.axis}. Take a number of groups that divides {channels}."
            )
        self._channels = channels
        if self.scale:
            self.add_gamma((channels,))
        if self.center:
            self.add_beta((channels,))
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: channels})

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Compute y = γ x̂ + β."""
        wide, times = self._lay_out(x)
        mean = self._means(self._sums(wide), wide)  # μ = Σ x / n over each group, one for each channel of each sample
        centered = wide - self._tile(mean, times)
        variance = self._means(self._sums(centered * centered), wide)  # σ² = Σ (x - μ)² / n
        inverse = 1.0 / np.sqrt(variance + self.epsilon)
        y = centered * self._tile(self._slope(inverse), times)  # y = γ x̂ + β, x̂ = (x - μ) / √(σ² + ε)
        if self.center:
            y += np.tile(self.beta.value, times)
        return self._lay_back(y, x), (centered, inverse, times)

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂y into ∂L/∂x, with ∂L/∂γ and ∂L/∂β written on the way."""
        centered, inverse, times = kept
        delta = self._lay_out(dy)[0]
        part = delta * centered
        along, total = self._sums(part) * inverse, self._sums(delta)  # Σ δ x̂ and Σ δ, for each channel of each sample
        if self.scale and self.gamma.trainable:
            np.add.reduce(along, 0, out=self.gamma.grad)  # ∂L/∂γ = Σ δ x̂
        if self.center and self.beta.trainable:
            np.add.reduce(total, 0, out=self.beta.grad)  # ∂L/∂β = Σ δ
        if not need_dx:
            return None
        along, total = self._means(self._slope(along), delta), self._means(self._slope(total), delta)
        dx = delta * self._tile(self._slope(inverse), times)
        dx -= np.multiply(centered, self._tile(along * inverse * inverse, times), out=part)
        dx -= self._tile(total * inverse, times)  # ∂L/∂x = (γ δ - (Σ γ δ + x̂ Σ γ δ x̂) / n) / √(σ² + ε)
        return self._lay_back(dx, dy)

    def _slope(self, factor: np.ndarray) -> np.ndarray:
        return factor * self.gamma.value if self.scale else factor

    def _lay_out(self, x: np.ndarray) -> tuple[np.ndarray, int]:
        """Lay an array out as (batch, places, channels), several places side by side where channels are few."""
        if x.dtype.itemsize == 2:
            x = x.astype("float32")
        x = np.moveaxis(x, self.axis, -1)
        places, channels = math.prod(x.shape[1:-1]), x.shape[-1]
        times = fold(places, channels, len(x))
        return x.reshape(len(x), places // times, times * channels), times

    def _lay_back(self, wide: np.ndarray, like: np.ndarray) -> np.ndarray:
        """Give numbers the layout and the precision of the array they come from."""
        shape = list(like.shape)
        shape.append(shape.pop(self.axis))
        return np.moveaxis(wide.reshape(shape), -1, self.axis).astype(like.dtype, copy=False)

    def _sums(self, wide: np.ndarray) -> np.ndarray:
        """The sum of each channel of each sample, shape (batch, channels)."""
        sums = np.add.reduce(wide, 1)
        return np.add.reduce(sums.reshape(len(wide), wide.shape[2] // self._channels, self._channels), 1)

    def _means(self, sums: np.ndarray, wide: np.ndarray) -> np.ndarray:
        """Sums of channels to means of groups, written out for each channel."""
        groups = self._channels if self.groups == -1 else self.groups
        size = self._channels // groups
        n = max(wide.shape[1] * wide.shape[2] // groups, 1)
        means = np.add.reduce(sums.reshape(len(sums), groups, size), 2) * (1.0 / n)
        return np.repeat(means, size, axis=1)

    def _tile(self, vectors: np.ndarray, times: int) -> np.ndarray:
        """A number for each channel of each sample as one for each number of a row."""
        return np.tile(vectors, times)[:, None]
