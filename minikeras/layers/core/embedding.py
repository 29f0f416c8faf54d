"""Integers to vectors that are learned: y = E[i]."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import constraints, initializers, regularizers
from minikeras._core.now import KERNELS
from minikeras._core.old_arguments import hint
from minikeras.layers.layer import Layer, registry

INTEGERS = np.dtype("int32"), np.dtype("int64")
LIGHT = 12  # what occurs up to so often is summed place after place, other numbers each on its own


@registry.register
class Embedding(Layer):
    """A vector for each integer: y = E[i], a row of a table that training changes. The first layer for words.

    Args:
        input_dim: how many rows E has: the largest integer + 1.
        output_dim: the size of a row.
        embeddings_initializer: start values of E.
        embeddings_regularizer, embeddings_constraint: penalty on E; projection of E after each update.
        mask_zero: whether 0 stands for "nothing here": later layers are then told to skip these steps.
        weights: start values, ``[E]``.

    Input ``(batch, ...)`` of integers from 0 to input_dim - 1, output ``(batch, ..., output_dim)``.

    >>> layer = Embedding(3, 2, weights=[[[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]]])
    >>> layer(np.array([[1, 2, 1]]))
    array([[[1., 2.],
            [3., 4.],
            [1., 2.]]], dtype=float32)
    """

    by_rows = True
    float_inputs = False
    takes_integers = True

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        lora_rank: None = None,
        lora_alpha: None = None,
        quantization_config: None = None,
        activity_regularizer: Any = None,
        **kwargs,
    ):
        for name, value in (("input_dim", input_dim), ("output_dim", output_dim)):
            if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value <= 0:
                raise ValueError(f"Argument `{name}` of Embedding must be a positive integer, got {value!r}.")
        for name, value in (("lora_rank", lora_rank), ("quantization_config", quantization_config)):
            if value is not None:
                raise ValueError(
                    f"Argument `{name}` of Embedding is for large language models and not supported, got {value!r}."
                )
        if kwargs.get("input_length") is not None:  # for the first layer of a model it still tells the shape
            hint("dropped", "Embedding input_length", "Argument `input_length` of Embedding is of Keras 2: leave it out.")
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.input_dim = int(input_dim)
        self.output_dim = int(output_dim)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = self.supports_masking = bool(mask_zero)
        self.quantization_config = quantization_config
        self.embeddings = None
        if weights is not None:
            self.build(None)
            self.set_weights(weights if isinstance(weights, list) and len(weights) == 1 else [weights])

    def build(self, input_shape: tuple | None = None) -> None:
        """Make E, which does not depend on the shape of the input."""
        if self.built:
            return
        self.embeddings = self.add_weight(
            shape=(self.input_dim, self.output_dim),
            initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
            name="embeddings",
        )

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Take the rows of E."""
        ids = x if x.dtype in INTEGERS else x.astype("int32")
        if ids.size and ids.view(f"u{ids.itemsize}").max() >= self.input_dim:  # read as unsigned, negative ones are large
            self._refuse(ids)
        y = np.take(self.embeddings.value, ids, axis=0, mode="clip")  # y = E[i]
        return y.astype(self.compute_dtype, copy=False), ids

    def backward(self, dy: np.ndarray, kept: np.ndarray, need_dx: bool = True) -> np.ndarray | None:
        """Write ∂L/∂E; integers have no gradient, so ∂L/∂x is 0."""
        if self.embeddings.trainable:
            each = 1
            if dy.ndim > 2 and dy.strides[-2] == 0 and len(dy):  # the same for all steps, as behind a mean over them
                each, dy = dy.shape[-2], dy[..., 0, :]
            # ∂L/∂E[i] = Σ ∂L/∂y over the places where i stood
            rows, grad, fast = dy.reshape(-1, self.output_dim), self.embeddings.grad, KERNELS.get()
            compiled = fast is not None and fast.embedding.takes(rows, grad)
            (fast.embedding.sum_rows if compiled else sum_rows)(kept.reshape(-1), rows, grad, each)
        return np.zeros(kept.shape, dy.dtype) if need_dx else None

    def _refuse(self, ids: np.ndarray) -> None:
        wrong = ids[(ids < 0) | (ids >= self.input_dim)]
        raise ValueError(
            f"Layer {self.name!r} (Embedding) takes integers from 0 to {self.input_dim - 1} (input_dim={self.input_dim}), "
            f"got {wrong.flat[0]}. Make input_dim the largest integer + 1."
        )

    @property
    def makes_mask(self) -> bool:
        """Whether a mask comes out although none went in."""
        return self.mask_zero

    def compute_mask(self, inputs: np.ndarray, mask: Any = None) -> np.ndarray | None:
        """Return where something is, if 0 stands for nothing."""
        return np.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return ``(batch, ..., output_dim)``."""
        return (*input_shape, self.output_dim)

    def compute_output_dtype(self, input_dtype: str) -> str:
        """Return the number type of E's rows."""
        return self.compute_dtype

    def _own_config(self, leave_out: Any = ()) -> dict:
        config = super()._own_config((*leave_out, "weights", "lora_rank", "lora_alpha"))
        return {**config, "activity_regularizer": regularizers.serialize(self.activity_regularizer)}


def sum_rows(ids: np.ndarray, values: np.ndarray, out: np.ndarray, each: int = 1) -> None:
    """Write into each row of ``out`` the sum of those rows of ``values`` that stand at the places of its number; else 0.

    Sorting brings equal numbers together. Of those that stand in several places the first places are added to the second at
    once, to the third where there is one, and so on; numbers that occur often are summed each on its own. Then one `np.take`
    from the given rows and these sums writes it all: twelve times faster than ``np.add.at``.

    Args:
        ids: integers from 0 to len(out) - 1.
        values: one row for every ``each`` of them.
        out: what is overwritten, an array of floats.
        each: how many neighbouring integers share a row.

    >>> out = np.empty((4, 1)); sum_rows(np.array([3, 1, 3]), np.array([[1.0], [10.0], [2.0]]), out); out.ravel().tolist()
    [0.0, 10.0, 0.0, 3.0]
    """
    values = values.astype(out.dtype, copy=False)
    order = ids.astype(np.min_scalar_type(len(out))).argsort(kind="stable")  # in 16 bits a radix sort
    ids = ids[order]
    starts = np.flatnonzero(np.concatenate(([len(ids) > 0], ids[1:] != ids[:-1])))
    counts, rows = np.diff(starts, append=len(ids)), ids[starts]
    places = order // each if each > 1 else order
    several = np.flatnonzero(counts > 1)
    several = several[np.argsort(-np.minimum(counts[several], LIGHT + 1), kind="stable")]  # those with most places first
    first, times = starts[several], counts[several]
    sums = np.take(values, places[first], axis=0)
    often = np.count_nonzero(times > LIGHT)
    if often:
        all_places, ends = places[np.repeat(counts > LIGHT, counts)], np.cumsum(times[:often])
        np.add.reduceat(np.take(values, all_places, axis=0), ends - times[:often], axis=0, out=sums[:often])
    k, n = 1, len(times)
    while n > often:
        sums[often:n] += np.take(values, places[first[often:n] + k], axis=0)
        k += 1
        n = np.count_nonzero(times > k)
    table = np.concatenate((values, sums, np.zeros((1, values.shape[1]), out.dtype)))
    where = np.full(len(out), len(table) - 1)  # the row of zeros
    where[rows] = places[starts]
    where[rows[several]] = np.arange(len(values), len(table) - 1)
    np.take(table, where, axis=0, out=out, mode="clip")
