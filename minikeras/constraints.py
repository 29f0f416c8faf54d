"""Bounds that weights are put back into after every step: `keras.constraints`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core.config import epsilon
from minikeras._core.old_arguments import Old, old_names, teach
from minikeras._core.registry import Registry
from minikeras._core.serialize import Configurable, serialize_keras_object
from minikeras._core.tape import boxed_inputs
from minikeras._core.trace import Box

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "min_max_norm",
    "non_neg",
    "serialize",
    "unit_norm",
]


class Constraint(Configurable):
    """Maps a weight to the nearest allowed one: ``constraint(w) -> array``. This one allows all; subclass it.

    Arguments of ``__init__`` are kept as attributes of the same names; then ``get_config`` is written already.

    >>> class Small(Constraint):
    ...     def __call__(self, w):
    ...         return np.clip(w, -1.0, 1.0)
    >>> Small()(np.array([-3.0, 0.5]))
    array([-1. ,  0.5])
    """

    takes_nan = ()
    ranges = {"rate": (0, 1), "min_value": (0, math.inf), "max_value": (0, math.inf)}

    def __call__(self, w: np.ndarray) -> np.ndarray:
        """Return the allowed weight; ``w`` itself is not changed."""
        return w


class NonNeg(Constraint):
    """No negative weights: max(w, 0).

    >>> NonNeg()(np.array([-1.0, 2.0]))
    array([0., 2.])
    """

    def __call__(self, w: np.ndarray) -> np.ndarray:
        return np.maximum(w, 0.0)


class UnitNorm(Constraint):
    """Length 1 for the incoming weights of each unit: w / (‖w‖ + ε).

    Args:
        axis: the axis or axes along which the length is taken: 0 for Dense kernels, [0, 1, 2] for Conv2D ones.

    >>> UnitNorm()(np.array([[3.0, 0.5], [4.0, 0.0]]))
    array([[0.6, 1. ],
           [0.8, 0. ]])
    """

    def __init__(self, axis: Any = 0):
        self.axis = axis

    def __call__(self, w: np.ndarray) -> np.ndarray:
        w = floats(w)
        return w / (epsilon() + norms(w, self.axis))


class MaxNorm(Constraint):
    """Length at most ``max_value`` for the incoming weights of each unit.

    Args:
        max_value: the longest.
        axis: the axis or axes along which the length is taken: 0 for Dense kernels, [0, 1, 2] for Conv2D ones.

    References: Srivastava et al., Dropout, JMLR 15 (2014).

    >>> MaxNorm(1)(np.array([[3.0, 0.5], [4.0, 0.0]])).round(3)
    array([[0.6, 0.5],
           [0.8, 0. ]])
    """

    def __init__(self, max_value: float = 2, axis: Any = 0):
        self.max_value, self.axis = max_value, axis

    def __call__(self, w: np.ndarray) -> np.ndarray:
        w = floats(w)
        n = norms(w, self.axis)
        return w * (np.minimum(n, self.max_value) / (epsilon() + n))


class MinMaxNorm(Constraint):
    """Length between ``min_value`` and ``max_value`` for the incoming weights of each unit, by and by for rate < 1.

    Args:
        min_value: the shortest.
        max_value: the longest.
        rate: the length becomes (1 - rate) · ‖w‖ + rate · clip(‖w‖, min_value, max_value).
        axis: the axis or axes along which the length is taken: 0 for Dense kernels, [0, 1, 2] for Conv2D ones.

    >>> MinMaxNorm(1.0, 2.0)(np.array([[3.0, 0.5], [4.0, 0.0]]))
    array([[1.2, 1. ],
           [1.6, 0. ]])
    """

    def __init__(self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Any = 0):
        self.min_value, self.max_value, self.rate, self.axis = min_value, max_value, rate, axis

    def __call__(self, w: np.ndarray) -> np.ndarray:
        w = floats(w)
        n = norms(w, self.axis)
        wanted = np.minimum(np.maximum(n, self.min_value), self.max_value)
        return w * ((self.rate * wanted + (1.0 - self.rate) * n) / (epsilon() + n))


max_norm, min_max_norm, non_neg, unit_norm = MaxNorm, MinMaxNorm, NonNeg, UnitNorm

registry = Registry("keras.constraints")
registry.register(Constraint)
registry.register(MaxNorm)
registry.register(MinMaxNorm)
registry.register(NonNeg)
registry.register(UnitNorm)


__getattr__ = old_names(__name__, {"maxnorm": "max_norm", "nonneg": "non_neg", "unitnorm": "unit_norm"})
teach(MaxNorm, Old({"m": "max_value"}))


def get(identifier: Any) -> Callable | None:
    """Turn a name, a config, a class, a function ``w -> w`` or a constraint into a constraint; None stays None.

    >>> type(get("max_norm")).__name__, type(get("nonneg")).__name__, get(None)
    ('MaxNorm', 'NonNeg', None)
    """
    if identifier is None:
        return None
    found = registry.get(identifier)
    if not callable(found):
        raise ValueError(f"A constraint is called on a weight, but {identifier!r} can't be called.")
    return found


def serialize(constraint: Any) -> Any:
    """Describe a constraint by a config.

    >>> serialize(MaxNorm(3))["config"]
    {'max_value': 3, 'axis': 0}
    """
    return serialize_keras_object(constraint)


def deserialize(config: Any, custom_objects: dict | None = None) -> Any:
    """Return the constraint that a name or a config describes.

    Args:
        config: what `serialize` gave.
        custom_objects: ``{name: class or function}`` of your own.

    >>> deserialize({"class_name": "MaxNorm", "config": {"max_value": 3}}).max_value
    3
    """
    return registry.deserialize(config, custom_objects)


def floats(w: Any) -> np.ndarray:
    """The weight as a float array, or what stands for it under a tape."""
    w = boxed_inputs(w)
    if isinstance(w, Box):
        return w
    w = np.asarray(w)
    return w if w.dtype.kind == "f" else w.astype(np.float64)


def norms(w: np.ndarray, axis: Any) -> np.ndarray:
    """√Σ w² along the axis or axes, which stay with size 1."""
    return np.sqrt(np.sum(np.square(w), axis=tuple(axis) if isinstance(axis, (list, tuple)) else axis, keepdims=True))
