"""Pairs of categories as categories of their own, by hashing."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.layers.layer import Layer, registry
from minikeras.layers.preprocessing.categories import as_strings, checked_mode, encode
from minikeras.layers.preprocessing.fingerprints import M, fingerprint64, joined
from minikeras.layers.preprocessing.hashing import _has_text, dense_only

START = 0xDECAFCAFFE  # TensorFlow's key


@registry.register
class HashedCrossing(Layer):
    """Put each combination of two or more categories into a bin by a hash function: the same bins as TensorFlow's.

    Args:
        num_bins: number of bins.
        output_mode: "int" for the number of the bin, or "one_hot".
        sparse: kept as in Keras; only False is possible.

    Input a tuple of arrays of strings or integers, each of shape ``(batch,)``, ``(batch, 1)`` or ``()``; output of the
    same shape, or ``(batch, num_bins)``.

    >>> HashedCrossing(5)((["A", "B", "A"], [101, 101, 102])).tolist()
    [1, 4, 3]
    """

    float_inputs = False
    takes_integers = True

    def __init__(
        self,
        num_bins: int,
        output_mode: str = "int",
        sparse: bool = False,
        name: str | None = None,
        dtype: Any = None,
        **kwargs,
    ):
        super().__init__(name=name, dtype="int64" if output_mode == "int" and dtype is None else dtype, **kwargs)
        if isinstance(num_bins, bool) or not isinstance(num_bins, (int, np.integer)) or num_bins < 1:
            raise ValueError(f"`num_bins` of HashedCrossing must be a positive integer, got num_bins={num_bins!r}.")
        self.num_bins = int(num_bins)
        self.output_mode = checked_mode("HashedCrossing", output_mode, ("int", "one_hot"))
        self.sparse = dense_only("HashedCrossing", sparse)

    def convert(self, inputs: Any) -> np.ndarray:
        """Turn what a user passes for one input into an array of strings or integers."""
        return self._column(inputs)

    def convert_inputs(self, inputs: Any) -> list[np.ndarray]:
        """Turn a tuple of what a user passes into arrays."""
        return [self.convert(v) for v in inputs]

    def compute_output_dtype(self, input_dtype: str) -> str:
        """The number type of the output."""
        return self.compute_dtype

    def __call__(self, inputs: Any, *args, **kwargs) -> Any:
        """Cross a tuple of arrays."""
        if not isinstance(inputs, (list, tuple)) or len(inputs) < 2:
            raise ValueError(
                f"Layer {self.name!r} (HashedCrossing) should be called on a list or tuple of at least two inputs, "
                f"got {inputs!r:.80}."
            )
        return super().__call__(inputs, *args, **kwargs)

    def forward(self, x: Any, training: bool = False) -> tuple[np.ndarray, int]:
        """Hash and encode."""
        columns = [self._column(v) for v in x]
        if any(c.shape != columns[0].shape for c in columns):
            raise ValueError(f"All inputs of HashedCrossing should have equal shape, got {[c.shape for c in columns]}.")
        bins = [self._bin(row) for row in zip(*(c.ravel().tolist() for c in columns))]
        y = np.array(bins, np.int64).reshape(columns[0].shape)
        return encode(y, self.output_mode, self.num_bins, self.compute_dtype), len(columns)

    def backward(self, dy: np.ndarray, kept: int, need_dx: bool = True) -> list:
        """Nothing flows back through a hash function."""
        return [None] * kept

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Return the shape of one input, or with the bins as last axis."""
        if not isinstance(input_shape, (list, tuple)) or not isinstance(input_shape[0], (list, tuple)):
            raise ValueError(f"HashedCrossing expects the shapes of at least two inputs, got input_shape={input_shape}.")
        shape = tuple(input_shape[0])
        if self.output_mode == "int":
            return shape
        return (*(shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape), self.num_bins)

    def get_config(self) -> dict:
        """Return the arguments that rebuild this layer."""
        own = {"num_bins": self.num_bins, "output_mode": self.output_mode, "sparse": self.sparse}
        return {**own, "name": self.name, "dtype": self.dtype}

    def _bin(self, row: tuple) -> int:
        number = START
        for value in row:
            number = joined(number, fingerprint64(value.encode()) if isinstance(value, str) else value & M)
        return number % self.num_bins

    def _column(self, values: Any) -> np.ndarray:
        column = as_strings(values) if _has_text(values) else np.asarray(values)
        if column.ndim > 2 or column.ndim == 2 and column.shape[-1] != 1:
            raise ValueError(
                "All inputs of HashedCrossing should have shape (), (batch_size,) or (batch_size, 1), "
                f"got an input of shape {column.shape}."
            )
        if column.dtype.kind not in "iuUO":
            raise ValueError(f"All inputs of HashedCrossing should have an integer or string dtype, got {column.dtype}.")
        return column
