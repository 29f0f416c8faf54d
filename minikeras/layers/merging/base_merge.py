"""What the layers that merge a list of arrays entry by entry have in common: broadcasting, shapes, masks."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from minikeras.layers.layer import Layer


class Merge(Layer):
    """Base of layers that take a list of arrays of the same shape, or of shapes that NumPy broadcasts.

    Arrays with fewer axes than the others get new ones of size 1 after the batch. A subclass gives ``merge`` and
    ``shares``, which see arrays of one rank.
    """

    supports_masking = True

    def build(self, input_shape: list) -> None:
        """Check that the shapes go together."""
        shapes = shapes_of(self, input_shape)
        if len({shape[0] for shape in shapes if shape} - {None}) > 1:
            raise ValueError(f"{naming(self)} can't merge inputs of different batch sizes, got shapes {shapes}.")
        self._merged(shapes)

    def _merged(self, shapes: list[tuple]) -> tuple:
        """The shape of the output without the batch."""
        merged = shapes[0][1:]
        for shape in shapes[1:]:
            merged = broadcast(merged, shape[1:])
            if merged is None:
                raise ValueError(
                    f"{naming(self)} needs inputs of shapes that are equal or broadcast (sizes equal or 1), got {shapes}."
                )
        return merged

    def forward(self, x: list, training: bool = False, *, mask: list | None = None) -> tuple[np.ndarray, tuple]:
        """Merge the arrays."""
        rank = max(np.ndim(a) for a in x)
        arrays = [a if a.ndim == rank else a.reshape(a.shape[0], *(1,) * (rank - a.ndim), *a.shape[1:]) for a in x]
        if any(a.shape != arrays[0].shape for a in arrays[1:]):
            self._check_arrays(x, arrays)
        masks = [None if m is None or a.ndim != rank else m for a, m in zip(x, mask)] if mask else [None] * len(x)
        y, kept = self.merge(arrays, masks)
        return y, (x, arrays, kept)

    def _check_arrays(self, x: list, arrays: list) -> None:
        shapes = [tuple(a.shape) for a in x]
        if len({a.shape[0] for a in arrays} - {1}) > 1:
            raise ValueError(f"{naming(self)} can't merge inputs of different batch sizes, got shapes {shapes}.")
        self._merged(shapes)

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> list | None:
        """Turn ∂L/∂y into one ∂L/∂x for each input."""
        if not need_dx:
            return None
        x, arrays, kept = kept
        shares = self.shares(dy, arrays, kept)
        return [summed(share, a.shape).reshape(given.shape) for share, a, given in zip(shares, arrays, x)]

    def merge(self, arrays: list, masks: list) -> tuple[np.ndarray, Any]:
        """Return y, and what `shares` needs besides the arrays."""
        raise NotImplementedError

    def shares(self, dy: np.ndarray, arrays: list, kept: Any) -> list:
        """Return ∂L/∂a for each of the arrays, in the shape of y; axes that were broadcast are summed by the caller."""
        raise NotImplementedError

    def compute_output_shape(self, input_shape: list) -> tuple:
        """Return the common shape."""
        shapes = shapes_of(self, input_shape)
        batch = {shape[0] for shape in shapes if shape} - {None}
        return (batch.pop() if len(batch) == 1 else None, *self._merged(shapes))

    def compute_mask(self, inputs: list, mask: list | None = None) -> np.ndarray | None:
        """A step is there if it is there in one of the inputs; no mask unless all inputs have one."""
        masks = masks_of(self, inputs, mask)
        return None if any(m is None for m in masks) else functools.reduce(np.logical_or, masks)


class Extremum(Merge):
    """Base of `Maximum` and `Minimum`: the first array, then one after the other against it."""

    choose: Any = None  # the function of two arrays
    wins: Any = None  # the comparison: where the newcomer takes the place

    def merge(self, arrays: list, masks: list) -> tuple[np.ndarray, list]:
        """Compute y ← max(y, a) for one array after the other; what is masked does not take part."""
        y, there, parts = arrays[0], wide(masks[0], arrays[0]), []
        for a, mask in zip(arrays[1:], masks[1:]):
            mask = wide(mask, a)
            part = self.wins(a, y).astype(y.dtype)
            part += (a == y) * 0.5  # at a tie each gets one half
            z = self.choose(a, y)
            if mask is not None:
                z, part = np.where(mask, z, y), np.where(mask, part, 0.0)
            if there is not None:
                alone = ~there if mask is None else mask & ~there
                z, part = np.where(alone, a, z), np.where(alone, 1.0, part)
            there = None if mask is None or there is None else there | mask
            y = z
            parts.append(part)
        return y, parts

    def shares(self, dy: np.ndarray, arrays: list, kept: list) -> list:
        """∂L/∂a = ∂L/∂y · [a won]"""
        shares = []
        for part in reversed(kept):
            share = dy * part
            shares.append(share)
            dy = dy - share
        return [dy, *reversed(shares)]


def naming(layer: Layer) -> str:
    """How an error message calls a layer."""
    return f"Layer {layer.name!r} ({type(layer).__name__})"


def shapes_of(layer: Layer, input_shape: Any, count: int | None = None) -> list[tuple]:
    """The shapes of a list of inputs, if it is one, and as long as it should be.

    >>> shapes_of(Merge(), [[None, 2], (None, 3)])
    [(None, 2), (None, 3)]
    """
    is_list = isinstance(input_shape, (list, tuple)) and all(isinstance(shape, (list, tuple)) for shape in input_shape)
    if not is_list or not input_shape:
        raise ValueError(
            f"{naming(layer)} takes a list of inputs, as in layer([a, b]), got one input of shape {input_shape}."
            if input_shape
            else f"{naming(layer)} takes a list of at least 1 input, got an empty one."
        )
    if count is not None and len(input_shape) != count:
        raise ValueError(f"{naming(layer)} takes exactly {count} inputs, got {len(input_shape)} of shapes {input_shape}.")
    return [tuple(shape) for shape in input_shape]


def masks_of(layer: Layer, inputs: Any, mask: Any) -> list:
    """One mask, or None, for each of the inputs."""
    if mask is None:
        return [None] * len(inputs)
    count = len(inputs) if isinstance(inputs, (list, tuple)) else None
    if count is None:
        raise ValueError(f"{naming(layer)} takes a list of inputs and a list of masks, got one input: {type(inputs).__name__}.")
    if not isinstance(mask, (list, tuple)) or len(mask) != count:
        got = f"{len(mask)}" if isinstance(mask, (list, tuple)) else type(mask).__name__
        raise ValueError(f"{naming(layer)} needs a list of masks, one for each of its {count} inputs, got {got}.")
    return list(mask)


def wide(mask: np.ndarray | None, a: np.ndarray) -> np.ndarray | None:
    """A mask of steps as one of entries.

    >>> wide(np.array([[True, False]]), np.zeros((1, 2, 3))).tolist()
    [[[True, True, True], [False, False, False]]]
    """
    return None if mask is None else np.broadcast_to(np.asarray(mask, bool)[..., None], a.shape)


def broadcast(one: tuple, two: tuple) -> tuple | None:
    """The shape that two shapes have in common, aligned at their ends; None if they don't go together.

    >>> broadcast((3, None), (1,)), broadcast((2,), (3,))
    ((3, None), None)
    """
    if len(one) < len(two):
        one, two = two, one
    n, sizes = len(one) - len(two), []
    for i, j in zip(one[n:], two):
        if None not in (i, j) and 1 not in (i, j) and i != j:
            return None
        sizes.append(None if None in (i, j) else j if i == 1 else i)
    return (*one[:n], *sizes)


def summed(share: np.ndarray, shape: tuple) -> np.ndarray:
    """Sum over the axes along which an array of this shape was repeated.

    >>> summed(np.ones((2, 3)), (2, 1)).tolist()
    [[3.0], [3.0]]
    """
    axes = tuple(i for i, (m, n) in enumerate(zip(share.shape, shape)) if m != n)
    return np.add.reduce(share, axes, keepdims=True) if axes else share
