"""A table of vectors that is read in both directions: integers to vectors, and vectors to a score for each integer."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import ops
from minikeras._core.symbolic import KerasTensor
from minikeras._core.variable import untraced
from minikeras.layers.core.embedding import Embedding
from minikeras.layers.layer import registry


@registry.register
class ReversibleEmbedding(Embedding):
    """An `Embedding` that also goes back, as language models end: y = E[i], and z = h Eᵀ with ``reverse=True``.

    Args:
        input_dim, output_dim, embeddings_initializer, embeddings_regularizer, embeddings_constraint, mask_zero: as of
            `Embedding`.
        tie_weights: whether the way back uses E too; else a table of its own.
        reverse_dtype: number type in which the way back is computed.
        logit_soft_cap: c, keeps the scores within (-c, c): z ← c · tanh(z / c).

    Input ``(batch, ...)`` of integers, output ``(batch, ..., output_dim)``; with ``reverse=True`` input
    ``(batch, ..., output_dim)``, output ``(batch, ..., input_dim)``. Press, Wolf: Using the output embedding to improve
    language models, 2017.

    >>> layer = ReversibleEmbedding(3, 2, embeddings_initializer="ones")
    >>> h = layer(np.array([[0, 2]])); h.shape, layer(h, reverse=True).tolist()
    ((1, 2, 2), [[[2.0, 2.0, 2.0], [2.0, 2.0, 2.0]]])
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        tie_weights: bool = True,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        reverse_dtype: Any = None,
        logit_soft_cap: float | None = None,
        **kwargs,
    ):
        super().__init__(
            input_dim, output_dim, embeddings_initializer, embeddings_regularizer, embeddings_constraint, mask_zero, **kwargs
        )
        self.tie_weights = bool(tie_weights)
        self.reverse_dtype = reverse_dtype
        if logit_soft_cap is not None and not logit_soft_cap > 0:
            raise ValueError(f"Argument `logit_soft_cap` of ReversibleEmbedding must be positive, got {logit_soft_cap!r}.")
        self.logit_soft_cap = logit_soft_cap
        self.reverse_embeddings = None

    def build(self, input_shape: tuple | None = None) -> None:
        """Make E, and the other table if there is one."""
        if self.built:
            return
        super().build(input_shape)
        if not self.tie_weights:
            self.reverse_embeddings = self.add_weight(
                shape=(self.output_dim, self.input_dim), initializer=self.embeddings_initializer, name="reverse_embeddings"
            )

    def call(self, inputs: Any, reverse: bool = False) -> Any:
        """Take the rows of E, or score each of them."""
        if not reverse:
            ids = np.asarray(untraced(inputs)).astype("int32")
            if ids.size and (ids.min() < 0 or ids.max() >= self.input_dim):
                self._refuse(ids)
            return ops.cast(ops.take(self.embeddings, ids, axis=0), self.compute_dtype)  # y = E[i]
        dtype = self.compute_dtype if self.reverse_dtype is None else self.reverse_dtype
        table = ops.transpose(self.embeddings) if self.tie_weights else self.reverse_embeddings
        z = ops.matmul(ops.cast(inputs, dtype), ops.cast(table, dtype))  # z = h Eᵀ
        return z if self.logit_soft_cap is None else self.logit_soft_cap * ops.tanh(z / self.logit_soft_cap)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return where something is, if 0 stands for nothing and integers came in."""
        is_reverse = np.asarray(untraced(inputs)).dtype.kind == "f"
        return None if is_reverse else super().compute_mask(inputs, mask)

    def compute_output_shape(self, input_shape: tuple, reverse: bool = False) -> tuple:
        """Return ``(batch, ..., output_dim)``, or ``(batch, ..., input_dim)`` on the way back."""
        return (*input_shape[:-1], self.input_dim) if reverse else (*input_shape, self.output_dim)

    def compute_output_spec(self, inputs: Any, reverse: bool = False) -> KerasTensor:
        """Return the symbolic output."""
        dtype = self.reverse_dtype if reverse and self.reverse_dtype is not None else self.compute_dtype
        return KerasTensor(self.compute_output_shape(tuple(inputs.shape), reverse), dtype)
