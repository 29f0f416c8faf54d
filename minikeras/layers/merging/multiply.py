"""The product of several arrays, entry by entry."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from minikeras.layers.layer import registry
from minikeras.layers.merging.base_merge import Merge, wide


@registry.register
class Multiply(Merge):
    """The product of the inputs entry by entry, y = a · b · ...: gates, attention weights.

    Where an input is masked it counts as 1; where all are, y = 0.

    Input: a list of arrays of one shape, or of shapes that broadcast. Output: an array of the common shape.

    >>> Multiply()([np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]])]).tolist()
    [[10.0, 40.0]]
    """

    by_rows = True

    def merge(self, arrays: list, masks: list) -> tuple[np.ndarray, tuple]:
        """Compute y = a · b · ..."""
        masks = [wide(m, a) for m, a in zip(masks, arrays)]
        factors = [a if m is None else np.where(m, a, np.ones((), a.dtype)) for a, m in zip(arrays, masks)]
        y = functools.reduce(np.multiply, factors)
        there = None if any(m is None for m in masks) else functools.reduce(np.logical_or, masks)
        if there is not None:
            y = np.where(there, y, np.zeros((), y.dtype))
        return y, (factors, masks)

    def shares(self, dy: np.ndarray, arrays: list, kept: tuple) -> list:
        """∂L/∂a = ∂L/∂y · the product of the others"""
        factors, masks = kept
        before, after = [dy], [None]  # products from the left, with ∂L/∂y, and from the right: no division, 0 is allowed
        for left, right in zip(factors[:-1], factors[:0:-1]):
            before.append(before[-1] * left)
            after.append(right if after[-1] is None else after[-1] * right)
        shares = [b if a is None else b * a for b, a in zip(before, reversed(after))]
        return [share if m is None else share * m for share, m in zip(shares, masks)]


def multiply(inputs: list, **kwargs: Any) -> Any:
    """The product of arrays entry by entry, or of what layers will give: a call of the layer `Multiply`.

    Args:
        inputs: a list of arrays or symbolic tensors.
        **kwargs: arguments of the layer, such as ``name``.

    >>> multiply([np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]])]).tolist()
    [[10.0, 40.0]]
    """
    return Multiply(**kwargs)(inputs)
