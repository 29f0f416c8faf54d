"""Hinge losses averaged over all samples."""

from __future__ import annotations

from typing import Any

from minikeras import losses
from minikeras.metrics.reduction import MeanMetricWrapper


class Hinge(MeanMetricWrapper):
    """Mean of ``max(1 - y p, 0)``, targets -1 or 1 (0 is taken for -1).

    Args:
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = Hinge(); m.update_state([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]); float(m.result())
    1.3
    """

    _direction = "down"

    def __init__(self, name: str = "hinge", dtype: Any = None):
        super().__init__(losses.hinge, name, dtype)


class SquaredHinge(MeanMetricWrapper):
    """Mean of ``max(1 - y p, 0)²``, targets -1 or 1 (0 is taken for -1).

    Args:
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = SquaredHinge(); m.update_state([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]); float(m.result())
    1.86
    """

    _direction = "down"

    def __init__(self, name: str = "squared_hinge", dtype: Any = None):
        super().__init__(losses.squared_hinge, name, dtype)


class CategoricalHinge(MeanMetricWrapper):
    """Mean of ``max(1 + max((1 - y) p) - Σ y p, 0)`` over one-hot targets.

    Args:
        name: the key in ``History``.
        dtype: number type of the computation.

    >>> m = CategoricalHinge(); m.update_state([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]); float(m.result())
    1.4
    """

    _direction = "down"

    def __init__(self, name: str = "categorical_hinge", dtype: Any = None):
        super().__init__(losses.categorical_hinge, name, dtype)
