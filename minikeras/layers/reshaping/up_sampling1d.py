"""UpSampling1D: each step of a series several times."""

from __future__ import annotations

from typing import Any

from minikeras.layers.layer import registry
from minikeras.layers.reshaping.base_up_sampling import BaseUpSampling
from minikeras.layers.sizes import standardize_sizes


@registry.register
class UpSampling1D(BaseUpSampling):
    """Each step of a series several times, one after the other.

    Args:
        size: how often, a positive integer.

    Input ``(batch, steps, channels)``, output ``(batch, steps · size, channels)``.

    >>> UpSampling1D(2)([[[1], [2]]]).tolist()
    [[[1], [1], [2], [2]]]
    """

    axes = 1

    def __init__(self, size: Any = 2, **kwargs):
        super().__init__(**kwargs)
        self.size = standardize_sizes("UpSampling1D", "size", size, 1)[0]

    def factors(self) -> tuple[tuple[int, int], ...]:
        """The axis of steps, and how often they are repeated."""
        return ((1, self.size),)
