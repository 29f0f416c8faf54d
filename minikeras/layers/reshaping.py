"""Layers that only move numbers about: other shape, other order, several copies."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras._core.symbolic import InputSpec
from minikeras.layers.data_format import standardize_data_format
from minikeras.layers.layer import Layer, registry


@registry.register
class Flatten(Layer):
    """All axes but the batch in one: ``(batch, a, b, ...)`` to ``(batch, a · b · ...)``.

    Args:
        data_format: where the channels stand, ``"channels_last"`` or ``"channels_first"``; with the latter they are
            moved to the end first. `keras.config.image_data_format` by default.

    >>> Flatten()(np.zeros((5, 2, 3))).shape
    (5, 6)
    """

    float_inputs = False

    def __init__(self, data_format: str | None = None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = standardize_data_format("Flatten", data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Lay each sample out in one row."""
        if self.data_format == "channels_first" and x.ndim > 2:
            x = np.moveaxis(x, 1, -1)
        return x.reshape(len(x), math.prod(x.shape[1:])), x.shape

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray:
        """Put each entry of ∂L/∂y back where it came from."""
        dx = dy.reshape(kept)
        return np.moveaxis(dx, -1, 1) if self.data_format == "channels_first" and dx.ndim > 2 else dx

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return ``(batch, product of the others)``."""
        sizes = input_shape[1:]
        return (input_shape[0], None if None in sizes else math.prod(sizes))


@registry.register
class Reshape(Layer):
    """Give each sample another shape.

    Args:
        target_shape: shape of one sample; one -1 stands for what is left over.

    >>> Reshape((3, -1))(np.zeros((5, 12))).shape
    (5, 3, 4)
    """

    float_inputs = False
    stateless = True

    def __init__(self, target_shape: Any, **kwargs):
        super().__init__(**kwargs)
        sizes = (target_shape,) if isinstance(target_shape, (int, np.integer)) else tuple(target_shape)
        if any(isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < -1 for n in sizes) or sizes.count(-1) > 1:
            raise ValueError(
                "The target of Reshape must consist of non-negative integers, with one -1 at most for what is left, "
                f"got target_shape={target_shape!r}."
            )
        self.target_shape = tuple(int(n) for n in sizes)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Reshape each sample."""
        return x.reshape(self.compute_output_shape(x.shape)), x.shape

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray:
        """Reshape ∂L/∂y as the input was."""
        return dy.reshape(kept)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the batch and the target shape, with the size of -1 worked out where it can be known."""
        sizes, target = input_shape[1:], self.target_shape
        if None in sizes:
            return (input_shape[0], *(None if n == -1 else n for n in target))
        size, known = math.prod(sizes), math.prod(n for n in target if n != -1)
        if size != known and (-1 not in target or known == 0 or size % known):
            raise ValueError(
                f"Layer {self.name!r} (Reshape) can't make samples of shape {target} out of samples of shape {sizes}: "
                f"{size} numbers do not fit."
            )
        return (input_shape[0], *(size // max(known, 1) if n == -1 else n for n in target))


@registry.register
class Permute(Layer):
    """Put the axes of each sample in another order.

    Args:
        dims: the order, counted from 1 (the batch is 0 and stays): ``(2, 1)`` swaps the first two.

    >>> Permute((2, 1))(np.zeros((5, 10, 64))).shape
    (5, 64, 10)
    """

    float_inputs = False

    def __init__(self, dims: Any, **kwargs):
        super().__init__(**kwargs)
        dims = (dims,) if isinstance(dims, (int, np.integer)) else tuple(dims)
        if sorted(dims) != list(range(1, len(dims) + 1)):
            raise ValueError(f"Invalid permutation {dims} for argument `dims` of Permute: it wants each number from 1 up once.")
        self.dims = tuple(int(n) for n in dims)
        self.input_spec = InputSpec(ndim=len(dims) + 1)
        self._order = (0, *self.dims)
        self._back = tuple(int(i) for i in np.argsort(self._order))

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, None]:
        """Transpose each sample."""
        return x.transpose(self._order), None

    def backward(self, dy: np.ndarray, kept: None, need_dx: bool = True) -> np.ndarray:
        """Transpose ∂L/∂y back."""
        return dy.transpose(self._back)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the sizes in the new order."""
        return tuple(input_shape[i] for i in self._order)


@registry.register
class RepeatVector(Layer):
    """Copies of each sample, one after the other: ``(batch, features)`` to ``(batch, n, features)``.

    Args:
        n: how many, a positive integer.

    >>> RepeatVector(3)(np.array([[1.0, 2.0]])).tolist()
    [[[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]]]
    """

    float_inputs = False

    def __init__(self, n: int, **kwargs):
        super().__init__(**kwargs)
        if isinstance(n, bool) or not isinstance(n, (int, np.integer)):
            raise TypeError(f"Expected an integer value for `n` of RepeatVector, got {n!r}.")
        if n <= 0:
            raise ValueError(f"Argument `n` of RepeatVector should be a positive integer, got {n!r}.")
        self.n = int(n)
        self.input_spec = InputSpec(ndim=2)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, None]:
        """Copy each sample n times."""
        return np.repeat(x[:, None, :], self.n, axis=1), None

    def backward(self, dy: np.ndarray, kept: None, need_dx: bool = True) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x."""
        return np.add.reduce(dy, 1)  # ∂L/∂x = Σ ∂L/∂y over the copies

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return ``(batch, n, features)``."""
        return (input_shape[0], self.n, input_shape[1])
