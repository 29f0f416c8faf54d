"""The table of activations: each with its derivative, and the door through which data of any kind comes in.

A rule ``d(dy, z, y, ...)`` gets ∂L/∂y, the input z and the result y = φ(z), and gives ∂L/∂z. Arguments of the
activation (a slope, an axis) follow under their own names.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from minikeras._core.config import floatx
from minikeras._core.old_arguments import hint
from minikeras._core.operation import Operation, symbolic
from minikeras._core.symbolic import KerasTensor
from minikeras._core.tape import boxed_inputs
from minikeras._core.trace import Box, note_start, primitive
from minikeras._core.variable import Variable

DERIVATIVES: dict[Callable, Callable] = {}


PROBABILITIES = ("sigmoid", "softmax")  # of which cross-entropies know what comes before


def activation(derivative: Callable) -> Callable:
    """Decorate a function of a float array by its rule: enter it in `DERIVATIVES` and open it to other data.

    The function itself stays on hand as ``f.__wrapped__``; it sees float arrays of one axis or more, never writes into
    them and returns a new array of their dtype. Lists and integers become ``floatx()``, a number one element.
    """

    def decorate(f):
        sloping = "negative_slope" in f.__code__.co_varnames

        @functools.wraps(f)
        def door(x, *args, **kwargs):
            if "alpha" in kwargs and sloping:
                kwargs["negative_slope"] = kwargs.pop("alpha")
                hint(f.__name__, "alpha", f"Argument `alpha` of {f.__name__} still works; it is called `negative_slope` now.")
            if type(x) is np.ndarray and x.ndim and x.dtype.kind == "f":
                return f(x, *args, **kwargs)
            x = boxed_inputs(x)
            if isinstance(x, Box):
                y = primitive(lambda z: there_and_back(f, derivative, z, args, kwargs), x)
                return note_start(y, f.__name__, x) if f.__name__ in PROBABILITIES and not (args or kwargs) else y
            if isinstance(x, KerasTensor):
                return in_graph(door, x, args, kwargs)
            x = floats(x)
            return f(x, *args, **kwargs) if x.ndim else f(x.reshape(1), *args, **kwargs).reshape(())

        DERIVATIVES[door] = derivative
        return door

    return decorate


def in_graph(f: Callable, x: KerasTensor, args: tuple, kwargs: dict) -> Any:
    """An activation of symbolic data: the operation of `keras.ops` that is called the same, as in Keras, if it takes as much.

    >>> from minikeras import Input, activations
    >>> activations.relu(Input((3,))).shape
    (None, 3)
    """
    from minikeras import ops

    bound = inspect.signature(f).bind(x, *args, **kwargs)
    bound.apply_defaults()
    given, name = bound.arguments, f.__name__
    if name == "linear":
        return x
    if name == "mish":
        return x * ops.tanh(ops.softplus(x))
    if name == "relu" and not given["threshold"]:
        y = ops.leaky_relu(x, given["negative_slope"]) if given["negative_slope"] else ops.relu(x)
        return y if given["max_value"] is None else ops.minimum(y, given["max_value"])
    same = ops.exp if name == "exponential" else getattr(ops, name, None)
    if same is None or not given.keys() <= inspect.signature(same).parameters.keys():
        return symbolic(Operation(f), (x, *args), kwargs)
    return same(*given.values())


def bare(f: Callable) -> Callable:
    """The formula behind a built-in activation, for float arrays of one axis or more; any other callable as it is.

    >>> def double(x): return 2 * x
    >>> bare(double) is double
    True
    """
    return f.__wrapped__ if isinstance(f, FunctionType) and f in DERIVATIVES else f


def there_and_back(f: Callable, derivative: Callable, z: np.ndarray, args: tuple, kwargs: dict) -> tuple:
    """y = f(z) and its pullback, as the tape of traced code takes them."""
    if z.ndim:
        y = f(z, *args, **kwargs)
        return y, lambda g: (derivative(g, z, y, *args, **kwargs),)
    y, pullback = there_and_back(f, derivative, z.reshape(1), args, kwargs)
    return y.reshape(()), lambda g: (pullback(g.reshape(1))[0].reshape(()),)


def floats(x: Any) -> np.ndarray:
    """Turn numbers, lists, data frames and variables into a float array; float arrays keep their dtype.

    >>> floats([1, 2]), floats(np.float64(3.0))
    (array([1., 2.], dtype=float32), array(3.))
    """
    typed = isinstance(x, (np.ndarray, np.floating, Variable))
    x = np.asarray(x)
    return x if typed and x.dtype.kind == "f" else x.astype(floatx())


def above(z: np.ndarray, limit: float) -> np.ndarray:
    """[z > limit] as numbers of z's dtype: cheaper to multiply by than booleans.

    >>> above(np.array([-1.0, 2.0]), 0.0)
    array([0., 1.])
    """
    return np.greater(z, limit, out=np.empty_like(z))


def within(z: np.ndarray, limit: float) -> np.ndarray:
    """[|z| < limit] as numbers of z's dtype.

    >>> within(np.array([-1.0, 0.5]), 1.0)
    array([0., 1.])
    """
    a = np.abs(z)
    return np.less(a, limit, out=a)
