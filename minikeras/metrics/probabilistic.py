"""Cross-entropies, Kullback-Leibler divergence and Poisson deviance, averaged over all samples."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import losses
from minikeras.metrics.reduction import MeanMetricWrapper


class BinaryCrossentropy(MeanMetricWrapper):
    """Mean of ``-(y log p + (1 - y) log(1 - p))``.

    Args:
        name: the key in ``History``.
        dtype: number type of the computation.
        from_logits: whether predictions are logits.
        label_smoothing: in [0, 1]; targets are squeezed towards 0.5 by this share.

    >>> m = BinaryCrossentropy(); m.update_state([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]); float(m.result())
    0.81492
    """

    _direction = "down"

    def __init__(
        self, name: str = "binary_crossentropy", dtype: Any = None, from_logits: bool = False, label_smoothing: float = 0
    ):
        super().__init__(losses.binary_crossentropy, name, dtype, from_logits=from_logits, label_smoothing=label_smoothing)
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing


class CategoricalCrossentropy(MeanMetricWrapper):
    """Mean of ``-Σ y log p`` over one-hot targets.

    Args:
        name: the key in ``History``.
        dtype: number type of the computation.
        from_logits: whether predictions are logits.
        label_smoothing: in [0, 1]; targets are squeezed towards 1/classes by this share.
        axis: where the classes lie.

    >>> m = CategoricalCrossentropy(); m.update_state([[0, 1, 0], [0, 0, 1]], [[0.05, 0.95, 0], [0.1, 0.8, 0.1]])
    >>> float(m.result())
    1.17694
    """

    _direction = "down"

    def __init__(
        self,
        name: str = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ):
        function = losses.categorical_crossentropy
        super().__init__(function, name, dtype, from_logits=from_logits, label_smoothing=label_smoothing, axis=axis)
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis


class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """Mean of ``-log p[y]`` over class numbers ``y``.

    Args:
        name: the key in ``History``.
        dtype: number type of the computation.
        from_logits: whether predictions are logits.
        ignore_class: a class whose targets count 0.
        axis: where the classes lie.

    >>> m = SparseCategoricalCrossentropy(); m.update_state([1, 2], [[0.05, 0.95, 0], [0.1, 0.8, 0.1]]); float(m.result())
    1.17694
    """

    _direction = "down"

    def __init__(
        self,
        name: str = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ):
        function = losses.sparse_categorical_crossentropy
        super().__init__(function, name, dtype, from_logits=from_logits, ignore_class=ignore_class, axis=axis)
        self.from_logits = from_logits
        self.ignore_class = ignore_class
        self.axis = axis

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch. Weighted samples of ``ignore_class`` weigh nothing; unweighted ones count 0, as in Keras."""
        if self.ignore_class is not None and sample_weight is not None:
            labels, sample_weight = np.asarray(y_true), np.asarray(sample_weight, self.dtype)
            if labels.ndim == np.ndim(y_pred) and labels.shape[self.axis] == 1:
                labels = np.squeeze(labels, self.axis)
            if sample_weight.ndim == labels.ndim + 1 and sample_weight.shape[-1] == 1:
                sample_weight = sample_weight[..., 0]
            extra = (1,) * (labels.ndim - sample_weight.ndim)
            sample_weight = sample_weight.reshape(sample_weight.shape + extra) * (labels != self.ignore_class)
        super().update_state(y_true, y_pred, sample_weight)


class KLDivergence(MeanMetricWrapper):
    """Mean of ``Σ y log(y / p)``.

    Args:
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = KLDivergence(); m.update_state([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]); float(m.result())
    0.45814
    """

    _direction = "down"

    def __init__(self, name: str = "kl_divergence", dtype: Any = None):
        super().__init__(losses.kl_divergence, name, dtype)


class Poisson(MeanMetricWrapper):
    """Mean of ``p - y log p``.

    Args:
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = Poisson(); m.update_state([[0, 1], [0, 0]], [[1, 1], [0, 0]]); float(m.result())
    0.5
    """

    _direction = "down"

    def __init__(self, name: str = "poisson", dtype: Any = None):
        super().__init__(losses.poisson, name, dtype)
