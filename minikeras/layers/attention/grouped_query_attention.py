"""Attention in several heads that share keys and values in groups."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras._core.naming import auto_name
from minikeras._core.trace import contiguous
from minikeras.layers.attention.projected import Projected
from minikeras.layers.layer import registry


@registry.register
class GroupQueryAttention(Projected):
    """Attention whose heads share keys and values: several queries, one key and one value for each group.

    Args:
        head_dim: size of a query, a key and a value in each head.
        num_query_heads: number of heads.
        num_key_value_heads: number of groups; divides num_query_heads.
        dropout: the part of the probabilities that is set to 0 in training.
        use_bias: whether the projections have biases.
        sliding_window: if given, a step only sees those that are less than so many steps away.
        flash_attention: kept for Keras' sake; it changes no number.
        kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, kernel_constraint, bias_constraint: of all
            projections, as of `EinsumDense`.
        activity_regularizer: not supported, None.
        use_gate: whether what the heads give is multiplied by sigmoid(x Wg).
        seed: an integer, for the same draws in each run.

    Input, output and what it takes when called: as `MultiHeadAttention`.

    References: Ainslie et al., GQA: training generalized multi-query transformer models from multi-head checkpoints, 2023.

    >>> layer, x = GroupQueryAttention(head_dim=4, num_query_heads=6, num_key_value_heads=2), np.ones((5, 8, 16))
    >>> y, p = layer(x, x, return_attention_scores=True)
    >>> y.shape, p.shape
    ((5, 8, 16), (5, 6, 8, 8))
    """

    def __init__(
        self,
        head_dim: int,
        num_query_heads: int,
        num_key_value_heads: int,
        dropout: float = 0.0,
        use_bias: bool = True,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: None = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        name: str | None = None,
        **kwargs,
    ):
        arguments = locals()
        for size in ("head_dim", "num_query_heads", "num_key_value_heads"):
            n = arguments[size]
            if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n <= 0:
                raise ValueError(f"Argument `{size}` of GroupQueryAttention must be a positive integer, got {n!r}.")
        if num_query_heads % num_key_value_heads:
            raise ValueError(
                "Argument `num_query_heads` of GroupQueryAttention must be divisible by `num_key_value_heads`, got "
                f"{num_query_heads} and {num_key_value_heads}."
            )
        super().__init__(name=auto_name("GroupedQueryAttention") if name is None else name, **kwargs)  # as Keras numbers them
        self._take_common(arguments)
        self.head_dim, self.num_query_heads = int(head_dim), int(num_query_heads)
        self.num_key_value_heads = int(num_key_value_heads)
        self._scale = 1.0 / math.sqrt(self.head_dim)

    def build(self, query_shape: tuple, value_shape: tuple, key_shape: tuple | None = None) -> None:
        """Make the projections."""
        query, value, key = self._checked(query_shape, value_shape, key_shape)
        self._shapes = (query, value) if key_shape is None else (query, value, key)
        many, few, size = (
            (None, self.num_query_heads, self.head_dim),
            (None, self.num_key_value_heads, self.head_dim),
            query[-1],
        )
        self._query_dense = self._projection("query", "bqm,muh->bquh", many, "uh", query)
        self._key_dense = self._projection("key", "bkm,mvh->bkvh", few, "vh", key)
        if self.use_gate:
            self._gate_dense = self._projection("gate", "bqm,muh->bquh", many, "uh", query, activation="sigmoid")
        self._value_dense = self._projection("value", "bkm,mvh->bkvh", few, "vh", value)
        self._output_dense = self._projection("attention_output", "bquh,uhm->bqm", (None, size), "m", (None, *many))

    def _projections(self) -> tuple:
        gate = self._gate_dense if self.use_gate else None
        return self._query_dense, self._key_dense, self._value_dense, gate, self._output_dense

    def _stack(self, a: np.ndarray) -> np.ndarray:
        a, groups = contiguous(a.transpose(0, 2, 1, 3)), self.num_key_value_heads  # (batch, heads, steps, size)
        if a.shape[1] == groups:
            return a
        return a.reshape(a.shape[0], groups, a.shape[1] // groups * a.shape[2], a.shape[3])  # the queries of a group in a row

    def _unstack(self, a: np.ndarray, shape: tuple) -> np.ndarray:
        return a.reshape(shape[0], shape[2], shape[1], shape[3]).transpose(0, 2, 1, 3)

    def _stack_mask(self, mask: np.ndarray, q: np.ndarray, k: np.ndarray) -> np.ndarray:
        while mask.ndim < 4:
            mask = np.expand_dims(mask, -3)  # for all heads
        steps, groups = (q.shape[1], k.shape[1]), self.num_key_value_heads
        each = self.num_query_heads // groups
        if mask.shape[1] == 1:
            return np.broadcast_to(mask, (mask.shape[0], each, *steps)).reshape(mask.shape[0], 1, each * steps[0], steps[1])
        full = np.broadcast_to(mask, (mask.shape[0], self.num_query_heads, *steps))
        return full.reshape(mask.shape[0], groups, each * steps[0], steps[1])

    def _scores_shape(self, q: tuple, k: tuple) -> tuple:
        return q[0], q[2], q[1], k[1]

    def _checked(self, query_shape: tuple, value_shape: tuple, key_shape: tuple | None) -> list[tuple]:
        shapes = super()._checked(query_shape, value_shape, key_shape)
        for shape in shapes:
            if len(shape) != 3:
                raise ValueError(
                    f"Layer {self.name!r} (GroupQueryAttention) needs inputs of shape (batch, steps, size), got {shape}."
                )
        if shapes[0][-1] != shapes[1][-1]:
            raise ValueError(
                f"Layer {self.name!r} (GroupQueryAttention) needs a query and a value of one size, got shapes {shapes[0]} and "
                f"{shapes[1]}."
            )
        return shapes

    def compute_output_shape(self, query_shape: tuple, value_shape: tuple, key_shape: tuple | None = None) -> tuple:
        """Return the shape of the query."""
        return self._checked(query_shape, value_shape, key_shape)[0]
