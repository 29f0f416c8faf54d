"""GlobalAveragePooling1D: the mean of each channel of a series."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.layers.layer import registry
from minikeras.layers.pooling.base_global_pooling import BaseGlobalAveragePooling


@registry.register
class GlobalAveragePooling1D(BaseGlobalAveragePooling):
    """The mean of each channel of a series: y[b, c] = mean x[b, i, c] over i.

    Args:
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.
        keepdims: whether the axis of steps stays, with size 1.

    Input ``(batch, steps, channels)``, or the channels after the batch; output ``(batch, channels)``. Called with ``mask``,
    of shape ``(batch, steps)``, the mean is that of the steps that are not masked; it is 0 where all are. The mask ends here.

    >>> x = np.array([[[1.0, 5.0], [3.0, 2.0]]])
    >>> GlobalAveragePooling1D()(x).tolist(), GlobalAveragePooling1D()(x, mask=[[True, False]]).tolist()
    ([[2.0, 3.5]], [[1.0, 5.0]])
    """

    by_rows = True
    axes = 1
    supports_masking = True

    def call(self, x: np.ndarray, mask: Any = None, training: bool = False) -> np.ndarray:
        """Compute the mean."""
        return self.forward(x, training, mask=mask)[0]

    def forward(self, x: np.ndarray, training: bool = False, mask: Any = None) -> tuple[np.ndarray, tuple]:
        """Compute y = Σ m x / Σ m over the steps, with m = 0 for what is masked."""
        if mask is None:
            y, shape = super().forward(x, training)
            return y, (shape, None)
        m = self._fitting(mask, x)
        n = np.maximum(np.add.reduce(m, self._space, dtype=x.dtype, keepdims=True), 1.0)
        y = np.add.reduce(np.where(m, x, np.zeros((), x.dtype)), self._space, keepdims=True)
        y /= n
        return y if self.keepdims else y.squeeze(self._space), (x.shape, m / n)

    def backward(self, dy: np.ndarray, kept: tuple, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂y into ∂L/∂x."""
        shape, share = kept
        if share is None or not need_dx:
            return super().backward(dy, shape, need_dx)
        return self.spread_out(dy) * share  # ∂L/∂x = ∂L/∂y · m / Σ m

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        """Return None: there are no steps left to mask."""
        return None

    def _fitting(self, mask: Any, x: np.ndarray) -> np.ndarray:
        steps, mask = self._space[0], np.asarray(mask)
        if mask.shape != (x.shape[0], x.shape[steps]):
            raise ValueError(
                f"The mask of layer {self.name!r} (GlobalAveragePooling1D) must have shape {(x.shape[0], x.shape[steps])}, "
                f"a value for each step of each sample, got {mask.shape}."
            )
        return np.expand_dims(mask.astype(bool), 3 - steps)
