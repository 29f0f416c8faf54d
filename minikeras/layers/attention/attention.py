"""Attention by scalar products, without weights of its own but a scale or two."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import random
from minikeras._core.old_arguments import hint
from minikeras._core.random import SeedGenerator
from minikeras._core.symbolic import KerasTensor
from minikeras.layers.attention.heads import check_step_mask, joint_mask, softmax_back, softmax_in_place
from minikeras.layers.layer import Layer, registry


class Scored(Layer):
    """Base of `Attention` and `AdditiveAttention`: scores become probabilities, these the weights of a mean of values.

    A subclass gives ``scores`` and ``scores_back``.
    """

    supports_masking = True
    more_arguments = ("causal",)  # of Keras 2: what `use_causal_mask` is in each call

    def __init__(self, use_scale: bool, dropout: float, seed: int | None, causal: bool = False, **kwargs):
        if isinstance(dropout, bool) or not isinstance(dropout, (int, float, np.number)) or not 0 <= dropout <= 1:
            raise ValueError(f"Argument `dropout` of {type(self).__name__} must be a number from 0 to 1, got {dropout!r}.")
        super().__init__(**kwargs)
        if causal:
            hint("attention", "causal", "Argument `causal` of attention layers still works; calls take `use_causal_mask` now.")
        self.use_scale, self.causal = bool(use_scale), bool(causal)
        self.dropout = float(dropout)
        self.seed = seed
        self.seed_generator = SeedGenerator(seed) if dropout > 0 else None
        self.scale = None

    def call(
        self,
        inputs: list,
        mask: list | None = None,
        training: bool = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """Compute the output; with ``return_attention_scores`` also the probabilities."""
        given = {"mask": mask, "return_attention_scores": return_attention_scores, "use_causal_mask": use_causal_mask}
        return self.forward(inputs, training, **given)[0]

    def forward(
        self,
        x: list,
        training: bool = False,
        *,
        mask: list | None = None,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> tuple[Any, tuple]:
        """Compute p = softmax(s) and y = p v."""
        self._check_masks(x, mask)
        self._check_shapes([a.shape for a in x])
        for part, name, given in zip(x, ("query_mask", "value_mask"), mask or ()):
            if given is not None:
                check_step_mask(self, name, given, part.shape)
        query, value = x[0], x[1]
        p, kept = self.scores(query, x[2] if len(x) > 2 else value)
        causal = use_causal_mask or self.causal
        there = joint_mask(*p.shape[-2:], value_mask=mask[1] if mask else None, causal=causal)
        if there is not None:
            p = np.where(there, p, p - (65504.0 if p.dtype == np.float16 else 1e9))
        softmax_in_place(p)
        keep = None
        if training and self.dropout > 0:
            keep = random.dropout(np.ones_like(p), self.dropout, seed=self.seed_generator)
        dropped = p if keep is None else p * keep
        y = np.matmul(dropped, value)  # y = p v
        queries = None if not mask or mask[0] is None else np.asarray(mask[0], bool)[..., None]
        if queries is not None:
            y *= queries
        return (y, dropped) if return_attention_scores else y, (x, kept, p, dropped, keep, queries)

    def backward(self, dy: Any, kept: tuple, need_dx: bool = True) -> list:
        """Turn ∂L/∂y into ∂L/∂query, ∂L/∂value and, if there was one, ∂L/∂key."""
        x, scored, p, dropped, keep, queries = kept
        dy, dp = dy if isinstance(dy, (list, tuple)) else (dy, None)
        dv = np.zeros_like(x[1])
        if dy is not None:
            dy = dy if queries is None else dy * queries
            dv = np.matmul(dropped.swapaxes(-1, -2), dy)  # ∂L/∂v = pᵀ ∂L/∂y
            through = np.matmul(dy, x[1].swapaxes(-1, -2))  # ∂L/∂p = ∂L/∂y vᵀ
            dp = through if dp is None else through + dp
        ds = softmax_back(np.zeros_like(p) if dp is None else dp if keep is None else dp * keep, p)
        dq, dk = self.scores_back(ds, x[0], x[2] if len(x) > 2 else x[1], scored)
        return [dq, dv, dk] if len(x) > 2 else [dq, dv + dk]

    def get_config(self) -> dict:
        """Return the arguments that rebuild this layer."""
        config = super().get_config()
        return config if self.causal else {key: value for key, value in config.items() if key != "causal"}

    def scores(self, query: np.ndarray, key: np.ndarray) -> tuple[np.ndarray, Any]:
        """Return s, one number for each query and each key, and what `scores_back` needs besides."""
        raise NotImplementedError

    def scores_back(self, ds: np.ndarray, query: np.ndarray, key: np.ndarray, kept: Any) -> tuple[np.ndarray, np.ndarray]:
        """Turn ∂L/∂s into ∂L/∂query and ∂L/∂key, with those of the weights written on the way."""
        raise NotImplementedError

    def _check_shapes(self, shapes: Any) -> None:
        is_list = isinstance(shapes, (list, tuple)) and all(isinstance(shape, (list, tuple)) for shape in shapes)
        if not is_list or len(shapes) not in (2, 3):
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) takes a list of inputs, [query, value] or [query, value, key], "
                f"got shape {shapes}."
            )
        query, value, key = shapes[0], shapes[1], shapes[-1]
        if query[-1] != key[-1] and None not in (query[-1], key[-1]) and (1 not in (query[-1], key[-1])):
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) needs a query and a key of one size, got {query} and {key}."
            )
        if value[-2] != key[-2] and None not in (value[-2], key[-2]):
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) needs a key for each value, got shapes {key} and {value}."
            )
        alike = len(query) > 2 and len({len(shape) for shape in shapes}) == 1
        if alike and len({shape[0] for shape in shapes} - {None, 1}) > 1:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) needs inputs of one batch size, "
                f"got shapes {', '.join(str(tuple(shape)) for shape in shapes)}."
            )

    def _check_masks(self, x: list, mask: Any) -> None:
        if mask is not None and (not isinstance(mask, (list, tuple)) or len(mask) not in (2, 3)):
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) takes a list of masks, [query_mask, value_mask], got "
                + (f"{len(mask)} of them." if isinstance(mask, (list, tuple)) else f"a {type(mask).__name__}.")
            )

    def compute_mask(self, inputs: list, mask: list | None = None) -> np.ndarray | None:
        """Return the mask of the query."""
        self._check_masks(inputs, mask)
        return None if mask is None else mask[0]

    def compute_output_shape(self, input_shape: list) -> tuple:
        """Return ``(batch, queries, size of the values)``."""
        return (*input_shape[0][:-1], input_shape[1][-1])

    def compute_output_spec(self, x: list, return_attention_scores: bool = False, **arguments: Any) -> Any:
        """Return the symbolic output, and that of the probabilities where these are asked for."""
        shapes = [tuple(tensor.shape) for tensor in x]
        y = KerasTensor(self.compute_output_shape(shapes), self.compute_dtype)
        scores = (*shapes[0][:-1], shapes[-1][-2])
        return (y, KerasTensor(scores, self.compute_dtype)) if return_attention_scores else y


@registry.register
class Attention(Scored):
    """Attention after Luong: y = softmax(s) v, s = q kᵀ. Each query gets a mean of the values, by how the keys fit.

    Args:
        use_scale: whether scores are multiplied by a number that is learned.
        score_mode: ``"dot"`` for s = scale · q kᵀ, ``"concat"`` for s = c Σ tanh(scale · (q + k)), summed over the features.
        dropout: the part of the probabilities that is set to 0 in training.
        seed: an integer, for the same draws in each run.

    Input: a list ``[query, value]`` or ``[query, value, key]`` of shapes ``(batch, queries, size)``, ``(batch, keys, values)``
    and ``(batch, keys, size)``; without a key the value is the key. Output ``(batch, queries, values)``. When called it
    takes ``mask=[query_mask, value_mask]``, ``return_attention_scores`` and ``use_causal_mask`` (no looking ahead).

    References: Luong, Pham and Manning, Effective approaches to attention-based neural machine translation, EMNLP 2015.

    >>> query, value = np.array([[[2.0, 0.0]]]), np.array([[[2.0, 0.0], [0.0, 2.0]]])
    >>> Attention()([query, value]).round(3).tolist()
    [[[1.964, 0.036]]]
    """

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs,
    ):
        if score_mode not in ("dot", "concat"):
            raise ValueError(f"Argument `score_mode` of Attention must be 'dot' or 'concat', got {score_mode!r}.")
        super().__init__(use_scale, dropout, seed, **kwargs)
        self.score_mode = score_mode
        self.concat_score_weight = None

    def build(self, input_shape: list) -> None:
        """Make the scale and the weight of the scores, where wanted."""
        self._check_shapes(input_shape)
        if self.use_scale:
            self.scale = self.add_weight(shape=(), initializer="ones", name="scale")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(shape=(), initializer="ones", name="concat_score_weight")

    def scores(self, query: np.ndarray, key: np.ndarray) -> tuple[np.ndarray, Any]:
        """Compute s."""
        if self.score_mode == "dot":
            bare = np.matmul(query, key.swapaxes(-1, -2))  # s = scale · q kᵀ
            return (bare, None) if self.scale is None else (bare * self.scale.value, bare)
        total = query[..., None, :] + key[..., None, :, :]
        t = np.tanh(total if self.scale is None else total * self.scale.value)
        bare = np.add.reduce(t, -1)
        return bare * self.concat_score_weight.value, (total, t, bare)  # s = c Σ tanh(scale · (q + k))

    def scores_back(self, ds: np.ndarray, query: np.ndarray, key: np.ndarray, kept: Any) -> tuple[np.ndarray, np.ndarray]:
        """Turn ∂L/∂s into ∂L/∂q and ∂L/∂k."""
        if self.score_mode == "dot":
            if self.scale is not None:
                _write(self.scale, np.vdot(ds, kept))  # ∂L/∂scale = Σ ∂L/∂s · q kᵀ
                ds = ds * self.scale.value
            return np.matmul(ds, key), np.matmul(ds.swapaxes(-1, -2), query)  # ∂L/∂q = ∂L/∂s k, ∂L/∂k = ∂L/∂sᵀ q
        total, t, bare = kept
        _write(self.concat_score_weight, np.vdot(ds, bare))
        inner = (ds * self.concat_score_weight.value)[..., None] * (1.0 - t * t)
        if self.scale is not None:
            _write(self.scale, np.vdot(inner, total))
            inner *= self.scale.value
        return sums(inner, query, key)


def sums(inner: np.ndarray, query: np.ndarray, key: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """∂L/∂(q + k) for each pair, summed over the keys for q and over the queries for k."""
    dq, dk = np.add.reduce(inner, -2), np.add.reduce(inner, -3)
    return _as_wide_as(dq, query), _as_wide_as(dk, key)


def _as_wide_as(d: np.ndarray, a: np.ndarray) -> np.ndarray:
    return d if d.shape == a.shape else np.add.reduce(d, -1, keepdims=True)  # a size of 1 was broadcast


def _write(variable: Any, grad: Any) -> None:
    if variable.trainable:
        variable.grad[...] = grad
