"""What `keras.utils` and `keras.engine` did with models: pictures, tables, several GPUs, kernels of Theano; HDF5 files."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core.old_arguments import hint
from minikeras.compat.gone.sizes import convert_kernel
from minikeras.models.model import Model
from minikeras.utils.model_visualization import plot_model

__all__ = [
    "Container",
    "HDF5Matrix",
    "Network",
    "convert_all_kernels_in_model",
    "count_params",
    "multi_gpu_model",
    "plot",
    "print_summary",
]

Container = Network = Model  # the names of `Model` without its training in Keras 1 to 2.1 and 2.2


def plot(model: Any, to_file: Any = "model.png", show_shapes: bool = False, show_layer_names: bool = True, **kwargs: Any):
    """Draw a model: `keras.utils.plot_model` under its name in Keras 1, in ``keras.utils.visualize_util``.

    Args:
        model: the model.
        to_file: the file of the picture.
        show_shapes, show_layer_names, kwargs: as of `plot_model`.
    """
    hint("names", "plot", "`keras.utils.visualize_util.plot` still works; it is `keras.utils.plot_model` now.")
    return plot_model(model, to_file=to_file, show_shapes=show_shapes, show_layer_names=show_layer_names, **kwargs)


def print_summary(model: Any, line_length: int | None = None, positions: Any = None, print_fn: Callable | None = None) -> None:
    """Print the table of a model's layers: ``model.summary()``.

    Args:
        model: the model.
        line_length, positions, print_fn: as of ``summary``.
    """
    model.summary(line_length=line_length, positions=positions, print_fn=print_fn)


def count_params(weights: Any) -> int:
    """How many numbers weights have, such as ``model.trainable_weights``; each weight counts once.

    >>> from minikeras import layers
    >>> layer = layers.Dense(2); layer.build((None, 3)); count_params(layer.weights)
    8
    """
    return int(sum(np.prod(weight.shape) for weight in {id(weight): weight for weight in weights}.values()))


def multi_gpu_model(model: Any, gpus: Any = None, cpu_merge: bool = True, cpu_relocation: bool = False) -> Any:
    """The model as it is: NumPy computes on no GPU, so there is nothing to share out.

    Args:
        model: the model.
        gpus, cpu_merge, cpu_relocation: kept for Keras' sake.
    """
    hint("names", "multi_gpu_model", "`multi_gpu_model` gives the model as it is: NumPy uses no GPU.")
    return model


def convert_all_kernels_in_model(model: Any) -> None:
    """Turn the kernels of all convolutions around: weights trained with Theano fit then.

    Args:
        model: the model, which is changed.
    """
    for layer in model.layers:
        if type(layer).__name__.startswith(("Conv", "SeparableConv", "AtrousConv")) and hasattr(layer, "kernel"):
            layer.kernel.assign(convert_kernel(layer.kernel))


class HDF5Matrix:
    """Rows of an array in an HDF5 file, read when they are asked for.

    Args:
        datapath: the file.
        dataset: the array's name in it.
        start, end: the first row, and the one behind the last.
        normalizer: a function of the rows.

    >>> import h5py, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "x.h5")
    >>> with h5py.File(path, "w") as file: file["x"] = np.arange(10.0)
    >>> rows = HDF5Matrix(path, "x", 2, 6, normalizer=lambda x: x * 10)
    >>> len(rows), rows[1], rows[1:3].tolist()
    (4, np.float64(30.0), [30.0, 40.0])
    """

    def __init__(
        self, datapath: Any, dataset: str, start: int = 0, end: int | None = None, normalizer: Callable | None = None
    ):
        import h5py  # 0.2 s

        self.data = h5py.File(os.fspath(datapath), "r")[dataset]
        self.start, self.end = start, len(self.data) if end is None else end
        self.normalizer = normalizer

    def __len__(self):
        return self.end - self.start

    def __getitem__(self, key):
        if isinstance(key, slice):
            first, last, step = key.indices(len(self))
            rows = self.data[self.start + first : self.start + max(first, last) : step]
        elif isinstance(key, (int, np.integer)):
            if not -len(self) <= key < len(self):
                raise IndexError(f"Row {key} of {len(self)}.")
            rows = self.data[self.start + key % len(self)]
        else:  # h5py wants numbers in order, each once
            numbers, places = np.unique(np.arange(len(self))[key], return_inverse=True)
            rows = self.data[self.start + numbers][places]
        return rows if self.normalizer is None else self.normalizer(rows)

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self[:], dtype)

    @property
    def shape(self) -> tuple:
        """The shape, with the rows asked for."""
        return (len(self), *self.data.shape[1:])

    @property
    def dtype(self) -> np.dtype:
        """The number type in the file."""
        return self.data.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of values."""
        return int(np.prod(self.shape))
