"""Attention in several heads, each with projections of its own: the core of the Transformer."""

from __future__ import annotations

import math
import string
from typing import Any

import numpy as np

from minikeras._core.trace import contiguous
from minikeras.layers.attention.projected import Projected
from minikeras.layers.layer import registry


@registry.register
class MultiHeadAttention(Projected):
    """Attention of several heads: y = Σ softmax(q kᵀ / √key_dim) v Wₒ, q = x Wq, k = x Wk, v = x Wv for each head.

    Args:
        num_heads: number of heads.
        key_dim: size of a query and of a key in each head.
        value_dim: size of a value in each head; key_dim by default.
        dropout: the part of the probabilities that is set to 0 in training.
        use_bias: whether the projections have biases.
        output_shape: the size (or sizes) of an output; that of a query by default.
        attention_axes: the axes that attention goes over; all but batch and features by default.
        sliding_window: if given, a step only sees those that are less than so many steps away.
        flash_attention: kept for Keras' sake; it changes no number.
        kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, kernel_constraint, bias_constraint: of all
            projections, as of `EinsumDense`.
        activity_regularizer: not supported, None.
        use_gate: whether what the heads give is multiplied by sigmoid(x Wg).
        seed: an integer, for the same draws in each run.

    Called with ``query`` ``(batch, queries, size)``, ``value`` ``(batch, keys, size)`` and ``key`` (the value by default), the
    output is ``(batch, queries, size)``. It also takes ``attention_mask`` ``(batch, queries, keys)``, True where a query may
    look, ``query_mask``, ``value_mask``, ``key_mask``, ``use_causal_mask`` (no looking ahead) and ``return_attention_scores``.

    References: Vaswani et al., Attention is all you need, NeurIPS 2017.

    >>> layer, x = MultiHeadAttention(num_heads=2, key_dim=4), np.ones((5, 8, 16))
    >>> y, p = layer(x, x, return_attention_scores=True)
    >>> y.shape, p.shape, layer.count_params()
    ((5, 8, 16), (5, 2, 8, 8), 552)
    """

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: Any = None,
        attention_axes: Any = None,
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
        **kwargs,
    ):
        arguments = locals()
        for name in ("num_heads", "key_dim", "value_dim"):
            n = arguments[name]
            if isinstance(n, bool) or not isinstance(n, (int, np.integer)) and (n is not None or name != "value_dim") or n == 0:
                raise ValueError(f"Argument `{name}` of MultiHeadAttention must be a positive integer, got {n!r}.")
            if n is not None and n < 0:
                raise ValueError(f"Argument `{name}` of MultiHeadAttention must be a positive integer, got {n!r}.")
        super().__init__(**kwargs)
        self._take_common(arguments)
        self.num_heads, self.key_dim = int(num_heads), int(key_dim)
        self.value_dim = int(value_dim or key_dim)
        self.attention_axes = (attention_axes,) if isinstance(attention_axes, (int, np.integer)) else attention_axes
        if attention_axes is not None and not isinstance(self.attention_axes, (list, tuple)):
            raise ValueError(f"Argument `attention_axes` of MultiHeadAttention must be integers, got {attention_axes!r}.")
        sizes = (output_shape,) if isinstance(output_shape, (int, np.integer)) else output_shape
        if sizes and not isinstance(sizes, (list, tuple)):
            raise ValueError(f"Argument `output_shape` of MultiHeadAttention must be integers, got {output_shape!r}.")
        self._output_sizes = tuple(sizes) if sizes else None
        self._scale = 1.0 / math.sqrt(self.key_dim)
        self._order: list[int] = []

    def build(self, query_shape: tuple, value_shape: tuple, key_shape: tuple | None = None) -> None:
        """Make the projections."""
        query, value, key = self._checked(query_shape, value_shape, key_shape)
        self._shapes = (query, value) if key_shape is None else (query, value, key)
        heads = self.num_heads
        self.query_dense = self._heads("query", query, heads, self.key_dim)
        self.key_dense = self._heads("key", key, heads, self.key_dim)
        if self.use_gate:
            self._gate_dense = self._heads("gate", query, heads, self.value_dim, activation="sigmoid")
        self.value_dense = self._heads("value", value, heads, self.value_dim)
        rank, sizes = len(query) - 1, self._output_sizes or (query[-1],)
        free, bound, new = letters(rank, 2, len(sizes))
        shape, full = (*query[:-1], heads, self.value_dim), (*(None,) * (rank - 1), *sizes)
        equation = f"{free}{bound},{bound}{new}->{free}{new}"
        self.output_dense = self._projection("attention_output", equation, full, new, shape)
        axes = range(1, rank) if self.attention_axes is None else self.attention_axes
        self.attention_axes = tuple(axis if axis >= 0 else rank + 1 + axis for axis in axes)
        self._order = [i for i in range(rank + 1) if i not in self.attention_axes] + [*self.attention_axes, rank + 1]

    def _heads(self, name: str, shape: tuple, heads: int, size: int, **more: Any) -> Any:
        free, bound, new = letters(len(shape) - 1, 1, 2)
        sizes = (*(None,) * (len(free) - 1), heads, size)
        return self._projection(name, f"{free}{bound},{bound}{new}->{free}{new}", sizes, new, shape, **more)

    def _projections(self) -> tuple:
        gate = self._gate_dense if self.use_gate else None
        return self.query_dense, self.key_dense, self.value_dense, gate, self.output_dense

    def _stack(self, a: np.ndarray) -> np.ndarray:
        a, n = contiguous(a.transpose(self._order)), len(self.attention_axes)  # (batch, heads, steps, size)
        return a if n == 1 else a.reshape(*a.shape[: -n - 1], math.prod(a.shape[-n - 1 : -1]), a.shape[-1])

    def _unstack(self, a: np.ndarray, shape: tuple) -> np.ndarray:
        return a.reshape([shape[i] for i in self._order]).transpose(np.argsort(self._order))

    def _stack_mask(self, mask: np.ndarray, q: np.ndarray, k: np.ndarray) -> np.ndarray:
        shape, n = self._scores_shape(q.shape, k.shape), len(self.attention_axes)
        while mask.ndim < len(shape):
            mask = np.expand_dims(mask, -2 * n - 1)  # for all heads
        if n == 1:
            return mask
        mask = np.broadcast_to(mask, (*mask.shape[: -2 * n], *shape[-2 * n :]))
        return mask.reshape(*mask.shape[: -2 * n], math.prod(shape[-2 * n : -n]), math.prod(shape[-n:]))

    def _scores_shape(self, q: tuple, k: tuple) -> tuple:
        order = self._order[:-1]
        return (*(q[i] for i in order), *(k[i] for i in self.attention_axes))

    def compute_output_shape(self, query_shape: tuple, value_shape: tuple, key_shape: tuple | None = None) -> tuple:
        """Return the shape of the query, with the sizes of an output at the end."""
        query = self._checked(query_shape, value_shape, key_shape)[0]
        return (*query[:-1], *(self._output_sizes or query[-1:]))

    @classmethod
    def from_config(cls, config: dict) -> MultiHeadAttention:
        """Build a layer from what `get_config` returned, or from a config of Keras 2, which holds the shapes as well."""
        config = dict(config)
        shapes = [config.pop(f"{name}_shape", None) for name in ("query", "value", "key")]
        layer = cls(**config)
        if shapes[0] and shapes[1]:
            layer.build(*(shape and tuple(shape) for shape in shapes))
        return layer

    def _own_config(self, leave_out: Any = ()) -> dict:
        return {**super()._own_config(leave_out), "output_shape": self._output_sizes}


def letters(free: int, bound: int, new: int) -> tuple[str, str, str]:
    """Letters for the axes of an equation that pass through, that are summed, and that are new.

    >>> letters(2, 1, 2)
    ('ab', 'c', 'de')
    """
    a = string.ascii_lowercase
    return a[:free], a[free : free + bound], a[free + bound : free + bound + new]
