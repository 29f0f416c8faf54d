"""The shape of what goes into a model."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.config import standardize_dtype
from minikeras._core.symbolic import KerasTensor, Node
from minikeras.layers.layer import Layer, registry


@registry.register
class InputLayer(Layer):
    """Says which shape the data has; numbers pass through unchanged.

    Args:
        shape: shape of one sample, None for any size.
        batch_size: size of the batch, None for any.
        dtype: number type of the data, ``floatx()`` by default.
        batch_shape: shape with the batch, instead of ``shape`` and ``batch_size``.
        sparse, ragged, input_tensor, optional: kept for Keras' sake.
        name: numbered by default ("input_layer").

    >>> InputLayer((10,)).batch_shape
    (None, 10)
    """

    float_inputs = False
    stateless = True

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Any = None,
        input_tensor: KerasTensor | None = None,
        optional: bool = False,
        name: str | None = None,
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        for given, value in (("shape", shape), ("batch_size", batch_size)):
            if batch_shape is not None and value is not None:
                raise ValueError(f"You cannot pass both `{given}` and `batch_shape`, got {value!r} and {batch_shape!r}.")
        if input_tensor is not None:
            _check_against(input_tensor, shape, batch_size, batch_shape, dtype, sparse)
            shape, batch_shape, dtype, sparse = None, input_tensor.shape, input_tensor.dtype, input_tensor.sparse
        if shape is None and batch_shape is None:
            if self._given_shape is None:
                raise ValueError("InputLayer needs the shape of the input: you must pass a `shape` argument, such as (10,).")
            batch_shape = self._given_shape
        if batch_shape is None:
            batch_shape = (batch_size, *_sizes(shape))
        for name, given in (("sparse", sparse), ("ragged", ragged)):
            if given:
                fix = "x.toarray() makes a dense array" if name == "sparse" else "x.to_tensor(), or pad_sequences, makes one"
                raise ValueError(
                    f"Input({name}=True): there are no {name} tensors here, all arrays are dense. Leave the argument out; "
                    f"{fix}."
                )
        self.batch_shape = _sizes(batch_shape)
        self._dtype = standardize_dtype(dtype)
        self.sparse, self.ragged, self.optional = bool(sparse), bool(ragged), bool(optional)
        self.built = True
        self._build_shape = self._output_shape = self.batch_shape
        if input_tensor is not None:
            self._tensor = input_tensor
        else:
            self._tensor = KerasTensor(self.batch_shape, self._dtype, self.sparse, name=self.name)
        if self._tensor.node is None:
            Node(self, (), {}, self._tensor)
        else:
            self._inbound_nodes.append(self._tensor.node)

    @property
    def dtype(self) -> str:
        """The number type of the data."""
        return self._dtype

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, None]:
        """Return the input."""
        return x, None

    def backward(self, dy: np.ndarray, kept: None, need_dx: bool = True) -> np.ndarray:
        """Return ∂L/∂y: y = x."""
        return dy

    def compute_output_shape(self, input_shape: tuple | None = None) -> tuple:
        """Return the batch shape."""
        return self.batch_shape

    @property
    def input(self) -> KerasTensor:
        """The data's shape and type."""
        return self._tensor

    @property
    def output(self) -> KerasTensor:
        """The data's shape and type."""
        return self._tensor

    def get_config(self) -> dict:
        """Return the arguments that rebuild this layer."""
        keys = ("batch_shape", "dtype", "sparse", "ragged", "name", "optional")
        return {key: getattr(self, key) for key in keys}

    def __repr__(self):
        return f"<InputLayer name={self.name}, batch_shape={self.batch_shape}, dtype={self.dtype}>"


def Input(
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: KerasTensor | None = None,
    optional: bool = False,
) -> KerasTensor:
    """Say which shape the data has; the first thing in a `Sequential`.

    Args:
        shape: shape of one sample, None for any size: ``(10,)`` for ten features.
        batch_size, dtype, batch_shape, name: as `InputLayer` takes them.

    >>> Input((10,), name="x")
    <KerasTensor shape=(None, 10), dtype=float32, name=x>
    """
    return InputLayer(shape, batch_size, dtype, sparse, ragged, batch_shape, tensor, optional, name).output


def _check_against(tensor: Any, shape: Any, batch_size: Any, batch_shape: Any, dtype: Any, sparse: Any) -> None:
    """What is said of an input beside its tensor has to be so."""
    if not isinstance(tensor, KerasTensor):
        raise ValueError(f"Argument `input_tensor` of InputLayer must be a KerasTensor, got {tensor!r}.")
    said = {
        "shape": (None if shape is None else _sizes(shape), tuple(tensor.shape[1:])),
        "batch_size": (batch_size, tensor.shape[0] if tensor.shape else None),
        "batch_shape": (None if batch_shape is None else _sizes(batch_shape), tuple(tensor.shape)),
        "dtype": (None if dtype is None else standardize_dtype(dtype), str(tensor.dtype)),
        "sparse": (sparse, tensor.sparse),
    }
    for name, (given, found) in said.items():
        if given is not None and given != found:
            raise ValueError(f"Argument `{name}` of InputLayer must be that of `input_tensor`, {found!r}, got {given!r}.")


def _sizes(shape: Any) -> tuple:
    sizes = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape) if np.iterable(shape) else (shape,)
    for n in sizes:
        if n is not None and (isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 0):
            raise ValueError(f"An input shape consists of integers and None, got {shape!r}.")
    return tuple(n if n is None else int(n) for n in sizes)
