"""Numbers with mean 0 and variance 1."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras._core.config import epsilon
from minikeras._core.tensor import tensor
from minikeras.layers.layer import Layer, registry
from minikeras.layers.preprocessing.categories import batches_of


@registry.register
class Normalization(Layer):
    """Shift and scale to mean 0 and variance 1: y = (x - mean) / max(√variance, ε).

    Mean and variance are given, or learned from data by `adapt` before training; training does not change them.

    Args:
        axis: the axis (or axes) that have a mean of their own; -1 is one for each feature, None one for everything.
        mean, variance: numbers, or one for each feature, instead of `adapt`.
        invert: go back instead: y = mean + x · max(√variance, ε).

    Input and output of any shape.

    >>> layer = Normalization()
    >>> layer.adapt(np.array([[1.0, 10.0], [3.0, 30.0]]))
    >>> layer(np.array([[3.0, 20.0]])).tolist()
    [[1.0, 0.0]]
    """

    supports_masking = True

    def __init__(self, axis: Any = -1, mean: Any = None, variance: Any = None, invert: bool = False, **kwargs):
        super().__init__(**kwargs)
        axis = () if axis is None else (axis,) if isinstance(axis, (int, np.integer)) else tuple(axis)
        self.axis = axis
        self.invert = invert
        if (mean is None) != (variance is None):
            raise ValueError(f"Normalization needs both `mean` and `variance` or none, got mean={mean}, variance={variance}.")
        if np.shape(mean) != np.shape(variance):
            raise ValueError(
                "`mean` and `variance` of Normalization must have the same shape, "
                f"got {np.shape(mean)} and {np.shape(variance)}."
            )
        if mean is not None and np.ndim(mean) > len(axis):
            raise ValueError(
                f"`mean` of Normalization has more axes ({np.ndim(mean)}) than `axis` names ({len(axis)}): axis={axis}."
            )
        self.input_mean, self.input_variance = mean, variance
        self.adapt_mean = self.adapt_variance = self.count = None
        self._kept: tuple = ()  # the axes that have a mean of their own
        self._broadcast: tuple = ()  # the shape of the means, ready for the input

    @property
    def by_rows(self) -> bool:
        """Whether each row follows from that row of the input alone."""
        return 0 not in np.ravel(self.axis)

    def build(self, input_shape: tuple) -> None:
        """Make mean, variance and count, unless they were given."""
        ndim = len(input_shape)
        if any(not -ndim <= a < ndim for a in self.axis):
            raise ValueError(f"Layer {self.name!r}: axis={self.axis} does not fit inputs with {ndim} axes, {input_shape}.")
        self._kept = tuple(sorted(a % ndim for a in self.axis))
        for a in self._kept:
            if input_shape[a] is None:
                raise ValueError(
                    f"Layer {self.name!r} (Normalization) needs a known size of axis {a} (axis={self.axis}), "
                    f"got {input_shape}. Call adapt() first, or give the size."
                )
        self._broadcast = tuple(n if i in self._kept else 1 for i, n in enumerate(input_shape))
        if self.input_mean is None and self.adapt_mean is None:
            shape = tuple(input_shape[a] for a in self._kept)
            self.adapt_mean = self.add_weight(name="mean", shape=shape, initializer="zeros", trainable=False)
            self.adapt_variance = self.add_weight(name="variance", shape=shape, initializer="ones", trainable=False)
            self.count = self.add_weight(name="count", shape=(), dtype="int32", initializer="zeros", trainable=False)

    @property
    def mean(self) -> np.ndarray | None:
        """The mean that is subtracted, None before the layer is built."""
        return tensor(self._mean)

    @property
    def variance(self) -> np.ndarray | None:
        """The variance that is divided by, None before the layer is built."""
        return tensor(self._variance)

    @property
    def _mean(self) -> np.ndarray | None:
        return self._fitted(self.input_mean, self.adapt_mean)

    @property
    def _variance(self) -> np.ndarray | None:
        return self._fitted(self.input_variance, self.adapt_variance)

    def adapt(self, data: Any) -> None:
        """Learn mean and variance.

        Args:
            data: an array, or batches of arrays: a dataset, a generator, a `PyDataset`; of ``(x, y)`` x counts.
        """
        mean = variance = 0.0
        total = 0
        for batch in batches_of(self._lone_batches(data)):
            x = np.asarray(batch)
            x = x.astype(np.result_type(x, np.float32)) if x.dtype.kind != "f" else x
            if x.size == 0:
                continue
            if not self.built:
                self.build(x.shape if 0 in [a % max(x.ndim, 1) for a in self.axis] else (None, *x.shape[1:]))
            if x.ndim == 1 and len(self._broadcast) == 2 and self._broadcast[1] == 1:
                x = x[:, None]  # one feature, given without its axis
            self._check_fit(x.shape)
            axes = tuple(i for i in range(x.ndim) if i not in self._kept)
            m, v = x.mean(axes, dtype=np.float64), x.var(axes, dtype=np.float64)
            n = math.prod(x.shape[i] for i in axes)
            total += n
            part = n / total
            new = mean * (1 - part) + m * part
            variance = (variance + (mean - new) ** 2) * (1 - part) + (v + (m - new) ** 2) * part
            mean = new
        if not total:
            raise ValueError(f"adapt() of layer {self.name!r} got no data: expected an array or at least one batch of arrays.")
        if self.input_mean is not None:
            raise ValueError(f"Layer {self.name!r} was given its mean and variance; it can't be adapted.")
        self.adapt_mean.assign(mean)
        self.adapt_variance.assign(variance)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Compute y = (x - mean) / max(√variance, ε), or the inverse."""
        if self._mean is None:
            raise ValueError(f"Layer {self.name!r} (Normalization) is not built: call adapt() or give mean and variance.")
        self._check_width(x.shape)
        deviation = np.maximum(np.sqrt(self._variance), epsilon()).astype(x.dtype)
        mean = self._mean.astype(x.dtype, copy=False)
        if self.invert:
            return x * deviation + mean, deviation
        y = x - mean
        y /= deviation
        return y, 1.0 / deviation

    def backward(self, dy: np.ndarray, kept: np.ndarray, need_dx: bool = True) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x."""
        return dy * kept  # ∂L/∂x = ∂L/∂y / √variance

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the input's shape."""
        self._check_width(input_shape)
        return tuple(input_shape)

    def get_config(self) -> dict:
        """Return the arguments that rebuild this layer."""
        given = {"mean": self.input_mean, "variance": self.input_variance}
        own = {"axis": self.axis, "invert": self.invert, **{key: np.array(v).tolist() for key, v in given.items()}}
        return {"name": self.name, "trainable": self._trainable, "dtype": self.serialized_policy(), **own}

    def finalize_state(self) -> None:
        """Nothing to do: mean and variance are read from the weights each time."""

    def _fitted(self, given: Any, variable: Any) -> np.ndarray | None:
        if given is None:
            return None if variable is None else variable.value.reshape(self._broadcast)
        if not self._broadcast:
            return None
        value = np.asarray(given, self.compute_dtype)
        shape = [1] * len(self._broadcast)
        for i in range(1, value.ndim + 1):
            shape[self._kept[-i]] = value.shape[-i]
        return np.broadcast_to(value.reshape(shape), self._broadcast)

    def _lone_batches(self, data: Any) -> Any:
        """A list of arrays with several axes, or of pairs (x, y), is a list of batches, as in Keras; else it is one array."""
        if isinstance(data, (list, tuple)) and data:
            firsts = [b[0] if isinstance(b, tuple) and b else b for b in data]
            if all(isinstance(b, np.ndarray) and b.ndim for b in firsts):
                return iter(data)
        return data

    def _check_width(self, shape: tuple) -> None:
        """Raise a ValueError if an input has other sizes along the axes with a mean of their own; fewer or more axes may be."""
        rank = len(self._broadcast)
        for a in self._kept:
            n, i = self._broadcast[a], a - rank  # counted from the end, as NumPy broadcasts
            if -i <= len(shape) and shape[i] not in (n, None) and (n != 1 or len(shape) == rank):
                raise ValueError(
                    f"Layer {self.name!r} (Normalization) was built for inputs whose axis {i} has size {n}, got shape "
                    f"{tuple(shape)}. Use data like those of adapt(), or a new layer."
                )

    def _check_fit(self, shape: tuple) -> None:
        found = tuple(shape[a] for a in self._kept) if len(shape) == len(self._broadcast) else None
        expected = tuple(self._broadcast[a] for a in self._kept)
        if found != expected:
            raise ValueError(
                f"Layer {self.name!r} was built for inputs of shape {self._build_shape}, adapt() got data of shape {shape}."
            )
