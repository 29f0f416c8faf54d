"""UpSampling2D: larger images, by repeating pixels or by interpolation."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.resample import KERNELS, along, resample_matrix
from minikeras.layers.data_format import standardize_data_format
from minikeras.layers.layer import registry
from minikeras.layers.reshaping.base_up_sampling import BaseUpSampling
from minikeras.layers.sizes import space_axes, standardize_sizes


@registry.register
class UpSampling2D(BaseUpSampling):
    """Larger images: each pixel several times, or means of the pixels around.

    Args:
        size: how much larger, a positive integer, or one for rows and one for columns.
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.
        interpolation: ``"nearest"`` repeats pixels; ``"bilinear"``, ``"bicubic"``, ``"lanczos3"`` and ``"lanczos5"`` weigh
            the pixels around: y = A x Bᵀ, each row of the matrices A and B with the sum 1.

    Input ``(batch, rows, columns, channels)``, output ``(batch, rows · size, columns · size, channels)``; with
    ``"channels_first"`` the channels stand after the batch.

    >>> UpSampling2D((1, 2))([[[[1], [3]]]]).tolist()
    [[[[1], [1], [3], [3]]]]
    >>> UpSampling2D((1, 2), interpolation="bilinear")([[[[1.0], [3.0]]]]).tolist()
    [[[[1.0], [1.5], [2.5], [3.0]]]]
    """

    axes = 2

    def __init__(self, size: Any = (2, 2), data_format: str | None = None, interpolation: str = "nearest", **kwargs):
        super().__init__(**kwargs)
        self.size = standardize_sizes("UpSampling2D", "size", size, 2)
        self.data_format = standardize_data_format("UpSampling2D", data_format)
        self.interpolation = interpolation.lower() if isinstance(interpolation, str) else interpolation
        if self.interpolation not in ("nearest", *KERNELS):
            known = ", ".join(repr(name) for name in ("nearest", *sorted(KERNELS)))
            raise ValueError(f"Argument `interpolation` of UpSampling2D must be one of {known}, got {interpolation!r}.")
        self.float_inputs = self.interpolation != "nearest"
        self._factors = tuple(zip(space_axes(self.data_format, 2), self.size))

    def factors(self) -> tuple[tuple[int, int], ...]:
        """The axes of rows and columns, and how often each is repeated."""
        return self._factors

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple | None]:
        """Repeat the pixels, or compute y = A x Bᵀ."""
        if self.interpolation == "nearest":
            return super().forward(x, training)
        shape = x.shape
        for axis, times in self._factors:
            x = along(resample_matrix(shape[axis], shape[axis] * times, self.interpolation), x, axis)
        return x, shape

    def backward(self, dy: np.ndarray, kept: tuple | None, need_dx: bool = True) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x."""
        if kept is None:
            return super().backward(dy, kept, need_dx)
        for axis, times in self._factors:
            dy = along(resample_matrix(kept[axis], kept[axis] * times, self.interpolation).T, dy, axis)  # ∂L/∂x = Aᵀ ∂L/∂y B
        return dy
