"""Attention by sums."""

from __future__ import annotations

import numpy as np

from minikeras.layers.attention.attention import Scored, sums
from minikeras.layers.layer import registry


@registry.register
class AdditiveAttention(Scored):
    """Attention after Bahdanau: y = softmax(s) v, s = Σ scale · tanh(q + k), summed over the features.

    Args:
        use_scale: whether each feature has a weight that is learned.
        dropout: the part of the probabilities that is set to 0 in training.
        seed: an integer, for the same draws in each run.

    Input, output and what it takes when called: as `Attention`.

    References: Bahdanau, Cho and Bengio, Neural machine translation by jointly learning to align and translate, ICLR 2015.

    >>> query, value = np.array([[[2.0, 0.0]]]), np.array([[[2.0, 0.0], [0.0, 2.0]]])
    >>> AdditiveAttention(use_scale=False)([query, value]).round(3).tolist()
    [[[0.566, 1.434]]]
    """

    def __init__(self, use_scale: bool = True, dropout: float = 0.0, seed: int | None = None, **kwargs):
        super().__init__(use_scale, dropout, seed, **kwargs)

    def build(self, input_shape: list) -> None:
        """Make the scale, where wanted."""
        self._check_shapes(input_shape)
        if self.use_scale:
            self.scale = self.add_weight(shape=(input_shape[0][-1],), initializer="glorot_uniform", name="scale")

    def scores(self, query: np.ndarray, key: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Compute s = Σ scale · tanh(q + k)."""
        t = np.tanh(query[..., None, :] + key[..., None, :, :])
        return np.add.reduce(t, -1) if self.scale is None else np.matmul(t, self.scale.value), t

    def scores_back(
        self, ds: np.ndarray, query: np.ndarray, key: np.ndarray, kept: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Turn ∂L/∂s into ∂L/∂q and ∂L/∂k."""
        inner = ds[..., None] * (1.0 - kept * kept)
        if self.scale is not None:
            if self.scale.trainable:
                np.dot(ds.reshape(-1), kept.reshape(-1, kept.shape[-1]), out=self.scale.grad)  # ∂L/∂scale = Σ ∂L/∂s · tanh
            inner *= self.scale.value
        return sums(inner, query, key)
