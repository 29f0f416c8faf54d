"""Several arrays, one behind the other."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from minikeras._core.arguments import scalar
from minikeras.layers.layer import registry
from minikeras.layers.merging.base_merge import Merge, masks_of, naming, shapes_of


@registry.register
class Concatenate(Merge):
    """The inputs, one behind the other along an axis: what joins branches, skips and features.

    Args:
        axis: the axis along which they are joined, an integer; the batch is axis 0.

    Input: a list of arrays whose shapes are equal but for this axis. Output: an array in which its sizes add up.

    >>> Concatenate()([np.array([[1.0, 2.0]]), np.array([[3.0]])]).tolist()
    [[1.0, 2.0, 3.0]]
    """

    def __init__(self, axis: int = -1, **kwargs):
        axis = scalar(axis)
        if isinstance(axis, bool) or not isinstance(axis, (int, np.integer)):
            raise ValueError(f"Argument `axis` of Concatenate must be an integer, got {axis!r}.")
        super().__init__(**kwargs)
        self.axis = int(axis)

    @property
    def by_rows(self) -> bool:
        """Whether rows are joined with rows, not batches with batches."""
        return self.axis > 0 or self.axis == -1

    def build(self, input_shape: list) -> None:
        """Check that the shapes go together."""
        self.compute_output_shape(input_shape)

    def forward(self, x: list, training: bool = False, *, mask: list | None = None) -> tuple[np.ndarray, list[int]]:
        """Join the arrays."""
        return np.concatenate(x, self.axis), [a.shape[self.axis] for a in x]

    def backward(self, dy: np.ndarray, kept: list[int], need_dx: bool = True) -> list | None:
        """Cut ∂L/∂y where the inputs were joined."""
        return np.split(dy, list(itertools.accumulate(kept))[:-1], self.axis) if need_dx else None

    def compute_output_shape(self, input_shape: list) -> tuple:
        """Return the common shape, with the sizes of the axis added up."""
        shapes = shapes_of(self, input_shape)
        rank = len(shapes[0])
        if not -rank <= self.axis < rank:
            raise ValueError(f"{naming(self)} has axis={self.axis}, which inputs of shapes {shapes} don't have.")
        axis, merged = self.axis % rank, []
        for i, sizes in enumerate(itertools.zip_longest(*shapes, fillvalue=-1)):
            known = set(sizes) - {None}
            if i != axis and len(known) > 1 or -1 in known:
                raise ValueError(f"{naming(self)} needs shapes that are equal but for axis {self.axis}, got {shapes}.")
            size = known.pop() if known and i != axis else None
            merged.append(size if i != axis or None in sizes else sum(sizes))
        return tuple(merged)

    def compute_mask(self, inputs: list, mask: list | None = None) -> np.ndarray | None:
        """The masks joined like the inputs; an input without one counts as not masked."""
        masks = masks_of(self, inputs, mask)
        if all(m is None for m in masks):
            return None
        full = []
        for a, m in zip(inputs, masks):
            m = np.ones((), bool) if m is None else np.asarray(m, bool)
            m = m if m.ndim == np.ndim(a) or not m.ndim else m[..., None]
            full.append(np.broadcast_to(m, np.shape(a)))
        return np.logical_or.reduce(np.concatenate(full, self.axis), -1)


def concatenate(inputs: list, axis: int = -1, **kwargs: Any) -> Any:
    """Arrays, or what layers will give, one behind the other: a call of the layer `Concatenate`.

    Args:
        inputs: a list of arrays or symbolic tensors.
        axis: the axis along which they are joined.
        **kwargs: arguments of the layer, such as ``name``.

    >>> concatenate([np.array([[1.0, 2.0]]), np.array([[3.0]])]).tolist()
    [[1.0, 2.0, 3.0]]
    """
    return Concatenate(axis=axis, **kwargs)(inputs)
