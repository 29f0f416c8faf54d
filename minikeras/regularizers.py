"""Penalties on weights or outputs, each beside its gradient: `keras.regularizers`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core.config import floatx
from minikeras._core.old_arguments import Old, old_names, teach
from minikeras._core.registry import Registry
from minikeras._core.serialize import Configurable, serialize_keras_object
from minikeras._core.tape import vjp

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "OrthogonalRegularizer",
    "Regularizer",
    "deserialize",
    "get",
    "grad",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
    "serialize",
]


class Regularizer(Configurable):
    """A penalty that is added to the loss: ``regularizer(x) -> number``, with ``grad(x)`` = ∂ penalty / ∂x.

    Subclass it and write ``__call__`` with NumPy functions; ``grad`` is traced unless you write it too. Arguments of
    ``__init__`` are kept as attributes of the same names; then ``get_config`` is written already.

    >>> class L4(Regularizer):
    ...     def __call__(self, x):
    ...         return np.sum(x**4)
    >>> float(L4()(np.array([1.0, 2.0]))), L4().grad(np.array([1.0, 2.0]))
    (17.0, array([ 4., 32.]))
    """

    def __call__(self, x: np.ndarray) -> Any:
        """Return the penalty of an array."""
        return 0.0

    def grad(self, x: np.ndarray) -> np.ndarray:
        """Return ∂ penalty / ∂x, an array of x's shape and dtype."""
        return traced(self, x)

    def get_config(self) -> dict:
        """Return the arguments that rebuild this regularizer, ready for JSON."""
        return self._own_config()


class L1(Regularizer):
    """Sum of magnitudes: l1 · Σ |x|. Drives weights to 0.

    Args:
        l1: factor, at least 0.

    References: Tibshirani, Regression shrinkage and selection via the lasso, JRSS B 58 (1996).

    >>> float(L1(0.1)(np.array([1.0, -2.0]))), L1(0.1).grad(np.array([1.0, -2.0]))
    (0.3, array([ 0.1, -0.1]))
    """

    def __init__(self, l1: float | None = 0.01):
        self.l1 = factor_of(0.01 if l1 is None else l1, "l1")

    def __call__(self, x: np.ndarray) -> Any:
        return self.l1 * np.sum(np.abs(x))

    def grad(self, x: np.ndarray) -> np.ndarray:
        """∂/∂x = l1 · sign(x)"""
        g = np.sign(x)
        g *= self.l1
        return g

    def get_config(self) -> dict:
        """Return ``{"l1": ...}``, in the precision of ``floatx()`` as Keras writes it.

        >>> L1(0.5).get_config()
        {'l1': 0.5}
        """
        return {"l1": as_stored(self.l1)}


class L2(Regularizer):
    """Sum of squares: l2 · Σ x². Also known as weight decay.

    Args:
        l2: factor, at least 0.

    >>> float(L2(0.1)(np.array([1.0, -2.0]))), L2(0.1).grad(np.array([1.0, -2.0]))
    (0.5, array([ 0.2, -0.4]))
    """

    def __init__(self, l2: float | None = 0.01):
        self.l2 = factor_of(0.01 if l2 is None else l2, "l2")

    def __call__(self, x: np.ndarray) -> Any:
        return self.l2 * np.sum(np.square(x))

    def grad(self, x: np.ndarray) -> np.ndarray:
        """∂/∂x = 2 · l2 · x"""
        return (2.0 * self.l2) * x


class L1L2(Regularizer):
    """Both: l1 · Σ |x| + l2 · Σ x².

    Args:
        l1: factor of the magnitudes, at least 0.
        l2: factor of the squares, at least 0.

    References: Zou and Hastie, Regularization and variable selection via the elastic net, JRSS B 67 (2005).

    >>> float(L1L2(0.1, 0.1)(np.array([1.0, -2.0]))), L1L2(0.1, 0.1).grad(np.array([1.0, -2.0]))
    (0.8, array([ 0.3, -0.5]))
    """

    def __init__(self, l1: float | None = 0.0, l2: float | None = 0.0):
        self.l1 = factor_of(0.0 if l1 is None else l1, "l1")
        self.l2 = factor_of(0.0 if l2 is None else l2, "l2")

    def __call__(self, x: np.ndarray) -> Any:
        return self.l1 * np.sum(np.abs(x)) + self.l2 * np.sum(np.square(x))

    def grad(self, x: np.ndarray) -> np.ndarray:
        """∂/∂x = l1 · sign(x) + 2 · l2 · x"""
        g = np.sign(x)
        g *= self.l1
        g += (2.0 * self.l2) * x
        return g


