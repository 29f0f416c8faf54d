"""Attention over stacks of heads: y = softmax(scale · q kᵀ) v, its way back, and its masks."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

LOW = {"float16": -3e4}  # what a masked score becomes; -1e9 in wider types


class Attended(NamedTuple):
    """What the way back needs: scaled queries, keys, values, outputs, probabilities before and after dropout, masks."""

    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    y: np.ndarray
    p: np.ndarray
    dropped: np.ndarray
    keep: np.ndarray | None
    mask: np.ndarray | None


def attend(
    q: np.ndarray,
    k: np.ndarray,
    v: np.ndarray,
    scale: float,
    mask: np.ndarray | None = None,
    keep: np.ndarray | None = None,
    empty: bool = False,
) -> tuple[np.ndarray, Attended]:
    """Each query gets the mean of the values, weighted by how well the keys fit: y = softmax(scale · q kᵀ) v.

    Args:
        q, k, v: ``(..., queries, size)``, ``(..., keys, size)`` and ``(..., keys, values)``.
        scale: what scores are multiplied by, mostly 1 / √size.
        mask: True where a query may look, broadcast to ``(..., queries, keys)``.
        keep: what probabilities are multiplied by: dropout.
        empty: whether a query that may look nowhere gets 0; else it gets the mean of all values.

    >>> one = np.array([[1.0, 0.0]])
    >>> attend(one, np.array([[5.0, 0.0], [0.0, 5.0]]), np.array([[1.0], [2.0]]), 1.0)[0].round(4)
    array([[1.0067]])
    """
    q = q * scale
    p = np.matmul(q, k.swapaxes(-1, -2))  # s = scale · q kᵀ
    if mask is not None:
        p = np.where(mask, p, np.asarray(LOW.get(p.dtype.name, -1e9), p.dtype))
    softmax_in_place(p)
    if mask is not None and empty:
        p *= mask
    dropped = p if keep is None else p * keep
    y = np.matmul(dropped, v)  # y = softmax(s) v
    return y, Attended(q, k, v, y, p, dropped, keep, mask)


def attend_back(
    dy: np.ndarray, kept: Attended, scale: float, dp: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Turn ∂L/∂y, and ∂L/∂p where the probabilities were handed out too, into ∂L/∂q, ∂L/∂k and ∂L/∂v."""
    q, k, v, y, p, dropped, keep, mask = kept
    dv = np.matmul(dropped.swapaxes(-1, -2), dy)  # ∂L/∂v = pᵀ ∂L/∂y
    ds = np.matmul(dy, v.swapaxes(-1, -2))  # ∂L/∂p = ∂L/∂y vᵀ
    if keep is not None:
        ds *= keep
    mean = np.add.reduce(dy * y, -1, keepdims=True)  # Σ p ∂L/∂p = Σ y ∂L/∂y, over far fewer numbers
    if dp is not None:
        ds += dp
        mean += np.add.reduce(dp * p, -1, keepdims=True)
    ds -= mean
    ds *= p  # ∂L/∂s = p (∂L/∂p - Σ p ∂L/∂p)
    if mask is not None:
        ds *= mask
    dq = np.matmul(ds, k)
    dq *= scale  # ∂L/∂q = scale · ∂L/∂s k
    return dq, np.matmul(ds.swapaxes(-1, -2), q), dv  # ∂L/∂k = scale · ∂L/∂sᵀ q


def softmax_in_place(s: np.ndarray) -> None:
    """p = exp(s) / Σ exp(s) along the last axis."""
    s -= np.maximum.reduce(s, -1, keepdims=True)
    np.exp(s, out=s)
    s /= np.matmul(s, np.ones((s.shape[-1], 1), s.dtype))  # a product sums four times faster than sum()


def softmax_back(dp: np.ndarray, p: np.ndarray) -> np.ndarray:
    """∂L/∂s = p (∂L/∂p - Σ p ∂L/∂p)"""
    ds = dp * p
    ds -= p * np.add.reduce(ds, -1, keepdims=True)
    return ds


def causal_mask(queries: int, keys: int) -> np.ndarray:
    """No step may look ahead: True on and below the diagonal, ``(1, queries, keys)``.

    >>> causal_mask(2, 3).astype(int).tolist()
    [[[1, 0, 0], [1, 1, 0]]]
    """
    return np.tri(queries, keys, dtype=bool)[None]


def window_mask(queries: int, keys: int, width: int) -> np.ndarray:
    """A step may look at those that are less than ``width`` away.

    >>> window_mask(3, 3, 2).astype(int).tolist()
    [[[1, 1, 0], [1, 1, 1], [0, 1, 1]]]
    """
    return (np.abs(np.arange(queries)[:, None] - np.arange(keys)) < width)[None]


def check_step_mask(layer: Any, name: str, mask: Any, shape: tuple) -> None:
    """Raise unless a mask says of each step of an input ``(batch, steps, size)`` whether it counts."""
    got, wanted = np.shape(mask), tuple(shape[:-1])
    if len(got) != len(wanted) or any(a not in (1, b) for a, b in zip(got, wanted)):
        of = name.removesuffix("_mask")
        raise ValueError(
            f"`{name}` of layer {layer.name!r} ({type(layer).__name__}) must have shape (batch, steps) of the {of}, "
            f"here {wanted}, got {got}."
        )


def joint_mask(
    queries: int,
    keys: int,
    query_mask: Any = None,
    value_mask: Any = None,
    key_mask: Any = None,
    attention_mask: Any = None,
    causal: bool = False,
    window: int | None = None,
) -> np.ndarray | None:
    """All that says who may look where in one mask ``(batch, queries, keys)``; None if nothing does.

    >>> joint_mask(2, 2, value_mask=[[True, False]], causal=True).astype(int).tolist()
    [[[1, 0], [1, 0]]]
    """
    parts = [] if query_mask is None else [np.asarray(query_mask, bool)[..., None]]
    parts += [np.asarray(m, bool)[..., None, :] for m in (value_mask, key_mask) if m is not None]
    parts += [causal_mask(queries, keys)] if causal else []
    parts += [] if window is None else [window_mask(queries, keys, window)]
    parts += [] if attention_mask is None else [np.asarray(attention_mask).astype(bool)]
    mask = None
    for part in parts:
        mask = part if mask is None else mask & part
    return mask
