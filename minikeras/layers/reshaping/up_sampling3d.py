"""UpSampling3D: each place of volumes several times."""

from __future__ import annotations

from typing import Any

from minikeras.layers.data_format import standardize_data_format
from minikeras.layers.layer import registry
from minikeras.layers.reshaping.base_up_sampling import BaseUpSampling
from minikeras.layers.sizes import space_axes, standardize_sizes


@registry.register
class UpSampling3D(BaseUpSampling):
    """Each place of volumes several times along each axis of space.

    Args:
        size: how often, a positive integer, or one for each axis of space.
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.

    Input ``(batch, rows, columns, slices, channels)``, or the channels after the batch; output alike, the sizes of space
    multiplied.

    >>> UpSampling3D((1, 1, 2))([[[[[1], [2]]]]]).tolist()
    [[[[[1], [1], [2], [2]]]]]
    """

    axes = 3

    def __init__(self, size: Any = (2, 2, 2), data_format: str | None = None, **kwargs):
        super().__init__(**kwargs)
        self.size = standardize_sizes("UpSampling3D", "size", size, 3)
        self.data_format = standardize_data_format("UpSampling3D", data_format)
        self._factors = tuple(zip(space_axes(self.data_format, 3), self.size))

    def factors(self) -> tuple[tuple[int, int], ...]:
        """The axes of space, and how often each is repeated."""
        return self._factors
