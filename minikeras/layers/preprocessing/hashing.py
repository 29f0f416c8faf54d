"""Categories without a vocabulary: numbers by hashing."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.config import floatx
from minikeras.layers.layer import Layer, registry
from minikeras.layers.preprocessing.categories import as_strings, checked_mode, encode, encoded_shape
from minikeras.layers.preprocessing.fingerprints import hash_bins


class TokenLayer(Layer):
    """The base of layers that take strings or integers and give numbers: nothing flows back through them."""

    float_inputs = False
    takes_integers = True

    def convert(self, inputs: Any) -> np.ndarray:
        """Turn what a user passes into an array of strings or integers."""
        array = inputs if isinstance(inputs, np.ndarray) else None
        if array is None or array.dtype.kind in "USO":
            array = np.asarray(as_strings(inputs)) if _has_text(inputs) else np.asarray(inputs)
        return array

    def compute_output_dtype(self, input_dtype: str) -> str:
        """The number type of the output."""
        return self.compute_dtype

    def backward(self, dy: np.ndarray, kept: Any, need_dx: bool = True) -> np.ndarray | None:
        """Return zeros for inputs that are numbers, else None: the output changes in steps."""
        shape, dtype = kept
        return np.zeros(shape, dtype) if dtype.kind == "f" else None


@registry.register
class Hashing(TokenLayer):
    """Put strings or integers into bins by a hash function: the same bins as TensorFlow's.

    Args:
        num_bins: number of bins.
        mask_value: a value that gets bin 0, alone.
        salt: an integer, or two, as key of a stronger hash function (SipHash in place of FarmHash).
        output_mode: "int" for the number of the bin, or "one_hot", "multi_hot", "count", see `CategoryEncoding`.
        sparse: kept as in Keras; only False is possible.

    Input strings or integers of any shape; output of the same shape, or with the bins as last axis.

    >>> Hashing(3)(["A", "B", "C", "D", "E"]).tolist()
    [1, 0, 1, 1, 2]
    """

    def __init__(
        self,
        num_bins: int,
        mask_value: Any = None,
        salt: Any = None,
        output_mode: str = "int",
        sparse: bool = False,
        **kwargs,
    ):
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = "int64" if output_mode == "int" else floatx()
        super().__init__(**kwargs)
        if isinstance(num_bins, bool) or not isinstance(num_bins, (int, np.integer)) or num_bins < 1:
            raise ValueError(f"`num_bins` of Hashing must be a positive integer, got num_bins={num_bins!r}.")
        self.num_bins = int(num_bins)
        self.mask_value = mask_value
        self.output_mode = checked_mode("Hashing", output_mode)
        if self.output_mode == "int" and self.compute_dtype not in ("int32", "int64"):
            raise ValueError(f'With `output_mode="int"`, `dtype` of Hashing must be int32 or int64, got {self.compute_dtype}.')
        self.salt = checked_salt("Hashing", salt)
        self.sparse = dense_only("Hashing", sparse)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Hash and encode."""
        values = x.astype(np.int64) if x.dtype.kind == "f" else x
        bins, masked = self.num_bins, None
        if self.mask_value is not None and bins > 1:
            masked = x == self.mask_value
            bins -= 1
        y = hash_bins(values, bins, self.salt)
        if masked is not None:
            y = np.where(masked, 0, y + 1)
        return encode(y, self.output_mode, self.num_bins, self.compute_dtype), (x.shape, x.dtype)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the input's shape, or that of the encoding."""
        return encoded_shape(input_shape, self.output_mode, self.num_bins)


def checked_salt(layer: str, salt: Any) -> list[int] | None:
    """Read a key: two integers, or one for both.

    >>> checked_salt("Hashing", 133)
    [133, 133]
    """
    numbers = list(salt) if isinstance(salt, (tuple, list)) else [salt, salt]
    if salt is None:
        return None
    if len(numbers) != 2 or any(isinstance(n, bool) or not isinstance(n, (int, np.integer)) for n in numbers):
        raise ValueError(f"The `salt` of {layer} can only be a tuple of size 2 integers, or a single integer, got {salt!r}.")
    return [int(n) for n in numbers]


def dense_only(layer: str, sparse: bool) -> bool:
    """Refuse sparse outputs: there are none here.

    >>> dense_only("Hashing", False)
    False
    """
    if sparse:
        raise ValueError(f"`sparse=True` of {layer} needs sparse tensors, which NumPy has not. Leave it out.")
    return False


def _has_text(inputs: Any) -> bool:
    if isinstance(inputs, np.ndarray):
        return inputs.dtype.kind in "US" or any(isinstance(v, (str, bytes)) for v in inputs.ravel()[:1].tolist())
    while isinstance(inputs, (list, tuple)) and inputs:
        inputs = inputs[0]
    if hasattr(inputs, "to_numpy"):
        inputs = inputs.to_numpy().ravel()[0] if len(inputs) else 0
    return isinstance(inputs, (str, bytes)) or (isinstance(inputs, np.ndarray) and _has_text(inputs))