class OrthogonalRegularizer(Regularizer):
    """Mean magnitude of the cosines between rows (or columns): factor · Σ_{i<j} |uᵢ · uⱼ| / (n (n - 1) / 2), u = w / ‖w‖.

    Args:
        factor: factor of the penalty, at least 0.
        mode: ``"rows"`` or ``"columns"``: which are to be at right angles.

    Raises:
        ValueError: what it is called on has not two axes.

    >>> float(OrthogonalRegularizer(1.0)(np.array([[1.0, 0.0], [1.0, 1.0]])))
    0.7071
    """

    def __init__(self, factor: float | None = 0.01, mode: str = "rows"):
        self.factor = factor_of(factor, "factor")
        if mode not in ("rows", "columns"):
            raise ValueError(
                f"Invalid value for argument `mode` of OrthogonalRegularizer: expected 'rows' or 'columns', got {mode!r}."
            )
        self.mode = mode

    def __call__(self, x: np.ndarray) -> Any:
        _, _, cosines, share = self._cosines(x)
        return share * np.sum(np.abs(cosines))

    def grad(self, x: np.ndarray) -> np.ndarray:
        """∂/∂u = 2 · share · sign(u uᵀ) u over i ≠ j, and back through u = w / ‖w‖: ∂/∂w = (∂/∂u - u (u · ∂/∂u)) / ‖w‖"""
        u, norms, cosines, share = self._cosines(x)
        du = (2.0 * share) * (np.sign(cosines) @ u)
        dw = (du - u * np.sum(u * du, axis=1, keepdims=True)) / norms
        return dw if self.mode == "rows" else np.ascontiguousarray(dw.T)

    def _cosines(self, x):
        if np.ndim(x) != 2:
            raise ValueError(
                f"Inputs to OrthogonalRegularizer must have rank 2, one row or column for each vector; got shape {np.shape(x)}."
            )
        w = x if self.mode == "rows" else np.transpose(x)
        norms = np.maximum(np.sqrt(np.sum(np.square(w), axis=1, keepdims=True)), 1e-12)
        u = w / norms
        n = w.shape[0]
        off_diagonal = 1.0 - np.eye(n, dtype=w.dtype)
        return u, norms, (u @ np.transpose(u)) * off_diagonal, 0.5 * self.factor / max(n * (n - 1.0) / 2.0, 1.0)

    def get_config(self) -> dict:
        """Return the arguments, the factor in the precision of ``floatx()`` as Keras writes it.

        >>> OrthogonalRegularizer(0.5).get_config()
        {'factor': 0.5, 'mode': 'rows'}
        """
        return {"factor": as_stored(self.factor), "mode": self.mode}


l1, l2, l1_l2, orthogonal_regularizer = L1, L2, L1L2, OrthogonalRegularizer

registry = Registry("keras.regularizers")
registry.register(Regularizer)
registry.register(L1)
registry.register(L1L2, "l1_l2")
registry.register(L2)
registry.register(OrthogonalRegularizer)
__getattr__ = old_names(
    __name__,
    {
        "ActivityRegularizer": "L1L2", "L1L2Regularizer": "L1L2", "WeightRegularizer": "L1L2", "activity_l1": "l1",
        "activity_l1l2": "l1_l2", "activity_l2": "l2", "l1l2": "l1_l2",
    },
)  # fmt: skip
teach(L1, Old({"l": "l1"}))
teach(L2, Old({"l": "l2"}))


def get(identifier: Any) -> Callable | None:
    """Turn a name, a config, a class, a function ``x -> number`` or a regularizer into a regularizer; None stays None.

    >>> get("l2").l2, get(L1L2(0.1)).l1, get(None)
    (0.01, 0.1, None)
    """
    if identifier is None:
        return None
    found = registry.get(identifier)
    if not callable(found):
        raise ValueError(f"A regularizer is called on an array, but {identifier!r} can't be called.")
    return found


def serialize(regularizer: Any) -> Any:
    """Describe a regularizer by a config.

    >>> serialize(L2(0.5))["config"]
    {'l2': 0.5}
    """
    return serialize_keras_object(regularizer)


def deserialize(config: Any, custom_objects: dict | None = None) -> Any:
    """Return the regularizer that a name or a config describes.

    Args:
        config: what `serialize` gave.
        custom_objects: ``{name: class or function}`` of your own.

    >>> deserialize({"class_name": "L2", "config": {"l2": 0.5}}).l2
    0.5
    """
    return registry.deserialize(config, custom_objects)


def grad(regularizer: Callable, x: np.ndarray) -> np.ndarray:
    """Return ∂ regularizer(x) / ∂x, also for a plain function: by its ``grad`` where it has one, else traced.

    >>> grad(lambda x: 0.1 * np.sum(x * x), np.array([1.0, 2.0]))
    array([0.2, 0.4])
    """
    return regularizer.grad(x) if hasattr(regularizer, "grad") else traced(regularizer, x)


def traced(f: Callable, x: np.ndarray) -> np.ndarray:
    """∂ f(x) / ∂x for an f that returns one number."""
    value, pullback = vjp(f, x)
    if value.size != 1:
        raise ValueError(f"A regularizer returns one number, but {f!r} returned an array of shape {value.shape}. Sum it up.")
    return pullback(np.ones_like(value))[0]


def factor_of(value: Any, name: str) -> float:
    """Check a factor."""
    number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or value < 0:
        raise ValueError(f"Argument `{name}` of a regularizer: expected a non-negative float, got {value!r}.")
    return float(value)


def as_stored(value: float) -> float:
    """The number in the precision of ``floatx()``."""
    return float(np.asarray(value, floatx()))
