"""Numbers put into bins."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.layers.layer import Layer, registry
from minikeras.layers.preprocessing.categories import batches_of, checked_mode, encode, encoded_shape
from minikeras.layers.preprocessing.hashing import dense_only


@registry.register
class Discretization(Layer):
    """Put numbers into bins: y is the number of boundaries that are not above x.

    Args:
        bin_boundaries: the boundaries, in order; n of them make n + 1 bins.
        num_bins: instead, the number of bins that `adapt` learns, each with about the same share of the data.
        epsilon: how exact the learned boundaries are, as a part of the data.
        output_mode: "int" for the number of the bin, or "one_hot", "multi_hot", "count", see `CategoryEncoding`.
        sparse: kept as in Keras; only False is possible.

    Input numbers of any shape; output of the same shape, or with the bins as last axis.

    >>> Discretization([0.0, 1.0, 2.0])([[-1.5, 1.0, 3.4]]).tolist()
    [[0, 2, 3]]
    """

    float_inputs = casts_inputs = False  # `dtype` is that of the output, an integer one in the files of Keras

    def __init__(
        self,
        bin_boundaries: Any = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        dtype: Any = None,
        name: str | None = None,
        **kwargs,
    ):
        super().__init__(name=name, dtype=dtype, **kwargs)
        self.output_mode = checked_mode("Discretization", output_mode)
        if num_bins is not None and (not isinstance(num_bins, (int, np.integer)) or num_bins < 0):
            raise ValueError(f"`num_bins` of Discretization must be an integer >= 0, got num_bins={num_bins!r}.")
        if (num_bins is None) == (bin_boundaries is None):
            raise ValueError(
                "Discretization needs either `num_bins` (and a call of adapt) or `bin_boundaries`, "
                f"got num_bins={num_bins} and bin_boundaries={bin_boundaries}."
            )
        self.bin_boundaries = None if bin_boundaries is None else _boundaries(bin_boundaries)
        self.num_bins = num_bins
        self.epsilon = epsilon
        self.sparse = dense_only("Discretization", sparse)
        self.summary = np.zeros((2, 0), "float32")  # (values, weights): what adapt has seen, in short

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn the boundaries.

        Args:
            data: an array, or batches of arrays; of ``(x, y)`` x counts.
            steps: how many batches to look at.
        """
        if self.num_bins is None:
            raise ValueError(f"Layer {self.name!r} was given its `bin_boundaries`; to adapt it, make it with `num_bins`.")
        self.reset_state()
        for batch in batches_of(data, steps):
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Take a batch into the summary."""
        values = np.sort(np.asarray(data, "float32").ravel())
        step = max(values.size * self.epsilon, 1)
        picked = values[int(step - 1) :: int(step)]
        merged = np.concatenate([np.stack([picked, np.full_like(picked, step)]), self.summary], 1)
        self.summary = _compressed(merged[:, np.argsort(merged[0])], self.epsilon)

    def finalize_state(self) -> None:
        """Read the boundaries off the summary."""
        if self.num_bins is not None:
            self.bin_boundaries = _compressed(self.summary, 1.0 / self.num_bins)[0, :-1].tolist()

    def reset_state(self) -> None:
        """Forget the data seen so far."""
        if self.num_bins is not None:
            self.summary = np.zeros((2, 0), "float32")

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple]:
        """Find the bins."""
        if self.bin_boundaries is None:
            raise ValueError(
                f"Layer {self.name!r} (Discretization) has no boundaries yet: pass `bin_boundaries` or call adapt(data) first."
            )
        bounds = np.asarray(self.bin_boundaries, x.dtype if x.dtype.kind == "f" else "float32")
        bins = np.searchsorted(bounds, x, side="right")
        dtype = "int32" if self.output_mode == "int" else self.compute_dtype
        return encode(bins, self.output_mode, len(self.bin_boundaries) + 1, dtype), (x.shape, x.dtype)

    def _cast(self, x: Any) -> Any:
        return x

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray:
        """Return zeros: the output changes in steps."""
        return np.zeros(*kept)

    def compute_output_dtype(self, input_dtype: str) -> str:
        """The number type of the output."""
        return "int32" if self.output_mode == "int" else self.compute_dtype

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the input's shape, or that of the encoding."""
        depth = self.num_bins if self.bin_boundaries is None else len(self.bin_boundaries) + 1
        return encoded_shape(input_shape, self.output_mode, depth)

    def get_config(self) -> dict:
        """Return the arguments that rebuild this layer, the learned boundaries among them."""
        names = ("bin_boundaries", "num_bins", "epsilon", "output_mode", "sparse")
        return {**{n: getattr(self, n) for n in names}, "name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict) -> Discretization:
        """Build a layer from what `get_config` returned."""
        learned = config.get("bin_boundaries")
        if learned is None or config.get("num_bins") is None:
            return cls(**config)
        layer = cls(**{key: value for key, value in config.items() if key != "bin_boundaries"})
        layer.bin_boundaries = _boundaries(learned)
        return layer

    def load_own_variables(self, store: Any) -> None:
        """Take the summary of an old file, and the boundaries from it; today's files hold those in the config."""
        if len(store) == 1:
            summary = np.asarray(store["0"], "float32")
            if summary.ndim != 2 or summary.shape[0] != 2:
                raise ValueError(f"Layer {self.name!r} (Discretization): a summary has shape (2, n), not {summary.shape}.")
            self.summary = summary
            if self.bin_boundaries is None and summary.size:
                self.finalize_state()


def _boundaries(values: Any) -> list[float]:
    values = np.asarray(values).tolist()
    if not isinstance(values, list) or not all(isinstance(v, (int, float)) for v in values):
        raise ValueError(f"`bin_boundaries` of Discretization must be a list of numbers, got {values!r}.")
    return values


def _compressed(summary: np.ndarray, epsilon: float) -> np.ndarray:
    """Values and weights at every ``epsilon`` of the whole weight."""
    if summary.shape[1] * epsilon < 1:
        return summary
    parts = epsilon + np.arange(0.0, 1.0, epsilon)
    cumulated = summary[1].cumsum()
    shares = cumulated / cumulated[-1]
    values = np.interp(parts, shares, summary[0])
    weights = np.interp(parts, shares, cumulated)
    return np.stack([values, np.diff(weights, prepend=0)]).astype("float32")
