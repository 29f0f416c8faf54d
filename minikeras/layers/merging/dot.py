"""Scalar products of two arrays, sample by sample."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras.config import epsilon
from minikeras.layers.layer import registry
from minikeras.layers.merging.base_merge import Merge, naming, shapes_of


@registry.register
class Dot(Merge):
    """Scalar products along one axis of each of two inputs: y[b, i, j] = Σ_k a[b, i, k] c[b, j, k].

    Args:
        axes: the axis that is summed over, an integer, or a pair of integers, one for each input. Axis 0, the batch, can't be.
        normalize: whether the vectors are divided by their lengths first, so that y is the cosine of their angle.

    Input: a list of two arrays, ``(batch, ..., k, ...)`` each. Output: the batch, then all other axes of the first, then
    those of the second; ``(batch, 1)`` if there are none.

    >>> Dot(axes=1)([np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])]).tolist()
    [[11.0]]
    >>> Dot(axes=(1, 2))([np.ones((4, 3, 5)), np.ones((4, 10, 3))]).shape
    (4, 5, 10)
    """

    by_rows = True

    def __init__(self, axes: Any, normalize: bool = False, **kwargs):
        if isinstance(axes, (list, tuple)) and (len(axes) != 2 or not all(type(i) is int for i in axes)):
            raise ValueError(f"Argument `axes` of Dot must be an integer or two integers, got {axes!r}.")
        if not isinstance(axes, (int, list, tuple)) or isinstance(axes, bool):
            raise TypeError(f"Argument `axes` of Dot must be an integer or two integers, got {axes!r}.")
        super().__init__(**kwargs)
        self.axes = axes
        self.normalize = bool(normalize)

    def build(self, input_shape: list) -> None:
        """Check that the axes have the same size."""
        self.compute_output_shape(input_shape)

    def forward(self, x: list, training: bool = False, *, mask: list | None = None) -> tuple[np.ndarray, tuple]:
        """Compute y = Σ a c."""
        a, c = (np.moveaxis(array, axis, -1) for array, axis in zip(x, self._own_axes([array.shape for array in x])))
        scales = None
        if self.normalize:
            (a, p), (c, q) = unit(a), unit(c)
            scales = p, q
        shape = (*a.shape[:-1], *c.shape[1:-1])
        rows, others = (v.reshape(len(v), math.prod(v.shape[1:-1]), v.shape[-1]) for v in (a, c))
        y = np.matmul(rows, others.transpose(0, 2, 1))  # y = a cᵀ for each sample
        return y.reshape(shape if len(shape) > 1 else (*shape, 1)), (x, rows, others, a.shape, c.shape, scales)

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> list | None:
        """Turn ∂L/∂y into ∂L/∂a and ∂L/∂c."""
        if not need_dx:
            return None
        x, rows, others, *shapes, scales = kept
        dy = dy.reshape(len(dy), rows.shape[1], others.shape[1])
        da = np.matmul(dy, others)  # ∂L/∂a = ∂L/∂y c
        dc = np.matmul(dy.transpose(0, 2, 1), rows)  # ∂L/∂c = ∂L/∂yᵀ a
        grads = [d.reshape(shape) for d, shape in zip((da, dc), shapes)]
        if scales is not None:
            units = (v.reshape(shape) for v, shape in zip((rows, others), shapes))
            grads = [unit_rule(d, v, scale) for d, v, scale in zip(grads, units, scales)]
        return [np.moveaxis(d, -1, axis) for d, axis in zip(grads, self._own_axes([array.shape for array in x]))]

    def _own_axes(self, shapes: list[tuple]) -> list[int]:
        axes = [self.axes] * 2 if isinstance(self.axes, int) else self.axes
        if any(not -len(shape) <= axis < len(shape) for axis, shape in zip(axes, shapes)):
            raise ValueError(f"{naming(self)} has axes={self.axes}, which inputs of shapes {shapes} don't have.")
        axes = [axis % len(shape) for axis, shape in zip(axes, shapes)]
        if 0 in axes:
            raise ValueError(f"{naming(self)} can't sum over axis 0, the batch: got axes={self.axes} for shapes {shapes}.")
        return axes

    def compute_output_shape(self, input_shape: list) -> tuple:
        """Return the batch and all axes that are not summed over."""
        one, two = shapes_of(self, input_shape, 2)
        i, j = self._own_axes([one, two])
        if None not in (one[i], two[j]) and one[i] != two[j]:
            raise ValueError(
                f"{naming(self)} needs axes of one size, got {one[i]} (axis {i} of {one}) and {two[j]} (axis {j} of {two})."
            )
        shape = (*one[:i], *one[i + 1 :], *two[1:j], *two[j + 1 :])
        return shape if len(shape) > 1 else (*shape, 1)

    def compute_mask(self, inputs: list, mask: list | None = None) -> None:
        """The output has no mask."""
        return None


def unit(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vectors of length 1 along the last axis, a / ‖a‖, and the scales 1 / ‖a‖, which are at most 1 / `epsilon`.

    >>> unit(np.array([[3.0, 4.0]]))
    (array([[0.6, 0.8]]), array([[0.2]]))
    """
    with np.errstate(divide="ignore"):
        scale = np.minimum(1 / np.sqrt(np.add.reduce(a * a, -1, keepdims=True)), 1 / epsilon())
    return a * scale, scale


def unit_rule(du: np.ndarray, u: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """∂L/∂a = (∂L/∂u - u Σ u ∂L/∂u) / ‖a‖, without the second term where the scale is at its bound"""
    along = np.add.reduce(u * du, -1, keepdims=True)
    return scale * (du - u * along * (scale < 1 / epsilon()))


def dot(inputs: list, axes: Any = -1, **kwargs: Any) -> Any:
    """Scalar products of two arrays, or of what layers will give: a call of the layer `Dot`.

    Args:
        inputs: a list of two arrays or symbolic tensors.
        axes: the axis that is summed over, or a pair of them.
        **kwargs: arguments of the layer: ``normalize``, ``name`` ...

    >>> dot([np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])]).tolist()
    [[11.0]]
    """
    return Dot(axes=axes, **kwargs)(inputs)
