"""Attention."""

from __future__ import annotations

import math

import numpy as np

from minikeras.ops.curves import softmax
from minikeras.ops.dtypes import array, cast, promote_floats, wide
from minikeras.ops.operation import operation


@operation
def dot_product_attention(
    query,
    key,
    value,
    bias=None,
    mask=None,
    scale=None,
    is_causal=False,
    flash_attention=None,
    attn_logits_soft_cap=None,
):
    """softmax(scale · query keyᵀ + bias) value, for each head.

    Args:
        query: of shape (batch, time, heads, size).
        key, value: of shape (batch, sources, heads, size); heads may be a divisor of the query's.
        bias: added to the logits, fits (batch, heads, time, sources).
        mask: True where attention may go, fits (batch, heads, time, sources).
        scale: 1 / √size by default.
        is_causal: whether to look back only.
        flash_attention: kept for Keras' sake.
        attn_logits_soft_cap: if given, logits are softly kept below: cap · tanh(logits / cap).

    >>> x = np.ones((1, 2, 1, 4), "float32"); dot_product_attention(x, x, x).shape
    (1, 2, 1, 4)
    """
    query, key, value = promote_floats(query, key, value)
    if query.ndim != 4 or key.ndim != 4 or value.ndim != 4:
        raise ValueError(
            f"`dot_product_attention` only supports 4D inputs. Received: query.shape={query.shape}, key.shape={key.shape}, "
            f"value.shape={value.shape}."
        )
    if query.shape[2] != key.shape[2]:
        key, value = (np.repeat(a, query.shape[2] // key.shape[2], 2) for a in (key, value))
    q, k, v = (wide(np.swapaxes(a, 1, 2)) for a in (query, key, value))  # (batch, heads, time, size)
    logits = np.matmul(q, np.swapaxes(k, -1, -2)) * (1 / math.sqrt(query.shape[-1]) if scale is None else scale)
    if attn_logits_soft_cap is not None:
        logits = np.tanh(logits / attn_logits_soft_cap) * attn_logits_soft_cap
    if bias is not None:
        logits = logits + array(bias)
    allowed = None if mask is None else np.asarray(array(mask)).astype(bool)
    if is_causal:
        past = np.tri(logits.shape[-2], logits.shape[-1], dtype=bool)
        allowed = past if allowed is None else np.logical_and(allowed, past)
    if allowed is not None:
        logits = np.where(allowed, logits, cast(-0.7 * float(np.finfo(logits.dtype).max), logits.dtype))
    return cast(np.swapaxes(np.matmul(softmax(logits), v), 1, 2), query.dtype)
