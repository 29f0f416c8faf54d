"""Attention: scores, masks, probabilities, means of values."""

from __future__ import annotations

import functools
import math

import numpy as np

from minikeras import layers
from minikeras.layers.attention.attention import Scored
from minikeras.layers.attention.heads import LOW
from minikeras.saving.onnx_export.graph import cast, op, reduce, where
from minikeras.saving.onnx_export.rules import LAYERS, MASKS, translate, weight
from minikeras.saving.onnx_export.shapes import (
    count,
    expand_dims,
    matmul,
    moveaxis,
    reshape,
    size,
    sizes,
    transpose,
)


def joint_mask(q, k, query_mask=None, value_mask=None, key_mask=None, attention_mask=None, causal=False, window=None):
    """All that says who may look where in one mask ``(batch, queries, keys)``; q and k have the steps on axis 1."""
    parts = [] if query_mask is None else [expand_dims(query_mask, -1)]
    parts += [expand_dims(m, -2) for m in (value_mask, key_mask) if m is not None]
    if causal or window is not None:
        apart = expand_dims(count(q, 1), 0, 2) - expand_dims(count(k, 1), 0, 1)
        parts += [apart > -1] if causal else []
        parts += [] if window is None else [op("Abs", apart) < int(window)]
    parts += [] if attention_mask is None else [cast(attention_mask, bool)]
    return functools.reduce(lambda a, b: a & b, parts) if parts else None


def scored(layer, x, mask=None, return_attention_scores=False, use_causal_mask=False):
    """y = softmax(s) v"""
    query, value, key = x[0], x[1], x[-1]
    s = SCORES[type(layer).scores](layer, query, key)
    there = joint_mask(query, key, value_mask=mask[1] if mask else None, causal=use_causal_mask or layer.causal)
    s = s if there is None else where(there, s, s - (65504.0 if s.dtype == np.float16 else 1e9), s)
    p = op("Softmax", s, axis=-1)
    y = matmul(p, value)
    if mask and mask[0] is not None:
        y = where(expand_dims(mask[0], -1), y, 0.0, y)
    return (y, p) if return_attention_scores else y


def dot_scores(layer, query, key):
    """s = scale · q kᵀ, or c Σ tanh(scale · (q + k))"""
    if layer.score_mode == "dot":
        s = matmul(query, transpose(key, (0, 2, 1)))
        return s if layer.scale is None else s * weight(s, layer.scale)
    total = expand_dims(query, 2) + expand_dims(key, 1)
    total = op("Tanh", total if layer.scale is None else total * weight(total, layer.scale))
    return reduce("ReduceSum", total, (-1,), keepdims=False) * weight(total, layer.concat_score_weight)


def additive_scores(layer, query, key):
    """s = Σ scale · tanh(q + k)"""
    t = op("Tanh", expand_dims(query, 2) + expand_dims(key, 1))
    t = t if layer.scale is None else t * weight(t, layer.scale)
    return reduce("ReduceSum", t, (-1,), keepdims=False)


def attend(q, k, v, scale, mask, empty):
    """softmax(scale · q kᵀ) v and the probabilities, for stacks of matrices"""
    s = matmul(q, transpose(k, (*range(k.ndim - 2), -1, -2))) * scale
    s = s if mask is None else where(mask, s, LOW.get(s.dtype.name, -1e9), s)
    p = op("Softmax", s, axis=-1)
    p = where(mask, p, 0.0, p) if mask is not None and empty else p
    return matmul(p, v), p


def projections(layer, x, value, key):
    """The projected query, key and value, and the gate."""
    query, keys, values, gate, _ = layer._projections()
    key = value if key is None else key
    return translate(query, x), translate(keys, key), translate(values, value), None if gate is None else translate(gate, x)


def multi_head(layer, x, value, key=None, return_attention_scores=False, use_causal_mask=False, **masks):
    """Each head attends; all are projected together"""
    mask = joint_mask(x, value, causal=use_causal_mask, window=layer.sliding_window, **masks)
    q, k, v, gate = projections(layer, x, value, key)
    n, order = len(layer.attention_axes), layer._order
    qs, ks, vs = (transpose(t, order) for t in (q, k, v))  # (batch, heads, steps, size)
    shape, steps, width = sizes(qs)[:-1], [sizes(t)[-n - 1 : -1] for t in (qs, ks)], vs.shape[-1]
    if n > 1:
        if mask is not None:
            raise ValueError("a mask over several attention axes has no translation")
        flat = [math.prod(s) if all(isinstance(n, int) for n in s) else -1 for s in (steps[0], steps[1], steps[1])]
        qs, ks, vs = (reshape(t, *sizes(t)[: -n - 1], m, t.shape[-1]) for t, m in zip((qs, ks, vs), flat))
    if mask is not None:
        while mask.ndim < len(shape) + n:
            mask = expand_dims(mask, -2 * n - 1)  # for all heads
    empty = layer.dropout > 0 or return_attention_scores or q.ndim != 4
    y, p = attend(qs, ks, vs, layer._scale, mask, empty)
    y = y if n == 1 else reshape(y, *shape, width)
    y = transpose(y, np.argsort(order).tolist())
    y = translate(layer.output_dense, y if gate is None else y * gate)
    if not return_attention_scores:
        return y
    return y, p if n == 1 else reshape(p, *shape, *steps[1])


def group_query(layer, x, value, key=None, return_attention_scores=False, use_causal_mask=False, **masks):
    """As many queries as heads share keys and values in groups"""
    mask = joint_mask(x, value, causal=use_causal_mask, window=layer.sliding_window, **masks)
    q, k, v, gate = projections(layer, x, value, key)
    groups, heads, width = layer.num_key_value_heads, layer.num_query_heads, q.shape[-1]
    qs, ks, vs = (moveaxis(t, 2, 1) for t in (q, k, v))
    qs = reshape(qs, size(x, 0), groups, heads // groups, size(x, 1), width)  # the queries of a group beside each other
    ks, vs = expand_dims(ks, 2), expand_dims(vs, 2)
    if mask is not None:
        mask = expand_dims(mask, 1, 2) if mask.ndim == 3 else mask
        if mask.ndim == 4:
            mask = expand_dims(mask, 2) if mask.shape[1] == 1 else reshape(mask, size(mask, 0), groups, -1, *sizes(mask)[2:])
    empty = layer.dropout > 0 or return_attention_scores
    y, p = attend(qs, ks, vs, layer._scale, mask, empty)
    y = moveaxis(reshape(y, size(x, 0), heads, size(x, 1), vs.shape[-1]), 1, 2)
    y = translate(layer._projections()[-1], y if gate is None else y * gate)
    return (y, reshape(p, size(x, 0), heads, size(x, 1), size(value, 1))) if return_attention_scores else y


SCORES = {layers.Attention.scores: dot_scores, layers.AdditiveAttention.scores: additive_scores}
LAYERS.update({
    layers.AdditiveAttention: scored,
    layers.Attention: scored,
    layers.GroupQueryAttention: group_query,
    layers.MultiHeadAttention: multi_head,
})  # fmt: skip
MASKS[Scored.compute_mask] = lambda layer, x, mask: None if mask is None else mask[0]
